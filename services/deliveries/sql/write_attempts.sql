-- write_attempts: Add what was tried to the ledger and take what was accepted out of its queue.
WITH tried AS (
    SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[]) AS each (dossier, number, outcome, detail)
), written AS (
    INSERT INTO deliveries.attempts (tenant, subscriber, number, attempt, outcome, detail, at)
    SELECT $1, $2, waiting.number, waiting.attempts + 1, tried.outcome, tried.detail, $7::timestamptz
    FROM tried
    JOIN deliveries.open AS waiting
        ON waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = tried.dossier
        AND waiting.number = tried.number
), settled AS (
    DELETE FROM deliveries.open AS waiting USING tried
    WHERE waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = tried.dossier
    AND waiting.number = tried.number AND tried.outcome = 'accepted'
)
UPDATE deliveries.open AS waiting
SET attempts = waiting.attempts + 1,
    rejections = waiting.rejections + (tried.outcome = 'rejected')::integer,
    -- That this try was certainly not taken says nothing about an earlier one.
    doubtful = tried.outcome = 'unknown' OR (waiting.doubtful AND tried.outcome = 'postponed')
FROM tried
WHERE waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = tried.dossier
AND waiting.number = tried.number AND tried.outcome <> 'accepted'
