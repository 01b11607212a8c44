"""List the crates of Oxigraph with their licences, for those who get it as WebAssembly.

    pip download --no-deps pyoxigraph==VERSION
    python web/crates.py pyoxigraph-VERSION-….whl > web/crates.json

The package of npm says nothing of them; the wheel of the same version has a bill of materials (CycloneDX).
"""

import json
import re
import sys
import zipfile
from typing import Any

ROOTS = {"oxigraph", "spargeo"}
NATIVE = {"oxrocksdb-sys", "oxhttp"}
"""What a browser does not get: the store on disk, and the client that asks other endpoints."""
OWN: list[dict[str, str]] = [
    {"name": "console_error_panic_hook", "version": "0.1.7", "licence": "Apache-2.0 OR MIT", "by": "Nick Fitzgerald"},
]
"""What the bindings for JavaScript have beside these."""

HOLDERS = {"earcutr": "Mapbox, Tree Cricket"}
"""Whose a crate is by its licence, where its package names nobody."""


def crates(bill: Any) -> dict[str, Any]:
    """Return the version of Oxigraph in a bill of materials, and all crates that it is built from, sorted."""
    parts = {part["bom-ref"]: part for part in bill["components"]}
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    left = [ref for ref, part in parts.items() if part["name"] in ROOTS]
    [version] = [parts[ref]["version"] for ref in left if parts[ref]["name"] == "oxigraph"]
    seen: set[str] = set()
    while left:
        ref = left.pop()
        if ref not in seen and parts[ref]["name"] not in NATIVE:
            seen.add(ref)
            left += needs.get(ref, [])
    found = [_told(parts[ref]) for ref in seen]
    return {"oxigraph": version, "crates": sorted(found + OWN, key=lambda one: (one["name"], one["version"]))}


def _told(part: Any) -> dict[str, str]:
    """Return what is told of a crate: who made it, by name, else where it is made."""
    [licence] = [said["expression"] for said in part["licenses"]]
    names = re.sub(r"\s*<[^>]*>", "", part.get("author") or HOLDERS.get(part["name"], ""))
    sources = [one["url"] for one in part.get("externalReferences", []) if one["type"] == "vcs"]
    return {"name": part["name"], "version": part["version"], "licence": licence, "by": names or sources[0]}


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".cyclonedx.json")]
        json.dump(crates(json.loads(wheel.read(name))), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
