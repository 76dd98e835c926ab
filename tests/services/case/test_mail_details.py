"""What a mail about a step offers its reader to do."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from formengine.services.case.mail_details import mail_details
from formengine.services.case.repository import get_dossier, load
from formengine.services.dossiers import assignment, transitions
from formengine.services.notifications.mail_text import word_mail
from formengine.services.notifications.mails import recipients
from formengine.storage.models.mails import Mail
from formengine.workflow.engine.case import NotifyPeople
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, Opened, opened

__all__ = ["opened"]


def test_a_question_leads_to_the_form_that_answers_it(opened: Opened, acting: Acting, people: People) -> None:
    """N1: in the words of the step, as on the dossier's page; news that asks for nothing leads to the dossier."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, comment in (("take", None), ("ask", "Which lease?")):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, None, comment=comment)
    with acting(None) as work:
        query = select(Mail).where(Mail.kind == "transition", Mail.person_id == people("maya").id).order_by(Mail.id)
        news, question = (word_mail(work.platform, work.session, mail)[1] for mail in work.session.scalars(query))
        base = work.platform.settings.base_url
    assert f"[Open it]({base}/dossiers/{reference})" in news
    assert f"[Send the information]({base}/dossiers/{reference}/steps/answer_question)" in question
    assert "Which lease?" in question


def test_it_leads_whoever_may_answer_to_the_form_and_nobody_else(
    opened: Opened, acting: Acting, people: People
) -> None:
    """N1: where the workflow has the person answer for whom it was requested, and not who typed the request."""
    names = ("maya", "cleo", "ana")
    people.several(*names)
    reference = opened("legal_advice", {**ADVICE, "requested_for": people("cleo").id})
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, comment in (("take", None), ("ask", "Which lease?")):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, None, comment=comment)
    with acting(None) as work:
        dossier = get_dossier(work, reference)
        loaded = load(work, dossier)
        workflow = loaded.workflow
        answers = {
            **workflow.transitions,
            "answer_question": replace(workflow.transitions["answer_question"], who=("whom",)),
        }
        whom = replace(workflow.roles["requester"], id="whom", source="requested_for")
        other = replace(workflow, transitions=answers, roles={**workflow.roles, "whom": whom})
        effect = NotifyPeople("transition", (), {"transition": "ask"})
        for asked, led in ((workflow, ["maya"]), (other, ["cleo"])):
            case = replace(loaded, pack=replace(loaded.pack, workflow=asked))
            to = recipients(work, [people(name).id for name in names], dossier)
            told = [name for name, each in zip(names, to, strict=True) if mail_details(case, effect, each)["answer"]]
            assert told == led
