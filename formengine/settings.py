"""Every setting of formengine: one table, each with its type, default and a sentence.

A setting is a `formengine.<name>` key of the ini; the environment variable `FORMENGINE_<NAME>` wins over it.
Nothing else in the code reads an ini key or an environment variable of ours, but for FORMENGINE_INI, which names the
ini of a command. Settings of plugins have another dot, `formengine.<plugin>.<name>` or
`FORMENGINE_<PLUGIN>__<NAME>`; the plugin declares them (`formengine.extend`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from formengine.errors import SettingError
from formengine.key_ring import KeyRing

Network = IPv4Network | IPv6Network

INSECURE_SECRET: Final = "development-only"
"""The secret of `development.ini`; nothing but `environment = development` may run with it."""


@dataclass(frozen=True)
class Setting:
    """One setting: its name, the function that reads its text, the text it has by default (None: required), its use."""

    name: str
    read: Callable[[str], object]
    default: str | None
    sentence: str

    @property
    def key(self) -> str:
        return f"formengine.{self.name}"

    @property
    def variable(self) -> str:
        return f"FORMENGINE_{self.name.upper()}"


def _word(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"write one of {', '.join(allowed)}")
        return text

    return read


def _switch(text: str) -> bool:
    words = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise ValueError("write on or off")
    return words[text.lower()]


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError("write a whole number")
    return int(text)


def _seconds(text: str) -> int:
    if not _count(text):
        raise ValueError("write a number of seconds, 1 or more")
    return _count(text)


def without_password(address: str) -> str:
    """The text of an address with `…` in place of its password, also where characters in it needed percent-encoding.

    >>> without_password("postgresql://legal:a@b/c@localhost/legal")
    'postgresql://legal:…@localhost/legal'
    """
    return re.sub(r":(?!//).*@", ":…@", address, flags=re.DOTALL)


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"write an address that begins with {' or '.join(s + ':' for s in schemes)}")
        return text

    return read


def _optional(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: read(text) if text else ""


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word) for word in text.split())
    except ValueError:
        raise ValueError("write addresses or networks, such as 127.0.0.1 or 10.0.0.0/8") from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _plugins(text: str) -> tuple[str, ...]:
    if "," in text:
        written = " ".join(text.replace(",", " ").split())
        raise ValueError(f"plugins are separated by spaces, without commas: write {written}")
    return _words(text)


def _keys(text: str) -> KeyRing:
    keys = tuple(text.split())
    if not keys:
        raise ValueError("write 32 or more random characters")
    return KeyRing(keys)


def _setting(read: Callable[[str], object], default: str | None, sentence: str) -> Any:
    """A row of the table: `read` makes a value of a text, or raises ValueError with what to write."""
    return field(metadata={"row": (read, default, sentence)})


@dataclass(frozen=True)
class PluginTexts:
    """What ini and environment say for plugins: texts by plugin and name, as `("invoices", "url")`, with their origins.

    Variables have their names in lower case. An origin is `development.ini:12`, or the name of a variable.
    """

    ini: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    environment: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def of(self, plugin: str) -> dict[str, tuple[str, str]]:
        """The texts of one plugin with their origins, by name; variables win over the ini."""
        both = [*self.ini.items(), *self.environment.items()]
        return {name: text for (owner, name), text in both if owner == plugin}


@dataclass(frozen=True)
class Settings:
    """The table of settings, and their values: one object per process."""

    environment: str = _setting(
        _word("development", "production"),
        "production",
        "`production`, or `development`: shows the `/dev` pages and reloads the site's files when they change.",
    )
    site: str = _setting(str, ".", "The folder that holds `workflows/`, `config/` and `plugins/`.")
    database_url: str = _setting(
        _url("sqlite", "postgresql"),
        "sqlite:///var/formengine.sqlite",
        "The database: `sqlite:///path` or `postgresql://user@host/name`.",
    )
    storage_url: str = _setting(
        _url("file", "s3"), "file:var/files", "Where uploaded files are stored: `file:path` or `s3://bucket`."
    )
    mail_url: str = _setting(
        _url("smtp", "smtps", "dev", "memory"),
        "dev:",
        "The mail server: `smtp://host:port`, `smtps://user:password@host`, `dev:` (see `/dev/mail`) or `memory:`.",
    )
    mail_from: str = _setting(str, "formengine <portal@localhost>", "The sender of every mail.")
    base_url: str = _setting(
        _url("http", "https"),
        "http://localhost:6543",
        "The public address of the portal, from which links in mails are made.",
    )
    secret: KeyRing = _setting(  # noqa: RUF009  # a row of the table, as the others
        _keys,
        None,
        "Signs cookies and one-time links; at least 32 characters, from the environment in production. Several secrets "
        "are separated by spaces: the first signs, the others still verify.",
    )
    signing_key: str = _setting(
        str,
        "",
        "A PKCS #12 or PEM file with the key that signs PDFs and its certificate, or a `pkcs11:` URI (RFC 7512) of a "
        "key that stays on a token; without one the site uses its own, which `formengine certificate` makes.",
    )
    signing_password: str = _setting(str, "", "The password of that file, or the PIN of that token.")
    signing_trust: str = _setting(
        str,
        "",
        "A PEM file with the authorities that vouch for the certificate and for time stamps: with it, what proves "
        "later that both were valid is stored in each signed PDF (PAdES B-LT).",
    )
    timestamp_url: str = _setting(
        _optional(_url("http", "https")),
        "",
        "The time stamp server (RFC 3161) for signed PDFs; without one they bear the time of the portal's clock.",
    )
    plugins: tuple[str, ...] = _setting(
        _plugins,
        "",
        "Plugins to load, in order: `./name` from the site's `plugins/`, `name` from an installed package.",
    )
    host: str = _setting(str, "127.0.0.1", "The address that `serve` listens on.")
    port: int = _setting(_count, "6543", "The port that `serve` listens on.")
    trusted_proxy: tuple[Network, ...] = _setting(
        _networks,
        "",
        "Addresses or networks of the reverse proxies, whose `X-Forwarded-For` header is trusted.",
    )
    threads: int = _setting(_count, "8", "Threads that handle HTTP requests, per process.")
    worker: bool = _setting(
        _switch, "on", "Whether `serve` also runs background jobs; `serve --no-worker` turns it off."
    )
    mail_slots: int = _setting(_count, "8", "Mails that one worker sends at a time.")
    document_slots: int = _setting(_count, "1", "Documents that one worker converts at a time.")
    copy_slots: int = _setting(_count, "1", "Reading copies (Word documents as HTML) that one worker makes at a time.")
    copy_seconds: int = _setting(_count, "20", "Seconds of CPU time that making one reading copy may take.")
    copy_megabytes: int = _setting(_count, "512", "Memory that making one reading copy may take, in MiB.")
    job_lease: int = _setting(
        _seconds,
        "60",
        "Seconds without a heartbeat after which a worker counts as hung, and others take over the jobs it runs.",
    )
    rate_limits: bool = _setting(_switch, "on", "Limits on tries, such as wrong passwords; `off` is for tests only.")
    password_cost: str = _setting(
        _word("standard", "cheap"), "standard", "Cost of password hashing; `cheap` is fast, for tests only."
    )
    client_notes: int = _setting(_count, "60", "Notes that one client may write in an hour; 0: no limit.")
    max_body: int = _setting(_count, str(64 * 1024 * 1024), "Maximum size of a request body, in bytes.")
    max_file: int = _setting(_count, str(32 * 1024 * 1024), "Maximum size of one uploaded file, in bytes.")
    person_files: int = _setting(_count, "10000", "Files that one person may store in all; 0: no limit.")
    person_bytes: int = _setting(_count, str(10 * 1024**3), "Bytes that one person may store in all; 0: no limit.")
    dossier_files: int = _setting(_count, "2000", "Files that one dossier may hold; 0: no limit.")
    dossier_bytes: int = _setting(_count, str(4 * 1024**3), "Bytes that one dossier may hold; 0: no limit.")
    edit_lock_hours: int = _setting(
        _count, "8", "Hours after which a document that somebody has marked as being edited is free again; 0: no marks."
    )
    session_days: int = _setting(_count, "14", "Days without use after which a session ends.")
    session_max_days: int = _setting(_count, "30", "Days after signing in at which a session ends, even when in use.")
    log_format: str = _setting(_word("text", "json"), "text", "Format of log lines: `text` or `json`.")
    of_plugins: PluginTexts = field(default_factory=PluginTexts, repr=False, compare=False)

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @property
    def host_name(self) -> str:
        """The host of `base_url`, without a port: the right side of every Message-ID."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def secure(self) -> bool:
        """Whether the portal is served over TLS, so that cookies may say so."""
        return self.base_url.startswith("https:")


