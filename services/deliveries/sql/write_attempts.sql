-- write_attempts: Add what was tried to the ledger and take what was accepted out of its queue.
WITH tried AS (
    SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[]) AS each (dossier, number, outcome, detail)
), found AS MATERIALIZED (
    SELECT waiting.ctid AS place, waiting.attempts, tried.*
    FROM tried
    CROSS JOIN LATERAL (
        SELECT each.ctid, each.attempts FROM deliveries.open AS each
        WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = tried.dossier AND each.number = tried.number
        OFFSET 0
    ) AS waiting
), written AS (
    INSERT INTO deliveries.attempts (tenant, subscriber, number, attempt, outcome, detail, at)
    SELECT $1, $2, number, attempts + 1, outcome, detail, $7::timestamptz FROM found
), settled AS (
    DELETE FROM deliveries.open WHERE ctid = ANY(ARRAY(SELECT place FROM found WHERE outcome = 'accepted'))
)
UPDATE deliveries.open AS waiting
SET attempts = waiting.attempts + 1,
    rejections = waiting.rejections + (found.outcome = 'rejected')::integer,
    -- That this try was certainly not taken says nothing about an earlier one.
    doubtful = found.outcome = 'unknown' OR (waiting.doubtful AND found.outcome = 'postponed')
FROM found
WHERE waiting.ctid = found.place AND found.outcome <> 'accepted'
