-- Who may do what. Run as khop_owner after all migrations, every time; so every statement may be repeated.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
