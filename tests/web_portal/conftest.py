"""Fixtures of pages: see tests/web_dossiers/visiting.py."""

from tests.web_dossiers.visiting import app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]
