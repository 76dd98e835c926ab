"""Names of files: those that the portal makes of a dossier, and those that stand together in a mail or an archive."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def name_of_made_file(reference: str, document: str, what: str, ending: str) -> str:
    """The name of a file that the portal makes of a dossier: its reference, the document that it is made of, named as
    the file it has (or "" for none), and what it is, in the language of its reader.

    >>> name_of_made_file("CTR-7", "Lease.docx", "signed", "pdf"), name_of_made_file("CTR-7", "", "answers", "pdf")
    ('CTR-7 Lease (signed).pdf', 'CTR-7 answers.pdf')
    >>> name_of_made_file("CTR-7", "CTR-7 Lease.docx", "signé", "pdf")
    'CTR-7 Lease (signé).pdf'
    >>> name_of_made_file("CTR-7", "CTR-70 Lease.docx", "signed", "pdf")
    'CTR-7 CTR-70 Lease (signed).pdf'
    """
    stem = (document.rpartition(".")[0] or document).removeprefix(f"{reference} ").strip()
    return f"{reference} {stem} ({what}).{ending}" if stem else f"{reference} {what}.{ending}"


def distinct_names(names: Iterable[str]) -> list[str]:
    """Each name or path, in the same order; the second of one gets a number, as file managers do it. Names that differ
    in case alone are one, as they are on many systems.

    >>> distinct_names(["Contract.pdf", "contract.PDF", "Contract (2).pdf", "a.b/notes", "a.b/notes"])
    ['Contract.pdf', 'contract (2).PDF', 'Contract (2) (2).pdf', 'a.b/notes', 'a.b/notes (2)']
    """
    taken: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while _folded(candidate) in taken:
            candidate, number = _numbered(name, number), number + 1
        taken.add(_folded(candidate))
        distinct.append(candidate)
    return distinct


def _numbered(name: str, number: int) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    own = f"{stem} ({number}).{suffix}" if stem and dot else f"{last} ({number})"
    return f"{folder}{slash}{own}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
