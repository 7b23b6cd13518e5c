-- last_event: Where a tenant's log ends.
SELECT position, recorded_at FROM log.events WHERE tenant = $1 ORDER BY position DESC LIMIT 1
