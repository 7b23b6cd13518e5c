-- park: Set records aside; a record that is there already stays as it is.
INSERT INTO parking.parked
    (topic, partition, record_offset, consumer_group, digest, key, value, reason, attempts, parked_at, tenant)
SELECT topic, partition, record_offset, consumer_group, sha256(value), key, value, reason, attempts, parked_at, tenant
FROM unnest(
    $1::text[], $2::integer[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::integer[],
    $9::timestamptz[], $10::text[]
) AS record (topic, partition, record_offset, consumer_group, key, value, reason, attempts, parked_at, tenant)
ON CONFLICT DO NOTHING
