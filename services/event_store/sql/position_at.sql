-- position_at: The last position recorded by a moment; recorded_at never falls along the log, so halving finds it without an index.
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT max(position) FROM log.events WHERE tenant = $1), 0)
    UNION ALL
    SELECT
        CASE WHEN probe.recorded_at <= $2 THEN probe.position ELSE search.low END,
        CASE WHEN probe.recorded_at <= $2 THEN search.high ELSE probe.position - 1 END
    FROM search
    CROSS JOIN LATERAL (
        SELECT position, recorded_at FROM log.events
        WHERE tenant = $1 AND position = (search.low + search.high + 1) / 2
        OFFSET 0
    ) AS probe
    WHERE search.low < search.high
)
SELECT low FROM search WHERE low = high
