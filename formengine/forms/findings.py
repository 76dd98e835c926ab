"""All findings of one form: of its schema, its `ui` and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from formengine.forms.rules.answer_checks import AnswerChecks
from formengine.forms.rules.author_sentences import sentence_findings
from formengine.forms.rules.computed_answers import ComputedAnswers
from formengine.forms.rules.computed_circles import circle_findings
from formengine.forms.rules.opposed_checks import opposed_check_findings
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.locations import Locations
from formengine.forms.schema.normalize import Normaliser
from formengine.forms.schema.older_drafts import ConvertedSchema, draft_findings
from formengine.forms.schema.resolver import Resolver
from formengine.forms.ui.option_findings import option_findings
from formengine.forms.ui.options import read_ui, unsupported_widgets
from formengine.forms.validation.schema_findings import schema_findings
from formengine.i18n import LANGUAGES, language_of


def form_findings(
    schema: Any, dialect: str, kinds: Mapping[str, Any], locale: str, ui: Mapping[str, Any], rules: Mapping[str, Any],
    conversion: ConvertedSchema, root: Any, resolver: Resolver, normaliser: Normaliser, computed: ComputedAnswers,
    checks: AnswerChecks,
) -> list[FormFinding]:  # fmt: skip
    """What will not do what its author meant: mistakes in the schema, keywords that an older draft does not know,
    widgets that their fields do not support (the usual control stands in), options of fields that do not exist,
    sentences that nobody will read or that are in another language, computed answers that take away what they are
    calculated from, checks that never hold both.

    `conversion` is that of the schema, `root` its normalised copy.
    """
    return [
        *draft_findings(conversion),
        *schema_findings(schema, dialect, kinds, locale),
        *unsupported_widgets(ui, read_ui(ui), root, resolver, locale),
        *option_findings(ui, normaliser.property_names(root), locale),
        *sentence_findings(rules.get("errors") or {}, Locations(root, normaliser.targets)),
        *circle_findings(computed, conversion.schema),
        *opposed_check_findings(checks),
        *_language_findings(locale),
    ]


def _language_findings(locale: str) -> Iterator[FormFinding]:
    """That our own sentences are not in the language of a form."""
    if language_of(locale) not in LANGUAGES:
        message = (
            f"no sentence of ours is in {locale}: buttons and errors are in English; write errors= in its language"
        )
        yield FormFinding("schema", "", "warning", "language", message)
