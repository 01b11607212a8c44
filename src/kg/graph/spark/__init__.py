"""The tables of a graph on Apache Spark: the same statements, in parallel on many machines."""
