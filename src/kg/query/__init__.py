"""Questions put to the graph: the saved queries, their parameters, and their answers from a build or an endpoint."""
