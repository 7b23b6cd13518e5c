-- OC StatisticEngine: resolved by releaseDate in the period, "cancelled" apart; open: releaseDate null or after it;
-- carried over is everything not received after `from`, also what was received exactly then or not at all yet; waiting
-- and receiving together; early by finishDate, late by releaseDate, null due on time; Saturday by the date of reception.
WITH there AS (
    SELECT current.*, accepted_at IS NULL AS receiving,
           -- finishDate is set by the hand-over, a refusal, a withdrawal and a stop, not by the result that is ready.
           CASE WHEN status IN (3, 7, 8) THEN ended_at ELSE returned_at END AS finish_at
    FROM current JOIN place USING (dossier)
    WHERE (:catalogue = 'complete' OR place.field IS NOT NULL) AND NOT void AND (accepted_at < :closes OR accepted_at IS NULL AND status = 1 AND submitted_at < :closes)
),
told AS (
    SELECT *,
        coalesce(ended_at >= :opens AND ended_at < :closes, 0) AND NOT receiving AS ended,
        coalesce(accepted_at > :opens, 0) AS received,
        receiving OR accepted_at = :opens OR accepted_at < :opens AND (ended_at IS NULL OR ended_at >= :opens) AS carried,
        receiving OR ended_at IS NULL OR ended_at >= :closes AS open,
        coalesce(due_at < min(coalesce(paused_since, :closes), :closes), 0) AS over
    FROM there
)
SELECT dossier,
    received OR carried AS "3", received AND channel IS 'online' AS "4", received AND channel IS NOT 'online' AS "5",
    carried AS "6",
    ended AND status <> 7 AS "7",
    ended AND status <> 7 AND coalesce(finish_at < due_at AND ended_at <= due_at, 0) AS "8",
    ended AND status <> 7 AND NOT coalesce(finish_at < due_at, 0) AND coalesce(ended_at <= due_at, 1) AS "9",
    ended AND status <> 7 AND coalesce(ended_at > due_at, 0) AS "10",
    open AS "11", open AND NOT over AS "12", open AND over AS "13",
    open AND (status = 5 OR receiving) AS waiting,
    ended AND status = 7 AS withdrawn,
    ended AND status <> 7 AND ((accepted_at + :offset) / 86400 + 4) % 7 = 6 AS saturday
FROM told
