"""Schemas in files of a pack that a form refers to (`$ref: "address.schema.json#/definitions/name"`), bundled into it.

Each file stands under the form's `$defs` by its path in the pack, and references to it and within it are written anew.
Only files in the pack's own folder are read, each once, so that files may refer to each other.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin

from formengine import json_pointer
from formengine.errors import FormError
from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.dialect import dialect_of, uri_of
from formengine.json_schema import Path, every_schema, subschemas
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import read_document

ENDINGS: Final = (".json", ".yaml", ".yml")
_OF_THE_PACK: Final = re.compile(r"(workflow|stories|requests/[^/]*)\.ya?ml")
"""Files of YAML that are something else than a schema."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9._/-]+")
_REMOTE: Final = re.compile(r"https?:(?!//json-schema\.org/draft)")
_SAYS_NOTHING: Final = frozenset(("$schema", "id", "$id", "title", "description", "$comment", "definitions", "$defs"))
_PREFIX: Final = re.compile(r"^/?formengine\W+", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass
class BundledForm:
    """A form with the files that it refers to, by path in the site; and what is wrong, by the path of the `$ref`."""

    form: Any
    files: set[str] = field(default_factory=set)
    problems: list[tuple[Path, str]] = field(default_factory=list)


def bundled(form: Any, file: str, folder: str, files: Mapping[str, bytes]) -> BundledForm:
    """A form with the schemas of other files under its `$defs`; the form itself where it refers to none.

    `file` is the form's own path and `folder` its pack's (which ends in /), as keys of `files` begin.
    """
    result = BundledForm(form)
    if not isinstance(form, dict) or not _references(form):
        return result
    result.form = deepcopy(form)
    bundle = _Bundle(folder, files, _dialect(form, "2020-12"), result)
    bundle.rewrite(result.form, file, None)
    if bundle.schemas:
        definitions = result.form.get("$defs")
        result.form["$defs"] = {**(definitions if isinstance(definitions, dict) else {}), **bundle.schemas}
    return result


def key_of(path: Path) -> str | None:
    """The file in the pack from which a part of a bundled form came, by the path of that part."""
    is_file = len(path) > 1 and path[0] == "$defs" and str(path[1]).endswith(ENDINGS)
    return str(path[1]) if is_file else None


def first_reference(form: Any, key: str) -> Path:
    """The path of the `$ref` in a bundled form that first leads to a file of the pack; of any file, if to none."""
    places = [
        ((*path, "$ref"), schema["$ref"])
        for path, schema in every_schema(form)
        if isinstance(schema.get("$ref"), str) and key_of(path) is None
    ]
    start = f"#/$defs/{json_pointer.escape(key)}"
    return next((path for path, ref in places if unquote(ref).startswith(start)), ())


def _references(schema: Any) -> list[tuple[Path, dict[str, Any]]]:
    """The schemas whose `$ref` leads out of the document (to no anchor, kind or `$id` in it), with their paths."""
    addresses: set[str] = set()
    references: list[tuple[Path, dict[str, Any], str]] = []

    def visit(inner: Any, path: Path, base: str) -> None:
        if not isinstance(inner, dict):
            return
        for word in ("id", "$id"):
            if isinstance(inner.get(word), str):
                base = _joined(base, inner[word].partition("#")[0])
                addresses.add(base)
        ref = inner.get("$ref")
        if isinstance(ref, str) and ref and not ref.startswith("#"):
            references.append((path, inner, _joined(base, ref.partition("#")[0])))
        for step, subschema in subschemas(inner):
            visit(subschema, (*path, *step), base)

    visit(schema, (), "")
    return [
        (path, inner)
        for path, inner, address in references
        if address not in addresses and (_REMOTE.match(inner["$ref"]) or not _SCHEME.match(inner["$ref"]))
    ]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _kind_meant(name: str) -> str | None:
    """The field kind that was meant by a `$ref` such as `formengine/money`, `formengine.money` or `money`; None where
    it may be a file.

    >>> _kind_meant("formengine/money"), _kind_meant("Money"), _kind_meant("money.json")
    ('formengine:money', 'formengine:money', None)
    """
    kind = "formengine:" + _PREFIX.sub("", name).lower()
    return kind if kind in KINDS else None


class _Bundle:
    """The files read so far, by their path in the pack."""

    def __init__(self, folder: str, files: Mapping[str, bytes], dialect: str, result: BundledForm) -> None:
        self._folder, self._files, self._dialect, self._result = folder, files, dialect, result
        self.schemas: dict[str, Any] = {}
        self._anchors: dict[str, dict[str, str]] = {}

    def rewrite(self, schema: Any, file: str, reference: Path | None) -> None:
        """Let the references of a schema lead into `$defs`, in place; `reference` is that of the form that led here."""
        for path, inner in _references(schema):
            name, _, fragment = inner["$ref"].partition("#")
            position = reference if reference is not None else (*path, "$ref")
            key = self._read(name, file, position)
            if key is not None and self._leads_on(key, fragment, position):
                inner["$ref"] = _into(key, self._anchored(key, fragment))

    def _read(self, name: str, file: str, position: Path) -> str | None:
        """The key under `$defs` of a file, which is read when it is first named; None where it cannot be."""
        if _REMOTE.match(name):
            how = "save it as a file of the pack, and write the name of the file"
            self._problem(position, f"{name} is elsewhere, and nothing is ever fetched; {how}")
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(name)))
        key = path.removeprefix(self._folder)
        if not path.startswith(self._folder):
            self._problem(position, f"{name} lies outside the folder of the pack; copy it into {self._folder}")
        elif path not in self._files and (kind := _kind_meant(name)) is not None:
            self._problem(position, f'{name} is no file of the pack; the field kind is written $ref: "{kind}"')
        elif path not in self._files:
            hint = self._other_file(name, file) or f"; put it into {posixpath.dirname(path)}/"
            self._problem(position, f"there is no file {key} in the pack{hint}")
        elif not path.endswith(ENDINGS) or _OF_THE_PACK.fullmatch(key):
            self._problem(position, f"{key} holds no schema; name a file such as address.schema.json")
        elif not _PLAIN.fullmatch(key):
            self._problem(position, f"{key}: name a file of schemas with letters, digits, . - and _ only; rename it")
        elif key in self.schemas or self._add(key, path, position):
            return key
        return None

    def _add(self, key: str, path: str, position: Path) -> bool:
        schema, why = _schema_in(path, self._files[path])
        if not isinstance(schema, dict):
            self._problem(
                position, f"{key} cannot be read: {why or 'a schema is a map; begin with type: or definitions:'}"
            )
            return False
        self._result.files.add(path)
        try:
            dialect = dialect_of(schema, self._dialect)
        except FormError as error:
            self._problem(position, f"{key}: {error.message}")
            return False
        self.schemas[key] = schema
        for word in ("id", "$id"):
            if isinstance(schema.get(word), str) and not schema[word].startswith("#"):
                del schema[word]
        self._anchors[key] = _taken_anchors(schema)
        for _, inner in every_schema(schema):
            ref = inner.get("$ref")
            if isinstance(ref, str) and ref.startswith("#"):
                inner["$ref"] = _into(key, self._anchored(key, ref[1:]))
        self.rewrite(schema, path, position)
        if dialect != self._dialect:
            schema["$schema"] = uri_of(dialect)
        return True

    def _anchored(self, key: str, fragment: str) -> str:
        """A fragment as a JSON Pointer: where an anchor of the file is, if it names one."""
        pointer = fragment if fragment[:1] in ("", "/") else f"/{fragment}"
        return self._anchors[key].get(fragment, pointer)

    def _other_file(self, name: str, file: str) -> str:
        """The end of a sentence that names the file of the pack which was meant, as a reference in `file` names it."""
        inside = [other for other in self._files if other.startswith(self._folder) and other.endswith(ENDINGS)]
        others = [other for other in inside if not _OF_THE_PACK.fullmatch(other.removeprefix(self._folder))]
        names = [posixpath.relpath(other, posixpath.dirname(file)) for other in others]
        return did_you_mean(unquote(name), names)

    def _leads_on(self, key: str, fragment: str, position: Path) -> bool:
        """Whether a reference leads to a schema in a file; if not, that is a problem at its place."""
        schema = self.schemas[key]
        pointer = unquote(self._anchored(key, fragment))
        names = [
            f"#{json_pointer.join((word, name))}"
            for word in ("definitions", "$defs")
            if isinstance(schema.get(word), dict)
            for name in schema[word]
        ]
        if json_pointer.resolve(schema, pointer) is None:
            self._problem(position, f"{key} has nothing at #{fragment}{did_you_mean(f'#{fragment}', names)}")
            return False
        if not pointer and names and schema.keys() <= _SAYS_NOTHING:
            self._problem(
                position, f"{key} itself asks for nothing: it holds definitions; write {names[0]} behind its name"
            )
            return False
        return True

    def _problem(self, position: Path, message: str) -> None:
        if (position, message) not in self._result.problems:
            self._result.problems.append((position, message))


