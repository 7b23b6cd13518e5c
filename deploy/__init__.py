"""How Khớp is run: locally without Docker, in containers, and the database and topics it needs."""
