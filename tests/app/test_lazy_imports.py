"""No module is imported under SQLite's write lock: those that requests and jobs import lazily are known, and loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from formengine.app.lazy_imports import MODULES
from tests.support.server import ROOT

LAYERS: Final = ("conditions", "extend", "forms", "mail", "services", "web", "work", "workflow")
"""The layers whose functions run in a transaction; those above and below start processes, or read files in jobs."""
NOT_UNDER_THE_LOCK: Final = {
    "formengine.app": "the start of a process",
    "formengine.forms": "imported by all of them",
    "formengine.settings": "the start of a process",
    "formengine.web.assistant.tools": "the start of the assistant, which calls the API",
    "formengine.web.routes": "the start of a process",
    "jsonschema.exceptions": "the start of a process: schemas of plugins",
    "jsonschema_specifications": "a form is compiled when it is published, or read by a page",
    "mcp.server.transport_security": "the start of the assistant",
    "pyramid.config": "the start of a process",
    "pyramid.tweens": "the start of a process",
    "pyramid_tm": "the start of a process",
    "zxcvbn": "a password is judged and hashed before anything is written",
}


def lazy_imports(path: Path) -> Iterator[str]:
    """The modules that functions of a file import."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield node.module or ""


def test_every_lazy_import_of_a_transaction_is_known() -> None:
    """Whoever adds one names it in MODULES, or says above why it is never imported under the lock."""
    paths = [path for layer in LAYERS for path in sorted((ROOT / "formengine" / layer).rglob("*.py"))]
    imported = {name: path.name for path in paths for name in lazy_imports(path)}
    own = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    unknown = own - set(MODULES) - NOT_UNDER_THE_LOCK.keys()
    assert {name: imported[name] for name in sorted(unknown)} == {}
    assert NOT_UNDER_THE_LOCK.keys() - own == set()


def test_a_process_that_serves_has_imported_them() -> None:
    """In a fresh process."""
    code = (
        "import sys; from formengine.app.lazy_imports import MODULES, import_lazy_modules; import_lazy_modules();"
        " print(*[name for name in MODULES if name not in sys.modules])"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    process = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert (process.stdout.strip(), process.returncode) == ("", 0), process.stderr
