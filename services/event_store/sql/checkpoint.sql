-- checkpoint: How far a reader got in a tenant's log, and whether that was this log.
SELECT position, generation, (SELECT id FROM log.generation) AS present
FROM log.checkpoints WHERE reader = $1 AND tenant = $2
