"""What a new version of a document does to open rounds: the signatures that it ends, told before it is added and agreed
to by whoever adds it, and the rounds that wait for a clean version (S3, S10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from formengine.errors import DocumentRefused, Refused
from formengine.i18n import pick, say
from formengine.services.approvals.participants import participant_name
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import Transition
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.document_versions import rounds_ended_by_version, unasked_signatures_ended
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.written_texts import documents_drafted, is_written, texts_kept

CONSENT = "ends_signatures"
"""The control of a page, and the member of a call of the API, by which somebody agrees to it."""

OVER_UPLOAD = "over_upload"
"""The same, by which somebody agrees that a draft follows a version that people added."""

UNAGREED = "it would end signatures, and nobody has agreed to it"
"""Why a job does not draft a document; stored as its failure."""


@dataclass(frozen=True)
class EndedSignatures:
    """An open round of signatures that a new version would end: what happens, as sentences in the reader's language."""

    round_id: int
    sentences: tuple[str, ...]


def ended_signatures(loaded: LoadedCase, document: str) -> list[EndedSignatures]:
    """The open rounds of signatures that a new version of a document ends; without those in which nobody has signed
    and nobody is asked yet, since a document is not clean (`Round.unasked`).
    """
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    rounds = [round_ for round_ in rounds_ended_by_version(execution, document) if round_.kind == "signature"]
    return [_view(loaded, round_) for round_ in rounds if not round_.unasked or _names(loaded, round_, "signed")]


def ended_by_document(work: UnitOfWork, dossier: Dossier, documents: Iterable[str]) -> dict[str, list[EndedSignatures]]:
    """What a new version of each of some documents ends, by document; without those that end nothing."""
    loaded = load(work, dossier)
    ended = {document: ended_signatures(loaded, document) for document in documents}
    return {document: rounds for document, rounds in ended.items() if rounds}


def void_by_document(work: UnitOfWork, dossier: Dossier, documents: Iterable[str]) -> dict[str, list[str]]:
    """What a new version of each of some documents does to approvals and acknowledgements of the present one, and to
    signatures in which nobody is asked yet, as sentences, by document; it takes no consent, since each turn of a
    negotiation does so.
    """
    loaded = load(work, dossier)
    void = {document: _void_rounds(loaded, document) for document in documents}
    return {document: sentences for document, sentences in void.items() if sentences}


def _void_rounds(loaded: LoadedCase, document: str) -> list[str]:
    language, changed = loaded.work.language, loaded.workflow.states[loaded.case.state].changed
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    sentences, unasked = list[str](), unasked_signatures_ended(execution, document)
    for round_ in rounds_ended_by_version(execution, document):
        names = _names(loaded, round_, "approved", "acknowledged")
        if round_.kind == "signature" or (round_.unasked and not names):  # told by `ended_signatures`; nobody was asked
            continue
        title = pick(loaded.workflow.round_rule(round_.rule).title, language)
        starts_again = round_.status == "open" and changed is None
        consequence = "“{round}” starts again with a new version." if starts_again else "A new version voids “{round}”."
        sentences.append(say(language, consequence, round=title))
        if names:
            sentences.append(say(language, "Given so far, and void then: {names}.", names=names))
    states = [changed] if sentences else []
    for round_, to in unasked:
        title = pick(loaded.workflow.round_rule(round_.rule).title, language)
        sentence = "A new version ends the signatures “{round}”, for which nobody is asked yet."
        sentences.append(say(language, sentence if to else "“{round}” starts again with a new version.", round=title))
        states.append(to)
    return list(dict.fromkeys([*sentences, *(words for to in states for words in _next_state(loaded, to))]))


def _next_state(loaded: LoadedCase, to: str | None) -> list[str]:
    """That the dossier goes to a state when a round is ended by a new version, as sentences; [] for None."""
    title = pick(loaded.workflow.states[to].title, loaded.work.language) if to else ""
    return [say(loaded.work.language, "The dossier then goes to “{state}”.", state=title)] if to else []


def over_uploads(work: UnitOfWork, dossier: Dossier) -> dict[str, str]:
    """What is said, by document, of a draft that would follow a version which people added: what is in it is not taken
    over. Without documents of which a draft is under way, since that was agreed to when it was asked for.
    """
    loaded = load(work, dossier)
    sentences = {document: _over_upload(loaded, document) for document in loaded.case.newest_versions}
    return {document: sentence for document, sentence in sentences.items() if sentence}


