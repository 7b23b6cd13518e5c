-- month_to_date: what each agency's steps come to at the end of a local day, and the position at which that is true.
-- $1 tenant, $2 first day of its month, $3 the day. An agency whose figures came back to nothing is there with zeros.
SELECT
    builds.position, steps.agency,
    sum(carried_over), sum(received_online), sum(received_direct), sum(received_channel_unknown), sum(reopened),
    sum(resolved_on_time), sum(resolved_late), sum(resolved_no_due_date), sum(in_hand_not_due), sum(in_hand_overdue),
    sum(in_hand_no_due_date), sum(voided), sum(resolved_early), sum(falls_due)
FROM read.builds
LEFT JOIN LATERAL (
    SELECT * FROM read.steps WHERE build = builds.number AND span = 'month' AND day < $2
    UNION ALL
    SELECT * FROM read.steps WHERE build = builds.number AND span = 'day' AND day BETWEEN $2 AND $3
) AS steps ON true
WHERE builds.tenant = $1 AND builds.projection = 'month_to_date' AND builds.stage = 'live'
GROUP BY builds.position, steps.agency
