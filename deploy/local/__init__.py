"""A real Kafka broker and a real PostgreSQL from packages alone, and every Khớp process, on one machine."""
