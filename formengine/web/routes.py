"""The one table of routes: name, address, who may come, how (U7).

Every page and API endpoint stands here, in the list of its package; a route that is not listed is not served, and
a test goes through the whole table for every role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Literal

from formengine.services.access.policy import RULES

PUBLIC: Final = "public"
"""The permission of what needs no account."""

Scope = Literal["read", "submit", "work", "admin"]
API: Final = "/api/"


@dataclass(frozen=True)
class Route:
    """One address. `permission` is a key of `services.access.policy.RULES`, or PUBLIC.

    `factory` (called with Pyramid's request) loads what the address names, or raises NotFound; where its result has
    a `sight`, the permission is asked of that. `scope` is what a bearer token needs, for addresses under /api/ alone.
    `uploads` says that files may be posted there: other bodies are small. `kept`: people write there at length, and
    what they post after their session has ended is kept for them (`web/unsent_posts.py`). Two routes may share a
    pattern when their methods differ.
    """

    name: str
    pattern: str
    permission: str
    methods: tuple[str, ...] = ("GET",)
    factory: Callable[[Any], object] | None = None
    scope: Scope | None = None
    uploads: bool = False
    kept: bool = False

    def __post_init__(self) -> None:
        if self.permission != PUBLIC and self.permission not in RULES:
            raise ValueError(f"route {self.name}: {self.permission!r} is not in the table of services.access")
        if self.is_api and self.permission != PUBLIC and self.scope is None:
            raise ValueError(f"route {self.name}: an address under {API} names its scope")

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith(API)

    @property
    def writes(self) -> bool:
        return bool(set(self.methods) - {"GET", "HEAD"})


PACKAGES: Final = (
    "formengine.web.accounts",
    "formengine.web.ops",
    "formengine.web.portal",
    "formengine.web.dossiers",
    "formengine.web.desk",
    "formengine.web.exports",
    "formengine.web.guest",
    "formengine.web.public",
    "formengine.web.api",
    "formengine.web.assistant",
)
"""Every package of pages: each has `includeme(config)` and its own `ROUTES`. Order matters where patterns overlap."""


def packages() -> tuple[str, ...]:
    """The packages that are here."""
    return tuple(name for name in PACKAGES if (spec := find_spec(name)) is not None and spec.origin)


def routes() -> tuple[Route, ...]:
    """The whole table; ValueError when two routes share a name, or a pattern and a method."""
    table = tuple(route for name in packages() for route in import_module(name).ROUTES)
    names: set[tuple[str, str]] = set()
    for route in table:
        keys = {(route.name, "name")} | {(route.pattern, method) for method in route.methods}
        if names & keys:
            raise ValueError(f"route {route.name}: its name, or one of its methods on {route.pattern}, is taken")
        names |= keys
    return table
