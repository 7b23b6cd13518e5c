-- known_build: whether the planner's statistics of a table have this build among those that hold most rows.
SELECT $2::integer = ANY (most_common_vals::text::integer[]) AS known
FROM pg_stats WHERE schemaname = 'read' AND tablename = $1 AND attname = 'build'