TABLE: Final = tuple(Setting(f.name, *f.metadata["row"]) for f in fields(Settings) if "row" in f.metadata)
"""Every setting, in the order of the reference page."""

SECRET: Final = next(setting for setting in TABLE if setting.name == "secret")


def is_secret_in_environment() -> bool:
    """Whether the environment has the secret: its settings are enough then, and no ini is needed."""
    return SECRET.variable in os.environ


def read_settings(
    ini: Mapping[str, str], environ: Mapping[str, str] | None = None, file: str | None = None
) -> Settings:
    """The settings of an ini section (`formengine.*` keys, of the `file` if it is one) under the environment.

    Raises SettingError naming the origin, the key, its value and what to write: for a value that cannot be read, a key
    of ours that is not in the table, a missing secret, or the development secret outside development.
    """
    environ = os.environ if environ is None else environ
    _refuse_unknown(ini, file)
    values = {s.name: _value(s, ini, environ, file) for s in TABLE}
    settings = Settings(**values, of_plugins=_plugin_texts(ini, environ, file))
    weak = [key for key in settings.secret.keys if key == INSECURE_SECRET or len(key) < 32]
    if weak and not settings.development:
        problem = (
            f"set {SECRET.variable} to 32 or more random characters; of several, separated by spaces, each has as many"
        )
        raise SettingError("formengine.secret", "…", problem)
    return settings