def over_uploads_of_step(loaded: LoadedCase, rule: Transition) -> list[str]:
    """The same for the drafts of a step (`do: [{draft: ...}]`) that the actor takes, as sentences: of documents of
    which they may add a version. Of others the draft waits for somebody who may (`hold_draft`).
    """
    sentences = [_over_upload(loaded, document) for document in _agreeable(loaded, rule)]
    return [sentence for sentence in dict.fromkeys(sentences) if sentence]


def _agreeable(loaded: LoadedCase, rule: Transition) -> list[str]:
    """The documents that a step drafts, and of which the actor may add a version now."""
    by, drafted = loaded.work.actor_id or "", documents_drafted(loaded.case, rule)
    workflow, case, context = loaded.workflow, loaded.case, loaded.context
    return [name for name in drafted if not engine.document_upload_reasons(workflow, case, context, name, by)]


def _over_upload(loaded: LoadedCase, document: str) -> str:
    if not is_written(loaded.case, document):
        return ""
    sentence = (
        "Somebody wrote version {n}. A draft comes from the answers, without what was written into it, and is what is "
        "approved and signed then; version {n} stays among the earlier ones."
    )
    return say(loaded.work.language, sentence, n=loaded.case.documents[document])


def ended_by_step(loaded: LoadedCase, rule: Transition) -> list[EndedSignatures]:
    """The signatures that a step would end, each once: by its drafts (`do: [{draft: ...}]`), or since it leaves the
    state that asks for them while somebody has signed. One with `approval_first` does so when it is approved, with the
    consent that was given when it was asked for.
    """
    if not rule.stays:
        rounds = [round_ for round_ in loaded.case.rounds if round_.status == "open" and round_.kind == "signature"]
        return [_left_view(loaded, round_) for round_ in rounds if _names(loaded, round_, "signed")]
    ended = [
        round_ for document in documents_drafted(loaded.case, rule) for round_ in ended_signatures(loaded, document)
    ]
    return list({round_.round_id: round_ for round_ in ended}.values())


def left_signatures(work: UnitOfWork, dossier: Dossier, transition: str) -> list[str]:
    """What is said before a step that leaves signatures which people are asked for, while nobody has signed yet."""
    loaded = load(work, dossier)
    rule = loaded.workflow.transitions[transition]
    open_ = [round_ for round_ in loaded.case.rounds if round_.status == "open" and round_.kind == "signature"]
    asked = [] if rule.stays else [round_ for round_ in open_ if not round_.unasked]
    unsigned = [round_ for round_ in asked if _names(loaded, round_, "open") and not _names(loaded, round_, "signed")]
    return [" ".join(_left_view(loaded, round_).sentences) for round_ in unsigned]


def kept_texts(work: UnitOfWork, dossier: Dossier, transition: str) -> list[str]:
    """What is said before a step of documents that it leaves as people wrote them, and in which they change by hand
    what it corrects.
    """
    loaded = load(work, dossier)
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    return texts_kept(execution, loaded.workflow.transitions[transition])


def require_consent(loaded: LoadedCase, document: str, *, given: bool) -> None:
    """Raise Refused, with what would happen, where a new version ends signatures and whoever adds it has not agreed."""
    advice = say(loaded.work.language, "Nothing was added. Agree to this to add the version.")
    _require_agreement({CONSENT: [] if given else _ending(ended_signatures(loaded, document))}, advice)


def require_consent_to_draft(loaded: LoadedCase, document: str, *, ends_signatures: bool, over_upload: bool) -> None:
    """The same for a draft that somebody asks for, and for one over a version that people added: what lacks consent is
    told at once.
    """
    over, ended = _over_upload(loaded, document), _ending(ended_signatures(loaded, document))
    advice = say(loaded.work.language, "Nothing was drafted. Agree to this to have it drafted anew.")
    sentences_by_box = {
        OVER_UPLOAD: [over] if over and not over_upload else [],
        CONSENT: [] if ends_signatures else ended,
    }
    _require_agreement(sentences_by_box, advice)


