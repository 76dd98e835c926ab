"""Check of texts that people read: sentences in one language beside others in several, questions and choices without
titles, steps told as orders.

A warning each, on a site without errors; a text that may be the same in every language, such as a name, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.authoring.checks.untitled import check_untitled
from formengine.authoring.packs.schema_texts import is_text_map
from formengine.authoring.site import ParsedBundle
from formengine.source import Document, Finding
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.model import Transition, Workflow
from formengine.workflow.engine.readers import OWN

TEXT_KEYS: Final = frozenset(
    (
        "title",
        "description",
        "client_sees",
        "done",
        "says",
        "button",
        "statement",
        "help",
        "legal_notice",
        "dossier_title",
    )
)
"""Keys whose values are texts for people, wherever they stand in a pack."""
_VALUES: Final = frozenset(("with", "set", "where", "const", "default", "enum", "examples", "answers"))
"""Keys whose values are data, in which a `title` is somebody's own."""
_SENTENCE: Final = re.compile(r"\w+[’']?\W+(?:\S+ )*[a-zà-ÿ]{2,}|.*\w\s*[?？؟]$", re.UNICODE)
"""Two words or more, one of them behind the first in small letters, or a question: no proper name."""
_SHORT_TEXTS: Final = ("title", "button", "done")
_LONGEST: Final = 250
"""How many characters a title, or the words of a button, may have: the longest in use are sentences of consent."""
_FACT: Final = re.compile(r"\{[^{}]*\}")


def text_findings(parsed: ParsedBundle, field_kinds: Mapping[str, Any]) -> list[Finding]:
    """The warnings about the texts of every pack; `field_kinds` are those of plugins."""
    findings: list[Finding] = []
    languages = parsed.config.portal.languages
    for source in parsed.packs.values():
        documents = [document for document in (source.workflow, *source.requests.values()) if document is not None]
        if len(languages) > 1 and any(_has_languages(document.value) for document in documents):
            for document in documents:
                cursor = YamlCursor(document, findings=findings)
                _check_languages(cursor, languages)
                _check_titles(cursor, languages, field_kinds)
        for document in documents:
            _check_lengths(YamlCursor(document, findings=findings))
        pack = parsed.built.get(source.id)
        if pack is not None and source.workflow is not None:
            findings += _untold_steps(source.workflow, pack.workflow)
    return findings


def _has_languages(value: Any) -> bool:
    """Whether a text within a value is given by language."""
    if isinstance(value, dict):
        return any((key in TEXT_KEYS and is_text_map(part)) or _has_languages(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_has_languages, value))


def _check_titles(cursor: YamlCursor, languages: tuple[str, ...], kinds: Mapping[str, Any]) -> None:
    """Titles in the form of a request type; in the fields of a workflow, and of its children."""
    if cursor.at("form").present:
        check_untitled(cursor.at("form"), languages, kinds)
        return
    for owner in (cursor, *cursor.at("children").mapping().entries()):
        if owner.at("fields").value:
            check_untitled(owner, languages, kinds, properties="fields")


def _check_languages(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    for entry in cursor.members():
        if entry.name == "help" and "ui" not in entry.path:  # it means nothing there, which is told
            continue
        if entry.name in TEXT_KEYS and isinstance(entry.value, str):
            if _SENTENCE.match(_FACT.sub("X", entry.value)):
                by_language = ", ".join(f"{code}: ..." for code in languages)
                message = f"{entry.name} has one text for all languages; write {entry.name}: {{{by_language}}}"
                entry.warn("missing-language", message)
        elif entry.name not in _VALUES:
            _check_languages(entry, languages)


def _check_lengths(cursor: YamlCursor) -> None:
    """A warning for titles that are no titles, but texts to be read."""
    for entry in cursor.members():
        texts = list(entry.value.values()) if is_text_map(entry.value) else [entry.value]
        longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
        if entry.name in _SHORT_TEXTS and longest > _LONGEST:
            message = f"{entry.name} has {longest:,} characters, and is read as a label; write a few words"
            entry.warn("long", f"{message}, and the rest as description:" if entry.name == "title" else message)
        elif entry.name not in _VALUES:
            _check_lengths(entry)


def _untold_steps(document: Document, workflow: Workflow) -> Iterator[Finding]:
    """Steps that clients are told of by the title of their button: `done` says what has happened. One finding, at the
    first of them.
    """
    untold = [
        transition.id
        for transition in workflow.transitions.values()
        if transition.done is None
        and _is_told(workflow, transition)
        and ("transitions", transition.id) in document.keys
    ]
    if untold:
        steps = f"this step by its button, which reads like an order; add to {untold[0]}"
        if len(untold) > 1:
            steps = f"{len(untold)} steps by their buttons, which read like orders; add to {', '.join(untold)}"
        example = "such as done: {en: gave an opinion, fr: a rendu un avis}"
        message = f"the client is told of {steps} what has happened, {example}"
        yield document.finding(("transitions", untold[0]), "done", message, "warning", at_key=True)


def _is_told(workflow: Workflow, transition: Transition) -> bool:
    """Whether clients read of a step on the dossier's page or in a mail."""
    told = (workflow.roles[name].source_kind in OWN for name in transition.notify if name in workflow.roles)
    return transition.visible_to_client or any(told)
