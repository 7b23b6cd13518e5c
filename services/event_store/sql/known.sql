-- known: Which of these event ids a tenant's log holds.
-- Each is looked up by its whole key: OFFSET 0 keeps the planner from reading all of a tenant's log for them, as it does
-- on a table whose statistics are older than its growth.
SELECT held.id
FROM unnest($2::uuid[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT each.id FROM log.events AS each WHERE each.tenant = $1 AND each.id = asked.id
    OFFSET 0
) AS held
