-- settle_parked: Say what became of a record that was set aside, once.
UPDATE parking.parked SET state = $2, settled_reason = $3, settled_at = now() WHERE id = $1 AND state = 'parked'
