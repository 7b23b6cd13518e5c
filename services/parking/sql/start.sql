-- start: Count one more start of a batch. It has to outlive this process, not the machine, so it waits for no disk.
INSERT INTO parking.starts AS batch (topic, partition, consumer_group, first_offset, alone, starts)
VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT (topic, partition, consumer_group, first_offset, alone) DO UPDATE SET starts = batch.starts + 1
RETURNING starts, set_config('synchronous_commit', 'off', true)
