-- move_cursor: A page after the cursor $3 was taken; nothing is written if it is not there any more.
UPDATE observer.cursors SET cursor = $4, moved_at = now()
WHERE tenant = $1 AND system = $2 AND cursor = $3
