"""The data of a publication, written by a process of its own while others write pages."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from kg.graph.bearing import Pattern
from kg.graph.build import Build
from kg.processes import pool
from kg.project import Project
from kg.publication.again import EarlierData
from kg.publication.data import Data, write_data
from kg.publication.files import File, files_of
from kg.publication.tables import patterns_of_tables

_NICE = 5  # who writes pages has the longer way


@dataclass(frozen=True)
class Written:
    """The data that are written, their files, and what the queries of tables look for, by the paths of these."""

    data: Data
    files: tuple[File, ...]
    patterns: Mapping[str, Sequence[Pattern] | None]


class _Running(Protocol):
    def result(self) -> Written: ...


class Beside:
    """Data that are being written in a folder beside the ``root`` that they are for."""

    def __init__(self, process: ProcessPoolExecutor, running: _Running, folder: Path, root: Path) -> None:
        self._process = process
        self._running = running
        self._folder = folder
        self._root = root
        self._moving = Lock()

    @property
    def written(self) -> Written:
        """What is written, once it is, and is below the root. Raises what ``write_data`` raises."""
        written = self._running.result()
        with self._moving:
            self._process.shutdown()  # its memory is for others
            for path in self._folder.iterdir():
                path.rename(self._root / path.name)
        return written


@contextmanager
def data_beside(
    build: Build, *, project: Project, root: Path, site: str, folder: Path, earlier: EarlierData | None
) -> Iterator[Beside]:
    """Yield the data of ``build`` for ``root``, to be hosted at ``site``, which are first written in ``folder``.

    ``earlier`` are data of the same program, settings and queries.
    """
    folder.mkdir()
    asked = (project.settings_file, build.folder, folder, site, earlier)
    with pool(1, nice=_NICE) as process:
        yield Beside(process, process.submit(_write, *asked), folder, root)
    folder.rmdir()


def _write(settings: Path, build: Path, folder: Path, site: str, earlier: EarlierData | None) -> Written:
    project = Project.load(settings)
    data = write_data(Build(build), project=project, root=folder, site=site, earlier=earlier)
    files = files_of(folder, known=[*data.linked, *(offer.file for offer in data.offers)])
    return Written(data, files, earlier.patterns if earlier else patterns_of_tables(project))
