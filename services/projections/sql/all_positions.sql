-- all_positions: the same for every tenant.
SELECT tenant, projection, position FROM read.builds WHERE stage = 'live'
