-- counts: Per subscriber what is open, since when, what is set aside and up to where it is planned.
SELECT served.tenant, served.name AS subscriber, served.planned, served.paused, waiting.owed, waiting.oldest_open_since,
    aside.parked
FROM deliveries.subscribers AS served
CROSS JOIN LATERAL (
    SELECT count(*) AS owed, min(owed_at) AS oldest_open_since FROM deliveries.open AS each
    WHERE each.tenant = served.tenant AND each.subscriber = served.name
) AS waiting
CROSS JOIN LATERAL (
    SELECT count(*) AS parked FROM deliveries.lanes AS lane
    WHERE lane.tenant = served.tenant AND lane.subscriber = served.name AND lane.parked_at IS NOT NULL
) AS aside
ORDER BY served.tenant, served.name
