"""Bodies and headers of API calls: strict JSON or multipart, with a sentence for what is wrong (T14)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pyramid.request import Request

from formengine.errors import Invalid
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.json_numbers import NumberNotHeld, held_number
from formengine.services.people.displayed_names import has_visible
from formengine.storage.models.base import LARGEST_INTEGER
from formengine.web.api.problems import ProblemDetail
from formengine.web.input_checks import MAX_FIELDS
from formengine.web.post_data import whole_number

T = TypeVar("T")
_BOOLEANS = {"true": True, "false": False}
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')
MAX_DEPTH: Final = 100
"""The maximum nesting of arrays and objects in a body."""
MAX_DIGITS: Final = 1000
"""The maximum length of a whole number in a body, as for one that is typed in a form."""
_INVALID_CHARACTERS = re.compile("[\x00\ud800-\udfff]")
_EXPECTED: Final[dict[type, str]] = {
    str: "{name}: write a string.",
    bool: "{name}: write true or false.",
    dict: "{name}: write an object.",
    int: "{name}: write a whole number.",
    list: "{name}: write a list.",
}


@dataclass
class RequestBody:
    """The JSON object of a call, and its files as (part name, file), in their order."""

    data: dict[str, Any]
    files: list[tuple[str, Upload]] = field(default_factory=list)

    def take(self, name: str, kind: type[T], default: T | None = None) -> T:
        """A member of a type, a number only up to LARGEST_INTEGER; without a default it is required. A text of which
        nothing would be seen is "".

        Raises ProblemDetail (422).
        """
        value = self.data.get(name, default)
        if value is None or not isinstance(value, kind) or (kind is int and not _is_storable(value)):
            raise ProblemDetail(422, "A member is missing or wrong", _EXPECTED[kind], name=name)
        return kind() if isinstance(value, str) and not has_visible(value) else value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """A member of a type that may be missing or null."""
        return None if self.data.get(name) is None else self.take(name, kind)


def _is_storable(value: object) -> bool:
    """Whether a column can hold a number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER


def read_body(
    request: Request, members: Collection[str], *, payload: bool = False, files: Collection[str] | None = ()
) -> RequestBody:
    """The body of a call, which may hold these members alone.

    With files it is multipart: the JSON object in a part `payload`, or (unless `payload` insists on it) its members
    as parts of their own. `files` are the names of parts that files may have; None for any, which the caller judges.

    Raises ProblemDetail: 400 for what is no JSON object, 415 for another media type, 422 for an unknown member; Invalid
    (422) for a part that the call does not take, by its name.
    """
    if request.content_type == "multipart/form-data":
        body = _multipart(request, payload)
        if files is not None:
            refuse_parts(request, [name for name, _upload in body.files if name not in files], files)
    elif request.content_type in ("application/json", "application/octet-stream", ""):
        body = RequestBody(_json_object(request.body))
    else:
        raise ProblemDetail(415, "Unsupported media type", "Send application/json or multipart/form-data.")
    unknown = sorted(set(body.data) - set(members))
    if unknown:
        if not members:
            raise ProblemDetail(
                422, "Unknown members", "{names}: this call takes no members.", names=", ".join(unknown)
            )
        names = {"names": ", ".join(unknown), "known": ", ".join(sorted(members))}
        raise ProblemDetail(422, "Unknown members", "{names}: not known here; known are {known}.", **names)
    return body


def read_file(request: Request, name: str) -> Upload:
    """The one file of a call that takes nothing else, in a part of this name. Raises as `read_file_body`."""
    return read_file_body(request, name).files[0][1]


def read_file_body(request: Request, name: str, members: Collection[str] = ()) -> RequestBody:
    """The body of a call that takes one file, in a part of this name, and these members.

    Raises ProblemDetail (415, 413), and Invalid (422) for a missing part and for any other one.
    """
    if request.content_type != "multipart/form-data":
        raise ProblemDetail(415, "Unsupported media type", "Send multipart/form-data.")
    body = read_body(request, members, files=(name,))
    if not body.files:
        message = say(request.work.language, "Send the file in a part of this name.")
        raise Invalid([FieldError(name, None, "required", message)])
    refuse_parts(request, [doubled for doubled, _upload in body.files[1:]])
    return body


def refuse_parts(request: Request, names: Collection[str], known: Collection[str] = ()) -> None:
    """Raise Invalid (422) with the name of each part as the pointer of an error, when there are any.

    `known` are the names that files may have here.
    """
    message = say(request.work.language, "This call takes no such part, or takes it once; leave it out.")
    if known:
        message = say(request.work.language, "Name the parts of files {names}.", names=" / ".join(known))
    if names:
        raise Invalid([FieldError(name, None, "part", message) for name in names])


def _multipart(request: Request, payload: bool) -> RequestBody:
    data: dict[str, Any] | None = None
    parts: dict[str, Any] = {}
    files = []
    doubled = set()
    for name, value in request.POST.items():
        filename = getattr(value, "filename", None)
        if name in parts or (name == "payload" and data is not None):
            doubled.add(name)
        elif name == "payload":
            data = _json_object(value.file.read() if filename is not None else value.encode())
        elif filename is not None:
            _check_size(request, filename, value.file)
            files.append((name, Upload(str(filename), str(value.type or ""), value.file)))
        else:
            parts[name] = _BOOLEANS.get(value, value)
    refuse_parts(request, sorted(doubled if data is None else doubled | set(parts)))
    if data is None and payload:
        raise ProblemDetail(400, "No payload", "A multipart body has a part `payload` with the JSON object.")
    return RequestBody(parts if data is None else data, files)


