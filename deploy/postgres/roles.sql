-- Who may do what. Run as khop_owner after all migrations, every time; so every statement may be repeated.
-- The roles themselves, and their passwords, are made by the migrate command: none is written here.

REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- The log: read by every process, appended to by the recorder alone, changed by nobody.
GRANT USAGE ON SCHEMA log, identity TO
    khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_gateway, khop_observer, khop_reconciler, khop_operator;
GRANT SELECT ON log.events, log.generation, log.checkpoints, identity.codes, identity.dossiers, identity.entries TO
    khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_gateway, khop_observer, khop_reconciler, khop_operator;
GRANT INSERT ON log.events TO khop_recorder;
GRANT INSERT, UPDATE ON identity.codes, identity.dossiers TO khop_recorder;
GRANT INSERT, UPDATE ON log.checkpoints TO
    khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_reconciler;
REVOKE ALL ON FUNCTION log.renew_generation(text), log.accept_generation() FROM PUBLIC;

-- Set aside: whoever meets a record or a row may put it there, only the operator may read its bytes.
GRANT USAGE ON SCHEMA parking TO
    khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_gateway, khop_observer, khop_reconciler, khop_operator;
GRANT INSERT ON parking.parked TO khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_reconciler;
GRANT SELECT, INSERT, UPDATE, DELETE ON parking.starts TO
    khop_recorder, khop_relay, khop_projector, khop_deliverer, khop_reconciler;
GRANT INSERT ON parking.quarantined TO khop_observer, khop_gateway, khop_operator;
GRANT SELECT (tenant, system, source, digest, state), UPDATE (state, settled_at, settled_reason)
    ON parking.quarantined TO khop_observer, khop_gateway;
GRANT SELECT, UPDATE (state, settled_at, settled_reason), DELETE ON parking.parked, parking.quarantined TO khop_operator;

-- The ledger: what was owed and tried is only added to; who may see the secrets that sign is who sends or configures.
GRANT USAGE ON SCHEMA deliveries TO khop_deliverer, khop_reconciler, khop_operator;
GRANT SELECT ON ALL TABLES IN SCHEMA deliveries TO khop_deliverer, khop_reconciler, khop_operator;
GRANT INSERT ON deliveries.owed, deliveries.attempts TO khop_deliverer;
GRANT INSERT, UPDATE, DELETE ON deliveries.open, deliveries.lanes TO khop_deliverer;
GRANT UPDATE (planned, next_number) ON deliveries.subscribers TO khop_deliverer, khop_reconciler;
GRANT INSERT ON deliveries.owed, deliveries.open TO khop_reconciler;
GRANT INSERT, UPDATE (last_number, merged_into) ON deliveries.lanes TO khop_reconciler;
GRANT INSERT, UPDATE (paused, settings) ON deliveries.subscribers TO khop_operator;
GRANT UPDATE (parked_at, parked_reason, next_at) ON deliveries.lanes TO khop_operator;

-- Read models: the projector writes them, and so does the operator, whose command makes them again.
GRANT USAGE ON SCHEMA read TO khop_projector, khop_operator, khop_gateway, khop_deliverer, khop_reconciler;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA read TO khop_projector, khop_operator;
GRANT SELECT ON ALL TABLES IN SCHEMA read TO khop_gateway, khop_deliverer, khop_reconciler;

-- What observers remember. The operator's `import` is an observer of files.
GRANT USAGE ON SCHEMA observer TO khop_observer, khop_operator;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA observer TO khop_observer, khop_operator;

-- API keys: looked up by the gateway, made and revoked by the operator's command.
GRANT USAGE ON SCHEMA gateway TO khop_gateway, khop_operator;
GRANT SELECT ON gateway.api_keys TO khop_gateway, khop_operator;
GRANT INSERT, UPDATE ON gateway.api_keys TO khop_operator;

-- Printed reports: the operator's command adds to them and shows them; nobody changes them or takes one away.
GRANT USAGE ON SCHEMA reports TO khop_operator;
GRANT SELECT, INSERT ON reports.printed TO khop_operator;
