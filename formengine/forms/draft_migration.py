"""Migrates a saved draft from the version of a form that it was begun on to a newer one (F8).

A draft holds the content of the controls, so only the version that it was begun on can read all of it. That version
reads the answers, and the new one shows them again by value and reports what that changes. Where a release of
formengine has named controls anew since, the answers that were saved beside the draft say what it held.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.form import Answers, Form
from formengine.forms.schema.json_values import require_drawable
from formengine.forms.schema.locations import Locations
from formengine.forms.tree.control_names import UNKEPT, belongs_to_form, control_base
from formengine.forms.tree.node import MISSING, Choices, Node, default_title
from formengine.forms.validation.messages import json_text

_TYPED: Final = ("text", "number")
"""Kinds of control in which one line is typed."""


@dataclass(frozen=True)
class Carried:
    """A draft for the new form, and the fields that it concerns as (pointer, title).

    `gone` had an answer and no longer exist; `changed` have another answer than before; `unfit` keep an answer that
    the new form refuses and the old one took; `new` did not exist before; `required` have no answer, and need one only
    now. `texts` are the answers of what is gone, changed or unfit, as plain text in the words of the old form, by
    pointer.
    """

    draft: dict[str, list[str]]
    gone: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    unfit: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)
    required: list[tuple[str, str]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def carry(draft: Mapping[str, Any], old: Form, new: Form) -> Carried:
    """Migrate a draft of `old` to `new`, by value; branches stay chosen as they were. Never raises.

    What was typed into fields that the old form did not show any more is kept where the new one does not show them
    either, so that it comes back with them. What was typed in a write-only field is left out where the new form would
    show it.
    """
    answers = old.resume(draft)
    data = answers.data
    kept = _without_secrets(answers, new)
    nodes_kept = _nodes(new, kept, answers.choices)
    anew = _typed_anew(answers, nodes_kept)
    shown = {**new.draft(kept, choices=answers.choices), **_told_unkept(answers, nodes_kept)}
    for name, texts in anew.values():
        shown |= {name: texts, f"{name}-j": []}
    carried = {**_hidden(answers, shown, new), **shown}
    after = new.resume(carried)
    nodes_before, nodes_now = _nodes(old, data, answers.choices), _nodes(new, after.data, after.choices)
    before, now = _fields(nodes_before), _fields(nodes_now)
    wrong = _refused(after) - {error.pointer for error in answers.errors}
    answered = {pointer: node for pointer, node in before.items() if node.value is not MISSING}
    remaining = {pointer: now[pointer] for pointer in answered if pointer in now}
    same = {pointer for pointer, node in remaining.items() if node.value == answered[pointer].value}
    changed = remaining.keys() - same - anew.keys()
    holders = {pointer: _holder(node, nodes_now) for pointer, node in answered.items() if pointer not in now}
    whole = dict.fromkeys(holder for holder in holders.values() if holder is not None)
    holds_wrong, kept_groups = _outer(wrong), (_outer(remaining) & wrong) - remaining.keys() - whole.keys() - {""}
    unfit = [pointer for pointer in (*remaining, *whole) if pointer in holds_wrong]
    unfit += [pointer for pointer in nodes_now if pointer in kept_groups]
    gone = [pointer for pointer, holder in holders.items() if holder is None]
    return Carried(
        carried,
        gone=[(pointer, answered[pointer].title) for pointer in gone],
        changed=[(pointer, now[pointer].title) for pointer in remaining if pointer in changed - holds_wrong],
        unfit=[(pointer, nodes_now[pointer].title) for pointer in unfit],
        new=[
            (pointer, node.title)
            for pointer, node in now.items()
            if pointer not in before and not any(_is_within(pointer, kept) for kept in whole)
        ],
        required=[
            (pointer, node.title)
            for pointer, node in now.items()
            if node.required and node.value is MISSING and pointer in before and not before[pointer].required
        ],
        texts={pointer: old.text_of(nodes_before[pointer]) for pointer in (*gone, *changed, *unfit)},
    )


def _without_secrets(answers: Answers, new: Form) -> Any:
    """The answers without those to write-only fields that are not write-only in the new form."""
    secret = [node.pointer for node in answers._root.walk() if node.write_only and node.value is not MISSING]
    if not secret:
        return answers.data
    hidden = {node.pointer for node in new.nodes(answers.data, answers.choices) if node.write_only}
    shown = set(secret) - hidden
    return MISSING if "" in shown else _without(answers.data, "", shown, _places(answers))


def _places(answers: Answers) -> set[str]:
    """The pointers of the places of tuples: what an answer there means depends on how many stand before it."""
    nodes = [node for node in answers._root.walk() if node.shape.prefix_items]
    return {f"{node.pointer}/{number}" for node in nodes for number in range(len(node.shape.prefix_items))}


def _without(data: Any, pointer: str, left_out: Container[str], places: Container[str]) -> Any:
    """JSON data at a pointer without the members and rows at some; a place of a tuple before others becomes null."""
    if isinstance(data, dict):
        inside = {name: (f"{pointer}{json_pointer.join((name,))}", value) for name, value in data.items()}
        return {
            name: _without(value, at, left_out, places) for name, (at, value) in inside.items() if at not in left_out
        }
    if isinstance(data, list):
        rows = [(f"{pointer}/{number}", value) for number, value in enumerate(data)]
        while rows and rows[-1][0] in left_out:
            rows.pop()
        kept = [(at, value) for at, value in rows if at not in left_out or at in places]
        return [None if at in left_out else _without(value, at, left_out, places) for at, value in kept]
    return data


def _typed_anew(answers: Answers, nodes: Mapping[str, Node]) -> dict[str, tuple[str, list[str]]]:
    """The controls of the new form, among its `nodes`, in which a number is typed where a text was, or a text where a
    number was, by pointer, as (name, texts): what was typed stands in them as it was, not beside them as JSON."""
    typed = {node.pointer: node.raw for node in answers._root.walk() if _is_typed(node)}
    asked = (node for node in nodes.values() if node.unrepresentable and node.kind in _TYPED)
    return {node.pointer: (node.name, list(typed[node.pointer])) for node in asked if node.pointer in typed}


def _told_unkept(answers: Answers, nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """The marks of write-only controls of the new form whose text was not kept, by name: it is asked for again there,
    and a row that held nothing else stays."""
    unkept = (nodes.get(node.pointer) for node in answers._root.walk() if node.problem == "unkept")
    return {node.name + UNKEPT: ["1"] for node in unkept if node is not None and node.write_only}


def _is_typed(node: Node) -> bool:
    """Whether one line was typed into the control of a node as it is, not as JSON for what the control cannot show."""
    return node.kind in _TYPED and bool(node.raw) and not node.unrepresentable


def _holder(node: Node, nodes: Mapping[str, Node]) -> str | None:
    """The pointer of the node of the new form that holds the answer of a field that it does not have: the group or list
    that is at its place, or a control above it that shows all of it, as JSON; None where the answer is gone.
    """
    steps = json_pointer.split(node.pointer)
    for count in range(len(steps), -1, -1):
        other = nodes.get(json_pointer.join(steps[:count]))
        if other is not None:
            below = json_pointer.join(steps[count:])
            shows_all = not (other.children or other.extra) if node.value is not None else other.unrepresentable
            shows_all = shows_all or not below
            return other.pointer if shows_all and json_pointer.resolve(other.value, below) == node.value else None
    return None


def _outer(pointers: Iterable[str]) -> set[str]:
    """Pointers, and those to all that they lead into."""
    steps = [json_pointer.split(pointer) for pointer in pointers]
    return {json_pointer.join(path[:count]) for path in steps for count in range(len(path) + 1)}


def _is_within(pointer: str, outer: str) -> bool:
    """Whether a pointer is another one, or leads into what is there."""
    return pointer == outer or pointer.startswith(f"{outer}/")


@dataclass(frozen=True)
class Restored:
    """The controls of a draft that show what was saved beside it; `lost` are answers, by pointer, that none shows,
    `secret` those of them that are write-only."""

    controls: Mapping[str, Any]
    lost: dict[str, Any] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()

    @property
    def gone(self) -> list[tuple[str, str]]:
        """What is lost, as (title, text); of what is write-only, without the text."""
        texts = {pointer: "" if pointer in self.secret else json_text(value) for pointer, value in self.lost.items()}
        return [(default_title(json_pointer.last(pointer)), text) for pointer, text in texts.items()]


def restore(draft: Mapping[str, Any], data: Any, form: Form) -> Restored:
    """A draft of `form` whose answers were `data` when it was saved, with the controls that have another name now.

    Where all answers are still shown, it is the draft as it is. What was typed and is no answer stays in it. Raises
    TypeError for data that are no JSON.
    """
    require_drawable(data)
    lost = _not_shown(draft, data, form)
    if not lost:
        return Restored(draft)
    by_value = form.draft(data)
    added = {**by_value, **draft}
    bases = {control_base(name) for name in by_value}
    anew = {**{name: texts for name, texts in draft.items() if control_base(name) not in bases}, **by_value}
    outcomes = [Restored(controls, _not_shown(controls, data, form)) for controls in (added, anew)]
    restored = min([Restored(draft, lost), *outcomes], key=lambda outcome: len(outcome.lost))
    locations = Locations(form._root, form._context.resolver.targets)
    secret = (pointer for pointer in restored.lost if locations.is_write_only(json_pointer.split(pointer)))
    return replace(restored, secret=frozenset(secret))


def _not_shown(draft: Mapping[str, Any], data: Any, form: Form) -> dict[str, Any]:
    """The answers in data, by pointer, that a draft does not hold; the form's own computed answers left out."""
    held = _leaves(form.resume(draft).data)
    return {
        pointer: value
        for pointer, value in _leaves(data).items()
        if held.get(pointer, MISSING) != value and json_pointer.first(pointer) not in form.computed
    }


