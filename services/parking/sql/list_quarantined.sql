-- list_quarantined: Rows that were set aside, the oldest first.
SELECT id, tenant, system, source, locator, field, value, reason, raw, observed_at, state
FROM parking.quarantined
WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR source = $2) AND ($3::text IS NULL OR state = $3)
ORDER BY id LIMIT $4
