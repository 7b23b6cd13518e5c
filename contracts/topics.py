"""The Kafka topics: their keys, partitions and retention, and how a tenant finds its partition."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """One topic as it must be on the broker. Kafka is transport: the store keeps everything, so retention is finite."""

    name: str
    key: str
    partitions: int
    retention_ms: int
    cleanup_policy: str = "delete"
    max_message_bytes: int = 1024 * 1024


OBSERVATIONS = TopicSpec(name="khop.observations.v1", key="{system}/{code}", partitions=12, retention_ms=14 * DAY_MS)
DOSSIER_EVENTS = TopicSpec(name="khop.dossier-events.v1", key="{subject}", partitions=12, retention_ms=14 * DAY_MS)
FINDINGS = TopicSpec(name="khop.findings.v1", key="{dossier}", partitions=12, retention_ms=90 * DAY_MS)
STATISTICS = TopicSpec(name="khop.statistics.v1", key="{tenant}/{agency}", partitions=12, retention_ms=90 * DAY_MS)

TOPICS: tuple[TopicSpec, ...] = (OBSERVATIONS, DOSSIER_EVENTS, FINDINGS, STATISTICS)


def partition_of(tenant: str, partitions: int) -> int:
    """The partition that holds all of a tenant: CRC-32 of its UTF-8 name modulo the number of partitions.

    Written down so that a backend in any language can find its own province; the record's key never chooses.
    """
    return crc32(tenant.encode()) % partitions
