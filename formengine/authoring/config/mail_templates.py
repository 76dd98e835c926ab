"""The texts of mails: those of the site (`config/mail/<kind>.<language>.txt`) over our own, which are always there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from formengine.errors import FormengineError
from formengine.source import Finding, did_you_mean
from formengine.source.yaml_cursor import LANGUAGE

KINDS: Final = (
    "invitation", "sign_up", "password", "submission", "new_dossier", "note", "transition", "approval_asked",
    "approval_reminder", "approval_decided", "signature_asked", "signature_reminder", "signature_done",
    "signature_declined", "milestone", "hearing", "deadline_near", "deadline_missed", "draft_expiring", "digest",
    "code",
)  # fmt: skip
"""What people are told of by mail (N1); `code` carries the six digits that confirm an act through a link."""
COMMON: Final = ("person", "actor", "portal", "dossier", "link")
VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "invitation": ("days",),
    "password": ("minutes",),
    "submission": ("request", "answers"),
    "new_dossier": ("request", "answers"),
    "note": ("note",),
    "transition": ("transition", "state", "comment"),
    "approval_asked": ("round", "document", "comment"),
    "approval_reminder": ("round", "document", "late"),
    "approval_decided": ("round", "document", "status", "state", "comment"),
    "signature_asked": ("round", "document", "comment"),
    "signature_reminder": ("round", "document", "late"),
    "signature_done": ("round", "document", "status"),
    "signature_declined": ("round", "document", "status", "comment"),
    "milestone": ("milestone", "state", "deadline"),
    "hearing": ("hearing", "state", "deadline"),
    "deadline_near": ("deadline",),
    "deadline_missed": ("deadline",),
    "draft_expiring": ("request", "deadline"),
    "digest": ("items",),
    "code": ("code", "document"),
}
"""The variables of each kind beside those that every mail has."""
FOLDER: Final = "config/mail/"
_PLAIN: Final = "{{ portal.name }}\n\n{{ dossier.title or link }}\n"


def variables_for(kind: str) -> tuple[str, ...]:
    """Every variable that a text of a kind may use."""
    return (*COMMON, *VARIABLES.get(kind, ()))


@cache
def default_text(kind: str, language: str) -> str:
    """Our own text of a kind in a language, else in English, else a text that fits anything."""
    folder = files("formengine.authoring") / "mail"
    for code in (language, language.partition("-")[0], "en"):
        resource = folder / f"{kind}.{code}.txt"
        if kind in KINDS and LANGUAGE.match(code) and resource.is_file():
            return resource.read_text(encoding="utf-8")
    return _PLAIN


def read_mail_texts(contents: Mapping[str, bytes]) -> tuple[dict[tuple[str, str], str], list[Finding]]:
    """The site's own mail texts by kind and language, from its files under `config/mail/`."""
    found: dict[tuple[str, str], str] = {}
    findings: list[Finding] = []
    for path, content in contents.items():
        kind, _, language = path.removeprefix(FOLDER).removesuffix(".txt").partition(".")
        if not path.endswith(".txt") or not LANGUAGE.match(language):
            message = "a mail text is called <kind>.<language>.txt, for example submission.en.txt; rename it"
            findings.append(Finding(path, 1, 1, "error", "mail-name", message))
        elif kind not in KINDS:
            message = f"no mail is of the kind {kind}{did_you_mean(kind, KINDS)}"
            findings.append(Finding(path, 1, 1, "error", "mail-kind", message))
        else:
            findings += _read(path, content, found, (kind, language))
    return found, findings


def _read(path: str, content: bytes, found: dict[tuple[str, str], str], key: tuple[str, str]) -> list[Finding]:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return [Finding(path, 1, 1, "error", "encoding", "this is not UTF-8 text; save the file as UTF-8")]
    subject, _, body = text.lstrip().partition("\n")
    if not subject.strip() or not body.strip():
        return [Finding(path, 1, 1, "error", "mail-empty", "write the subject on the first line and the text below it")]
    found[key] = text
    return []


def mail_findings(texts: Mapping[tuple[str, str], str], variables_of: Callable[[str], set[str]]) -> Iterable[Finding]:
    """What is wrong inside mail texts; `variables_of` is `formengine.mail.variables_of`, unknown here."""
    for (kind, language), text in texts.items():
        path = f"{FOLDER}{kind}.{language}.txt"
        try:
            used = variables_of(text)
        except FormengineError as error:
            yield Finding(path, 1, 1, "error", "mail-text", str(error))
            continue
        known = variables_for(kind)
        for name in sorted(used - set(known)):
            line = next((n for n, one in enumerate(text.split("\n"), 1) if name in one), 1)
            message = f"mails of this kind have no {name}{did_you_mean(name, known)}"
            yield Finding(path, line, 1, "error", "mail-variable", message)
