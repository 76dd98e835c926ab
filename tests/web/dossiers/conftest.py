"""Fixtures for page tests (see tests/web/dossiers/visitors.py), on both kinds of database."""

from tests.support.databases import database_kind
from tests.web.dossiers.visitors import app, dispute, opened, signed_in

__all__ = ["app", "database_kind", "dispute", "opened", "signed_in"]
