-- count_quarantined: Rows that wait, per tenant and system.
SELECT tenant, system, count(*) AS waiting FROM parking.quarantined WHERE state = 'parked' GROUP BY tenant, system