def _dialect(schema: Any, default: str) -> str:
    try:
        return dialect_of(schema, default)
    except FormError:
        return default


def _into(key: str, pointer: str) -> str:
    return "#" + json_pointer.join(["$defs", key]) + pointer


def _taken_anchors(schema: Any) -> dict[str, str]:
    """The anchors in a schema with the pointers to what they name; taken out, as they could be another file's too."""
    anchors: dict[str, str] = {}
    for path, inner in every_schema(schema):
        for word in ("$anchor", "id", "$id"):
            value = inner.get(word)
            if isinstance(value, str) and (word == "$anchor" or value.startswith("#")):
                anchors[inner.pop(word).removeprefix("#")] = json_pointer.join(path)
    return anchors


def _schema_in(path: str, content: bytes) -> tuple[Any, str]:
    """The value in a file of JSON or YAML, or why there is none."""
    if path.endswith(".json"):
        try:
            return json.loads(content.decode("utf-8-sig")), ""
        except json.JSONDecodeError as error:
            return None, f"line {error.lineno}: {error.msg}"
        except (UnicodeDecodeError, RecursionError):
            return None, "it is not JSON in UTF-8"
    document, findings = read_document(content, path)
    if document is None:
        return None, f"line {findings[0].line}: {findings[0].message}" if findings else "it is no YAML"
    return json.loads(json.dumps(document.value, default=str)), ""
