-- count_parked: Records that wait, per consumer group.
SELECT consumer_group, count(*) AS waiting FROM parking.parked WHERE state = 'parked' GROUP BY consumer_group
