"""Correction of answers that were sent back: the form again, with what was sent; every sending is kept (F19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from formengine import forms, json_pointer
from formengine.authoring import RequestType
from formengine.errors import Invalid, Refused
from formengine.forms import FieldError
from formengine.i18n import pick, say
from formengine.services.case.repository import LoadedCase, check_version, get_dossier, load, load_for_update
from formengine.services.case.search_documents import mark_changed
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import new_attachment
from formengine.services.dossiers.decided_documents import look_at_decided_documents
from formengine.services.dossiers.submitted_documents import (
    documents_of_correction,
    drafted_documents,
    replace_submitted_documents,
    require_draftable,
)
from formengine.services.dossiers.transitions import transitions_of_case
from formengine.services.dossiers.version_consequences import require_consent_to_step
from formengine.services.files.document_safety import examine_answers
from formengine.services.files.dossier_files import TakenFiles, take_files
from formengine.services.intake.dossier_opening import involve_people
from formengine.services.intake.reference_numbers import reserve_submission_id
from formengine.services.people.lookup import person_name
from formengine.storage.models.dossiers import Dossier, EarlierSubmission, Submission
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.readers import asks_for_restriction

if TYPE_CHECKING:
    from formengine.forms import Answers, Form


@dataclass(frozen=True)
class Correction:
    """Answers that are open for correction to the actor.

    `answers` are those that stand; `parts` are the fields of the form that may change (None: all). `step` is the id of
    the transition that sends them, `title` its title; `by` and `comment` are of whoever sent them back.
    """

    request_type: RequestType
    form: Form
    answers: dict[str, Any]
    parts: tuple[str, ...] | None
    step: str
    title: str
    comment_required: bool
    by: str
    comment: str

    def may_change(self, name: str) -> bool:
        """Whether an answer may change: it is open, was not asked before, or is computed from others."""
        return self.parts is None or name in self.parts or name not in self.answers or name in self.form.computed

    def open_fields(self, answers: Mapping[str, Any], opened: Collection[str] = ()) -> list[str]:
        """The top-level fields that the form shows beside some answers and that may change, `opened` besides."""
        from formengine.forms.corrected_answers import shown_fields

        shown = shown_fields(self.form, answers)
        return [name for name in shown if self.may_change(name) or name in opened]


def open_correction(work: UnitOfWork, dossier: Dossier, version: int | None = None) -> Correction | None:
    """What the actor may correct now; None where nothing is open to them.

    Raises Stale when `version` is given and is not the present one.
    """
    check_version(work, dossier, version)
    loaded = load(work, dossier)
    reopened = loaded.case.reopened
    without_obstacles = {name: replace(content, obstacle="") for name, content in loaded.case.newest_versions.items()}
    case_as_if_fit = replace(loaded.case, newest_versions=without_obstacles)
    as_if_fit = replace(loaded, case=case_as_if_fit)  # the correction may replace the unfit file
    if reopened is None or transitions_of_case(as_if_fit).get(reopened.step) != []:
        return None
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    transition = loaded.workflow.transitions[reopened.step]
    return Correction(
        request_type=request_type,
        form=request_form(work, request_type, suggesting=True),
        answers=engine.correctable_answers(Execution(loaded.workflow, loaded.case, loaded.context)),
        parts=reopened.parts,
        step=reopened.step,
        title=pick(transition.title, work.language),
        comment_required=transition.requires_comment,
        by=person_name(work, reopened.by),
        comment=reopened.comment or "",
    )


@dataclass(frozen=True)
class JudgedAnswers:
    """Corrected answers as they are to be stored, with the form's errors.

    `opened` are answers that were not open and may change all the same: the form finds them wrong beside the others.
    """

    data: dict[str, Any]
    errors: list[FieldError]
    opened: frozenset[str] = frozenset()


def judge_answers(work: UnitOfWork, correction: Correction, answers: Answers | Mapping[str, Any]) -> JudgedAnswers:
    """Judge all answers by the whole form, as read from it or as JSON data.

    Answers that are not open stay as they are, whatever was sent, or go where the form no longer asks for them. Nothing
    is written, and nothing that waits to be written is (`no_autoflush`).
    """
    from formengine.forms.corrected_answers import judge_correction

    sent = dict(answers.data or {}) if isinstance(answers, forms.Answers) else dict(answers)
    judged = judge_correction(correction.form, correction.answers, correction.parts, sent)
    data, errors = judged.data, judged.errors
    if isinstance(answers, forms.Answers):  # what was typed and could not be read is an error of its own
        errors = [e for e in answers.errors if json_pointer.first(e.pointer) not in judged.closed] or errors
    with work.session.no_autoflush:
        errors = errors or invalid_dossier_references(work, correction.form, data)
    return JudgedAnswers(data, errors, judged.opened)


def correct_answers(
    work: UnitOfWork,
    reference: str,
    version: int,
    answers: Mapping[str, Any],
    comment: str | None = None,
    *,
    ends_signatures: bool = False,
    over_upload: bool = False,
) -> Dossier:
    """Send all answers again as JSON data; those that are not open may be left out. Raises as `send_correction`, and
    Refused where nothing is open to the actor.
    """
    correction = open_correction(work, get_dossier(work, reference), version)
    if correction is None:
        raise Refused([say(work.language, "The answers are not open for correction.")])
    judged = judge_answers(work, correction, answers)
    agrees = {"ends_signatures": ends_signatures, "over_upload": over_upload}
    return send_correction(work, reference, version, correction, judged, comment, **agrees)


def send_correction(
    work: UnitOfWork,
    reference: str,
    version: int,
    correction: Correction,
    judged: JudgedAnswers,
    comment: str | None = None,
    *,
    ends_signatures: bool = False,
    over_upload: bool = False,
) -> Dossier:
    """Store judged answers as a new submission beside the earlier one, and take the step that sends them.
    `ends_signatures` says that the actor agrees that a new version of a document ends open signatures, `over_upload`
    that drafts of the step follow versions that people wrote, which is asked of those who may add versions.

    Raises Invalid with the form's errors, Stale when the dossier has changed since `version`, and Refused with every
    reason against the step, and where it would do either without consent.
    """
    if judged.errors:
        raise Invalid(judged.errors)
    examine_answers(work, (judged.data.get(rule.from_ or "") for rule in correction.request_type.documents.values()))
    look_at_decided_documents(work, get_dossier(work, reference), correction.step)
    loaded = load_for_update(work, reference, version=version)
    taken = take_files(work, loaded.dossier, correction.form.files(judged.data), judged.data)
    with work.session.no_autoflush:
        drafted = drafted_documents(loaded, correction.request_type)
        if correction.step in loaded.workflow.transitions:
            rule, before = loaded.workflow.transitions[correction.step], loaded.dossier.submission.answers
            made = documents_of_correction(loaded, correction.request_type, before, taken.data, taken.files)
            changed = [name for names in made for name in names]
            require_consent_to_step(
                loaded, rule, ends_signatures=ends_signatures, over_upload=over_upload, corrected=changed
            )
        _replace_submission(loaded, correction, taken, ends_signatures=ends_signatures)
        by, opened = work.actor_id or "", judged.opened
        dossier = loaded.run(engine.answer, by, taken.data, correction.step, comment, opened)
        require_draftable(loaded, [name for name in drafted if name in loaded.case.drafts_due])
        return dossier


def _replace_submission(
    loaded: LoadedCase, correction: Correction, taken: TakenFiles, *, ends_signatures: bool
) -> None:
    work, dossier, earlier = loaded.work, loaded.dossier, loaded.dossier.submission
    for stored in taken.added:
        work.session.add(new_attachment(work, dossier, stored))
    submission = Submission(
        id=reserve_submission_id(work),
        request_type=earlier.request_type,
        form_hash=earlier.form_hash,
        answers=taken.data,
        language=work.language,
        notice_accepted=earlier.notice_accepted,
        submitted_at=work.now,
        submitted_by=work.person.id,
    )
    work.session.add(submission)
    work.session.add(EarlierSubmission(dossier_id=dossier.id, submission_id=earlier.id, replaced_at=work.now))
    dossier.submission = submission
    dossier.submission_id = submission.id
    _rename(work, dossier, correction.request_type, taken.data)
    involve_people(work, dossier, taken.data)
    dossier.titles = correction.request_type.titles_for(taken.data, dossier.requester.name, work.zone)
    before, agrees = earlier.answers, ends_signatures
    replace_submitted_documents(
        loaded, correction.request_type, before, taken.data, taken.files, ends_signatures=agrees
    )


def _rename(work: UnitOfWork, dossier: Dossier, request_type: RequestType, data: dict[str, Any]) -> None:
    """The dossier's title and the words it is found by follow the answers; what became confidential is restricted."""
    requester = dossier.requester.name
    dossier.title = request_type.title_for(data, work.language, requester, work.zone)[:300]
    mark_changed(work, dossier)
    dossier.restricted = dossier.restricted or asks_for_restriction(data)
