"""The version of a release (Semantic Versioning 2.0.0, without labels)."""

import re
from typing import Literal, NamedTuple

from kg.errors import UsageError

Step = Literal["major", "minor", "patch"]


class Version(NamedTuple):
    """A version: three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Return the version that a text says. Raises UsageError for another text."""
        if not re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", text, re.ASCII):
            raise UsageError(f"a version is three numbers such as 1.4.0, not {text}")
        return cls(*map(int, text.split(".")))

    def after(self, step: Step) -> "Version":
        """Return the next version that is a step away."""
        match step:
            case "major":
                return Version(self.major + 1, 0, 0)
            case "minor":
                return Version(self.major, self.minor + 1, 0)
            case "patch":
                return Version(self.major, self.minor, self.patch + 1)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
