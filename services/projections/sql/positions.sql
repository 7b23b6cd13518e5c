-- positions: how far each projection of a tenant shows the log.
SELECT projection, position FROM read.builds WHERE tenant = $1 AND stage = 'live'
