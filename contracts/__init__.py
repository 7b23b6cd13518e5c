"""What crosses a process boundary or is kept for ever: shapes and code lists, no behaviour, no I/O.

A contract is for ever: a field may be added, never removed or given another meaning; `upcasting` reads what older
versions wrote, and the examples beside the schemas are parsed by every later version.
"""
