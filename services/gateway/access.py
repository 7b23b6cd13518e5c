"""The first thing every route does: whose key is this, and may it do that."""

from __future__ import annotations

from fastapi import Request

from services.gateway.caller import Callers, Refused
from services.gateway.problems import Stop, problem
from services.keys.port import ApiKey, Scope


class Access:
    """Reads the key of a request."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    async def require(self, request: Request, *scopes: Scope) -> ApiKey:
        """The caller's key, if it has one of these scopes. Raises Stop with 401 or 403."""
        try:
            key = await self._callers.identify(request.headers.get("authorization"))
        except Refused as error:
            raise Stop(problem(401, "no valid key", str(error))) from None
        if key.scope not in scopes:
            need = " or ".join(scopes)
            raise Stop(problem(403, f"this key is for {key.scope}, not for {need}", f"use a key of scope {need}"))
        return key
