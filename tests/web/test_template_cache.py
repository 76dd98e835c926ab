"""Compiled templates are kept on disk, under what they were compiled from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from formengine.web.template_cache import TemplateCache, open_template_cache

SOURCE = '{{ _("Sign in") }}'


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


def environment(translate: Callable[[str], str]) -> Environment:
    cache = TemplateCache("en", {"_": translate})
    made = Environment(loader=DictLoader({"page": SOURCE}), bytecode_cache=cache, autoescape=True)
    made.globals["_"] = translate
    return made


def test_a_template_is_compiled_once_for_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(str.upper).get_template("page").render() == "SIGN IN"
    monkeypatch.setattr(Environment, "compile", None)
    assert environment(str.upper).get_template("page").render() == "SIGN IN"


def test_another_translation_is_another_template() -> None:
    """Texts are folded into the bytecode, so a changed catalogue must not meet the old one."""
    upper, lower = TemplateCache("en", {"_": str.upper}), TemplateCache("en", {"_": str.lower})
    assert upper.get_source_checksum(SOURCE) != lower.get_source_checksum(SOURCE)
    assert upper.get_source_checksum("{{ x }}") == lower.get_source_checksum("{{ x }}")


def test_a_disk_that_takes_nothing_costs_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert environment(str.upper).get_template("page").render() == "SIGN IN"


def test_without_a_safe_folder_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.mkdir", lambda *_args: (_ for _ in ()).throw(PermissionError("read-only")))
    assert open_template_cache("en", {}) is None
