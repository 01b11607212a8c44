"""Pictures of the graph: what a saved query finds, drawn as SVG, with the same in a table, as CSV and as GeoJSON."""
