"""Acting by link: somebody without an account reads a document and signs or approves it, or declines (U9, S5, T16)."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.routes import PUBLIC, Route

ROUTES: Final = (
    Route("act", "/act/{token}", PUBLIC),
    Route("act.document", "/act/{token}/document", PUBLIC, ("GET", "POST")),
    Route("act.page", "/act/{token}/documents/{document}/pages/{page}", PUBLIC),
    Route("act.reading", "/act/{token}/reading", PUBLIC, ("POST",)),
    Route("act.question", "/act/{token}/question", PUBLIC, ("POST",)),
    Route("act.code", "/act/{token}/code", PUBLIC, ("POST",)),
    Route("act.signature", "/act/{token}/signature", PUBLIC, ("POST",), uploads=True),
    Route("act.refusal", "/act/{token}/refusal", PUBLIC, ("POST",)),
    Route("act.forwarding", "/act/{token}/forwarding", PUBLIC, ("POST",)),
    Route("act.decision", "/act/{token}/decision", PUBLIC, ("POST",)),
    Route("act.part", "/act/{token}/part", PUBLIC, ("POST",), uploads=True),
    Route("act.part_file", "/act/{token}/files/{file}", PUBLIC),
    Route("act.link", "/act/{token}/link", PUBLIC, ("POST",)),
)
"""No permission but the link itself: each service asks first whether it still stands."""


def includeme(config: Configurator) -> None:
    config.include("formengine.web.signature_input")
    config.scan(__name__)
