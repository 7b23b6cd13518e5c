"""The base of every contract, in a file of its own so that claims can be kept in more than one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A contract: immutable, and an unknown key is an error with its name, not something to be lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")
