"""What mails call a round of signature, approval or acknowledgement (N1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formengine.i18n import pick
from formengine.services.case.document_titles import document_title
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.round_rules import RoundRule


def round_words(
    work: UnitOfWork, dossier: Dossier, rule: RoundRule, to: Recipient, *, names_documents: bool = False
) -> dict[str, object]:
    """The variables `round` and `documents` of a mail, in its reader's language.

    The title of a round is a word of the workflow, and its document is named only beside others. Somebody outside,
    who does not know the workflow, reads the titles of the documents instead, but for an acknowledgement, whose page
    has the title of the round as its heading (`title_for_outside`). `names_documents`: so does everybody, since the
    mail is about the documents.
    """
    reader = replace(work, language=to.language)
    title, documents = pick(rule.title, to.language), [document_title(reader, dossier, name) for name in rule.documents]
    name = title_for_outside(rule.kind, title, documents) if names_documents or to.person is None else title
    is_apart = name == title and len(documents) > 1
    return {"round": {"name": name}, "documents": ", ".join(documents) if is_apart else ""}


def title_for_outside(kind: str, title: str, documents: Sequence[str]) -> str:
    """What a round is called for somebody outside, from its kind, its title and the titles of its documents.

    >>> [title_for_outside(kind, "Review", ["Agreement", "Annex"]) for kind in ("signature", "acknowledgement")]
    ['Agreement, Annex', 'Review']
    """
    return ", ".join(documents) if documents and kind != "acknowledgement" else title
