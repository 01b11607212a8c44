"""Files in: RDF documents as quads of canonical tokens, passages, importers, and Turtle as people review it."""
