-- QĐ 766, index 2.1: (finished on time + open within due) / (received or processed in the period), sentence by sentence.
DROP TABLE IF EXISTS temp.progress;
CREATE TEMP TABLE progress AS
WITH asked AS (
    SELECT dossier, count(*) AS requests,
        -- Citizen time: completed supplement minus request.
        sum((SELECT min(reply.at) - pause.since FROM act AS reply
             WHERE reply.dossier = pause.dossier AND reply.label = pause.label AND reply.act = 'supplement_received'
                 AND reply.at < :closes)) AS waited,
        min(CASE WHEN NOT EXISTS (SELECT 1 FROM act AS after WHERE after.dossier = pause.dossier AND after.at < :closes
                                  AND (after.act = 'reopened' AND after.at > pause.since
                                       OR after.act = 'supplement_received' AND after.label = pause.label))
                 THEN pause.since END) AS open_since
    FROM pause WHERE act = 'supplement_requested' AND since < :closes GROUP BY dossier
),
handed AS (
    SELECT counted.*, due_at IS NULL AS by_law,
        -- No NgayHenTra: the maximum statutory time, from the reception on.
        coalesce(due_at, over_at(accepted_at, procedure."limit", procedure.unit)) AS due,
        asked.requests, coalesce(asked.waited, 0) AS waited, asked.open_since,
        (SELECT min(at) FROM act WHERE act.dossier = counted.dossier AND act = 'returned' AND at < :closes
             AND at > coalesce((SELECT max(at) FROM act AS undone WHERE undone.dossier = counted.dossier AND undone.at < :closes
                                AND undone.act IN ('recalled', 'reopened')), -1)) AS returned_at
    FROM counted
    JOIN dossier ON dossier.code = counted.dossier
    JOIN procedure ON procedure.code = dossier.procedure
    LEFT JOIN asked USING (dossier)
    -- Received or processed in the period; accepted dossiers only.
    WHERE counted.ended_at IS NULL OR counted.ended_at >= :opens
),
waits AS (
    SELECT *, ended_by IN ('finished', 'returned') OR returned_at IS NOT NULL AS has_result,
        -- No 9/10 and an open supplement: the request time is the end, but asked for more than once is late.
        coalesce(ended_by, '') NOT IN ('finished', 'returned') AND returned_at IS NULL AND open_since IS NOT NULL AS waiting
    FROM handed
),
ends AS (
    SELECT *,
        (waiting OR :second_supplement = 'always') AND coalesce(requests, 0) > 1 AS twice,
        -- Priority 9 > 10 > 8, refused or withdrawn. Without an end status: the end of the period.
        CASE WHEN ended_by = 'finished' THEN ended_at WHEN returned_at IS NOT NULL THEN returned_at
             WHEN waiting THEN open_since ELSE coalesce(ended_at, :closes) END
        - CASE WHEN by_law OR ended_at IS NOT NULL AND :citizen_time = 'subtracted' THEN waited ELSE 0 END AS end_at
    FROM waits
),
classed AS (
    SELECT *, CASE WHEN twice THEN 'late' WHEN due IS NULL THEN 'unjudged'
                   WHEN CASE WHEN :by_day THEN (end_at + 25200) / 86400 <= (due + 25200) / 86400 ELSE end_at <= due END
                   THEN 'on time' ELSE 'late' END AS class
    FROM ends
)
SELECT * FROM classed;
CREATE INDEX progress_dossier ON progress (dossier);
