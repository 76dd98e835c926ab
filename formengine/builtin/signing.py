"""Signature provider `in_app`: seats are signed on pages of the portal."""

from __future__ import annotations

from typing import Any, Literal


class InApp:
    """The seat is signed in the portal (`signs_here`), by its person or through a link."""

    signs_here = True
    several_documents = True

    def start(self, round: Any, seat: Any) -> None:
        """Nothing: the mail that asks for the signature is sent with the seat."""

    def recall(self, seat: Any) -> None:
        """Nothing: a closed seat cannot be signed."""

    def status(self, seat: Any) -> Literal["asked"]:
        """Always asked: signing changes the seat directly."""
        return "asked"
