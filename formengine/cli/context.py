"""Settings, database, platform and unit of work, as commands open them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from formengine.cli.click_groups import Failure
from formengine.settings import SECRET, Settings, is_secret_in_environment, read_settings, without_password

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.storage import Database

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_INI = "development.ini"
INI_VARIABLE = "FORMENGINE_INI"
"""The environment variable that names the ini of every command, so that none on a server works on another site."""
_INI_FILE = click.Path(exists=True, dir_okay=False)


def ini_option(command: F) -> F:
    """`--ini FILE`, for every command that works on a site; the environment variable FORMENGINE_INI names it too."""
    return _ini_option()(command)


def ini_argument(command: F) -> F:
    """The ini as an argument, for the commands that run until they are told to stop; `--ini` names it as well."""

    def keep(context: click.Context, _parameter: click.Parameter, ini: str | None) -> None:
        context.meta[INI_VARIABLE] = ini

    def named(context: click.Context, _parameter: click.Parameter, ini: str | None) -> str | None:
        return ini or context.meta[INI_VARIABLE]

    argument = click.argument("ini", required=False, type=_INI_FILE, callback=named)
    return argument(_ini_option("named_ini", is_eager=True, expose_value=False, callback=keep)(command))


def _ini_option(*names: str, **attributes: Any) -> Callable[[F], F]:
    sentence = f"Path of the site's ini (default: {INI_VARIABLE}, or {DEFAULT_INI} in the current folder or above it)."
    return click.option("--ini", *names, type=_INI_FILE, envvar=INI_VARIABLE, help=sentence, **attributes)


def settings_from(ini: str | None) -> Settings:
    """The settings of an ini, which environment variables override; SettingError for a value that cannot be read.

    Without a name, that of `development.ini` in the current folder. Where there is none, the environment alone, or else
    the nearest `development.ini` of one's own above, which is told on stderr; Failure without any.
    """
    path = ini or (DEFAULT_INI if Path(DEFAULT_INI).exists() else None)
    if path is None and is_secret_in_environment():
        return read_settings({})
    if path is None:
        path = _ini_above(Path.cwd())
        click.echo(f"the site is that of {path}", err=True)
    return read_settings(read_ini(path), file=path)


def _ini_above(folder: Path) -> str:
    """The path of the nearest `development.ini` in the folders above one; Failure where there is none.

    An ini names code that is run: that of somebody else, as in a folder that all share, is not taken unasked, nor is
    any above a folder of somebody else.
    """
    left_out = ""
    for parent in folder.parents:
        path = parent / DEFAULT_INI
        others = [each for each in (parent, path) if each.exists() and each.stat().st_uid != os.geteuid()]
        if others:
            left_out = f"; {others[0]} belongs to somebody else, so no {DEFAULT_INI} is taken from there or above"
            break
        if path.is_file():
            return str(path)
    raise Failure(
        f"there is no {DEFAULT_INI} in {folder} or above it: go to the folder of your site, or name its ini with"
        f" --ini FILE or {INI_VARIABLE}; without an ini, {SECRET.variable} and the other settings are to be in the"
        f" environment{left_out}"
    )


def read_ini(path: str) -> dict[str, str]:
    """The `[app:main]` section, with `%(here)s` filled; Failure when the file cannot be understood."""
    from configparser import ConfigParser, Error, InterpolationError

    parser = ConfigParser({"here": str(Path(path).resolve().parent)})
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8"), path)
        section = dict(parser["app:main"])
    except InterpolationError as error:  # its own text shows the value, perhaps a password
        raise Failure(f"{path}: {error.option}: write %% for each %, such as %%40") from None
    except (Error, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read as an ini: {error}") from None
    except KeyError:
        raise Failure(f"{path} has no section [app:main]: formengine's settings stand there") from None
    return section


@contextmanager
def open_checked_database(settings: Settings) -> Iterator[Database]:
    """The database, closed at the end; Failure in a sentence when it cannot be reached."""
    from formengine.storage import open_database

    database = open_database(settings.database_url)
    try:
        with _database_failures(settings):
            yield database
    finally:
        database.close()


@contextmanager
def _database_failures(settings: Settings) -> Iterator[None]:
    """Turns errors of the connection to the database into a Failure with the reason, and without the password."""
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except OperationalError as error:
        address, reason = without_password(settings.database_url), str(error.orig).strip().splitlines()[0]
        hint = "; write @ within the password as %40" if settings.database_url.count("@") > 1 else ""
        raise Failure(f"the database {address} does not answer: {reason}{hint}") from error


def require_newest(settings: Settings) -> None:
    """Failure when the database is not at the revision that this version works with."""
    from formengine.storage.migrations import current, newest

    with open_checked_database(settings) as database:
        revision = current(database)
    if revision is None:
        address = without_password(settings.database_url)
        message = f"the database {address} is not prepared yet: run `formengine db upgrade`"
        raise Failure(f"{message}, or name the ini of another site (`--ini`, or {INI_VARIABLE})")
    if revision != newest():
        message = f"the database is at revision {revision} and this version works with {newest()}"
        raise Failure(f"{message}: run `formengine db upgrade`")


@contextmanager
def open_platform(ini: str | None) -> Iterator[Platform]:
    """The assembled platform on a database of the newest revision, closed at the end."""
    settings = settings_from(ini)
    log_warnings_only()
    require_newest(settings)
    from formengine.app import build_platform, close_platform

    platform = build_platform(settings)
    try:
        with _database_failures(settings):
            yield platform
    finally:
        close_platform(platform)


@contextmanager
def open_work(ini: str | None) -> Iterator[UnitOfWork]:
    """One unit of work of the engine itself, in one transaction: committed at the end, rolled back by an exception."""
    from formengine.errors import ConcurrentChange
    from formengine.services.core.unit_of_work import open_work as open_unit_of_work

    with open_platform(ini) as platform:
        try:
            with open_unit_of_work(platform) as work:
                yield work
        except ConcurrentChange:
            raise Failure("somebody else changed the same at this moment; nothing was written, run it again") from None


@contextmanager
def open_reading_work(ini: str | None) -> Iterator[UnitOfWork]:
    """A unit of work that only reads, in one snapshot, without holding the write lock."""
    from formengine.services.core.unit_of_work import UnitOfWork

    with open_platform(ini) as platform, platform.database.reading() as session:
        yield UnitOfWork(platform, session, None)


def log_warnings_only() -> None:
    """Log warnings and errors only: commands print their own results."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