def _value(setting: Setting, ini: Mapping[str, str], environ: Mapping[str, str], file: str | None) -> Any:
    text = environ.get(setting.variable, ini.get(setting.key, setting.default))
    if text is None:
        raise SettingError(setting.key, "", f"set it, or the environment variable {setting.variable}")
    try:
        return setting.read(text)
    except ValueError as error:
        shown = "…" if setting.name == "secret" else without_password(text)
        origin = setting.variable if setting.variable in environ else _origin(file, setting.key, ini)
        raise SettingError(setting.key, shown, str(error), origin) from None


def _refuse_unknown(ini: Mapping[str, str], file: str | None) -> None:
    """SettingError for a key of ours that is not in the table; its value, perhaps a secret, is not shown."""
    keys = sorted(s.key for s in TABLE)
    for key in ini:
        if key.startswith("formengine.") and key not in keys and not _OF_A_PLUGIN.fullmatch(key):
            close = get_close_matches(key, keys, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(keys)}"
            raise SettingError(key, "…", f"there is no such setting; {hint}", _origin(file, key, ini))


_OF_A_PLUGIN: Final = re.compile(r"formengine\.([^.]+)\.([^.]+)")
_VARIABLE_OF_A_PLUGIN: Final = re.compile(r"FORMENGINE_([A-Z0-9_]*[A-Z0-9])__([A-Z0-9_]+)")


def _plugin_texts(ini: Mapping[str, str], environ: Mapping[str, str], file: str | None) -> PluginTexts:
    keys = {key: match for key in ini if (match := _OF_A_PLUGIN.fullmatch(key))}
    variables = {name: match for name in environ if (match := _VARIABLE_OF_A_PLUGIN.fullmatch(name))}
    return PluginTexts(
        {(m[1].lower().replace("-", "_"), m[2]): (ini[key], _origin(file, key, ini)) for key, m in keys.items()},
        {(m[1].lower(), m[2].lower()): (environ[name], name) for name, m in variables.items()},
    )


def _origin(file: str | None, key: str, ini: Mapping[str, str]) -> str:
    """The file and line of a key; empty where there is no file, or the key is not in it."""
    if file is None or key not in ini:
        return ""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    numbers = [n for n, line in enumerate(lines, 1) if re.match(rf"{re.escape(key)}\s*[=:]", line.strip())]
    return f"{file}:{numbers[-1]}" if numbers else file
