"""What mails call a round of signature, approval or acknowledgement (N1)."""

from __future__ import annotations

from dataclasses import replace

from formengine.i18n import pick
from formengine.services.case.document_titles import document_title
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.round_rules import RoundRule


def round_words(work: UnitOfWork, dossier: Dossier, rule: RoundRule, to: Recipient) -> dict[str, object]:
    """The variables `round` and `documents` of a mail, in its reader's language.

    The title of a round is a word of the workflow, and its document is named only beside others. Somebody outside,
    who does not know the workflow, reads the titles of the documents instead, but for an acknowledgement, whose page
    has the title of the round as its heading.
    """
    reader = replace(work, language=to.language)
    titles = ", ".join(document_title(reader, dossier, name) for name in rule.documents)
    if to.person is None and titles and rule.kind != "acknowledgement":
        return {"round": {"name": titles}, "documents": ""}
    return {"round": {"name": pick(rule.title, to.language)}, "documents": titles if len(rule.documents) > 1 else ""}
