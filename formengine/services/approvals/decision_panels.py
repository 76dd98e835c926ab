"""What the holder of a seat reads beside the buttons: the facts, who asked and with what words (W7, U9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from formengine.conditions.fact_types import properties
from formengine.i18n import pick
from formengine.services.access.enforcement import is_client_side
from formengine.services.approvals.participants import participant_name
from formengine.services.case.attachment_links import attachment_links
from formengine.services.case.empty_places import empty_places_of
from formengine.services.case.fact_text import expect_people, fact_text
from formengine.services.case.repository import LoadedCase
from formengine.services.case.step_schemas import facts_schema
from formengine.services.catalogue.request_types import compile_form
from formengine.services.people.askers import asker_name
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.shown_facts import shown_asking, shown_facts


@dataclass(frozen=True)
class DecisionPanel:
    """The panel of one seat: its facts as a description list, long ones folded unless they are to be acknowledged; the
    step that asked, who asks, and the comment of the step with its author. Who asks is as in the head of a page and in
    mails (`asker_name`): never somebody outside. `empty_places` is what is said of empty places in the documents.
    """

    facts: Markup
    step: str
    asker: str
    author: str
    comment: str
    empty_places: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not (self.facts or self.comment or self.empty_places)


def decision_panel(loaded: LoadedCase, round_: Round, seat: Seat, *, with_links: bool = True) -> DecisionPanel:
    """The panel of a seat in the actor's language. `with_links`: the files in it can be downloaded by the reader."""
    work = loaded.work
    asking = shown_asking(loaded.workflow, round_, seat)
    transition = loaded.workflow.transitions.get(asking.step or "")
    values = shown_facts(loaded.workflow, loaded.case, round_, seat)
    return DecisionPanel(
        facts=_facts_html(loaded, values, with_links=with_links, folds=round_.kind != "acknowledgement"),
        step=pick(transition.title, work.language) if transition else "",
        asker=asker_name(work, loaded.dossier, asking.by) if transition else "",
        author=participant_name(loaded, asking.by) if asking.by else "",
        comment=(asking.comment or "").strip(),
        empty_places=_empty_places(loaded, round_, is_outside=not with_links or is_client_side(work)),
    )


def _empty_places(loaded: LoadedCase, round_: Round, *, is_outside: bool) -> tuple[str, ...]:
    """What is said of empty places to whoever approves, and to signers of ours; others sign what they read."""
    if round_.kind == "acknowledgement" or (round_.kind == "signature" and is_outside):
        return ()
    return tuple(empty_places_of(loaded, loaded.workflow.round_rule(round_.rule).documents))


def _facts_html(loaded: LoadedCase, values: Mapping[str, Any], *, with_links: bool, folds: bool) -> Markup:
    """Facts as a description list, each rendered as its form or field says; empty without facts."""
    if not values:
        return Markup()
    work, workflow = loaded.work, loaded.workflow
    form = work.platform.definitions.request_type(work.session, loaded.dossier.submission.form_hash)
    asked = properties(form.schema(work.language))
    schemas, shown = {}, {}
    expect_people(work, list(values.values()))
    for name, value in values.items():
        fact = workflow.fact_types.get(name)
        schema = workflow.fields.get(name) or asked.get(name) or (fact.schema if fact else {})
        title = schema.get("title") or (fact.title if fact else None)
        if fact is not None and fact.kind in ("person", "people"):  # names, not a choice of everybody with an account
            value, schema = fact_text(work, value, schema), {"type": "string"}
        schemas[name], shown[name] = {**schema, **({"title": title} if title else {})}, value
    compiled = compile_form(work, facts_schema(loaded, schemas), work.language)
    links = attachment_links(work, loaded.dossier.id) if with_links and compiled.files(shown) else {}
    html = compiled.summary(shown, link=lambda file: links.get(str(file.get("id"))), zone=work.zone, folds=folds)
    return Markup(html)  # the forms engine escapes every value  # nosec B704
