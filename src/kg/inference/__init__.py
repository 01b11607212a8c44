"""What follows from the graph: OWL axioms and CONSTRUCT rules, run to the fixpoint on tables, each result explained."""
