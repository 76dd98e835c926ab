"""Exports of lists to Excel and CSV: the button of a list, the page of a long export, its file (P14)."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.exports.context import export_context
from formengine.web.routes import Route

ROUTES: Final = (
    Route("exports", "/exports", "account.own"),
    Route("exports.new", "/exports", "account.own", ("POST",)),
    Route("export", "/exports/{id}", "account.own", factory=export_context),
    Route("export.file", "/exports/{id}/file", "account.own", factory=export_context),
)


def includeme(config: Configurator) -> None:
    config.scan(__name__)
