"""A process that writes the data of a site, or computes the digest of its dataset, while requests are answered.

It is asked by one JSON object on its command line, and replies with a pickle on stdout, of a result or of an error.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kg.errors import KgError, UsageError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.project import Project
from kg.publication.data import Data, write_data
from kg.publication.dumps import dataset_quads
from kg.publication.files import File, files_of
from kg.service.site import Site


@dataclass(frozen=True)
class Written:
    """The data that was written in a folder: what it is, and every file by its path."""

    root: Path
    data: Data
    files: Mapping[str, File]


def digest_of(site: Site) -> str:
    """Return the SHA-256 of the canonical N-Quads of a site's dataset. Raises UsageError when there are none."""
    found = _ask(site)
    assert isinstance(found, str)
    return found


def written_in(root: Path, site: Site) -> Written:
    """Write the data of a site in an empty folder. Raises UsageError with what ``write_data`` says."""
    found = _ask(site, root=str(root))
    assert isinstance(found, Written)
    return found


def _ask(site: Site, **more: str) -> object:
    asked = {
        "settings": str(site.project.settings_file),
        "build": str(site.build.folder),
        "public": site.public_url,
        **more,
    }
    command = [sys.executable, "-P", "-m", "kg.service.data_writer", json.dumps(asked)]  # -P: no module of our folder
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
    reply = pickle.loads(done.stdout)
    if isinstance(reply, UsageError):
        raise reply
    return reply


def _reply(asked: Mapping[str, str | None]) -> object:
    project, build = Project.load(Path(str(asked["settings"]))), Build(Path(str(asked["build"])))
    if not (folder := asked.get("root")):
        return sha256("".join(canonical_nquads(dataset_quads(build, project=project))).encode()).hexdigest()
    root, public = Path(folder), asked["public"]
    site = f"{public}/" if public else project.base[: project.base.rindex("/") + 1]
    data = write_data(build, project=project, root=root, site=site, endpoint=f"{public}/sparql" if public else None)
    return Written(root, data, {file.path: file for file in files_of(root)})


def _main() -> None:
    # Its own name, for who unpickles what is of this module.
    from kg.service import data_writer

    try:
        reply = data_writer._reply(json.loads(sys.argv[1]))
    except KgError as error:
        reply = UsageError(error.message)
    sys.stdout.buffer.write(pickle.dumps(reply))


if __name__ == "__main__":
    _main()
