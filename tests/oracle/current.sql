-- What a program without a history has in its columns: the latest that is known, whatever the period. :instant lies behind it all.
DROP TABLE IF EXISTS temp.current;
CREATE TEMP TABLE current AS
SELECT seen.*, dossier.channel,
    (SELECT CASE act WHEN 'submitted' THEN 1 WHEN 'accepted' THEN 2 WHEN 'refused' THEN 3 WHEN 'withdrawn' THEN 7
                     WHEN 'stopped' THEN 8 WHEN 'finished' THEN 9 WHEN 'recalled' THEN 9 WHEN 'returned' THEN 10
                     WHEN 'supplement_requested' THEN 5 WHEN 'acceptance_supplement_requested' THEN 5
                     WHEN 'obligation_requested' THEN 6
                     -- A reply to one request leaves what another still waits for.
                     WHEN 'supplement_received' THEN coalesce(waiting.status, 4)
                     WHEN 'obligation_fulfilled' THEN coalesce(waiting.status, 4) ELSE 4 END
     FROM act WHERE act.dossier = seen.dossier
         AND act NOT IN ('due_date_changed', 'reassigned', 'suspended', 'resumed', 'voided')
     ORDER BY at DESC, number DESC LIMIT 1) AS status,
    (SELECT min(at) FROM act WHERE act.dossier = seen.dossier AND act = 'submitted') AS submitted_at,
    -- The hand-over that was neither recalled nor left again.
    (SELECT min(at) FROM act WHERE act.dossier = seen.dossier AND act = 'returned'
         AND at > coalesce((SELECT max(at) FROM act AS undone WHERE undone.dossier = seen.dossier
                            AND undone.act IN ('recalled', 'reopened')), -1)) AS returned_at
FROM seen JOIN dossier ON dossier.code = seen.dossier
LEFT JOIN (SELECT dossier, CASE act WHEN 'supplement_requested' THEN 5 ELSE 6 END AS status, max(since)
           FROM pause WHERE act <> 'suspended' AND until > 1e18 GROUP BY dossier) AS waiting USING (dossier)
WHERE seen.instant = :instant;
CREATE INDEX current_dossier ON current (dossier);
