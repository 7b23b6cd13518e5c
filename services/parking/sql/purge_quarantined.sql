-- purge_quarantined: Erase what was settled before a moment. What still waits for a mapping is never erased.
DELETE FROM parking.quarantined WHERE state <> 'parked' AND settled_at < $1
