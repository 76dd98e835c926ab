"""Fixtures for pages without an account, on both kinds of database."""

from tests.support.databases import database_kind
from tests.web.dossiers.visitors import app, opened, signed_in

__all__ = ["app", "database_kind", "opened", "signed_in"]
