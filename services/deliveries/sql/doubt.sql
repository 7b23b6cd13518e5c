-- doubt: What was under a lease that ran out may have arrived.
UPDATE deliveries.open AS waiting SET doubtful = true
WHERE waiting.ctid = ANY(ARRAY(
    SELECT held.place
    FROM unnest($3::uuid[], $4::bigint[]) AS lost (dossier, through)
    CROSS JOIN LATERAL (
        SELECT each.ctid AS place FROM deliveries.open AS each
        WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = lost.dossier
        AND each.number <= lost.through AND NOT each.doubtful
        OFFSET 0
    ) AS held
))
