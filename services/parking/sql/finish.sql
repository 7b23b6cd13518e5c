-- finish: Forget the starts of what is done; were it lost with the machine, a batch would only be taken singly once.
WITH done AS (
    DELETE FROM parking.starts WHERE topic = $1 AND partition = $2 AND consumer_group = $3 AND first_offset <= $4
)
SELECT set_config('synchronous_commit', 'off', true)
