"""Signing in the portal itself: a signature provider like any other, but that there is nobody outside to ask."""

from __future__ import annotations

from typing import Any, Literal


class InApp:
    """The seat is signed on our own pages (`signs_here`), by its person or through a link."""

    signs_here = True

    def start(self, round: Any, seat: Any) -> None:
        """The mail that asks goes out with the seat; nothing else is to be begun."""

    def recall(self, seat: Any) -> None:
        """A seat that is closed can no longer be signed."""

    def status(self, seat: Any) -> Literal["asked"]:
        """What happens to the seat happens here, and is known already."""
        return "asked"
