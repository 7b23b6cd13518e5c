-- checkpoints: How far a reader got in every tenant's log, and whether that was this log.
SELECT tenant, position, generation, (SELECT id FROM log.generation) AS present
FROM log.checkpoints WHERE reader = $1
