"""One shape of log line for us and for the libraries: a line a batch, names and numbers, never a payload."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from services.runtime.settings import LogFormat

_QUIET = {
    "aiokafka": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "khop.kafka": logging.ERROR,  # the framework's lines about what we log ourselves
    "uvicorn": logging.WARNING,
}


def configure(log_format: LogFormat, *, process: str, instance: str) -> None:
    """Send every log line of this process to standard error, as JSON or for a person's eyes."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(process=process, instance=instance)
    ending: list[structlog.typing.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def logger(**context: Any) -> structlog.typing.FilteringBoundLogger:
    """A logger; `context` is on every line it writes."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(**context)
    return bound
