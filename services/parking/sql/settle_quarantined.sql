-- settle_quarantined: Say what became of a row that was set aside, once.
UPDATE parking.quarantined SET state = $2, settled_reason = $3, settled_at = now() WHERE id = $1 AND state = 'parked'
