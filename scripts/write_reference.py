"""Write the pages of docs/ that the code itself knows best: settings, commands, the table of access.

    python scripts/write_reference.py

A test holds the pages to what this writes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from formengine.cli import main
from formengine.cli.click_groups import LazyGroup
from formengine.extend import DIRECTIVES
from formengine.services.access.policy import ROLES, RULES
from formengine.settings import TABLE as SETTINGS

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- Written by scripts/write_reference.py: change the code, not this page. -->\n"


def settings_page() -> str:
    """Every setting with its variable, default and sentence."""
    lines = [
        "# Settings\n",
        MADE,
        "A setting is a key of the ini's `[app:main]`; its environment variable wins over it. A key that is not in",
        "this table stops the start, so that a typing mistake is found at once.\n",
        "| key | environment variable | default | what it is for |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        default = "must be set" if setting.default is None else f"`{setting.default}`" if setting.default else ""
        lines.append(f"| `{setting.key}` | `{setting.variable}` | {default} | {setting.sentence} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its arguments and options, from click itself."""
    lines = [
        "# Commands\n",
        MADE,
        "Exit code 0 is fine, 1 is findings or a failure, 2 a mistake in how a command was called. The site's ini is",
        "`development.ini` of the current folder unless named.\n",
    ]
    for name, command in commands_of(main, "formengine"):
        lines += [f"## {name}\n", *_described(command, name), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands_of(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group that is no group itself, with its whole name, in the order of the lists."""
    context = click.Context(group, info_name=path)
    for name in group.commands_at if isinstance(group, LazyGroup) else group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        whole = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from commands_of(command, whole)
        else:
            yield whole, command


def _described(command: click.Command, name: str) -> list[str]:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    lines = [f"`{usage}`\n", (command.help or "").strip() + "\n"]
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        lines += ["| option | |", "|---|---|"]
        lines += [f"| `{_names(option, context)}` | {option.help or ''} |" for option in options]
        lines.append("")
    return lines


def _names(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    return record[0].replace("|", "\\|") if record else ", ".join(option.opts)


def plugins_page() -> str:
    """Every directive that plugins may use, with its signature and sentence."""
    lines = [
        "# Plugins\n",
        MADE,
        "A plugin is a function `includeme(config)`; these are the methods that `config` has for it.",
        "[Write a plugin](../how-to/write-a-plugin.md) shows one.\n",
    ]
    for directive in DIRECTIVES:
        lines += [
            f"## {directive.name}\n",
            f"`config.{directive.signature}`\n",
            inspect.getdoc(directive.make) or "",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def access_page() -> str:
    """The one table of access, in words."""
    head = "| permission | " + " | ".join(f"`{role}`" for role in ROLES) + " |"
    lines = [
        "# Who may do what\n",
        MADE,
        "All access rules are one table, `formengine/services/access/policy.py`: a permission is granted when",
        "*any* of its predicates holds. A workflow can only restrict this further (who may perform a transition, who",
        "has a seat). A dossier that somebody may not read answers 404 to them, as one that does not exist.\n",
        head,
        "|---" * (len(ROLES) + 1) + "|",
    ]
    lines += [
        f"| `{name}` | " + " | ".join(_access_cell(role, predicates) for role in ROLES) + " |"
        for name, predicates in RULES.items()
    ]
    lines += [
        "",
        "*involved*: as one of the dossier's people, that is requester, requested for, watcher, assignee, or with a",
        "seat now or before. *in sight*: on a dossier that is not restricted to named people, or as one of them.",
        "*organisation*: when counsel shared the dossier with the client's organisation.\n",
        "Services check permissions before they act (`services/access/enforcement.py`); each route names its",
        "permission (`web/routes.py`), and a test requests every route as every role.",
    ]
    return "\n".join(lines) + "\n"


def _access_cell(role: str, predicates: tuple[object, ...]) -> str:
    from formengine.services.access import policy as access

    viewer = access.Viewer("me", role, organisation=1)  # type: ignore[arg-type]  # the roles are the table's own
    sights = {
        "yes": None,
        "in sight": access.DossierAccess((), False, None, False),
        "organisation": access.DossierAccess((), False, 1, True),
        "involved": access.DossierAccess(("me",), True, None, False),
    }
    words = [word for word, sight in sights.items() if any(p(viewer, sight) for p in predicates)]  # type: ignore[operator]
    if "yes" in words:
        return "yes"
    if "in sight" in words and "organisation" in words and "involved" in words:
        return "in sight" if role == "counsel" else "yes"
    return ", ".join(words)


PAGES = {
    "reference/settings.md": settings_page,
    "reference/commands.md": commands_page,
    "reference/plugins.md": plugins_page,
    "explanation/access.md": access_page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        (DOCS / path).write_text(page(), encoding="utf-8")
