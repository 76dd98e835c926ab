"""The database and the files: mapped classes, the database's settings, blob stores. No rules live here."""

from formengine.storage import absences, conversations, dossiers, history, mails, people, publications, rounds
from formengine.storage.base import Base
from formengine.storage.database import Database, open_database

TABLES = (people, absences, publications, dossiers, history, conversations, rounds, mails)
"""Every module that maps tables; importing this package is what makes `Base.metadata` whole."""

__all__ = ["TABLES", "Base", "Database", "open_database"]
