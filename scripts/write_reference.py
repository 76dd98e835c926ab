"""Generate the pages of docs/ on settings, commands, plugins, stories and access from the code.

    python scripts/write_reference.py

A test fails when a page differs from the output.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from formengine.authoring.stories import keys as story_keys
from formengine.cli import main
from formengine.cli.click_groups import LazyGroup
from formengine.extend import DIRECTIVES
from formengine.services.access.policy import ROLES, RULES
from formengine.settings import TABLE as SETTINGS

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- Written by scripts/write_reference.py: change the code, not this page. -->\n"


def settings_page() -> str:
    """The page of settings: key, environment variable, default and description."""
    lines = [
        "# Settings\n",
        MADE,
        "All settings, for operators. A setting is a key in the section `[app:main]` of the ini; its environment",
        "variable takes precedence. An unknown key is an error at start, so that a misspelt setting is noticed.\n",
        "| key | environment variable | default | description |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        default = "must be set" if setting.default is None else f"`{setting.default}`" if setting.default else ""
        lines.append(f"| `{setting.key}` | `{setting.variable}` | {default} | {setting.sentence} |")
    lines += [
        "",
        "Settings of a plugin are `formengine.<plugin>.<name>`, or `FORMENGINE_<PLUGIN>__<NAME>` in the environment;",
        "the plugin declares them ([Write a plugin](../how-to/write-a-plugin.md#settings-of-a-plugin)).",
    ]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The page of commands with their arguments and options, from click."""
    lines = [
        "# Commands\n",
        MADE,
        "All commands. Exit code 0 means success, 1 findings or a failure, 2 a usage error. Commands read",
        "`development.ini` of the current folder, unless another ini is named.\n",
    ]
    for name, command in commands_of(main, "formengine"):
        lines += [f"## {name}\n", *_described(command, name), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands_of(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group (without groups), with its full name, in the order of the help."""
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
    """The page of plugin directives, with signature and docstring."""
    lines = [
        "# Plugins\n",
        MADE,
        "The directives that a plugin can use: a plugin is a function `includeme(config)`, and these are methods of",
        "`config`. [Write a plugin](../how-to/write-a-plugin.md) has an example.\n",
    ]
    for directive in DIRECTIVES:
        lines += [
            f"## {directive.name}\n",
            f"`config.{directive.signature}`\n",
            inspect.getdoc(directive.make) or "",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


STORY_EXAMPLE = """\
```yaml
- story: An opinion is given, and the requester is told
  request: trademark_check
  people: {requester: maya, advice: [ana, paul]}
  now: 2026-03-02 10:00
  answers: {mark: Aurora, markets: [FR, EU], already_used: false}
  steps:
    - expect: {state: received}
    - {by: ana, claim: advice}
    - {by: paul, do: answer, fields: {opinion: It is free.}, refused: ""}
    - {by: ana, do: ask, comment: For which products?}
    - expect: {state: more_information, client_sees: We need something from you, mails: [requester]}
    - {by: maya, do: reply, comment: Cosmetics.}
    - wait: 1 working day
    - {by: ana, do: answer, fields: {opinion: It is free.}}
    - expect: {state: answered, facts: {opinion: It is free.}, mails: [requester]}
```
"""


def stories_page() -> str:
    """The page of stories: every key with what it says."""
    lines = [
        "# Stories\n",
        MADE,
        "`workflows/<pack>/stories.yaml` holds examples of how requests of a pack go, for authors of workflows:",
        "given these people and answers, when this is done, then that is so. `formengine check` plays each of",
        "them through the workflow, without a server and without mails, and nothing is published while one fails.",
        "Write one for each way that matters, and one for what must be refused.\n",
        STORY_EXAMPLE,
        "## A story\n",
        *_keys(story_keys.STORY),
        "## A step\n",
        "A step is one of these; texts may be in any language of the portal.\n",
        *_keys(story_keys.STEP),
        "Behind `by` stands one thing that is done:\n",
        *_keys(story_keys.ACTS),
        "and beside it, where it is needed:\n",
        *_keys(story_keys.BESIDE),
        "## What is expected\n",
        "`expect` takes one or more of these:\n",
        *_keys(story_keys.EXPECTED),
        "## What the check tells\n",
        "A name that nothing has (a step, a person, a role, a state, a fact, a field of the form) is told where",
        "it stands, with the nearest one that there is. Then the story is played; the first step that does not go",
        "as written is told, with what is true instead. `{by: paul, do: sign_off, refused: lawyer}` holds where",
        "the step is refused, and the reason has the word.",
    ]
    return "\n".join(lines) + "\n"


def _keys(keys: Mapping[str, str]) -> list[str]:
    return ["| key | meaning |", "|---|---|", *(f"| `{key}` | {meaning} |" for key, meaning in keys.items()), ""]


def access_page() -> str:
    """The page with the access table."""
    head = "| permission | " + " | ".join(f"`{role}`" for role in ROLES) + " |"
    lines = [
        "# Who may do what\n",
        MADE,
        "All access rules are one table, `formengine/services/access/policy.py`: a permission is granted when",
        "*any* of its predicates holds. A workflow can only restrict this further (roles of a transition, seats of a",
        "round). A dossier that a person cannot read is answered with 404, like one that does not exist.\n",
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
        "*organisation*: when counsel shared the dossier with the client's organisation. *asked*: somebody who is,",
        "or was, asked to acknowledge something on it, and reads their own seats alone. *in charge*: of a child, by a",
        "field of it, who reads that child alone. *own part*: somebody who is asked to fill in a part of a request,",
        "and sees that part alone. *named*: whom `sign_up` in `config/portal.yaml` names.\n",
        "Of the children of a dossier (hearings, milestones, the workflow's own), clients and collaborators read those",
        "that are shown to the client, and those of which they take a step by a role",
        "(`services/dossiers/child_visibility.py`).\n",
        "Services check permissions before they act (`services/access/enforcement.py`); each route names its",
        "permission (`web/routes.py`), and a test requests every route as every role.",
    ]
    return "\n".join(lines) + "\n"


def _access_cell(role: str, predicates: tuple[object, ...]) -> str:
    from formengine.services.access import policy as access

    viewer = access.Viewer("me", role, organisation=1, sources=frozenset(("me",)))  # type: ignore[arg-type]  # the roles are the table's own
    sights = {
        "yes": None,
        "in sight": access.DossierAccess((), False, None, False),
        "organisation": access.DossierAccess((), False, 1, True),
        "involved": access.DossierAccess(("me",), True, None, False),
        "asked": access.DossierAccess((), True, None, False, asked=("me",)),
        "in charge": access.DossierAccess((), True, None, False, in_charge=("me",)),
        "own part": access.DossierAccess((), True, None, False, fillers=("me",)),
    }
    words = [word for word, sight in sights.items() if any(p(viewer, sight) for p in predicates)]  # type: ignore[operator]
    if "yes" in words:
        return "yes"
    approver = access.Viewer("me", viewer.role, viewer.organisation, sources=frozenset((access.SIGN_UP_APPROVER,)))
    if not words and any(p(approver, None) for p in predicates):  # type: ignore[operator]
        return "named"
    if "in sight" in words and "organisation" in words and "involved" in words:
        words = ["in sight" if role == "counsel" else "yes", *(w for w in words if w in ("asked", "in charge"))]
        return ", ".join(words if role == "counsel" else words[:1])
    return ", ".join(words)


PAGES = {
    "reference/settings.md": settings_page,
    "reference/commands.md": commands_page,
    "reference/plugins.md": plugins_page,
    "reference/stories.md": stories_page,
    "explanation/access.md": access_page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        (DOCS / path).write_text(page(), encoding="utf-8")
