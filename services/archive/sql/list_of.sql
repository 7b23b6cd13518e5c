-- list_of: a tenant's reports, the last printed first
SELECT tenant, hash, definition, version, first_day AS first, last_day AS last, position, printed_at
FROM reports.printed
WHERE tenant = $1
ORDER BY printed_at DESC, hash COLLATE "C"
