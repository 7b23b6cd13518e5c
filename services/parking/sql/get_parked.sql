-- get_parked: One record that was set aside.
SELECT id, topic, partition, record_offset, consumer_group, key, value, reason, attempts, parked_at, state, tenant
FROM parking.parked WHERE id = $1