def _check_size(request: Request, name: str, stream: Any) -> None:
    size, limit = stream.seek(0, 2), request.work.platform.settings.max_file
    stream.seek(0)
    if size > limit:
        raise ProblemDetail(
            413,
            "A file is too large",
            "{name}: {size} bytes; at most {limit} are taken.",
            name=name,
            size=size,
            limit=limit,
        )


def _json_object(text: bytes) -> dict[str, Any]:
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_parse_float,
            parse_int=_parse_int,
            object_pairs_hook=_named_once,
        )
    except (ValueError, RecursionError) as error:
        raise ProblemDetail(400, "Not JSON", "The body cannot be read as JSON: {why}.", why=error) from None
    _check_texts(value)
    if not isinstance(value, Mapping):
        raise ProblemDetail(400, "Not an object", "The body must be a JSON object.")
    _check_count(text, value)
    return dict(value)


def _check_count(text: bytes, body: Any) -> None:
    """ProblemDetail (400) for a body of more than MAX_FIELDS values, as for a form of more fields (T24)."""
    if text.count(b",") < MAX_FIELDS:  # fewer commas than that separate no more values
        return
    count, waiting = 0, [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping | list):
            waiting.extend(value.values() if isinstance(value, Mapping) else value)
        else:
            count += 1
    if count > MAX_FIELDS:
        raise ProblemDetail(400, "Too many fields", "Send at most {n} values in one body.", n=MAX_FIELDS)


def _check_depth(text: bytes) -> None:
    """ProblemDetail for JSON nested deeper than MAX_DEPTH, before it is parsed: 422 in `answers`, else 400."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return
    depth, member = 0, b""
    for match in _STRING_OR_BRACKET.finditer(text):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
        elif token in (b"]", b"}"):
            depth -= 1
        elif depth == 1:
            member = token
        if depth > MAX_DEPTH:
            status = 422 if member == b'"answers"' else 400
            raise ProblemDetail(status, "Nested too deeply", "Nest at most {n} levels.", n=MAX_DEPTH)


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _parse_float(text: str) -> float:
    try:
        return held_number(text)
    except NumberNotHeld as error:
        if error.nearest is not None:
            raise ValueError(f"{text[:30]} has more digits than are kept: it would become {error.nearest!r}") from None
        way = "small a number: it would become zero" if float(text) == 0 else "large a number"
        raise ValueError(f"{text[:30]} is too {way}") from None


def _parse_int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"{text[:30]}... is a number of {len(text)} digits; at most {MAX_DIGITS} are taken")
    return int(text)


def _named_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Raises ValueError for a name that stands in it twice: parsers disagree about which one counts
    (RFC 8259, section 4)."""
    value = dict(members)
    if len(value) < len(members):
        counts = Counter(name for name, _ in members)
        raise ValueError(f"the name {counts.most_common(1)[0][0][:80]!r} stands twice in one object")
    return value


def _check_texts(value: object) -> None:
    """ProblemDetail (400) for half a character, or a NUL, anywhere: neither is text, and no database keeps them."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and _INVALID_CHARACTERS.search(item):
            raise ProblemDetail(400, "Not text", "A string holds a NUL or half a surrogate pair.")


def if_match_version(request: Request) -> int:
    """The version of `If-Match`. Raises ProblemDetail: 428 without one, 400 when it is no version."""
    text = request.headers.get("If-Match")
    if text is None:
        raise ProblemDetail(428, "If-Match is missing", 'Send the version that you read: If-Match: "3".')
    match = re.fullmatch(r'"?(\d{1,9})"?', text.strip())
    if match is None:
        raise ProblemDetail(400, "If-Match cannot be read", 'Send one version in quotes: If-Match: "3".')
    return int(match[1])


def page_limit(request: Request, most: int = 100) -> int:
    """The `limit` of a listing. Raises ProblemDetail (400) for anything but a number from 1 to `most`."""
    limit = whole_number(request.GET.get("limit", "25"), 9)
    if limit is None or not 1 <= limit <= most:
        raise ProblemDetail(400, "limit cannot be read", "Send a whole number from 1 to {most}.", most=most)
    return limit


def check_known_parameters(request: Request, known: Collection[str]) -> None:
    """Raise ProblemDetail (400) for a parameter in the query that a call does not know: it is said, not ignored."""
    unknown = sorted(set(request.GET) - set(known))
    if unknown:
        names = {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}
        raise ProblemDetail(400, "Unknown parameters", "{names}: not known here; known are {known}.", **names)


def check_known_fields(fields: Mapping[str, object], asked_names: Collection[str]) -> None:
    """Raise ProblemDetail (422) for fields that are not asked: a wrong name is said, not dropped."""
    unknown = sorted(set(fields) - set(asked_names))
    if unknown:
        names = {"names": ", ".join(unknown), "asked": ", ".join(sorted(asked_names)) or "–"}
        raise ProblemDetail(422, "Unknown fields", "{names}: not asked here; asked are: {asked}.", **names)
