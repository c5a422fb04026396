"""Private PostgreSQL, Redis and Dovecot: one module a server, `process` for what they share."""
