-- owe: Raise a subscriber's position and write what we owe it, or nothing at all if its position is another.
-- Two instances meet at the subscriber's row: the second finds another position there and writes nothing.
WITH raised AS (
    UPDATE deliveries.subscribers SET planned = $4, next_number = next_number + cardinality($5::uuid[])
    WHERE tenant = $1 AND name = $2 AND planned = $3
    RETURNING next_number - cardinality($5::uuid[]) AS first
), given AS (
    SELECT raised.first + each.place - 1 AS number, each.dossier, each.position, each.repair, each.creates
    FROM raised, unnest($5::uuid[], $6::bigint[], $7::text[], $8::boolean[])
        WITH ORDINALITY AS each (dossier, position, repair, creates, place)
), booked AS (
    INSERT INTO deliveries.owed (tenant, subscriber, number, dossier, position, repair, creates, owed_at)
    SELECT $1, $2, number, dossier, position, repair, creates, $9::timestamptz FROM given
), opened AS (
    INSERT INTO deliveries.open (tenant, subscriber, dossier, number, position, repair, creates, owed_at)
    SELECT $1, $2, dossier, number, position, repair, creates, $9::timestamptz FROM given
), queued AS (
    INSERT INTO deliveries.lanes (tenant, subscriber, dossier, next_at, last_number)
    SELECT $1, $2, dossier, $9::timestamptz, max(number) FROM given GROUP BY dossier ORDER BY dossier
    ON CONFLICT (tenant, subscriber, dossier) DO UPDATE SET last_number = excluded.last_number, merged_into = NULL
)
SELECT first FROM raised
