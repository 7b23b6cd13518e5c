-- Where each is counted. As was: the agency that had it then, if it was in force on the day of the end or the last day
-- of the period. As is: the one that does that agency's work on the last day. Before: the same, the day before the period.
DROP TABLE IF EXISTS temp.place;
CREATE TEMP TABLE place AS
WITH RECURSIVE heir (was, now) AS (
    SELECT code, code FROM agency
    UNION
    SELECT heir.was, agency.successor FROM heir JOIN agency ON agency.code = heir.now
    WHERE :as_is AND agency.ends <= (:closes + 25200) / 86400 - 1
),
stands AS (
    SELECT heir.was, agency.* FROM heir JOIN agency ON agency.code = heir.now
    -- What begins after the period stands in nobody's place yet.
    WHERE NOT :as_is OR (:closes + 25200) / 86400 - 1 >= agency.begins
        AND (agency.ends IS NULL OR (:closes + 25200) / 86400 - 1 < agency.ends)
),
dated AS (
    -- What came after the period is told apart by what is known of it now: programs without a history count that too.
    SELECT current.dossier, CASE WHEN final.dossier IS NULL THEN current.agency ELSE final.agency END AS had,
           first.agency AS had_before, (:opens + 25200) / 86400 - 1 AS day_before,
           CASE WHEN final.ended_at >= :opens THEN (final.ended_at + 25200) / 86400 ELSE (:closes + 25200) / 86400 - 1 END AS day
    FROM current
    LEFT JOIN seen AS final ON final.instant = :closes AND final.dossier = current.dossier
    LEFT JOIN seen AS first ON first.instant = :opens AND first.dossier = current.dossier
)
SELECT dated.dossier, dossier.province, named.line, dossier.procedure, procedure.field, dossier.channel,
       after.code AS agency, CASE after.level WHEN 'department' THEN 'province' ELSE after.level END AS level,
       before.code AS before_agency, CASE before.level WHEN 'department' THEN 'province' ELSE before.level END AS before_level
FROM dated
JOIN dossier ON dossier.code = dated.dossier
JOIN named USING (dossier)
JOIN procedure ON procedure.code = dossier.procedure
LEFT JOIN stands AS after ON after.was = dated.had AND (:as_is OR day >= after.begins AND (after.ends IS NULL OR day < after.ends))
LEFT JOIN stands AS before ON before.was = dated.had_before
      AND (:as_is OR day_before >= before.begins AND (before.ends IS NULL OR day_before < before.ends));
CREATE INDEX place_dossier ON place (dossier);
-- The dossiers of a period [:opens, :closes): accepted before it closes and not void by then, as they stood at its end.
DROP TABLE IF EXISTS temp.counted;
CREATE TEMP TABLE counted AS
SELECT final.*, place.channel, place.agency IS NOT place.before_agency AS moved,
       first.accepted_at IS NULL OR first.ended_at IS NULL AS open_before,
       coalesce(final.reopened_at >= :opens, 0) AS taken_up_again
FROM seen AS final
JOIN place USING (dossier)
LEFT JOIN seen AS first ON first.instant = :opens AND first.dossier = final.dossier
WHERE final.instant = :closes AND final.accepted_at IS NOT NULL AND NOT final.void;
CREATE INDEX counted_dossier ON counted (dossier);
DROP TABLE IF EXISTS temp.void_in_period;
CREATE TEMP TABLE void_in_period AS
SELECT final.dossier FROM seen AS final
LEFT JOIN seen AS first ON first.instant = :opens AND first.dossier = final.dossier
WHERE final.instant = :closes AND final.void AND NOT coalesce(first.void, 0);
