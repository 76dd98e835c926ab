"""The sandboxed Jinja environment of Word templates: autoescape on, values and filters in the document's language."""

from __future__ import annotations

from functools import partial

from jinja2 import ChainableUndefined

from formengine.documents.word_templates.filters import filters_in
from formengine.documents.word_templates.values import written
from formengine.documents.word_templates.written_answers import FILTER, AnswerRecorder


def environment_in(language: str) -> AnswerRecorder:
    """The environment for a document in a language; a missing fact is empty, and noted where it is written bare."""
    environment = AnswerRecorder(
        autoescape=True, undefined=ChainableUndefined, finalize=partial(written, language=language)
    )
    environment.filters = {**filters_in(language), FILTER: environment.note}
    environment.globals = {name: environment.globals[name] for name in ("range", "namespace")}
    return environment
