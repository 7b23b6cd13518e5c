-- advance_live: raise the live build's position if nobody else did; its lock makes a twin wait for this transaction.
UPDATE read.builds
SET position = $4, moved_at = now()
WHERE projection = $1 AND tenant = $2 AND stage = 'live' AND position = $3
RETURNING number
