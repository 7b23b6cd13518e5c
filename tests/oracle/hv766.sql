-- HV 766: as HV 06 by dates, but {7,9,10} are resolved and {5,6,8} are "dừng"; carried over: end > from as dates, so
-- that ends on day 1 are lost; an OR without brackets counts every null-due dossier; both lines of "dừng" have one condition.
WITH there AS (
    SELECT current.*, (ended_at + :offset) / 86400 AS end_day, (due_at + :offset) / 86400 AS due_day,
           accepted_at IS NOT NULL AND accepted_at < :closes AS known
    FROM current JOIN place USING (dossier)
    WHERE (:catalogue = 'complete' OR place.field IS NOT NULL AND place.level IS NOT NULL) AND NOT void
),
told AS (
    SELECT *,
        known AND coalesce(ended_at >= :opens AND ended_at < :closes, 0) AND status IN (7, 9, 10) AS resolved,
        known AND coalesce(accepted_at >= :opens, 0) AS received,
        known AND status IN (2, 4) AS open,
        known AND accepted_at < :opens AND (ended_at IS NULL OR end_day > (:opens + :offset) / 86400) AS carried,
        coalesce(due_day < (min(coalesce(paused_since, :closes), :closes) + :offset) / 86400, 0) AS over
    FROM there
)
SELECT dossier,
    received OR carried AS "3", received AND channel IS 'online' AS "4",
    received AND coalesce(channel IN ('direct', 'postal'), 0) AS "5", carried AS "6",
    resolved AS "7",
    resolved AND coalesce(end_day < due_day, 0) AS "8",
    resolved AND coalesce(end_day = due_day, 0) OR due_at IS NULL AS "9",
    resolved AND coalesce(end_day > due_day, 0) AS "10",
    open AS "11", open AND due_at IS NOT NULL AND NOT over OR due_at IS NULL AS "12", open AND over AS "13",
    known AND status IN (5, 6, 8) AS stopped,
    known AND status IN (5, 6, 8) AND NOT over AS stopped_in_time,
    known AND status IN (5, 6, 8) AND NOT over AS stopped_late
FROM told
