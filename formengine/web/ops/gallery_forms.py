"""The forms of the gallery: every keyword, widget, field kind and state, one form per file of `specimens/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from formengine import forms
from formengine.authoring.packs.request_type import FIELD_TEXTS
from formengine.authoring.packs.schema_texts import localised, plain_text
from formengine.errors import NotFound
from formengine.forms.tree.uploads import MemoryFiles
from formengine.i18n import Text, pick

FOLDER: Final = Path(__file__).parents[1] / "specimens"
STATES: Final = ("empty", "filled", "wrong")
_PEOPLE: Final = (("p1", "Maya Client"), ("p2", "Ana Counsel"), ("p3", "Zoé Ünal"), ("p4", "محمد الأمين"))
FILES: Final = MemoryFiles()


@dataclass(frozen=True)
class Specimen:
    """A form of the gallery; `filled` and `wrong` are data that it is shown with."""

    id: str
    title: Text
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]
    rules: Mapping[str, Any]
    filled: Mapping[str, Any] | None
    wrong: Mapping[str, Any]

    def form(self, language: str) -> forms.Form:
        """The compiled form in a language."""
        return _form(self.id, language)

    def data(self, state: str) -> Any:
        """The data that the form is shown with in a state; None for an empty form."""
        return self.filled if state == "filled" else self.wrong if state == "wrong" else None


@cache
def specimens() -> dict[str, Specimen]:
    """All of them by id, in order."""
    by_name = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        source = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = path.stem.partition("_")[2]
        by_name[name] = Specimen(
            name,
            source["title"],
            source["schema"],
            source.get("ui", {}),
            source.get("rules", {}),
            source.get("filled"),
            source["wrong"],
        )
    return by_name


def find_specimen(name: str) -> Specimen:
    """The form with an id; raises NotFound for any other name."""
    try:
        return specimens()[name]
    except KeyError:
        raise NotFound(f"no specimen {name}") from None


def specimen_title(specimen: Specimen, language: str) -> str:
    """Its title in a language."""
    return pick(specimen.title, language)


@cache
def _form(name: str, language: str) -> forms.Form:
    specimen = find_specimen(name)
    person = {"type": "string", "oneOf": [{"const": id, "title": title} for id, title in _PEOPLE]}
    kinds = {
        **forms.KINDS,
        "formengine:person": person,
        "formengine:people": {"type": "array", "uniqueItems": True, "items": person},
        "formengine:list/entities": {"oneOf": [{"const": "acme_sas", "title": "Acme SAS"}]},
        "formengine:country": {**forms.KINDS["formengine:country"], "examples": ["FR"]},
        "formengine:currency": {**forms.KINDS["formengine:currency"], "default": "EUR"},
    }
    fields = {
        name: {key: plain_text(value, language) if key in FIELD_TEXTS else value for key, value in options.items()}
        for name, options in specimen.ui.get("fields", {}).items()
    }
    schema = localised(dict(specimen.schema), language)
    return forms.Form(schema, ui={"fields": fields}, locale=language, kinds=kinds, files=FILES, rules=specimen.rules)
