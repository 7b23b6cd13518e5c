-- keep: a report that was printed, unless it is in already
INSERT INTO reports.printed (tenant, hash, definition, version, first_day, last_day, position, printed_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
