"""The local stack: real Kafka and PostgreSQL, with or without Docker, and the services on top."""
