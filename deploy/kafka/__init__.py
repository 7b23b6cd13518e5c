"""What Khớp needs of a Kafka cluster."""
