"""What somebody filled in, as text to be copied: for a form that cannot be sent any more (F8)."""

from __future__ import annotations

from formengine import json_pointer
from formengine.forms.form import Answers
from formengine.forms.tree.control_names import control_base, write_only_names
from formengine.forms.tree.node import MISSING, Node


def typed_answers(answers: Answers) -> list[tuple[str, str]]:
    """What was filled in as (title of the field, text), in the order of the form.

    Left out is what nobody types: computed and read-only answers, and secrets. What was typed for a field that the form
    does not show comes last, without a title: the answer that calls the field up may be gone.
    """
    shown = [(node.title, _text(answers, node)) for node in answers._root.walk() if _is_own(answers, node)]
    secret = write_only_names(answers.hidden)
    hidden = [texts for name, texts in answers.hidden.items() if control_base(name) == name and name not in secret]
    return [pair for pair in (*shown, *(("", text) for texts in hidden for text in texts)) if pair[1].strip()]


def _is_own(answers: Answers, node: Node) -> bool:
    """Whether a node has a value of its own that is typed on the page."""
    if node.children or node.extra or not node.pointer or node.computed or node.read_only or node.write_only:
        return False
    return answers._within is None or json_pointer.first(node.pointer) in answers._within


def _text(answers: Answers, node: Node) -> str:
    return "\n".join(node.raw) if node.value is MISSING else answers._form.text_of(node)
