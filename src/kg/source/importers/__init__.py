"""Reference and tabular data into ``instances/``, one module for each origin."""
