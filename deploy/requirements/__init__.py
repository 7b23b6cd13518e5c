"""Locked dependencies: base (production), local (with broker and database), dev (with tests and checks)."""
