"""The catalogue of metrics: each is an attribute, so that a misspelt one does not type-check."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What one process counts; a registry of its own, so that two can live in one test."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.handled = Counter(
            "khop_records_handled", "Records done, by input and result", ["input", "result"], registry=self.registry
        )
        self.parked = Counter(
            "khop_records_parked", "Records set aside for a person", ["input"], registry=self.registry
        )
        self.retries = Counter(
            "khop_retries", "Waits because something we depend on was away", ["loop"], registry=self.registry
        )
        self.batch_s = Histogram(
            "khop_batch_seconds", "Time to do one batch", ["input"], buckets=_LATENCY_BUCKETS_S, registry=self.registry
        )
        self.call_s = Histogram(
            "khop_call_seconds",
            "Time of one call to another system, by outcome",
            ["system", "outcome"],
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.request_s = Histogram(
            "khop_request_seconds",
            "Time to answer a request, by route and status",
            ["route", "status"],
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.lag = Gauge(
            "khop_lag", "Items in an input that are not done yet", ["input", "lane"], registry=self.registry
        )
        self.lag_s = Gauge(
            "khop_lag_seconds", "Age of the oldest item not done yet", ["input", "lane"], registry=self.registry
        )
        self.position = Gauge("khop_position", "How far an input is done", ["input", "lane"], registry=self.registry)
        self.live = Gauge("khop_live", "1 while there is progress against supply", registry=self.registry)
        self.ready = Gauge("khop_ready", "1 while the process can do its work", registry=self.registry)

    def text(self) -> bytes:
        """All of it in the Prometheus text format."""
        return generate_latest(self.registry)
