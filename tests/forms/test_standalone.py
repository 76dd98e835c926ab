"""The library by itself, in a process that has neither Pyramid nor a database."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyramid", "sqlalchemy", "psycopg", "webob", "dbos", "zope"):
            raise ImportError(name)

sys.meta_path.insert(0, Absent())
from formengine.forms import KINDS, Form, FormError, Upload, Validator

mark = {"type": "string", "title": "Marque"}
form = Form({"type": "object", "required": ["mark"], "properties": {"mark": mark}}, locale="fr")
assert "Marque" in form.render()
answers = form.read([])
assert [one.pointer for one in answers.errors] == ["/mark"] and "data-error-summary" in answers.html()
assert form.render(draft=answers.draft) and form.summary({"mark": "Aurore"})
assert Validator({"$ref": "formengine:money"}).is_valid({"amount": "1.50", "currency": "EUR"})
assert not {"pyramid", "sqlalchemy", "formengine.storage", "formengine.services", "formengine.web"} & sys.modules.keys()
print("alone")
"""


def test_forms_work_without_the_platform() -> None:
    """F15: imports, renders, reads and validates where no other package of the product can be imported, and no warning
    is tolerated."""
    process = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert process.stdout == "alone\n", process.stderr
