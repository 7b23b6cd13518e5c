-- advance: Raise a checkpoint; what is not higher is ignored, and a checkpoint in another log is left alone.
INSERT INTO log.checkpoints AS reading (reader, tenant, position, generation)
SELECT $1, $2, $3, id FROM log.generation
ON CONFLICT (reader, tenant) DO UPDATE SET position = excluded.position, moved_at = now()
WHERE reading.position < excluded.position AND reading.generation = excluded.generation
