"""Knowledge graphs from folders of Turtle: validated, inferred, published, and cited."""
