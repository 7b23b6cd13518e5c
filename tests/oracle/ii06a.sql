-- Biểu II.06a: columns 3 to 13 and the lines beneath, one row a dossier, from what is printed above each column.
-- :opens, :closes the period; :by_day whether due dates are compared as local days (UTC+7); :open_supplement column of open supplements; :withdrawn reading of withdrawals.
WITH dated AS (
    SELECT *,
        CASE WHEN :by_day THEN (ended_at + 25200) / 86400 > (due_at + 25200) / 86400 ELSE ended_at > due_at END AS is_late,
        (ended_at + 25200) / 86400 < (due_at + 25200) / 86400 AS is_early,
        -- A paused dossier is within its due date unless that passed before the pause began.
        CASE WHEN :by_day
             THEN (due_at + 25200) / 86400 < (coalesce(paused_since, :closes) + 25200) / 86400
             ELSE due_at < coalesce(paused_since, :closes) END AS is_overdue
    FROM counted
),
classed AS (
    SELECT *,
        accepted_at >= :opens AS received,
        accepted_at < :opens AND open_before AS carried,
        awaiting AND :open_supplement = '9' AS waits_as_done
    FROM dated
),
placed AS (
    SELECT *,
        coalesce(ended_at >= :opens, 0) OR waits_as_done AS resolved,
        ended_at IS NULL AND NOT waits_as_done AS in_hand,
        CASE WHEN waits_as_done THEN 'on time'
             WHEN due_at IS NULL THEN 'no date'
             WHEN ended_at IS NULL THEN CASE WHEN is_overdue THEN 'late' ELSE 'within' END
             WHEN :withdrawn = 'on_time' AND ended_by = 'withdrawn' THEN 'on time'
             WHEN is_late THEN 'late' WHEN is_early THEN 'early' ELSE 'on time' END AS class
    FROM classed
)
SELECT dossier,
    received OR carried AS "3",
    received AND channel IS 'online' AS "4",
    received AND channel IS NOT 'online' AS "5",
    carried AS "6",
    resolved AS "7",
    resolved AND class = 'early' AS "8",
    resolved AND class = 'on time' AS "9",
    resolved AND class = 'late' AS "10",
    in_hand AS "11",
    in_hand AND class = 'within' AS "12",
    in_hand AND class = 'late' AS "13",
    accepted_at < :opens AND NOT open_before AND taken_up_again AS reopened,
    0 AS voided,
    resolved AND class = 'no date' AS resolved_no_due_date,
    in_hand AND class = 'no date' AS in_hand_no_due_date,
    received AND channel IS NULL AS received_channel_unknown,
    -- Carried over, but by another agency than the one it belongs to now.
    carried AND moved AS transferred_in
FROM placed
UNION ALL
SELECT dossier, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 FROM void_in_period
