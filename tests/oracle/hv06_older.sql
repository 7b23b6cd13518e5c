-- HV 06, older builder: end NgayTra as a moment; carried over NgayTra > from; `<= to` on moments, so that the whole last
-- day is lost; early <, on time exactly equal, late >; a null due date is in no class; a null channel in neither count.
WITH stamped AS (
    SELECT *, CASE WHEN :hand_over = 'at_finish' THEN ended_at ELSE returned_at END AS end_at FROM current
),
there AS (
    SELECT stamped.*, end_at >= :opens AND end_at <= :closes - 86400 AND status IN (9, 10) AS resolved,
           accepted_at >= :opens AND accepted_at <= :closes - 86400 AS received,
           accepted_at < :opens AND (end_at IS NULL OR end_at > :opens) AS carried,
           status IN (2, 4) AND accepted_at <= :closes - 86400 AS open,
           coalesce(due_at < min(coalesce(paused_since, :closes), :closes), 0) AS over
    FROM stamped JOIN place USING (dossier)
    WHERE (:catalogue = 'complete' OR place.field IS NOT NULL AND place.level IS NOT NULL) AND accepted_at < :closes AND NOT void
)
SELECT dossier,
    received OR carried AS "3", received AND channel IS 'online' AS "4",
    received AND coalesce(channel IN ('direct', 'postal'), 0) AS "5", carried AS "6",
    coalesce(resolved, 0) AS "7",
    coalesce(resolved AND end_at < due_at, 0) AS "8",
    coalesce(resolved AND end_at = due_at, 0) AS "9",
    coalesce(resolved AND end_at > due_at, 0) AS "10",
    open AS "11", open AND due_at IS NOT NULL AND NOT over AS "12", open AND over AS "13",
    status = 5 AND accepted_at <= :closes - 86400 AS supplement,
    status IN (6, 8) AND accepted_at <= :closes - 86400 AS stopped,
    coalesce(ended_at >= :opens AND ended_at < :closes, 0) AND status = 7 AS withdrawn
FROM there
