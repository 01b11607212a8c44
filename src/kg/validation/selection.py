"""Choose among findings: those that a baseline does not have, those of some files, the first so many."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg.errors import UsageError
from kg.validation.formats.sarif import FINGERPRINT
from kg.validation.report import Finding, Report


def read_baseline(file: Path) -> Counter[str]:
    """Return how often each fingerprint is in a report that ``kg validate`` wrote as JSON or SARIF.

    Raises UsageError for a file that cannot be read or is no such report.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the baseline: {error.strerror}", file=str(file)) from error
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise UsageError(f"the baseline is not JSON: {error}", file=str(file), line=line) from error
    try:
        return Counter(_fingerprints(data))
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "the baseline is no report of kg validate --format json or sarif, whose findings have fingerprints",
            file=str(file),
        ) from error


def without_known(report: Report, baseline: Counter[str]) -> Report:
    """Return the findings that the baseline does not have; what it has twice is known twice."""
    left = baseline.copy()
    fresh = []
    for finding in report.findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            fresh.append(finding)
    return Report(tuple(fresh))


def in_files(report: Report, chosen: Callable[[str], bool]) -> Report:
    """Return the findings whose triple, a triple that it follows from, or whose shape is in a chosen file."""
    is_chosen = lru_cache(maxsize=None)(chosen)

    def concerns(finding: Finding) -> bool:
        files = [finding.file, finding.shape_file, *(place.file for place in finding.premises)]
        return any(file is not None and is_chosen(file) for file in files)

    return Report(tuple(filter(concerns, report.findings)))


def first(report: Report, number: int | None) -> Report:
    """Return the first findings, the worst before the others; all when there is no number."""
    return report if number is None else Report(report.findings[:number])


def _fingerprints(data: Any) -> Iterator[str]:
    if "runs" in data:
        results = [result for run in data["runs"] for result in run["results"]]
        yield from (_text(result["partialFingerprints"][FINGERPRINT]) for result in results)
    else:
        yield from (_text(finding["fingerprint"]) for finding in data["findings"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
