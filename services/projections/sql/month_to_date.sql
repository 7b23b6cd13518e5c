-- month_to_date: what the steps up to a local day come to for who has the dossiers, and the position at which it is true.
-- $1 tenant, $2 first day of its month, $3 the day. Ends of earlier months count for nothing any more.
SELECT
    builds.position, steps.agency, steps.before, steps.ended_on,
    sum(carried_over), sum(received_online), sum(received_direct), sum(received_channel_unknown), sum(reopened),
    sum(resolved_on_time), sum(resolved_late), sum(resolved_no_due_date), sum(in_hand_not_due), sum(in_hand_overdue),
    sum(in_hand_no_due_date), sum(voided), sum(resolved_early), sum(falls_due), sum(stock_before), sum(stock_voided)
FROM read.builds
LEFT JOIN LATERAL (
    SELECT * FROM read.steps WHERE build = builds.number AND span = 'month' AND day < $2
    UNION ALL
    SELECT * FROM read.steps WHERE build = builds.number AND span = 'day' AND day BETWEEN $2 AND $3 AND ended_on >= $2
) AS steps ON true
WHERE builds.tenant = $1 AND builds.projection = 'month_to_date' AND builds.stage = 'live'
GROUP BY builds.position, steps.agency, steps.before, steps.ended_on
