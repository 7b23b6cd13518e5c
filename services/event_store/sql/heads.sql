-- heads: Every tenant with a log and its last position; steps from tenant to tenant in the index, never over the events.
WITH RECURSIVE tenants (tenant) AS (
    (SELECT tenant FROM log.events ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (SELECT event.tenant FROM log.events AS event WHERE event.tenant > tenants.tenant ORDER BY event.tenant LIMIT 1)
    FROM tenants WHERE tenants.tenant IS NOT NULL
)
SELECT tenants.tenant, last.position
FROM tenants
CROSS JOIN LATERAL (
    SELECT position FROM log.events AS event WHERE event.tenant = tenants.tenant ORDER BY position DESC LIMIT 1
) AS last
WHERE tenants.tenant IS NOT NULL
