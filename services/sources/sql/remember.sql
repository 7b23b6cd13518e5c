-- remember: Replace what is known of these acts of a system.
INSERT INTO observer.seen (tenant, system, key, content, seen_at, also)
SELECT $1, $2, said.key, said.content, said.seen_at, said.also
FROM unnest($3::bytea[], $4::bytea[], $5::timestamptz[], $6::bytea[]) AS said (key, content, seen_at, also)
ON CONFLICT (tenant, system, key) DO UPDATE
SET content = excluded.content, seen_at = excluded.seen_at, also = excluded.also
