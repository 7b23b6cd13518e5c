-- doubt: What was under a lease that ran out may have arrived.
UPDATE deliveries.open AS waiting SET doubtful = true
FROM unnest($3::uuid[], $4::bigint[]) AS lost (dossier, through)
WHERE waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = lost.dossier
AND waiting.number <= lost.through AND NOT waiting.doubtful
