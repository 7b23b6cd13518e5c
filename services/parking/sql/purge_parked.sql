-- purge_parked: Erase what was settled before a moment. What still waits for a person is never erased.
DELETE FROM parking.parked WHERE state <> 'parked' AND settled_at < $1
