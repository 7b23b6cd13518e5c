-- attempts_of: What was tried of these deliveries, the oldest first.
SELECT tried.subscriber, tried.number, tried.outcome, tried.detail, tried.at
FROM unnest($2::text[], $3::bigint[]) AS asked (subscriber, number)
CROSS JOIN LATERAL (
    SELECT * FROM deliveries.attempts AS each
    WHERE each.tenant = $1 AND each.subscriber = asked.subscriber AND each.number = asked.number
    OFFSET 0
) AS tried
ORDER BY tried.subscriber, tried.number, tried.attempt
