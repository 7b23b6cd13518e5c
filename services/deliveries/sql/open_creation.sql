-- open_creation: The least position of an open delivery that creates and may have arrived.
SELECT least(
    (
        SELECT min(position) FROM deliveries.open WHERE tenant = $1 AND subscriber = $2 AND creates AND doubtful
    ),
    (
        SELECT min(waiting.position)
        FROM deliveries.lanes AS lane
        JOIN deliveries.open AS waiting
            ON waiting.tenant = $1 AND waiting.subscriber = $2 AND waiting.dossier = lane.dossier
        WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.lease_token IS NOT NULL
        AND waiting.creates AND waiting.number <= lane.lease_through
    )
)
