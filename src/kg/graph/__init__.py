"""The graph as tables (DuckDB), as a SPARQL store (Oxigraph), and as a finished build on disk."""
