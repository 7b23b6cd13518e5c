-- quarantine: Set rows of a source aside. A row that was released and is unknown again waits again; a dropped one does not.
INSERT INTO parking.quarantined AS row
    (tenant, system, source, digest, locator, field, value, reason, raw, observed_at)
SELECT DISTINCT ON (tenant, system, source, raw)
    tenant, system, source, sha256(raw), locator, field, value, reason, raw, observed_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::timestamptz[]
) WITH ORDINALITY AS met (tenant, system, source, locator, field, value, reason, raw, observed_at, number)
ORDER BY tenant, system, source, raw, number
ON CONFLICT (tenant, system, source, digest) DO UPDATE
SET state = 'parked', settled_at = NULL, settled_reason = NULL
WHERE row.state = 'redriven'
