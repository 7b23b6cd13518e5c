-- The dossiers of a period [:opens, :closes): accepted before it closes and not void by then, as they stood at its end.
DROP TABLE IF EXISTS temp.counted;
CREATE TEMP TABLE counted AS
SELECT final.*, dossier.channel,
       first.accepted_at IS NULL OR first.ended_at IS NULL AS open_before,
       coalesce(final.reopened_at >= :opens, 0) AS taken_up_again
FROM seen AS final
JOIN dossier ON dossier.code = final.dossier
LEFT JOIN seen AS first ON first.instant = :opens AND first.dossier = final.dossier
WHERE final.instant = :closes AND final.accepted_at IS NOT NULL AND NOT final.void;
DROP TABLE IF EXISTS temp.void_in_period;
CREATE TEMP TABLE void_in_period AS
SELECT final.dossier FROM seen AS final
LEFT JOIN seen AS first ON first.instant = :opens AND first.dossier = final.dossier
WHERE final.instant = :closes AND final.void AND NOT coalesce(first.void, 0);
-- Where each is counted. As was: the agency that had it. As is: the one that does that agency's work on the period's last day.
DROP TABLE IF EXISTS temp.place;
CREATE TEMP TABLE place AS
WITH RECURSIVE heir (was, now) AS (
    SELECT code, code FROM agency
    UNION
    SELECT heir.was, agency.successor FROM heir JOIN agency ON agency.code = heir.now
    WHERE :as_is AND agency.ends <= (:closes + 25200) / 86400 - 1
)
SELECT seen.dossier, dossier.province, named.line, dossier.procedure, procedure.field, dossier.channel,
       means.code AS agency, CASE means.level WHEN 'department' THEN 'province' ELSE means.level END AS level
FROM seen
JOIN dossier ON dossier.code = seen.dossier
JOIN named USING (dossier)
JOIN procedure ON procedure.code = dossier.procedure
LEFT JOIN agency AS means ON means.code = (
    SELECT heir.now FROM heir JOIN agency AS last ON last.code = heir.now
    WHERE heir.was = seen.agency AND NOT (:as_is AND coalesce(last.ends <= (:closes + 25200) / 86400 - 1, 0)))
WHERE seen.instant = :closes;
