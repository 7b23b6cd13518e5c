-- list_parked: Records that were set aside, the oldest first.
SELECT id, topic, partition, record_offset, consumer_group, key, value, reason, attempts, parked_at, state, tenant
FROM parking.parked WHERE $1::text IS NULL OR state = $1 ORDER BY id LIMIT $2
