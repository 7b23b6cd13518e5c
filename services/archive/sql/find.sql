-- find: reports whose hash begins like this
SELECT tenant, hash, definition, version, first_day AS first, last_day AS last, position, printed_at, body
FROM reports.printed
WHERE starts_with(hash, $1)
ORDER BY hash COLLATE "C", tenant COLLATE "C"
LIMIT $2
