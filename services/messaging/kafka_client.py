"""The one security configuration, and the one way to say that the broker is away, of every Kafka client of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from services.messaging.port import BrokerUnavailable
from services.runtime.settings import KafkaSettings

_BY_MECHANISM = {"SCRAM-SHA-512": SASLScram512, "SCRAM-SHA-256": SASLScram256, "PLAIN": SASLPlaintext}


def security(settings: KafkaSettings) -> BaseSecurity:
    """How a client proves who it is and whether it encrypts."""
    tls = settings.tls()
    if not settings.protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=tls, use_ssl=tls is not None)
    kind = _BY_MECHANISM[settings.mechanism]
    return kind(
        username=settings.username or "",
        password=settings.password or "",
        ssl_context=tls,
        use_ssl=tls is not None,
    )


@contextmanager
def reaching(settings: KafkaSettings, what: str) -> Iterator[None]:
    """Raise BrokerUnavailable, with the broker's address and what was tried, for any way in which Kafka is away."""
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise BrokerUnavailable(f"{what} at {settings.bootstrap}: {type(error).__name__}: {error}") from error
