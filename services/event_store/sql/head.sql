-- head: A tenant's last position.
SELECT coalesce(max(position), 0) FROM log.events WHERE tenant = $1
