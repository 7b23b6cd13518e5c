-- open_creation: The least position of an open delivery that creates and may have arrived.
SELECT least(
    (
        SELECT min(position) FROM deliveries.open WHERE tenant = $1 AND subscriber = $2 AND creates AND doubtful
    ),
    (
        SELECT min(waiting.position)
        FROM deliveries.lanes AS lane
        CROSS JOIN LATERAL (
            SELECT each.position FROM deliveries.open AS each
            WHERE each.tenant = $1 AND each.subscriber = $2 AND each.dossier = lane.dossier
            AND each.number <= lane.lease_through AND each.creates
            OFFSET 0
        ) AS waiting
        WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.lease_token IS NOT NULL
    )
)
