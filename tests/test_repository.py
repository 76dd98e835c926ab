"""Rules of the repository: sizes, docstrings, names, package list."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import formengine

ROOT = Path(__file__).parents[1]
STARTER = {"formengine.starter.site" + part for part in ("", ".config", ".plugins", ".workflows")}


def _modules() -> Iterator[Path]:
    for folder in ("formengine", "tests", "scripts", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "versions" not in path.parts:
                yield path


@cache
def _tree(path: Path) -> ast.Module:
    """A parsed module, for all rules."""
    return ast.parse(path.read_text())


def test_a_module_has_at_most_400_lines() -> None:
    """Migrations are exempt."""
    long = {str(path.relative_to(ROOT)): n for path in _modules() if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_a_function_has_at_most_40_lines() -> None:
    """Without its signature and docstring."""
    long = {}
    for path in _modules():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                length = (node.end_lineno or 0) - body[0].lineno + 1
                if length > 40:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = length
    assert long == {}


def test_every_module_has_a_docstring() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "formengine").rglob("*.py")
        if path.read_text().strip() and not ast.get_docstring(_tree(path))
    ]
    assert silent == []


PROMISED_REQUEST = "formengine/workflow/simulation.py Simulation.__init__"
"""The one parameter of ours with that name: `Simulation(workflow, request=...)` is a promise to others, who write the
id of a request type there."""


def test_no_argument_is_named_request() -> None:
    """`request` is Pyramid's object: no other argument has this name below `web`, `app` and `extend`, except the public
    one of the workflow library."""
    above = ("web", "app", "extend", "builtin", "testing")
    named = [
        f"{path.relative_to(ROOT)} {name}"
        for path in (ROOT / "formengine").rglob("*.py")
        if path.relative_to(ROOT).parts[1] not in above
        for name in _functions_that_take(_tree(path), "request")
    ]
    assert named == [PROMISED_REQUEST]


def _functions_that_take(tree: ast.AST, argument: str, prefix: str = "") -> Iterator[str]:
    """The dotted names of the functions (and lambdas) under a node that have an argument of that name."""
    for node in ast.iter_child_nodes(tree):
        name = f"{prefix}{getattr(node, 'name', '')}"
        arguments = getattr(node, "args", None)
        if isinstance(arguments, ast.arguments) and argument in {
            argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)
        }:
            yield name
        inside = f"{name}." if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else prefix
        yield from _functions_that_take(node, argument, inside)


def test_every_package_is_listed_in_setup_cfg() -> None:
    """X1: others would be missing from the wheel."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    packages = {".".join(p.parent.relative_to(ROOT).parts) for p in (ROOT / "formengine").rglob("__init__.py")}
    assert listed == packages | STARTER


def test_changelog_begins_with_the_current_version() -> None:
    heads = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert heads[0].startswith(f"## [{formengine.__version__}]")


def test_revisions_of_the_database_follow_one_another_by_number() -> None:
    """O3: a new one comes after the newest on the main branch; `newest()` goes by the names of the files."""
    chain = {}
    for path in sorted((ROOT / "formengine/storage/migrations/versions").glob("[0-9]*.py")):
        values = {
            node.target.id: ast.literal_eval(node.value)
            for node in _tree(path).body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        }
        assert path.name.startswith(f"{values['revision']}_")
        chain[values["revision"]] = values["down_revision"]
    revisions = sorted(chain)
    assert [chain[revision] for revision in revisions] == [None, *revisions[:-1]]
