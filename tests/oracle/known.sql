-- What was known at position :position: of every act its newest version, under the dossier that its code was known to be.
CREATE TEMP TABLE act AS
WITH whose AS (
    -- A code belongs to the dossier it was linked to; before the link it is a dossier of its own.
    SELECT code, min(dossier) AS dossier FROM code WHERE system = 'one-stop' AND position <= :position GROUP BY code
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY code, number ORDER BY version DESC) AS place
    FROM told WHERE position <= :position
)
SELECT whose.dossier, number, act, at, due_at, agency, label
FROM newest JOIN whose USING (code)
WHERE place = 1 AND act IS NOT NULL;
CREATE INDEX act_dossier ON act (dossier, at, number);

-- The least code of a dossier is the name it is listed by.
CREATE TEMP TABLE named AS
SELECT dossier, min(system || '/' || code) AS line FROM code WHERE position <= :position GROUP BY dossier;
CREATE INDEX named_dossier ON named (dossier);

-- While papers or a payment are awaited, or work is suspended, the clock stands still: until the reply, else the end.
CREATE TEMP TABLE pause AS
SELECT asked.dossier, asked.act, asked.label, asked.at AS since,
       min(coalesce((SELECT min(reply.at) FROM act AS reply
                     WHERE reply.dossier = asked.dossier AND reply.label = asked.label
                       AND reply.act IN ('supplement_received', 'obligation_fulfilled', 'resumed')), 9e18),
           coalesce((SELECT min(ends.at) FROM act AS ends
                     WHERE ends.dossier = asked.dossier AND (ends.at, ends.number) > (asked.at, asked.number)
                       AND ends.act IN ('finished', 'returned', 'stopped', 'withdrawn', 'refused')), 9e18)) AS until
FROM act AS asked
WHERE asked.act IN ('supplement_requested', 'obligation_requested', 'suspended');
CREATE INDEX pause_dossier ON pause (dossier);

-- Its files, signatures, payments and checks, and what the national portal has a status for.
CREATE TEMP TABLE paper AS
WITH whose AS (
    SELECT code, min(dossier) AS dossier FROM code WHERE system = 'one-stop' AND position <= :position GROUP BY code
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY code, number ORDER BY version DESC) AS place
    FROM filed WHERE position <= :position
)
SELECT whose.dossier, kind, name, at, flag, amount
FROM newest JOIN whose USING (code)
WHERE place = 1 AND kind IS NOT NULL;
CREATE INDEX paper_dossier ON paper (dossier, at);

-- Of several reports for the same days the latest counts.
CREATE TEMP TABLE reported AS
SELECT province, agency, first, after, online + direct AS received, max(at) AS at
FROM submitted WHERE position <= :position GROUP BY province, agency, first, after;
