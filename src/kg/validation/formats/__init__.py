"""The formats of a report: each module has ``render(report, *, project, language) -> str``."""
