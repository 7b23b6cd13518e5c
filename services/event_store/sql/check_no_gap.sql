-- check_no_gap: Tenants in whose last $1 positions (all if null) one is missing, or whose recorded_at falls. Must be empty, always.
WITH RECURSIVE tenants (tenant) AS (
    (SELECT tenant FROM log.events ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (SELECT event.tenant FROM log.events AS event WHERE event.tenant > tenants.tenant ORDER BY event.tenant LIMIT 1)
    FROM tenants WHERE tenants.tenant IS NOT NULL
)
SELECT tenants.tenant, seen.head, seen.events, seen.falls
FROM tenants
CROSS JOIN LATERAL (
    SELECT max(position) AS head, count(*) AS events, count(*) FILTER (WHERE recorded_at < before) AS falls
    FROM (
        SELECT position, recorded_at, lag(recorded_at) OVER (ORDER BY position) AS before
        FROM log.events AS event
        WHERE event.tenant = tenants.tenant AND position > coalesce(
            (SELECT max(position) FROM log.events AS last WHERE last.tenant = tenants.tenant) - $1::bigint, 0)
    ) AS tail
) AS seen
WHERE tenants.tenant IS NOT NULL
AND (seen.events <> least(seen.head, coalesce($1::bigint, seen.head)) OR seen.falls > 0)
