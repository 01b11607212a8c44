"""Facts in the default graph, facts outside a passage, deductions without reasoning or without passages."""

from collections.abc import Iterator

from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.graph.terms import parse
from kg.project import Project
from kg.source.reader import Quad


def evidence(sources: Sources) -> Iterator[Problem]:
    """Yield what breaks the rules of evidence of the settings."""
    project = sources.project
    rules = project.evidence
    for file, rows in sources.quads.items():
        for s, p, o in sorted({(s, p, o) for g, s, p, o in rows if not g}):
            fact = " ".join(short(token, project) for token in (s, p, o))
            yield Problem(file, "default-graph", (fact,), sources.find(file, 0, s=s, p=p, o=o, g=""))
        graphs = sorted({g[1:-1] for g, *_ in rows if g})
        if rules.passages and file.startswith(f"{rules.passages}/"):
            for graph in graphs:
                if not rules.locate(graph):
                    yield Problem(
                        file, "not-a-passage", (graph.removeprefix(project.base),), sources.graph(file, f"<{graph}>")
                    )
        if rules.deductions and file.startswith(f"{rules.deductions}/"):
            for graph in graphs:
                yield from _deduction(file, f"<{graph}>", rows, sources)
        if file.startswith(f"{project.relative(project.instances)}/"):
            blank = {term for _, s, _, o in rows for term in (s, o) if term.startswith("_:")}
            if blank:
                s, p, o = next((s, p, o) for _, s, p, o in rows if s in blank or o in blank)
                span = sources.find(file, 0 if s in blank else 2, s=s, p=p, o=o)
                yield Problem(file, "blank-nodes", (str(len(blank)),), span)


def _deduction(file: str, graph: str, rows: list[Quad], sources: Sources) -> Iterator[Problem]:
    project = sources.project
    rules = project.evidence
    said = [(p, o) for g, s, p, o in rows if g == graph and s == graph]
    name = graph[1:-1].removeprefix(project.base)
    span = sources.graph(file, graph)
    languages = {parse(o).language for p, o in said if p == f"<{rules.reasoning}>"}
    for language in project.languages:
        if rules.reasoning and language not in languages:
            yield Problem(file, "no-reasoning", (name, project.compact(rules.reasoning), language), span)
    premises = [o[1:-1] for p, o in said if p == f"<{rules.derived_from}>"]
    if rules.derived_from and not any(rules.locate(premise) for premise in premises):
        yield Problem(file, "no-premise", (name, project.compact(rules.derived_from)), span)


def short(token: str, project: Project) -> str:
    """Return a token as people write it."""
    return project.compact(token[1:-1]) if token.startswith("<") else token
