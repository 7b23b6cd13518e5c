-- How each dossier stood just before the instant :instant; facts count strictly before it.
-- acc(d): the first acceptance. end(d, t): the end in force at t; "finished" comes before any other, and a reopening
-- cancels what lies before it from then on, never retroactively. due(d, t): the promise in force at t, at the end if there is one.
INSERT INTO seen
WITH met AS (SELECT DISTINCT dossier FROM act WHERE at < :instant),
again AS (
    SELECT dossier, (SELECT at FROM act WHERE act.dossier = met.dossier AND act = 'reopened' AND at < :instant
                     ORDER BY at DESC, number DESC LIMIT 1) AS at
    FROM met
),
ended AS (
    SELECT again.dossier, again.at AS reopened_at,
           (SELECT number FROM act
            WHERE act.dossier = again.dossier AND act.at < :instant AND act.at > coalesce(again.at, -1)
              AND act IN ('finished', 'returned', 'stopped', 'withdrawn', 'refused')
            ORDER BY act <> 'finished', at, number LIMIT 1) AS number
    FROM again
)
SELECT :instant, ended.dossier,
       (SELECT min(at) FROM act WHERE act.dossier = ended.dossier AND act = 'accepted' AND at < :instant),
       final.at, final.act, ended.reopened_at,
       (SELECT due_at FROM act
        WHERE act.dossier = ended.dossier AND due_at IS NOT NULL
          AND (at, number) < (coalesce(final.at, :instant), coalesce(final.number, -1))
        ORDER BY at DESC, number DESC LIMIT 1),
       -- The stretch in which the clock stands still began where no pause was open before: overlapping pauses are one.
       CASE WHEN final.at IS NULL AND EXISTS (SELECT 1 FROM pause WHERE pause.dossier = ended.dossier AND since < :instant AND until >= :instant)
       THEN (SELECT max(begun.since) FROM pause AS begun
             WHERE begun.dossier = ended.dossier AND begun.since < :instant
               AND NOT EXISTS (SELECT 1 FROM pause AS earlier
                               WHERE earlier.dossier = begun.dossier AND earlier.since < begun.since AND earlier.until > begun.since))
       END,
       final.at IS NULL AND EXISTS (SELECT 1 FROM pause WHERE pause.dossier = ended.dossier AND pause.act = 'supplement_requested'
                                    AND since < :instant AND until >= :instant),
       -- In one report a dossier belongs to one agency: the one in force at its end, else at the end of the period; until
       -- somebody names one, the one that is named first.
       coalesce((SELECT agency FROM act
                 WHERE act.dossier = ended.dossier AND agency IS NOT NULL
                   AND (at, number) <= (coalesce(final.at, :instant), coalesce(final.number, -1))
                 ORDER BY at DESC, number DESC LIMIT 1),
                (SELECT agency FROM act WHERE act.dossier = ended.dossier AND agency IS NOT NULL ORDER BY at, number LIMIT 1)),
       EXISTS (SELECT 1 FROM act WHERE act.dossier = ended.dossier AND act = 'voided' AND at < :instant)
FROM ended LEFT JOIN act AS final ON final.dossier = ended.dossier AND final.number = ended.number;
