"""What a mail about a dossier tells beside the bare event: the answer, the facts to decide on, who decided what (N1).

Each reader is told what they read on the dossier's pages: a client no field that the workflow does not show to clients,
and no comment that was written with a vote unless the workflow says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from formengine.conditions.evaluation import is_empty
from formengine.i18n import pick
from formengine.services.access.enforcement import is_client_side
from formengine.services.case.fact_text import expect_people, fact_text
from formengine.services.case.outside_names import outside_names
from formengine.services.case.round_words import round_words
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.notifications.mails import Recipient
from formengine.services.people.askers import asker_name
from formengine.services.people.lookup import known_people, person_name
from formengine.value_format import format_due
from formengine.workflow.definition.model import Transition
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import VOTED, NotifyPeople, Round, Seat
from formengine.workflow.engine.requester_steps import answering_steps
from formengine.workflow.engine.shown_facts import shown_asking, shown_facts
from formengine.workflow.engine.state_machine import compiled

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

_ASKED: Final = ("approval_asked", "signature_asked", "approval_reminder", "signature_reminder")
_WITH_ASKER: Final = ("acknowledgement_asked", "acknowledgement_reminder", "copy")
_CLOSED: Final = ("approval_decided", "signature_done", "signature_declined", "outcome")
_OF_STEP: Final = ("transition", "sent_back")


def mail_details(loaded: LoadedCase, effect: NotifyPeople, to: Recipient) -> dict[str, object]:
    """The variables of a mail beside those of `template_data`, for one recipient."""
    rule = next((rule for rule in loaded.workflow.rounds if rule.id == effect.data.get("rule")), None)
    words = round_words(loaded.work, loaded.dossier, rule, to) if rule is not None else {}
    return {**words, **_details_of_kind(loaded, effect, to)}


def _details_of_kind(loaded: LoadedCase, effect: NotifyPeople, to: Recipient) -> dict[str, object]:
    reader = reader_of(loaded.work, to)
    round_ = _round_of(loaded, effect)
    if effect.kind in _OF_STEP:
        transition = _transition_of(loaded, effect)
        return {
            "done": transition is not None and transition.done is not None,
            "fields": _fields(loaded, effect, reader),
            "deadline": _reply_by(loaded, effect, reader, to),
            "answer": _answer(loaded, effect, reader, to),
        }
    if effect.kind == "forward_asked":
        signer = str(effect.data.get("signer") or "")
        return {"signer": outside_names(loaded.case).get(signer, signer)} if "@" in signer else {}
    if effect.kind in _ASKED and round_ is not None:
        return _asked(loaded, round_, reader, to)
    if effect.kind in _WITH_ASKER and round_ is not None:
        return {"asker": _asker(loaded, round_)}
    if effect.kind in _CLOSED and round_ is not None:
        return {"decisions": _decisions(loaded, round_, reader, to)}
    if effect.kind == "assigned":
        return {"deadline": next_deadline(loaded, to)}
    return {}


def reader_of(work: UnitOfWork, to: Recipient) -> UnitOfWork:
    """A unit of work in which values are written for a recipient: in their language and time zone."""
    person = known_people(work).get(to.person) if to.person else None
    return replace(work, actor=person or Guest(to.address, 0), language=to.language)


def next_deadline(loaded: LoadedCase, to: Recipient) -> dict[str, str] | None:
    """The deadline of a dossier that is due first: its name and when it is due; None without one."""
    running = [d for d in loaded.case.deadlines if d.status == "running" and d.due is not None and d.child is None]
    if not running:
        return None
    first = min(running, key=lambda deadline: deadline.due)  # type: ignore[arg-type,return-value]  # it is not None
    rule = compiled(loaded.workflow).deadlines.get(first.rule)
    name = pick(rule.name, to.language) if rule else pick(first.name, to.language)
    return {"name": name, "due": format_due(first.due, first.last_day, to.language, to.zone)}


def _reads_as_client(reader: UnitOfWork) -> bool:
    return isinstance(reader.actor, Guest) or is_client_side(reader)


def _round_of(loaded: LoadedCase, effect: NotifyPeople) -> Round | None:
    key = (effect.data.get("rule"), effect.data.get("number"))
    return next((round_ for round_ in loaded.case.rounds if (round_.rule, round_.number) == key), None)


def _transition_of(loaded: LoadedCase, effect: NotifyPeople) -> Transition | None:
    key = effect.data.get("of_child")
    definition = loaded.workflow.children[key[0]] if key else loaded.workflow
    return definition.transitions.get(str(effect.data.get("transition")))


def _fields(loaded: LoadedCase, effect: NotifyPeople, reader: UnitOfWork) -> list[dict[str, str]]:
    """What the step asked to be filled in, `[{title, value}]`, as far as the reader sees it."""
    definition: Any = loaded.workflow
    values: Mapping[str, Any] = loaded.case.fields
    key = effect.data.get("of_child")
    if key:
        definition = loaded.workflow.children[key[0]]
        child = next(c for c in loaded.case.children if [c.kind, c.number] == list(key))
        values = child.fields
    transition = _transition_of(loaded, effect)
    names = transition.requires if transition is not None else ()
    schemas = {name: definition.fields[name] for name in names if name in definition.fields}
    if _reads_as_client(reader) and not key:
        schemas = {name: schema for name, schema in schemas.items() if schema.get("client") == "sees"}
    return _texts(reader, ((schema.get("title") or name, values.get(name), schema) for name, schema in schemas.items()))


def _texts(reader: UnitOfWork, values: Iterable[tuple[Any, Any, Mapping[str, Any]]]) -> list[dict[str, str]]:
    present = [(title, value, schema) for title, value, schema in values if not is_empty(value)]
    expect_people(reader, [value for _title, value, _schema in present])
    texts = [(pick(title, reader.language), fact_text(reader, value, schema)) for title, value, schema in present]
    return [{"title": title, "value": text} for title, text in texts if text]


def _reply_by(loaded: LoadedCase, effect: NotifyPeople, reader: UnitOfWork, to: Recipient) -> dict[str, str] | None:
    """By when a client is expected to answer a step that leads to a state that waits for them; None where none does.

    Deadlines are internal, but for one of which the workflow reminds the requester.
    """
    state = loaded.workflow.states.get(loaded.case.state)
    is_own = to.person == loaded.case.submitter and _reads_as_client(reader) and not effect.data.get("of_child")
    if state is None or state.category != "waiting" or not is_own:
        return None
    rules, roles = compiled(loaded.workflow).deadlines, loaded.workflow.roles
    for deadline in loaded.case.deadlines:
        rule = rules.get(deadline.rule)
        tells = any(getattr(roles.get(role), "source_kind", "") == "submitter" for role in (rule.tell if rule else ()))
        if deadline.status == "running" and deadline.child is None and tells and rule is not None:
            due = format_due(deadline.due, deadline.last_day, to.language, to.zone)
            return {"name": pick(rule.name, to.language), "due": due}
    return None


def _answer(loaded: LoadedCase, effect: NotifyPeople, reader: UnitOfWork, to: Recipient) -> dict[str, str] | None:
    """The step by which a reader answers for whoever requested, where the dossier waits for it: its title and the
    address of its form; None where they may take none, or several, and for somebody without an account, who reads the
    status page.
    """
    if to.person is None or isinstance(reader.actor, Guest) or effect.data.get("of_child"):
        return None
    answering = answering_steps(loaded.workflow, loaded.case.state)
    if not answering:
        return None
    reasons = engine.available_transitions(loaded.workflow, loaded.case, loaded.context, to.person)
    steps = [step for step in answering if reasons.get(step.id) == []]
    if len(steps) != 1:
        return None
    base = loaded.work.platform.settings.base_url.rstrip("/")
    url = f"{base}/dossiers/{loaded.dossier.reference}/steps/{steps[0].id}"
    return {"title": pick(steps[0].title, to.language), "url": url}


def _asked(loaded: LoadedCase, round_: Round, reader: UnitOfWork, to: Recipient) -> dict[str, object]:
    """What somebody who is asked reads: who asked, with what words, and on what; of a late one, who is missing."""
    seat = next((s for s in round_.seats if s.person in (to.person, to.address) and s.status == "open"), None)
    missing = [_name(loaded, s) for s in round_.seats if s.status == "open"]
    if seat is None:
        return {"asker": _asker(loaded, round_), "missing": missing}
    asking = shown_asking(loaded.workflow, round_, seat)
    types, fields = loaded.workflow.fact_types, loaded.workflow.fields
    shown = shown_facts(loaded.workflow, loaded.case, round_, seat)
    schemas = {name: fields.get(name) or (types[name].schema if name in types else {}) for name in shown}
    titles = {name: schemas[name].get("title") or getattr(types.get(name), "title", None) or name for name in shown}
    return {
        "asker": _asker(loaded, round_),
        "comment": (asking.comment or "").strip(),
        "facts": _texts(reader, ((titles[name], value, schemas[name]) for name, value in shown.items())),
        "missing": missing,
        "in_place_of": person_name(loaded.work, seat.on_behalf_of),
    }


def _asker(loaded: LoadedCase, round_: Round) -> dict[str, str]:
    """Who asks; the company that they ask for is looked up when the mail is worded."""
    return {"name": asker_name(loaded.work, loaded.dossier, round_.asking.by)}


def _decisions(loaded: LoadedCase, round_: Round, reader: UnitOfWork, to: Recipient) -> list[dict[str, str]]:
    """Who has decided or signed, and how: `[{name, status, comment}]`."""
    rule = loaded.workflow.round_rule(round_.rule)
    is_part = to.person == round_.asked_by or any(seat.person in (to.person, to.address) for seat in round_.seats)
    comments = round_.kind == "signature" or rule.visible_to_client or is_part or not _reads_as_client(reader)
    return [
        {
            "name": _name(loaded, seat),
            "status": seat.status,
            "comment": (seat.comment or "").strip() if comments else "",
        }
        for seat in round_.seats
        if seat.status in (*VOTED, "declined") and not seat.past
    ]


def _name(loaded: LoadedCase, seat: Seat) -> str:
    if "@" in seat.person:
        return seat.name or outside_names(loaded.case).get(seat.person, seat.person)
    return person_name(loaded.work, seat.person)
