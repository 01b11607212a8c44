"""Ask what nobody should for minutes on end, and look whether anybody else notices.

First what is too large, each in its way, then seven-way cross products all along, by twenty clients at one address.
Meanwhile entity pages, health and honest queries are asked for, and their times taken.

    python benchmarks/soak.py --seconds 600
"""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from serve import kg_serve, resident

ROOT = Path(__file__).resolve().parents[1]
CROSS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(7)) + " }"
HONEST = "SELECT ?thing ?class { ?thing a ?class } LIMIT 100"
BAD = {
    "a hundred million rows": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000000",
    "all sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
    "five megabytes": "ASK { } # " + "x" * 5_000_000,
    "depth": "ASK { " + "{ " * 5_000 + "} " * 5_000 + "}",
}
CLEAR = {400, 413, 503, 504}
ENTITIES = "SELECT DISTINCT ?s { ?s a ?c FILTER(isIRI(?s) && CONTAINS(STR(?s), '/id/')) } ORDER BY ?s LIMIT 100"


@dataclass
class Seen:
    """What was answered, when, and after how many seconds."""

    pages: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    honest: list[tuple[float, float]] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    cross: Counter[int] = field(default_factory=Counter)
    bad: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)

    @property
    def after_kills(self) -> list[float]:
        """The seconds from each kill to the next answer of an honest query."""
        ends = [end for end, _ in self.honest]
        return [next(end for end in ends if end > kill) - kill for kill in self.kills if ends and ends[-1] > kill]

    def figures(self) -> dict[str, float]:
        """Return what the soak is judged by."""
        return {
            "entity pages": len(self.pages),
            "entity pages, p50, ms": quantile(self.pages, 0.5) * 1000,
            "entity pages, p99, ms": quantile(self.pages, 0.99) * 1000,
            "health, answers": len(self.health),
            "health, p99, ms": quantile(self.health, 0.99) * 1000,
            "honest queries": len(self.honest),
            "honest queries, p99, ms": quantile([spent for _, spent in self.honest], 0.99) * 1000,
            "queries killed": len(self.kills),
            "longest wait after a kill, ms": max(self.after_kills, default=0) * 1000,
            "memory before, MB": self.memory[0] / 1e6,
            "memory after, MB": self.memory[1] / 1e6,
        }

    def faults(self, *, wait: float = 1) -> list[str]:
        """Return what is not as it must be; ``wait`` is how long the next honest query may take after a kill."""
        found = list(self.wrong)
        if quantile(self.pages, 0.99) >= 0.2:
            found.append(f"the p99 of entity pages is {quantile(self.pages, 0.99):.3f} s")
        if not self.kills:
            found.append("no query was killed")
        if max(self.after_kills, default=0) >= wait:
            found.append(f"an honest query waited {max(self.after_kills):.1f} s after a kill")
        if set(self.cross) - {503, 504, 429}:
            found.append(f"cross products were answered {dict(self.cross)}")
        if self.memory[1] > self.memory[0] + 50_000_000:
            found.append(f"memory grew from {self.memory[0] / 1e6:.0f} to {self.memory[1] / 1e6:.0f} MB")
        return found


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values is."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def soak(address: str, pid: int, *, seconds: float) -> Seen:
    """Ask a server for so many seconds."""
    seen = Seen()
    over = threading.Event()
    numbers = iter(range(10**9))

    def fresh(query: str) -> str:
        """Return a query that nobody has asked: the same one at once is asked once, and its answer is kept."""
        return f"{query} # {next(numbers)}"

    def client(name: str) -> httpx.Client:
        return httpx.Client(base_url=address, timeout=200, trust_env=False, headers={"X-Forwarded-For": name})

    def all_along(name: str, once: Callable[[httpx.Client], None]) -> Callable[[], None]:
        def run() -> None:
            with client(name) as asking:
                while not over.is_set():
                    try:
                        once(asking)
                    except httpx.HTTPError as error:
                        seen.wrong.append(f"{name}: {error!r}")

        return run

    def cross(asking: httpx.Client) -> None:
        status = asking.post("/sparql", data={"query": fresh(CROSS)}).status_code
        seen.cross[status] += 1
        if status in (503, 504):  # its memory, or its time
            seen.kills.append(time.monotonic())
        else:
            over.wait(1)

    def timed(asking: httpx.Client, path: str, **options: dict[str, str]) -> float:
        begun = time.monotonic()
        status = asking.get(path, **options).status_code  # type: ignore[arg-type]
        if status != 200:
            seen.wrong.append(f"{path} was answered {status}")
        return time.monotonic() - begun

    with client("192.0.2.1") as asking:
        found = asking.get("/sparql", params={"query": ENTITIES}, headers={"Accept": "text/csv"}).raise_for_status()
        rows = found.text.split()[1:]
        paths = [f"/id/{row.split('/id/', 1)[1]}.{form}" for row in rows if "#" not in row for form in ("html", "ttl")]
        paths = [path for path in paths if asking.get(path).status_code == 200]
        turns = iter(range(10**9))

        def page(asking: httpx.Client) -> None:
            seen.pages.append(timed(asking, paths[next(turns) % len(paths)]))
            over.wait(0.02)

        def health(asking: httpx.Client) -> None:
            seen.health.append(timed(asking, "/health"))
            over.wait(0.05)

        def honest(asking: httpx.Client) -> None:
            spent = timed(asking, "/sparql", params={"query": fresh(HONEST)})
            seen.honest.append((time.monotonic(), spent))
            over.wait(0.1)

        before = resident(pid)
        others = [all_along("192.0.2.2", page), all_along("192.0.2.3", health), all_along("192.0.2.4", honest)]
        threads = [threading.Thread(target=one) for one in others + [all_along("192.0.2.66", cross)] * 20]
        for thread in threads[: len(others)]:
            thread.start()
        for name, query in BAD.items():
            status = asking.post("/sparql", data={"query": query}).status_code
            seen.bad[name, status] += 1
            if status not in CLEAR:
                seen.wrong.append(f"{name} was answered {status}")
        for thread in threads[len(others) :]:
            thread.start()
        time.sleep(seconds)
        over.set()
        for thread in threads:
            thread.join()
        workers = None
        for _ in range(200):  # the last of those killed are being replaced
            alive = asking.get("/health/ready").json()["workers"]
            if alive == workers:
                break
            workers = alive
            time.sleep(2)
        seen.memory = before, resident(pid)
    return seen


def main() -> int:
    """Soak the project's own build, print the figures, and return 1 when one is not as it must be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    with kg_serve(ROOT) as server:
        seen = soak(server.address, server.pid, seconds=asked.seconds)
        words = server.words.read_text().splitlines()[1:]
    for name, value in seen.figures().items():
        print(f"{name:>32}  {value:,.0f}")
    print(f"{'cross products':>32}  {dict(seen.cross)}")
    for (name, status), count in sorted(seen.bad.items()):
        print(f"{name:>32}  {status}: {count}")
    faults = seen.faults() + words
    print("\n".join(faults) or "all as it must be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
