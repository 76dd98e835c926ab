"""The sandboxed Jinja environment of Word templates: autoescape on, values and filters in the document's language."""

from __future__ import annotations

from functools import partial

from jinja2 import ChainableUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from formengine.documents.word_templates.filters import filters_in
from formengine.documents.word_templates.values import written


def environment_in(language: str) -> ImmutableSandboxedEnvironment:
    """The environment for a document in a language; a missing fact is empty."""
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=ChainableUndefined, finalize=partial(written, language=language)
    )
    environment.filters = filters_in(language)
    environment.globals = {name: environment.globals[name] for name in ("range", "namespace")}
    return environment
