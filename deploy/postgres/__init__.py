"""What Khớp needs of a PostgreSQL server."""
