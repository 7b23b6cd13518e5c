-- lock_tenant: Enter a tenant's log alone; held until this transaction is visible to everyone, or gone.
-- The two-number key space is the writers' own: it cannot meet the readers' locks. Two tenants whose hashes collide
-- only wait for one another.
SELECT pg_advisory_xact_lock(hashtext('khop.writer'), hashtext($1))