def require_consent_to_step(
    loaded: LoadedCase,
    rule: Transition,
    *,
    ends_signatures: bool,
    over_upload: bool,
    corrected: Iterable[str] = (),
) -> None:
    """Raise Refused for a step whose consequences the actor has not agreed to: signatures that it ends, and drafts over
    versions that people wrote. `corrected` are the documents that change with the answers which the step sends. With
    consent, its drafts may end these rounds, and follow the versions that are there now.
    """
    ended, overwritten = ended_by_step(loaded, rule), over_uploads_of_step(loaded, rule)
    by_answers = [round_ for document in corrected for round_ in ended_signatures(loaded, document)]
    every = {round_.round_id: round_ for round_ in [*by_answers, *ended]}.values()
    advice = say(loaded.work.language, "Nothing was done. Agree to this to go on.")
    sentences_by_box = {
        OVER_UPLOAD: [] if over_upload else overwritten,
        CONSENT: [] if ends_signatures else _ending(every),
    }
    _require_agreement(sentences_by_box, advice)
    numbers, overwritable = loaded.case.documents, _agreeable(loaded, rule) if over_upload else []
    drafts_over = {name: numbers[name] for name in overwritable if name in numbers}
    rounds = [round_.round_id for round_ in ended]
    loaded.context = replace(loaded.context, ended_rounds=rounds, drafts_over=drafts_over)


def _ending(ended: Iterable[EndedSignatures]) -> list[str]:
    return [sentence for round_ in ended for sentence in round_.sentences]


def _require_agreement(sentences_by_box: Mapping[str, Sequence[str]], advice: str) -> None:
    """Raise Refused where something lacks consent; the sentences about it, by the box to agree to it."""
    reasons = {box: " ".join([*sentences, advice]) for box, sentences in sentences_by_box.items() if sentences}
    if reasons:
        raise Refused.by_input(reasons)


def agreed_rounds(loaded: LoadedCase, document: str) -> list[int]:
    """The ids of the rounds of signatures that a new version ends, for a job that adds it once somebody has agreed."""
    return [ended.round_id for ended in ended_signatures(loaded, document)]


def require_agreed(loaded: LoadedCase, document: str, agreed: Collection[int], asked_at: str) -> None:
    """Raise DocumentRefused where a job would end signatures that nobody has agreed to end: others than the rounds
    with the ids `agreed`, and those that the step opened which asked for the job, at this moment (ISO 8601; "" for
    none).
    """
    opened = {round_.key for round_ in loaded.case.rounds if round_.opened_at.isoformat() == asked_at}
    if any(round_id not in agreed and round_id not in opened for round_id in agreed_rounds(loaded, document)):
        raise DocumentRefused(UNAGREED)


def held_documents(loaded: LoadedCase) -> set[str]:
    """The documents with remarks of their authors of open rounds in which nobody is asked yet (`Round.unasked`): rounds
    that wait for a draft are held, too, and these keep them so.
    """
    held = [round_ for round_ in loaded.case.rounds if round_.status == "open" and round_.unasked]
    newest = loaded.case.newest_versions
    return {name for round_ in held for name in round_.versions if name in newest and newest[name].remarks}


def _left_view(loaded: LoadedCase, round_: Round) -> EndedSignatures:
    """Signatures that end with the state that asks for them."""
    title = pick(loaded.workflow.round_rule(round_.rule).title, loaded.work.language)
    first = say(
        loaded.work.language, "This step ends the signatures “{round}” before everybody has signed.", round=title
    )
    return EndedSignatures(round_.key or 0, (first, *_people(loaded, round_)))


def _view(loaded: LoadedCase, round_: Round) -> EndedSignatures:
    language = loaded.work.language
    title = pick(loaded.workflow.round_rule(round_.rule).title, language)
    first = say(language, "A new version ends the signatures “{round}”.", round=title)
    changed = loaded.workflow.states[loaded.case.state].changed
    last = _next_state(loaded, changed) or [say(language, "The same people are then asked to sign the new version.")]
    return EndedSignatures(round_.key or 0, (first, *_people(loaded, round_), *last))


def _people(loaded: LoadedCase, round_: Round) -> list[str]:
    """Who has signed in a round, and who has not, as sentences."""
    language, words = loaded.work.language, []
    if signed := _names(loaded, round_, "signed"):
        words.append(say(language, "Signed so far, and void then: {names}.", names=signed))
    if not round_.unasked and (asked := _names(loaded, round_, "open")):
        words.append(say(language, "Asked to sign, and not signed yet: {names}.", names=asked))
    return words


def _names(loaded: LoadedCase, round_: Round, *statuses: str) -> str:
    seats = [seat for seat in round_.seats if seat.status in statuses and not seat.past]
    return ", ".join(dict.fromkeys(seat.name or participant_name(loaded, seat.person) for seat in seats))
