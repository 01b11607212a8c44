"""Lint the authored files: what is wrong before any shape is asked."""

from pathlib import Path

from kg.check.evidence import evidence
from kg.check.prefixes import prefixes
from kg.check.problem import Problem
from kg.check.queries import queries, run_checks
from kg.check.shapes import shapes
from kg.check.sources import Sources
from kg.check.terms import Terms, iris, terms
from kg.check.wordings import wordings
from kg.project import Project

__all__ = ["Problem", "check"]


def check(project: Project, *, paths: tuple[Path, ...] = (), language: str | None = None) -> list[Problem]:
    """Return what is wrong in the files of ``project``, sorted; with ``paths``, in these files and folders only.

    The whole project is read in any case: a term used in one file is defined in another. Of a project without
    settings (``Project.bare``) the files of ``paths`` are all, and only what needs no setting is checked.
    """
    sources = Sources.read(project, paths)
    known = Terms.of(sources)
    problems = [*sources.unread, *prefixes(sources), *terms(sources, known), *iris(sources), *shapes(sources)]
    problems.extend(queries(sources, known))
    if sources.settled:
        problems.extend(wordings(sources))
        problems.extend(evidence(sources))
    if not problems:
        problems.extend(run_checks(sources, language or project.languages[0]))
    return sorted(set(_within(problems, project, paths)), key=lambda p: (p.file, _order(p), p.message))


def _within(problems: list[Problem], project: Project, paths: tuple[Path, ...]) -> list[Problem]:
    wanted = {project.relative(path) for path in paths} - {"."}
    if len(wanted) < len(set(paths)) or not paths:
        return problems
    return [p for p in problems if any(p.file == path or p.file.startswith(f"{path}/") for path in wanted)]


def _order(problem: Problem) -> tuple[int, int]:
    return (problem.span.line, problem.span.column) if problem.span else (0, 0)
