"""A site as files that any web server can host, and what servers are told."""
