"""Whether a graph conforms to its shapes (W3C SHACL): findings, and reports in several formats."""
