-- recall: What was last seen of these acts of a system.
SELECT key, content, seen_at, also
FROM observer.seen
WHERE tenant = $1 AND system = $2 AND key = ANY($3::bytea[])
