"""The formats of a report.

Each module has ``write(out, report, context)``, which writes finding after finding and keeps none of what it wrote.
"""

import io
from importlib import import_module
from typing import TextIO

from kg.project import Project
from kg.validation.formats.context import Context
from kg.validation.report import FORMATS, Report

__all__ = ["FORMATS", "Context", "render", "write"]


def write(form: str, out: TextIO, report: Report, context: Context) -> None:
    """Write a report to ``out`` in one of ``FORMATS``."""
    import_module(f"kg.validation.formats.{form}").write(out, report, context)


def render(form: str, report: Report, *, project: Project, language: str) -> str:
    """Return a report in one of ``FORMATS``."""
    out = io.StringIO()
    write(form, out, report, Context(project, language))
    return out.getvalue()
