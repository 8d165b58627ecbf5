"""Django's PostgreSQL backend, which starts the embedded server, or attaches to it, on the first connection."""
