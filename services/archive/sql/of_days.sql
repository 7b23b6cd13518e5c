-- of_days: a tenant's reports by a definition of exactly these days, of no position after $5, the last printed first
SELECT tenant, hash, definition, version, first_day AS first, last_day AS last, position, printed_at, body
FROM reports.printed
WHERE tenant = $1 AND definition = $2 AND first_day = $3 AND last_day = $4 AND position <= $5
ORDER BY printed_at DESC, hash COLLATE "C"
