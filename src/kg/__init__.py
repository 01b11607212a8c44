"""Knowledge graphs from folders of Turtle: validated, inferred, published, and cited.

The public names are those of ``__all__``; each is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.errors import (
        EndpointError,
        InconsistencyError,
        KgError,
        QueryError,
        ResourceError,
        RuleError,
        ShapeError,
        SourceError,
        UsageError,
    )
    from kg.graph.build import Build
    from kg.graph.quads import Graph
    from kg.inference.proof import Proof
    from kg.inference.reasoning import infer
    from kg.inference.rules import Rule
    from kg.lookup import explain
    from kg.pipeline import build, load
    from kg.pipeline import validate_project as validate
    from kg.project import Project
    from kg.publication.publish import publish
    from kg.query.answer import Answer
    from kg.query.catalogue import Query
    from kg.validation.report import Finding, Report

_HOMES = {
    "Answer": "kg.query.answer",
    "Build": "kg.graph.build",
    "EndpointError": "kg.errors",
    "Finding": "kg.validation.report",
    "Graph": "kg.graph.quads",
    "InconsistencyError": "kg.errors",
    "KgError": "kg.errors",
    "Project": "kg.project",
    "Proof": "kg.inference.proof",
    "Query": "kg.query.catalogue",
    "QueryError": "kg.errors",
    "Report": "kg.validation.report",
    "ResourceError": "kg.errors",
    "Rule": "kg.inference.rules",
    "RuleError": "kg.errors",
    "ShapeError": "kg.errors",
    "SourceError": "kg.errors",
    "UsageError": "kg.errors",
    "build": "kg.pipeline",
    "explain": "kg.lookup",
    "infer": "kg.inference.reasoning",
    "load": "kg.pipeline",
    "publish": "kg.publication.publish",
    "validate": "kg.pipeline",
}

__all__ = [
    "Answer",
    "Build",
    "EndpointError",
    "Finding",
    "Graph",
    "InconsistencyError",
    "KgError",
    "Project",
    "Proof",
    "Query",
    "QueryError",
    "Report",
    "ResourceError",
    "Rule",
    "RuleError",
    "ShapeError",
    "SourceError",
    "UsageError",
    "build",
    "explain",
    "infer",
    "load",
    "publish",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), "validate_project" if name == "validate" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
