"""What was typed into write-only controls (`writeOnly`), on the pages that do not have these controls: other steps of
the form, and the form while another answer hides the field. It travels there sealed, or not at all; what was stored
before is on no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from formengine.forms.tree.control_names import OF_A_VALUE, SEALED, UNKEPT, control_base, write_only_names
from formengine.forms.tree.node import Node
from formengine.forms.tree.value_text import from_json, to_json

NOT_TYPED: Final = "0"
"""What `-w` of a write-only control posts where nothing was typed into it: it marks the control as write-only, so that
what is typed now is told from other answers when the field is hidden."""


class Seal(Protocol):
    """Makes texts that only their maker can read, for hidden controls; each is bound to the name of its control."""

    def seal(self, name: str, text: str) -> str:
        """The text, unreadable, in characters that stand in HTML."""

    def open(self, name: str, sealed: str) -> str | None:
        """The text that was sealed for the control of that name; None for anything else."""


def is_secret(node: Node) -> bool:
    """Whether a node is a write-only control with a value of its own."""
    return node.write_only and (node.unrepresentable or node.kind not in ("object", "array", "closed", "none"))


def carried_entries(
    hidden: Mapping[str, Sequence[str]], nodes: Iterable[Node], seal: Seal | None
) -> dict[str, Sequence[str]]:  # fmt: skip
    """The hidden controls of a page, by name: `hidden` are posted for fields that are not asked now, `nodes` are the
    fields of other pages. Without a seal what is write-only is left out, and asked for again where its field is.
    """
    secret = write_only_names(hidden)
    typed: dict[str, dict[str, Sequence[str]]] = {}
    for name in secret:
        typed.setdefault(control_base(name), {})[name] = hidden[name]
    carried: dict[str, Sequence[str]] = {
        name: values for name, values in hidden.items() if name not in secret and any(values)
    }
    for node in (inner for outer in nodes for inner in outer.walk()):
        entries = node.entries()
        if is_secret(node):
            own: dict[str, Sequence[str]] = {name: entries.pop(name) for name in write_only_names(entries)}
            typed[node.name] = own if node.unkept else {}
        carried |= entries
    for base, own in typed.items():
        values = {name: texts for name, texts in own.items() if any(texts)}
        if values and seal is not None:
            carried |= {base + SEALED: [seal.seal(base, to_json(values))], base + UNKEPT: [NOT_TYPED]}
        elif values:
            carried[base + UNKEPT] = ["1"]
    return carried


def open_sealed(entries: dict[str, list[str]], seal: Seal | None) -> None:
    """Put what was typed into write-only controls of other pages among the posted entries. What cannot be opened, such
    as by a key that is gone, is asked for again."""
    for name in [name for name in entries if name.endswith(SEALED)]:
        base, sealed = name.removesuffix(SEALED), entries.pop(name)[-1]
        text = seal.open(base, sealed) if seal is not None and sealed else None
        values: Any = None if text is None else from_json(text)
        if not isinstance(values, dict):
            entries[base + UNKEPT] = ["1"]
            continue
        entries.setdefault(base + UNKEPT, [NOT_TYPED])
        if not any(any(entries.get(base + suffix, ())) for suffix in OF_A_VALUE):
            entries |= values
