-- known: Which of these event ids a tenant's log holds.
SELECT id FROM log.events WHERE tenant = $1 AND id = ANY($2::uuid[])
