"""Settings of plugins: declared by schema, read from ini and environment, judged at start, frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from formengine.app import build_registry
from formengine.errors import SettingError
from formengine.settings import Settings, read_settings
from formengine.workflow.definition.vocabulary import Recorder, Vocabulary

PLUGIN = '''
"""A plugin with settings."""

SCHEMA = {
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "pattern": "^https:"},
        "token": {"type": "string", "writeOnly": True, "minLength": 8},
        "tries": {"type": "integer", "minimum": 1, "default": 3},
        "share": {"type": "number"},
        "strict": {"type": "boolean", "default": False},
        "offices": {"type": "array", "items": {"enum": ["paris", "lyon"]}, "default": ["paris"]},
    },
}


def includeme(config):
    settings = config.add_plugin_settings(SCHEMA)
    config.add_workflow_guard("office", lambda subject, options: options["office"] in settings.offices)
    config.add_job("post", print)
'''
URL = "formengine.acme_post.url = https://example.com\n"


def settings_from(folder: Path, ini: str, **environ: str) -> Settings:
    (folder / "plugins").mkdir()
    (folder / "plugins/acme_post.py").write_text(PLUGIN)
    head = "formengine.environment = development\nformengine.secret = development-only\n"
    text = f"[app:main]\n{head}formengine.site = {folder}\nformengine.plugins = ./acme_post\n{ini}"
    (folder / "site.ini").write_text(text)
    from formengine.cli.context import read_ini

    return read_settings(read_ini(str(folder / "site.ini")), environ, str(folder / "site.ini"))


def test_settings_are_typed_and_frozen(tmp_path: Path) -> None:
    """O1: from the ini, the environment before it, else the default; a secret is not in their text."""
    ini = f"{URL}formengine.acme_post.token = not so secret\nformengine.acme_post.strict = on\n"
    environ = {"FORMENGINE_ACME_POST__TOKEN": "canary canary", "FORMENGINE_ACME_POST__OFFICES": "lyon paris"}
    registry = build_registry(settings_from(tmp_path, f"{ini}formengine.acme_post.share = 0.5\n", **environ))
    settings = registry.settings["acme_post"]
    values = (settings.url, settings.token, settings.tries, settings.share, settings.strict, settings.offices)
    assert values == ("https://example.com", "canary canary", 3, 0.5, True, ("lyon", "paris"))
    assert registry.jobs["post"].settings is settings
    assert registry.vocabulary.guards["office"].check(None, {"office": "lyon"}) is True
    assert "canary" not in repr(settings)
    with pytest.raises(AttributeError):
        settings.url = "http://elsewhere"


@pytest.mark.parametrize(
    ("ini", "environ", "message"),
    [
        ("formengine.acme_post.urll = https://x\n", {}, 'site.ini:6: formengine.acme_post.urll = .* mean "url"'),
        ("formengine.acme_pst.url = https://x\n", {}, 'site.ini:6: .*is loaded; did you mean "acme_post"'),
        ("formengine.acme_post.url = http://x\n", {}, r"site.ini:6: formengine.acme_post.url = 'http://x': .*\^https:"),
        (f"{URL}formengine.acme_post.tries = few\n", {}, "site.ini:7: .*write a whole number"),
        (URL, {"FORMENGINE_ACME_POST__TRIES": "0"}, "FORMENGINE_ACME_POST__TRIES: .*minimum: 1"),
        (URL, {"FORMENGINE_ACME_POST__TRYS": "4"}, 'FORMENGINE_ACME_POST__TRYS: .*did you mean "tries"'),
        ("", {}, "formengine.acme_post.url = '': set it, or the environment variable FORMENGINE_ACME_POST__URL"),
    ],
)
def test_a_mistake_stops_the_start_with_its_place(
    tmp_path: Path, ini: str, environ: dict[str, str], message: str
) -> None:
    """O1: the file and line or the variable, the key that is mistyped and the right one."""
    with pytest.raises(SettingError, match=message):
        build_registry(settings_from(tmp_path, ini, **environ))


def test_no_message_shows_a_secret(tmp_path: Path) -> None:
    """T44: not the value of a `writeOnly` setting, nor that of a key that may be one mistyped."""
    with pytest.raises(SettingError, match="minLength: 8") as raised:
        build_registry(settings_from(tmp_path, f"{URL}formengine.acme_post.token = canary\n"))
    assert "canary" not in str(raised.value)
    with pytest.raises(SettingError, match=r"did you mean formengine\.secret") as raised:
        read_settings({"formengine.secrt": "canary"}, {})
    assert "canary" not in str(raised.value)


def test_without_an_application_settings_have_their_defaults() -> None:
    """X3: a plugin with settings can be simulated."""
    names: dict[str, Any] = {}
    exec(PLUGIN, names)
    recorder = Recorder(Vocabulary.builtin())
    recorder.include(names["includeme"])
    assert recorder.vocabulary.guards["office"].check(None, {"office": "paris"}) is True
