"""Figures of the service, in the text format of Prometheus."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from kg.service.workers import Pool

CONTENT_TYPE = CONTENT_TYPE_LATEST
Outcome = Literal["answered", "failed", "time", "memory", "lost", "gone", "refused"]
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What has been counted since the service began; ``watch`` says where to look for what is now."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kg_http_requests", "Requests answered, by route and status.", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "kg_http_request_seconds",
            "Seconds to answer a request.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._refused = Counter(
            "kg_http_connections_refused", "Connections closed before a request.", ["status"], registry=self._registry
        )
        self._queries = Counter(
            "kg_queries",
            "Queries ended: answered, failed with a message; killed for their time or memory, lost with their worker, "
            "given up as their client has gone; or refused for too much was asked at once.",
            ["outcome"],
            registry=self._registry,
        )
        for outcome in ("answered", "failed", "time", "memory", "lost", "gone", "refused"):
            self._queries.labels(outcome)
        ProcessCollector(registry=self._registry)

    def watch(self, build: Callable[[], tuple[str, str]], pools: Callable[[], Iterable[Pool]]) -> None:
        """Tell of a build, by its name and its digest, and of pools of workers too."""
        self._registry.register(_Now(build, pools))

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, status: int) -> None:
        """Count a connection that was closed before a request."""
        self._refused.labels(str(status)).inc()

    def query(self, outcome: str) -> None:
        """Count a query that has ended."""
        self._queries.labels(outcome).inc()

    def text(self) -> bytes:
        """Return all figures."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is now, read when it is asked for."""

    def __init__(self, build: Callable[[], tuple[str, str]], pools: Callable[[], Iterable[Pool]]) -> None:
        self._build = build
        self._pools = pools
        self._begun = time.monotonic()

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        pools = list(self._pools())
        name, digest = self._build()
        yield InfoMetricFamily("kg_build", "The build that is served.", {"name": name, "sha256": digest})
        yield GaugeMetricFamily("kg_uptime_seconds", "Since the service began.", time.monotonic() - self._begun)
        yield GaugeMetricFamily("kg_queries_running", "At workers.", sum(pool.running for pool in pools))
        yield GaugeMetricFamily("kg_queries_waiting", "For a worker.", sum(pool.waiting for pool in pools))
        yield GaugeMetricFamily("kg_workers", "Processes for queries.", sum(pool.ready for pool in pools))
        yield GaugeMetricFamily(
            "kg_workers_memory_bytes", "That they have in memory.", sum(pool.memory() for pool in pools)
        )
