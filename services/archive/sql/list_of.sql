-- list_of: a tenant's reports, the last printed first; by a definition, of periods within these days, where they are given
SELECT tenant, hash, definition, version, first_day AS first, last_day AS last, position, printed_at
FROM reports.printed
WHERE tenant = $1
  AND ($2::text IS NULL OR definition = $2)
  AND ($3::date IS NULL OR first_day >= $3)
  AND ($4::date IS NULL OR last_day <= $4)
ORDER BY printed_at DESC, hash COLLATE "C"
