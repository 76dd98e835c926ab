"""YAML cursor: reads the values of a document as types, and collects a finding for each value that does not fit.

Configuration, request types, stories and (through `WorkflowCursor`) workflows are all read with it, so one kind of
mistake has one wording everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, ClassVar, Final, Self, TypeVar

from formengine.i18n import Text, language_name
from formengine.source import (
    Document,
    Finding,
    Path,
    WrittenNumber,
    closest,
    did_you_mean,
    number_advice,
    read_file,
    shown,
)
from formengine.source.findings import Severity, has_errors
from formengine.source.yaml_reader import MISREAD

T = TypeVar("T")
IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?\Z")
NO_KEYS: Final[Mapping[str, str]] = {}
COMMON_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("label", "heading", "caption", "titre", "name"), ("title", "name", "story")),
    **dict.fromkeys(("condition", "if", "only_if"), ("when",)),
    **dict.fromkeys(("users", "people"), ("members",)),
    "source": ("from",),
}
"""Words that people write for keys which many files have, with those that say the same."""
EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+\Z")


def read_document(content: bytes, file: str, *, published: bool = False) -> tuple[Document | None, list[Finding]]:
    """The YAML document in the bytes of a file, None where it has an error; and its findings. Never raises.

    A file that was `published` is read as it was then: what its author probably did not mean is no finding any more.
    """
    try:
        document, findings = read_file(content, file)
        if published and document is not None:
            findings = [finding for finding in findings if finding.code not in MISREAD]
    except (ValueError, RecursionError, OverflowError) as error:
        return None, [Finding(file, 1, 1, "error", "yaml", f"this cannot be read: {str(error)[:200]}")]
    return (None if has_errors(findings) else document), findings


class YamlCursor:
    """One value of a document, addressed by its path; all cursors of a document share one list of findings.

    `value` is None and `present` False where the document has nothing at the path.
    """

    codes: ClassVar[Mapping[str, str]] = {}
    """Codes of findings that a subclass replaces: codes stay stable, also where parsers had different ones."""

    examples: ClassVar[Mapping[str, str]] = {
        "retention": "{after: 10 years, then: anonymise}",
        "people": "{requester: [ana@example.com]}",
        "expect": "{state: review}",
    }
    """What to write for keys that take a map and were given something else, by key."""

    meant: ClassVar[Mapping[str, tuple[str, ...]]] = COMMON_WORDS
    """Words that people write for keys and fixed words, with those that say the same; a subclass knows those of its
    own language."""

    def __init__(self, document: Document, *, findings: list[Finding] | None = None) -> None:
        self.document = document
        self.path: Path = ()
        self.value: Any = document.value
        self.present = True
        self.findings: list[Finding] = [] if findings is None else findings
        self._intended: set[Path] = set()  # keys that a mistyped key was probably meant to be

    @property
    def name(self) -> str:
        """The last key of the path."""
        return str(self.path[-1]) if self.path else ""

    @property
    def label(self) -> str:
        """How messages call this value: its key, or the key of the list that it is an entry of."""
        keys = [key for key in self.path if isinstance(key, str)]
        owner = keys[-1] if keys else "this file"
        return owner if not self.path or self.path[-1] == owner else f"entry {int(self.path[-1]) + 1} of {owner}"

    def at(self, *keys: str | int) -> Self:
        """The cursor of a value inside this one, whether or not the document has it."""
        cursor = object.__new__(type(self))
        cursor.__dict__.update(self.__dict__)
        cursor.path = (*self.path, *keys)
        for key in keys:
            value = cursor.value
            inside = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
            cursor.value, cursor.present = (value[key] if inside else None), inside
        return cursor

    def get(self, key: str) -> Self | None:
        """The cursor of a key's value; None where this is no mapping, or has nothing there."""
        cursor = self.at(key)
        return cursor if isinstance(self.value, dict) and cursor.value is not None else None

    def error(self, code: str, message: str, severity: Severity = "error", *, at_key: bool = False) -> None:
        """Add a finding at this value, or at the key that names it."""
        code = self.codes.get(code, code)
        finding = self.document.finding(self.path, code, message, severity, at_key=at_key)
        if finding not in self.findings:
            self.findings.append(finding)

    def warn(self, code: str, message: str, *, at_key: bool = False) -> None:
        """Add a finding that is a warning, as `error` does."""
        self.error(code, message, "warning", at_key=at_key)

    def withdraw(self, code: str) -> None:
        """Take back the findings of a code at this value: what the reader doubted is meant as it stands."""
        doubted = self.document.finding(self.path, code, "")
        where = (doubted.file, doubted.line, doubted.column, code)
        self.findings[:] = [f for f in self.findings if (f.file, f.line, f.column, f.code) != where]

    def missing(self, key: str, message: str, code: str = "missing") -> None:
        """A finding for a key that has to be there, unless a mistyped key was probably meant to be it."""
        if (*self.path, key) not in self._intended:
            self.error(code, message, at_key=True)

    def require(self, key: str, example: str) -> Self | None:
        """The cursor of a key's value; a finding where this mapping lacks it."""
        cursor = self.get(key)
        if cursor is None and isinstance(self.value, dict):
            self.missing(key, missing_key(key, example))
        return cursor

    def mapping(self, *known: str, elsewhere: Mapping[str, str] = NO_KEYS) -> Self:
        """This value as a mapping: an empty one where it is null, or (with a finding) anything else.

        With `known` keys, each other key is a finding; `elsewhere` says of keys of other files what to write where.
        """
        for entry in self.entries():
            if known and entry.name not in known:
                meant = next((key for key in self.meant.get(entry.name, ()) if key in known), None)
                self._intended.add((*self.path, meant or closest(entry.name, known) or entry.name))
                hint = (
                    elsewhere.get(entry.name)
                    or (f'; did you mean "{meant}"?' if meant else "")
                    or did_you_mean(entry.name, known)
                    or f"; known are {', '.join(sorted(known))}"
                )
                entry.error("unknown-key", f"{entry.name} is not a key here{hint}", at_key=True)
        cursor = self.at()
        cursor.value = self.value if isinstance(self.value, dict) else {}
        return cursor

    def entries(self) -> Iterator[Self]:
        """The values of a mapping, as cursors; a finding where this is neither a mapping nor null."""
        if isinstance(self.value, dict):
            yield from (self.at(key) for key in self.value)
        elif self.value is not None:
            example = self.examples.get(self.label)
            instead = f"write {self.label}: {example}" if example else "one on each line, like title: Review"
            self.error("kind", f"{self.label} takes a map: keys with values{'; ' if example else ', '}{instead}")

    def entries_by_id(self) -> Iterator[Self]:
        """The values of a mapping by id; a key that cannot be an id is a finding."""
        for entry in self.entries():
            if not IDENTIFIER.match(entry.name):
                meant = identifier_like(entry.name)
                example = f": {meant}" if meant else ""
                message = f"{entry.name!r} cannot be an id; write small letters, digits and _, beginning with a letter"
                message += example
                entry.error("identifier", message, at_key=True)
            yield entry

    def items(self) -> Iterator[Self]:
        """The values of a list, as cursors; a finding where this is neither a list nor null."""
        if isinstance(self.value, list):
            yield from (self.at(index) for index in range(len(self.value)))
        elif self.value is not None:
            instead = "[first, second], or a line with a dash for each entry"
            if isinstance(self.value, dict):
                instead = "[first, second]; put [ ] around it, or a dash before its first key"
            self.error("kind", f"{self.label} takes a list: {instead}")

    def members(self) -> Iterator[Self]:
        """The values of a mapping or the entries of a list, as cursors; none of anything else, and no finding."""
        if isinstance(self.value, list):
            return self.items()
        return self.entries() if isinstance(self.value, dict) else iter(())

    def text(self, *, blank: Severity = "error") -> str | None:
        """A text that is not blank; a number is read as it was written. `blank` is the severity for a blank text."""
        value = self.value
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value.text if isinstance(value, WrittenNumber) else str(value)
        hint = "; put it between quotation marks" if isinstance(value, bool) else ""
        severity = blank if isinstance(value, str) else "error"
        self.error("text", f"{self.label} takes a text, not {shown(value)}{hint}", severity)
        return None

    def texts(self) -> tuple[str, ...]:
        """A list of texts; a single text stands for a list of one."""
        if isinstance(self.value, str):
            return (self.value,)
        return tuple(text for item in self.items() if (text := item.text()) is not None)

    def localized_text(self, languages: Collection[str] = (), *, unfit: Severity = "error") -> Text | None:
        """A text for people: one string, or a mapping of strings by language.

        A language of `languages` that the mapping lacks is a warning; `unfit` is the severity for a key that is no
        language code, and for a blank text.
        """
        if not isinstance(self.value, dict):
            return self.text(blank=unfit)
        texts: dict[str, str] = {}
        for entry in self.entries():
            if not LANGUAGE.match(entry.name):
                code, colon, rest = entry.name.partition(":")
                message = f"{entry.name} is not a language code; write {self.label}: {{en: ..., fr: ...}}"
                if entry.name.lower() in languages:
                    message = f"{entry.name} is not a language code; write {entry.name.lower()}, in small letters"
                if colon and LANGUAGE.match(code):
                    message = f"write a space after the colon: {code}: {rest}"
                entry.error("language", message, unfit, at_key=True)
                if unfit == "error":
                    continue
            if (text := entry.text(blank=unfit)) is not None:
                texts[entry.name] = text
        written = {str(code).lower() for code in self.value}  # one that has no text is told where it is
        missing = [code for code in languages if code not in written]
        if missing and texts:
            self._miss_languages(missing, [code for code in texts if code not in languages])
        return texts or None

    def _miss_languages(self, missing: list[str], others: list[str]) -> None:
        """The warning for languages of the portal in which there is no text; `others` are codes that it does not use.

        One of those that begins like a missing one was meant for it, `fre` for `fr`; or, where there is no such
        language, with its first letter, `fe` for `fr`.
        """
        for other in others:
            meant = next((code for code in missing if _is_slip(other, code)), None)
            if meant is not None:
                message = f"{other} is no language of this portal; write {meant}"
                self.at(other).warn("missing-language", message, at_key=True)
                missing = [code for code in missing if code != meant]
        if missing:
            texts = f"{missing[0]}: with the {language_name(missing[0], 'en')} text"
            self.warn("missing-language", f"{self.label} has no text in {' and '.join(missing)}; add {texts}")

    def id(self) -> str | None:
        """One id, None where nothing is written."""
        if self.value is None or isinstance(self.value, str):
            return self.value
        self.error("kind", f"{self.label} takes an id, not {shown(self.value)}")
        return None

    def ids(self) -> list[Self]:
        """The cursors of a list of ids; a single id stands for a list of one."""
        if isinstance(self.value, str):
            return [self]
        for item in self.items():
            if not isinstance(item.value, str):
                item.error("kind", f"{item.label} takes an id, not {shown(item.value)}")
        return [item for item in self.items() if isinstance(item.value, str)]

    def boolean(self, default: bool = False) -> bool:
        """True or false; the default where the key is absent."""
        if self.present and not isinstance(self.value, bool):
            self.error("true-false", f"{self.label} takes true or false, not {shown(self.value)}")
        return self.value if isinstance(self.value, bool) else default

    def count(self, least: int = 1) -> int | None:
        """A whole number of at least `least`."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= least:
            return self.value
        message = f"{self.label} takes a whole number of at least {least}, not {shown(self.value)}"
        self.error("number", message + number_advice(self.value))
        return None

    def choice(self, options: Collection[str], default: str = "", code: str = "unknown") -> str:
        """One of a few fixed words; the default where the key is absent.

        A word that is none of them is a finding; the closest option stands in, so that nothing follows from it.
        """
        if not self.present or (isinstance(self.value, str) and self.value in options):
            return self.value if self.present else default
        same = next((word for word in self.meant.get(str(self.value), ()) if word in options), None)
        meant = same or closest(str(self.value), options)
        hint = f'; did you mean "{meant}"?' if meant else f"; known are {', '.join(sorted(options))}"
        self.error(code, f"{self.label} cannot be {shown(self.value)}{hint}")
        return meant or default

    def name_of(self, what: str, declared: Collection[str] | None) -> str | None:
        """The name of something declared elsewhere (None: not checked); `what` is the word for it in messages."""
        value = self.text()
        if value is None or declared is None or value in declared:
            return value
        hint = did_you_mean(value, declared) or ("" if declared else f"; there is no {what} yet")
        self.error("unknown", f"there is no {what} {value}{hint}")
        return None

    def email(self) -> str | None:
        """An e-mail address."""
        value = self.text()
        if value is None or EMAIL.match(value):
            return value
        self.error("email", f"{value} is not an e-mail address; write for example ana@example.com")
        return None

    def parsed(self, parse: Callable[[Any], T], code: str) -> T | None:
        """What a parser makes of the value; None where it is null, or (with the message of its ValueError) unfit."""
        if self.value is None:
            return None
        try:
            return parse(self.value)
        except ValueError as error:
            self.error(code, str(error))
            return None


def _is_slip(written: str, code: str) -> bool:
    """Whether the code of a language, or what looks like one, was meant for another."""
    return written[:2] == code[:2] or (written[:1] == code[:1] and language_name(written, "en") == written)


def identifier_like(name: str) -> str | None:
    """The id that a name would be, with small letters, digits and _; None where it has no letters of that kind.

    >>> identifier_like("Réponse envoyée"), identifier_like("2nd reading")
    ('reponse_envoyee', None)
    """
    letters = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    identifier = re.sub(r"[^a-z0-9]+", "_", letters.casefold()).strip("_")
    return identifier if IDENTIFIER.match(identifier) else None


def missing_key(key: str, example: str) -> str:
    """The message for a key that has to be there, with an example of its value."""
    return f"{key} is missing; write for example {key}: {example}"
