"""A finished build as files for others: dumps, checksums, and the catalogue that describes them."""
