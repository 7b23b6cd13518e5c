-- Who may do what. Run as khop_owner after all migrations, every time; so every statement may be repeated.

REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- Read models: the projector writes them, and so does the operator, whose command makes them again.
GRANT USAGE ON SCHEMA read TO khop_projector, khop_operator, khop_gateway, khop_deliverer, khop_reconciler;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA read TO khop_projector, khop_operator;
GRANT SELECT ON ALL TABLES IN SCHEMA read TO khop_gateway, khop_deliverer, khop_reconciler;
