"""Mail templates: those of the site (`config/mail/<kind>.<language>.txt`) before the built-in ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from formengine.errors import FormengineError
from formengine.i18n import language_of
from formengine.source import Finding, did_you_mean
from formengine.source.yaml_cursor import LANGUAGE

COMMON: Final = ("person", "actor", "portal", "dossier", "link", "request", "requester", "asker")
VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "invitation": ("days",),
    "sign_up": ("until",),
    "sign_up_known": ("account",),
    "sign_up_asked": ("applicant",),
    "sign_up_accepted": ("days",),
    "sign_up_refused": ("comment",),
    "password": ("minutes",),
    "submission": ("answers",),
    "new_dossier": ("answers", "deadline"),
    "note": ("note",),
    "assigned": ("by", "deadline"),
    "transition": ("transition", "done", "state", "comment", "fields", "deadline", "answer"),
    "approval_asked": ("round", "document", "documents", "comment", "facts", "deadline", "in_place_of"),
    "approval_reminder": ("round", "document", "documents", "late", "facts", "deadline", "missing", "in_place_of"),
    "approval_decided": ("round", "document", "documents", "status", "state", "comment", "decisions"),
    "signature_asked": ("round", "document", "documents", "comment", "facts", "deadline", "in_place_of"),
    "signature_reminder": ("round", "document", "documents", "late", "facts", "deadline", "missing", "in_place_of"),
    "signature_done": ("round", "document", "documents", "status", "decisions", "enclosure", "more_enclosures"),
    "signed_copy": ("round", "document", "documents", "enclosures", "download", "downloads", "verify", "provider"),
    "copy": ("round", "document", "documents", "status", "enclosure", "more_enclosures"),
    "signature_declined": ("round", "document", "documents", "status", "comment", "decisions"),
    "forward_asked": ("round", "document", "documents", "signer", "successor", "address", "comment"),
    "forwarded": ("round", "document", "documents", "successor", "status", "comment"),
    "version": ("document", "number", "void", "unclean", "shared"),
    "turn": ("document", "status"),
    "draft_failed": ("document", "failure", "status"),
    "nobody": ("round",),
    "charge_lost": ("child", "left"),
    "acknowledgement_asked": ("round", "document", "documents", "comment", "deadline"),
    "acknowledgement_reminder": ("round", "document", "documents", "late", "deadline"),
    "outcome": ("round", "document", "documents", "status", "comment", "decisions"),
    "sent_back": ("transition", "comment", "fields", "deadline"),
    "part_asked": ("part", "again"),
    "part_reminder": ("part",),
    "part_nobody": ("part",),
    "part_withdrawn": ("comment",),
    "parts_unfit": ("errors",),
    "milestone": ("milestone", "event", "state", "before", "comment", "for_client"),
    "hearing": ("hearing", "event", "state", "before", "next", "listed", "comment", "calendar", "for_client"),
    "deadline_near": ("deadline",),
    "deadline_missed": ("deadline",),
    "extended": ("deadline", "before", "comment"),
    "draft_expiring": ("deadline",),
    "rating": ("days",),
    "export_ready": ("list", "rows", "deadline"),
    "overview": ("overdue", "due", "waiting", "open", "others", "queued"),
    "digest": ("items",),
    "code": ("code", "document"),
    "confirm_request": ("request",),
    "status_links": ("requests",),
}
"""The kinds of mail (N1), each with its variables beside COMMON; `code` has the six digits that confirm a signature."""
KINDS: Final = tuple(VARIABLES)
SECURITY: Final = (
    "invitation", "sign_up", "sign_up_known", "sign_up_accepted", "sign_up_refused", "password", "code",
    "confirm_request", "status_links",
)  # fmt: skip
"""The kinds that protect an account, or hold secret links: they always go at once, and hold what no inbox may show."""
DIGEST: Final = "digest"
OVERVIEW: Final = "overview"
FOLDER: Final = "config/mail/"
_PLAIN: Final = "{{ portal.name }}\n\n{{ dossier.title or link }}\n"


def variables_for(kind: str) -> tuple[str, ...]:
    """Every variable that a text of a kind may use."""
    return (*COMMON, *VARIABLES.get(kind, ()))


@cache
def default_text(kind: str, language: str) -> str:
    """The built-in text of a kind in a language, else in English, else a generic text."""
    folder = files("formengine.authoring") / "mail"
    for code in (language, language_of(language), "en"):
        resource = folder / f"{kind}.{code}.txt"
        if kind in KINDS and LANGUAGE.match(code) and resource.is_file():
            return resource.read_text(encoding="utf-8")
    return _PLAIN


def read_mail_texts(contents: Mapping[str, bytes]) -> tuple[dict[tuple[str, str], str], list[Finding]]:
    """The site's own mail texts by kind and language, from its files under `config/mail/`."""
    texts: dict[tuple[str, str], str] = {}
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
            findings += _read(path, content, texts, (kind, language))
    return texts, findings


def _read(path: str, content: bytes, texts: dict[tuple[str, str], str], key: tuple[str, str]) -> list[Finding]:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return [Finding(path, 1, 1, "error", "encoding", "this is not UTF-8 text; save the file as UTF-8")]
    subject, _, body = text.lstrip().partition("\n")
    if not subject.strip() or not body.strip():
        return [Finding(path, 1, 1, "error", "mail-empty", "write the subject on the first line and the text below it")]
    texts[key] = text
    return []


def mail_findings(texts: Mapping[tuple[str, str], str], variables_of: Callable[[str], set[str]]) -> Iterable[Finding]:
    """Templates that cannot be parsed, and unknown variables; `variables_of` returns the variables of a template."""
    for (kind, language), text in texts.items():
        path = f"{FOLDER}{kind}.{language}.txt"
        try:
            used = variables_of(text)
        except FormengineError as error:
            yield Finding(path, 1, 1, "error", "mail-text", str(error))
            continue
        variables = variables_for(kind)
        for name in sorted(used - set(variables)):
            line = next((number for number, line in enumerate(text.split("\n"), 1) if name in line), 1)
            message = f"mails of this kind have no {name}{did_you_mean(name, variables)}"
            yield Finding(path, line, 1, "error", "mail-variable", message)
