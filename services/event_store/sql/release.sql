-- release: Let another do this reader's work.
SELECT pg_advisory_unlock(hashtextextended($1, 0))
