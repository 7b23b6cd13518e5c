-- hold: Try to be the only one who does a reader's work on a tenant, for as long as this session lives.
SELECT pg_try_advisory_lock(hashtextextended($1, 0))
