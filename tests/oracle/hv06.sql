-- HV 06, version by dates, column by column of what is known of it: open {2,4}; resolved {9,10}; withdrawn {7} added to
-- on time; supplement {5}; stopped {6,8}; end NgayKetThucXuLy, compared as a date; carried over: end >= from; a null
-- channel is in neither count; a null due date is on time or within due.
WITH there AS (
    SELECT current.*, (ended_at + :offset) / 86400 AS end_day, (due_at + :offset) / 86400 AS due_day,
           coalesce(ended_at >= :opens AND ended_at < :closes AND status IN (7, 9, 10), 0) AS resolved,
           accepted_at >= :opens AS received, status IN (2, 4) AS open,
           accepted_at < :opens AND (ended_at IS NULL OR ended_at >= :opens) AS carried,
           coalesce((due_at + :offset) / 86400 < (min(coalesce(paused_since, :closes), :closes) + :offset) / 86400, 0) AS over
    FROM current JOIN place USING (dossier)
    WHERE (:catalogue = 'complete' OR place.field IS NOT NULL AND place.level IS NOT NULL) AND accepted_at < :closes AND NOT void
)
SELECT dossier,
    received OR carried AS "3", received AND channel IS 'online' AS "4",
    received AND coalesce(channel IN ('direct', 'postal'), 0) AS "5", carried AS "6",
    resolved AS "7",
    resolved AND status <> 7 AND coalesce(end_day < due_day, 0) AS "8",
    resolved AND (status = 7 OR coalesce(end_day = due_day, 1)) AS "9",
    resolved AND status <> 7 AND coalesce(end_day > due_day, 0) AS "10",
    open AS "11", open AND NOT over AS "12", open AND over AS "13",
    status = 5 AS supplement, status IN (6, 8) AS stopped, resolved AND status = 7 AS withdrawn
FROM there
