"""Approvals and signatures as written, made into definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from formengine.source import Path
from formengine.workflow.definition.model import Approver, Late, RoundRule, RoundStep
from formengine.workflow.parser.reader import Reader
from formengine.workflow.parser.states import titled

_APPROVAL: Final = (
    *(
        "title",
        "steps",
        "document",
        "rejection",
        "not_same_person_as",
        "may_delegate",
        "if_document_changes",
        "if_nobody",
    ),
    *("remind", "late", "needs_permission"),
)
_SIGNATURES: Final = (
    *("title", "provider", "with", "document", "order", "if_document_changes", "remind", "expires", "may_delegate"),
    *("if_nobody", "late", "not_same_person_as"),
)
_SOURCES: Final = ("role", "team", "person", "position")


def parse_approvals(reader: Reader, value: object, path: Path) -> dict[str, RoundRule]:
    found = reader.by_id(value, path)
    return {name: _approval(reader, name, one, (*path, name)) for name, one in found.items()}


def _approval(reader: Reader, name: str, value: object, path: Path) -> RoundRule:
    given = reader.mapping(value, path, _APPROVAL)
    steps = reader.sequence(given.get("steps"), (*path, "steps"))
    if not steps:
        reader.lacks(path, "steps", f"the approval `{name}` needs `steps`, each with its `approvers`")
    rejection = reader.choice(given, "rejection", path, ("stops", "counts", "returns_one_step"), "stops")
    if "needs_permission" in given:
        reader.choice(given, "needs_permission", path, ("collaborate",), "collaborate")
    return RoundRule(
        id=name,
        kind="approval",
        steps=tuple(_step(reader, one, (*path, "steps", i)) for i, one in enumerate(steps)),
        rejection=cast(Any, rejection),
        needs_collaborate="needs_permission" in given,
        **_common(reader, name, given, path),
    )


def _step(reader: Reader, value: object, path: Path) -> RoundStep:
    given = reader.mapping(value, path, ("name", "approvers", "when"))
    entries = given.get("approvers")
    if not entries:
        reader.lacks(path, "approvers", "a step needs `approvers`: a list of roles, or {role: X, need: n}")
    entries = entries if isinstance(entries, list) else [] if entries is None else [entries]
    found = _entries(reader, entries, (*path, "approvers"))
    name = reader.text(given.get("name"), (*path, "name"), titled(found[0].source.partition(":")[2]) if found else "")
    return RoundStep(name=name, entries=found, when=reader.condition(given.get("when"), (*path, "when")))


def _entries(reader: Reader, values: list[Any], path: Path) -> tuple[Approver, ...]:
    entries = (_entry(reader, one, (*path, i)) for i, one in enumerate(values))
    return tuple(entry for entry in entries if entry is not None)


def _entry(reader: Reader, value: object, path: Path) -> Approver | None:
    if isinstance(value, str):
        return Approver(f"role:{value}")
    given = reader.mapping(value, path, (*_SOURCES, "need", "when"))
    sources = [key for key in _SOURCES if isinstance(given.get(key), str)]
    if len(sources) != 1:
        reader.error(
            path, "approver", "an approver is a role id, or exactly one of {role | team | person | position: X}"
        )
        return None
    need: int | None = 0 if given.get("need") == "all" else 1
    if "need" in given and given["need"] != "all":
        need = reader.count(given["need"], (*path, "need"))
    condition = reader.condition(given.get("when"), (*path, "when"))
    return Approver(f"{sources[0]}:{given[sources[0]]}", 1 if need is None else need, condition)


def parse_signatures(reader: Reader, value: object, path: Path) -> dict[str, RoundRule]:
    found = reader.by_id(value, path)
    return {name: _signature(reader, name, one, (*path, name)) for name, one in found.items()}


def _signature(reader: Reader, name: str, value: object, path: Path) -> RoundRule:
    given = reader.mapping(value, path, _SIGNATURES)
    if not given.get("document"):
        reader.lacks(path, "document", f"the signatures `{name}` do not say which `document` is signed")
    groups = reader.sequence(given.get("order"), (*path, "order"))
    if not groups:
        reader.lacks(path, "order", f"the signatures `{name}` need `order`: a list of groups, [[first], [then]]")
    steps = []
    for i, group in enumerate(groups):
        place = (*path, "order", i)
        entries = group if isinstance(group, list) else [group]
        found = _entries(reader, entries, place if isinstance(group, list) else (*path, "order"))
        steps.append(RoundStep(name=titled(found[0].source.partition(":")[2]) if found else "", entries=found))
    return RoundRule(
        id=name,
        kind="signature",
        steps=tuple(steps),
        expires=reader.duration(given.get("expires"), (*path, "expires")),
        provider=reader.name(given.get("provider"), (*path, "provider")) or "in_app",
        options=reader.mapping(given.get("with"), (*path, "with")),
        **_common(reader, name, given, path),
    )


def _common(reader: Reader, name: str, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    changes = reader.choice(given, "if_document_changes", path, ("start_again", "keep"), "start_again")
    return {
        "title": reader.text(given.get("title"), (*path, "title"), titled(name)),
        "document": reader.name(given.get("document"), (*path, "document")),
        "not_same_person_as": tuple(
            role for role, _ in reader.names(given.get("not_same_person_as"), (*path, "not_same_person_as"))
        ),
        "may_delegate": reader.flag(given, "may_delegate", path),
        "start_again": changes == "start_again",
        "if_nobody": reader.choice(given, "if_nobody", path, ("refuse", "skip"), "refuse"),
        "remind": reader.duration(given.get("remind"), (*path, "remind")),
        "late": _late(reader, given.get("late"), (*path, "late")),
    }


def _late(reader: Reader, value: object, path: Path) -> Late | None:
    given = reader.mapping(value, path, ("after", "escalate_to", "tell"))
    if not given:
        return None
    after = reader.duration(given.get("after"), (*path, "after"))
    if after is None:
        if "after" not in given:
            reader.error(path, "late", "`late` needs `after:` with a duration")
        return None
    return Late(
        after=after,
        escalate_to=reader.name(given.get("escalate_to"), (*path, "escalate_to")),
        tell=tuple(role for role, _ in reader.names(given.get("tell"), (*path, "tell"))),
    )
