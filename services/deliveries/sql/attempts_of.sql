-- attempts_of: What was tried of these deliveries, the oldest first.
SELECT tried.subscriber, tried.number, tried.outcome, tried.detail, tried.at
FROM unnest($2::text[], $3::bigint[]) AS asked (subscriber, number)
JOIN deliveries.attempts AS tried
    ON tried.tenant = $1 AND tried.subscriber = asked.subscriber AND tried.number = asked.number
ORDER BY tried.subscriber, tried.number, tried.attempt
