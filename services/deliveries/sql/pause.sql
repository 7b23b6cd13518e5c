-- pause: Stop or resume leasing for a subscriber.
UPDATE deliveries.subscribers SET paused = $3 WHERE tenant = $1 AND name = $2
