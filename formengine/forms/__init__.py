"""Forms from JSON Schema: renders HTML, reads posts back, validates; uses neither Pyramid nor a database.

    form = Form(schema, ui=..., locale="fr", kinds=kinds, files=store)
    page = form.render()                        # the fields, without the <form> tag
    answers = form.read(request.POST.items())   # (name, value) pairs; a file is an Upload(name, type, file)
    answers.data, answers.errors, answers.html(), answers.draft

Arguments:

- `kinds`: `{**KINDS, ...}`. Lists: `"formengine:list/entities": {"oneOf": [{"const": "acme", "title": "Acme SAS"}]}`
  (a select). People: `"formengine:person": {"oneOf": [{"const": "17", "title": "Maya Client"}, ...]}` (a select) and
  `"formengine:people": {"type": "array", "uniqueItems": True, "items": {"oneOf": [...]}}` (checkboxes; over 12 a select
  of several, over 20 marked `data-long` for an enhancement). Dossiers likewise. A kind that is not replaced is a text
  field.
- `ui`: `{"fields": {"name" or "/pointer/*/in/data": {help, placeholder, rows, widget, ...}}}`; `steps` are
  the caller's: render one with `render(..., only=[names])`, the other answers travel hidden in the same form.
  `import_ui_schema(uiSchema, schema)` turns an RJSF uiSchema into one.
- `rules`: `{"errors": {"name": {"pattern": "..."}}}` are error messages of the author (`AuthorSentences`).
- `files`: an object with `save(Upload)` and `get(id)`; by default uploads stay in memory.

The fragment: the first button of the surrounding form must be the caller's own submit (Enter presses it). The form
needs `novalidate` and `multipart/form-data`. `STATIC_FOLDER` has `forms.css` and `forms.js`: with the script, and the
attributes of `live_attributes(locale, id)`, fields that depend on an answer appear as people type. Without it, the form
has a button for that.
`form.resume(draft)` gives the Answers of a draft, `form.draft(data)` a draft of data, `form.summary(data)` the answers
as text, `form.findings` what will not do what its author meant. HTML is `markupsafe.Markup`. A draft belongs to its
form: `carry(draft, old, new)` migrates it to a newer one and reports what changed. After an upgrade of formengine,
`restore(draft, data, form)` shows the `data` that were saved beside a draft, where controls have another name since.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from formengine.errors import FormError
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.tree.uploads import Upload
from formengine.forms.validation.field_error import FieldError
from formengine.lazy_names import lazy_names

if TYPE_CHECKING:
    from formengine.forms.draft_migration import Carried, Restored, carry, restore
    from formengine.forms.form import Answers, Form
    from formengine.forms.html.live_form import live_attributes
    from formengine.forms.kinds.builtin import KINDS
    from formengine.forms.ui.rjsf_import import import_ui_schema
    from formengine.forms.validation.validator import Validator

STATIC_FOLDER: Final = Path(__file__).parent / "static"
"""The folder of `forms.css` and `forms.js`, to be served with the pages of forms."""

__all__ = [
    "KINDS",
    "STATIC_FOLDER",
    "Answers",
    "Carried",
    "FieldError",
    "Form",
    "FormError",
    "FormFinding",
    "Restored",
    "Upload",
    "Validator",
    "carry",
    "import_ui_schema",
    "live_attributes",
    "restore",
]
__getattr__ = lazy_names(
    __name__,
    {
        "Answers": "form",
        "Carried": "draft_migration",
        "Form": "form",
        "KINDS": "kinds.builtin",
        "Restored": "draft_migration",
        "Validator": "validation.validator",
        "carry": "draft_migration",
        "import_ui_schema": "ui.rjsf_import",
        "live_attributes": "html.live_form",
        "restore": "draft_migration",
    },
)
