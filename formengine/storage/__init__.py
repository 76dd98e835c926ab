"""The database and the files: mapped classes, the database's settings, blob stores. No rules live here."""

from formengine.storage.database import Database, open_database
from formengine.storage.models import (
    absences,
    answer_copies,
    comparisons,
    dossiers,
    drafts,
    exports,
    files_and_notes,
    fillings,
    history,
    lists,
    mails,
    page_pictures,
    people,
    publications,
    ratings,
    reading_copies,
    rounds,
    signed_copies,
    workers,
)
from formengine.storage.models.base import Base

TABLES = (
    people,
    absences,
    publications,
    ratings,
    dossiers,
    history,
    fillings,
    files_and_notes,
    drafts,
    exports,
    rounds,
    lists,
    mails,
    page_pictures,
    reading_copies,
    answer_copies,
    comparisons,
    signed_copies,
    workers,
)
"""Every module that maps tables; importing this package completes `Base.metadata`."""

__all__ = ["TABLES", "Base", "Database", "open_database"]
