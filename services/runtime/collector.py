"""Python's garbage collector, set for what these processes keep."""

from __future__ import annotations

import gc


def calm_collector() -> None:
    """Let the collector look rarely, and never at what is there already.

    What a process keeps between batches is large, long-lived and almost free of cycles. With the default thresholds
    the collector walks all of it again and again: half of the recorder's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
