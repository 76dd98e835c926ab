"""What commands open, and what they say when it cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from formengine.cli import main
from formengine.cli.context import settings_from


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("FORMENGINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _ini(text: str, name: str = "development.ini") -> Path:
    path = Path(name)
    path.write_text(f"[app:main]\nformengine.environment = development\nformengine.secret = development-only\n{text}")
    return path


def _fails(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def test_the_ini_of_the_folder_is_found() -> None:
    _ini("formengine.port = 8080\nformengine.storage_url = file:%(here)s/files\n")
    settings = settings_from(None)
    assert settings.port == 8080
    assert settings.storage_url == f"file:{Path.cwd()}/files"


def test_the_ini_of_a_folder_above_is_found_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command in a folder of a site works on that site; outside of any it says where to go."""
    _fails("db", "check").output.index(f"there is no development.ini in {Path.cwd()} or above it: go to the folder")
    ini = _ini("formengine.site = %(here)s\n").resolve()
    inner = Path("workflows/nda")
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert settings_from(None).site == str(ini.parent)
    assert f"the site is that of {ini}" in capsys.readouterr().err


def test_the_ini_of_somebody_else_above_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """O1: whoever shares a folder, such as /tmp, has nobody run their plugins; the ini may be named."""
    ini = _ini("formengine.port = 8080\n").resolve()
    inner = Path("inner")
    inner.mkdir()
    stranger = ini.stat().st_uid + 1
    monkeypatch.setattr("os.geteuid", lambda: stranger)
    assert settings_from(None).port == 8080
    monkeypatch.chdir(inner)
    _fails("db", "check").output.index(f"{ini.parent} belongs to somebody else, so no development.ini is taken")
    assert settings_from(str(ini)).port == 8080


def test_another_ini_may_be_named() -> None:
    _ini("formengine.port = 8080\n")
    _ini("formengine.port = 9090\n", "other.ini")
    assert settings_from("other.ini").port == 9090


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    _ini("formengine.port = 8080\n")
    monkeypatch.setenv("FORMENGINE_PORT", "7070")
    assert settings_from(None).port == 7070


def test_without_an_ini_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMENGINE_SECRET", "x" * 32)
    assert settings_from(None).environment == "production"


def test_a_wrong_setting_is_one_plain_line() -> None:
    _ini("formengine.port = many\n")
    message = "formengine: development.ini:4: formengine.port = 'many': write a whole number\n"
    assert _fails("db", "check").output == message


def test_an_unknown_setting_is_one_plain_line() -> None:
    _ini("formengine.prot = 1\n")
    assert "there is no such setting" in _fails("db", "check").output


@pytest.mark.parametrize(
    ("text", "output"),
    [("nothing here\n", "cannot be read as an ini"), ("[server:main]\nport = 1\n", "has no section [app:main]")],
)
def test_a_broken_ini_is_named(text: str, output: str) -> None:
    Path("development.ini").write_text(text)
    assert output in _fails("db", "check").output


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    _ini("formengine.database_url = postgresql://maya:canary@127.0.0.1:1/nowhere\n")
    output = _fails("db", "check").output
    assert "the database postgresql://maya:…@127.0.0.1:1/nowhere does not answer" in output
    assert "canary" not in output


def test_a_password_with_characters_of_addresses_is_not_shown_either() -> None:
    """O1: `p@ss/w` needs percent-encoding; the message shows none of it, and says what to write."""
    _ini("formengine.database_url = postgresql://maya:p@canary/w@127.0.0.1:1/nowhere\n")
    output = _fails("db", "check").output
    assert "canary" not in output.partition("does not answer")[0]
    assert "%40" in output
    _ini("formengine.database_url = postgres://maya:p@canary@127.0.0.1/nowhere\n")
    output = _fails("db", "check").output
    assert "postgres://maya:…@127.0.0.1/nowhere" in output
    assert "begins with sqlite: or postgresql:" in output
    assert "canary" not in output


def test_the_environment_names_the_ini(monkeypatch: pytest.MonkeyPatch) -> None:
    """O1: on a server no command falls back to `development.ini` beside; `--ini` still wins."""
    _ini("formengine.port = none\n")
    path = _ini("formengine.port = many\n", "production.ini")
    monkeypatch.setenv("FORMENGINE_INI", str(path))
    for command in (["db", "check"], ["serve"], ["worker"], ["jobs", "status"], ["check"]):
        assert "production.ini:4: formengine.port = 'many'" in _fails(*command).output
        assert "development.ini:4:" in _fails(*command, "--ini", "development.ini").output
    assert "development.ini:4:" in _fails("serve", "development.ini").output


def test_an_unprepared_database_is_named() -> None:
    """O1: whoever forgot `--ini` sees that another database is meant."""
    _ini("formengine.database_url = sqlite:///%(here)s/mine.sqlite\n")
    output = _fails("user", "invite", "maya@example.com", "--name", "Maya").output
    assert f"the database sqlite:///{Path.cwd()}/mine.sqlite is not prepared yet" in output
    assert "--ini" in output


def test_the_demo_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """T44: its accounts, a legal admin among them, have a public password."""
    monkeypatch.setenv("FORMENGINE_SECRET", "x" * 32)
    assert "environment = development" in _fails("demo").output


def test_a_percent_sign_in_an_ini_is_explained_without_its_value() -> None:
    """O1: an encoded password in the ini; configparser's own message shows what follows the sign."""
    _ini("formengine.database_url = postgresql://maya:p%40canary@localhost/legal\n")
    output = _fails("db", "check").output
    assert "formengine.database_url: write %% for each %" in output
    assert "canary" not in output
