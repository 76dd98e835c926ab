"""Parser of deadlines: their part of `workflow.yaml` becomes `DeadlineRule`s (W9, W18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args

from formengine.conditions.durations import UNITS, WHOLE_DAYS, Duration, FactLength, Length, Unit, repeats
from formengine.i18n import Text
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import IDENTIFIER
from formengine.workflow.definition.actions import ExtendDeadlineAction
from formengine.workflow.definition.model import Consequence, DeadlineRule, Rolls
from formengine.workflow.parser.cursor import WorkflowCursor

_DEADLINE: Final = (
    *("id", "name", "within", "after", "before", "on", "of", "rolls", "clear_days", "at_opening", "when", "unless"),
    *("every", "remind", "tell", "then"),
)
_ANCHORS: Final = ("within", "after", "before", "on")


def parse_deadlines(deadlines: WorkflowCursor, prefix: str, title: Text) -> tuple[DeadlineRule, ...]:
    """A list of deadlines; `prefix` begins their ids (a state's, or `dossier`), `title` is for those without a name."""
    rules = (_deadline(item, f"{prefix}.{item.name}", title) for item in deadlines.items())
    return tuple(rule for rule in rules if rule is not None)


def _deadline(cursor: WorkflowCursor, ident: str, title: Text) -> DeadlineRule | None:
    deadline = cursor.mapping(*_DEADLINE, *(["stops_in"] if ident.startswith("dossier.") else []))
    anchors = [key for key in _ANCHORS if deadline.at(key).present]
    if len(anchors) != 1:
        message = (
            "a deadline has one anchor: `within: DURATION`, `after:` or `before: DURATION` with `of: DATE`, `on: DATE`"
        )
        cursor.error("anchor", message)
        return None
    anchor = anchors[0]
    length = None if anchor == "on" else parse_length(deadline.at(anchor))
    of = deadline.at("on" if anchor == "on" else "of").date_operand()
    if anchor in ("after", "before") and of is None:
        cursor.error("anchor", f"`{anchor}` needs `of:` with the date that it counts from")
    if (anchor != "on" and length is None) or (anchor != "within" and of is None):
        return None
    _check_words(deadline, anchor, length)
    remind, remind_every = _reminders(deadline.at("remind"))
    return DeadlineRule(
        id=ident,
        name=deadline.at("name").text_or(title),
        within=length if anchor == "within" else None,
        after=length if anchor == "after" else None,
        before=length if anchor == "before" else None,
        of=None if anchor == "within" else of,
        rolls=cast(Rolls | None, deadline.at("rolls").choice(get_args(Rolls)) or None),
        clear_days=deadline.at("clear_days").boolean(),
        at_opening=deadline.at("at_opening").boolean(),
        when=deadline.at("when").condition(),
        unless=deadline.at("unless").condition(),
        every=deadline.at("every").duration(every=True),
        remind=remind,
        remind_every=remind_every,
        tell=deadline.at("tell").id_list(),
        then=_then(deadline.at("then")),
        stops_in=deadline.at("stops_in").id_list(),
        own_id=_own_id(deadline.at("id")),
    )


def _own_id(cursor: WorkflowCursor) -> str | None:
    ident = cursor.id()
    if ident is not None and not IDENTIFIER.match(ident):
        message = f"{ident!r} cannot be an id; write small letters, digits and _, beginning with a letter"
        cursor.error("identifier", message)
    return ident


def parse_extension(action: WorkflowCursor) -> list[ExtendDeadlineAction]:
    """`{extend: DEADLINE, by: LENGTH, at_most: n}`; the unit of `{from: FACT}` may be the deadline's own."""
    by, at_most = action.at("by"), action.at("at_most")
    times = at_most.count() if at_most.present else None
    deadline = str(action.at("extend").value)
    if isinstance(by.value, Mapping):
        length = by.mapping("from", "unit")
        fact, unit = length.at("from").id(), length.at("unit")
        if fact is None or (unit.present and unit.value not in UNITS):
            by.error("duration", "`by` takes a length, 2 months, or {from: FACT, unit: months}")
            return []
        return [ExtendDeadlineAction(deadline, by_fact=fact, unit=cast(Unit | None, unit.value), at_most=times)]
    if not by.present:
        action.error("duration", "`extend` needs `by:` with how much longer the deadline is, such as 2 months")
    duration = by.duration()
    return [] if duration is None else [ExtendDeadlineAction(deadline, by=duration, at_most=times)]


def parse_length(cursor: WorkflowCursor) -> Length | None:
    """A duration, or `{from: FACT, unit: UNIT}`, whose amount is a fact."""
    if not isinstance(cursor.value, Mapping):
        return cursor.duration()
    length = cursor.mapping("from", "unit")
    fact, unit = length.at("from").id(), length.at("unit").value
    if fact is None or unit is None:
        cursor.error("duration", f"{cursor.label} takes a length, 3 months, or {{from: FACT, unit: months}}")
        return None
    if unit not in UNITS:
        hint = did_you_mean(str(unit), UNITS) or f"; write one of {', '.join(UNITS)}"
        length.at("unit").error("duration", f"{unit} is no unit of time{hint}")
        return None
    return FactLength(fact, cast(Unit, unit))


def _check_words(deadline: WorkflowCursor, anchor: str, length: Length | None) -> None:
    """Words that say nothing beside this anchor: whole days count clear, and a day has an opening hour."""
    counts_days = length is not None and length.unit in WHOLE_DAYS
    if deadline.at("clear_days").value is True and not counts_days:
        message = "`clear_days` leaves out the first and the last day of a length in days, weeks, months or years"
        deadline.at("clear_days").error("clear-days", message, at_key=True)
    if deadline.at("at_opening").value is True and not (anchor == "on" or (anchor == "before" and counts_days)):
        message = "`at_opening` stands with `on: DATE`, or with `before:` a length in days, weeks, months or years"
        deadline.at("at_opening").error("at-opening", message, at_key=True)
    if deadline.at("rolls").present and length is not None and length.unit.startswith("working"):
        message = "working time ends while the calendar is open; `rolls` changes nothing here"
        deadline.at("rolls").warn("rolls", message, at_key=True)
    if anchor == "within" and deadline.at("of").present:
        message = "`within` counts from entering the state, or from submission; to count from a date write `after:`"
        deadline.at("of").warn("anchor", message, at_key=True)


def _reminders(cursor: WorkflowCursor) -> tuple[tuple[Duration, ...], tuple[Duration, ...]]:
    """The durations before the deadline, and those of `every DURATION`; a single one stands for a list of one."""
    cursors = [cursor] if isinstance(cursor.value, str) else cursor.items()
    read = [(item.value, duration) for item in cursors if (duration := item.duration(every=True)) is not None]
    before = tuple(duration for text, duration in read if not repeats(text))
    return before, tuple(duration for text, duration in read if repeats(text))


def _then(cursor: WorkflowCursor) -> Consequence:
    then = cursor.mapping("tell", "escalate_to", "raise_priority", "go")
    return Consequence(
        tell=then.at("tell").id_list(),
        escalate_to=then.at("escalate_to").id(),
        raise_priority=then.at("raise_priority").boolean(),
        go=then.at("go").id(),
    )
