-- lock_subscriber: Be the only one who gives this subscriber's deliveries their numbers.
SELECT planned FROM deliveries.subscribers WHERE tenant = $1 AND name = $2 FOR UPDATE
