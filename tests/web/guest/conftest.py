"""Fixtures of pages: see tests/web/dossiers/visitors.py."""

from tests.web.dossiers.visitors import app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]
