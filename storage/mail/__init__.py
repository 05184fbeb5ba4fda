"""Mail that leaves the office: over TLS, one at a time."""