def _leaves(data: Any) -> dict[str, Any]:
    """The values without members in data, by pointer, but for files; what is empty is no answer."""
    leaves: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict) and "sha256" in value:
            continue  # a file that is not kept any more is told of at its control
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if members is not None:
            waiting += [(pointer + json_pointer.join((str(name),)), member) for name, member in members]
        elif value not in (None, ""):
            leaves[pointer] = value
    return leaves


def _nodes(form: Form, data: Any, choices: Choices) -> dict[str, Node]:
    """The nodes that show these data, by pointer."""
    return {node.pointer: node for node in form.nodes(data, choices)}


def _fields(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes that hold a value of their own, by pointer."""
    return {pointer: node for pointer, node in nodes.items() if not node.children and not node.extra and pointer}


def _refused(answers: Answers) -> set[str]:
    """The pointers of answers that are there and wrong."""
    return {error.pointer for error in answers.errors if error.keyword not in ("required", "dependentRequired")}


def _hidden(answers: Answers, shown: Mapping[str, Any], new: Form) -> dict[str, list[str]]:
    """What the draft holds for fields that neither form shows, by control name; not of those that the new one lacks."""
    bases, segments = {control_base(name) for name in shown}, new._context.segments
    return {
        name: list(texts)
        for name, texts in answers.hidden.items()
        if control_base(name) not in bases and belongs_to_form(name, segments)
    }
