"""Hints under labels, read-only values, labels of options and buttons, and the error summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup

from formengine import json_pointer
from formengine.forms.html.control_titles import titles_apart
from formengine.forms.html.template_cache import plain, render_template
from formengine.forms.kinds.text_input import text_kind
from formengine.forms.kinds.typed_numbers import number_separators
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_meaning import row_parts
from formengine.forms.tree.control_names import ROOT
from formengine.forms.tree.node import MISSING, Node, default_title
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.keywords import is_multiple
from formengine.forms.validation.messages import json_text
from formengine.forms.validation.violation import Violation
from formengine.i18n import say, say_n
from formengine.markdown import to_inline_html
from formengine.value_format import format_number

LONG: Final = 20
"""More options than this, and a select is marked `data-long` (it gets a search field where scripts run)."""
_MAX_HINTED_LENGTH: Final = 5000
_YEAR_WORDS: Final = ("year", "année", "annee")
_MEDIA_TYPE_NAMES: Final = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-excel": "Excel",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/plain": "TXT",
    "text/csv": "CSV",
}


def hint(node: Node, context: Context) -> str:
    """What a control accepts, shown before anything is typed."""
    return plain(" ".join(_hints(node, context)))


def _hints(node: Node, context: Context) -> list[str]:
    keywords, kind = node.shape.keywords, node.kind
    if kind == "text" and (input_kind := text_kind(keywords)):
        return [_example(input_kind, context)]
    if context.zone_named and keywords.get("format") == "date-time":
        return [context.say("By the clock of {zone}.", zone=context.zone)]
    if keywords.get("$kind") == "markdown":
        return [context.say("You may use **bold**, *italics*, - lists and [links](https://example.com).")]
    if keywords.get("$kind") == "lines":
        return [context.say("One line of the address on each line.")]
    if kind in ("file", "files"):
        return _file_hints(node, context)
    if kind == "number":
        return _number_hints(node, context)
    if kind in ("text", "textarea"):
        return _text_hints(keywords, kind, context)
    if kind in ("array", "several") and not node.shape.prefix_items:
        return _count_hints(keywords.get("minItems", 0), keywords.get("maxItems"), context.locale)
    return []


def _example(kind: str, context: Context) -> str:
    """The hint of a kind of `text_input`."""
    if kind == "amount":
        decimal, group = number_separators(context.locale)
        return context.say("Such as {example}.", example=f"1{group}250{decimal}00")
    if kind == "phone":
        return context.say("With the code of the country, such as {example}.", example="+33 1 23 45 67 89")
    return context.say("Such as {example}.", example="FR76 3000 6000 0112 3456 7890 189")


def _number_hints(node: Node, context: Context) -> list[str]:
    keywords = node.shape.keywords
    step = keywords.get("multipleOf", 1)
    hints = _bounds_hint(node, keywords.get("minimum"), keywords.get("maximum"), context)
    if step == 1:
        return hints
    return [*hints, context.say("In steps of {step}.", step=format_number(step, context.locale))]


def number_text(node: Node, value: float, context: Context) -> str:
    """A number of a control for people; a year is not grouped by thousands.

    A year is a whole number of four digits whose property is named so (`year`, `fiscalYear`).
    """
    words = default_title(json_pointer.last(node.pointer)).lower().split()
    if isinstance(value, int) and 1000 <= value <= 9999 and words[-1:] and words[-1] in _YEAR_WORDS:
        return str(value)
    text = format_number(value, context.locale)
    return context.say("{n}%", n=text) if _is_percentage(node) else text


def unit(node: Node, kind: str) -> str:
    """What stands after a control: the sign of a percentage. `kind` is the type of its input element."""
    return "%" if kind == "text" and _is_percentage(node) else ""


def _is_percentage(node: Node) -> bool:
    return node.shape.keywords.get("$kind") == "percentage"


def _bounds_hint(node: Node, least: Any, most: Any, context: Context) -> list[str]:
    low, high = (None if bound is None else number_text(node, bound, context) for bound in (least, most))
    if low is not None and high is not None:
        return [context.say("From {low} to {high}.", low=low, high=high)]
    if high is not None:
        return [context.say("{high} at most.", high=high)]
    return [context.say("{low} at least.", low=low)] if low is not None and least > 1 else []


def _text_hints(keywords: dict[str, Any], kind: str, context: Context) -> list[str]:
    hints = []
    examples = keywords.get("examples")
    if "pattern" in keywords and isinstance(examples, list) and examples:
        hints.append(context.say("Such as {example}.", example=json_text(examples[0])))
    if keywords.get("minLength", 0) > 1 and kind == "textarea":
        hints.append(
            say_n(context.locale, "At least {n} character.", "At least {n} characters.", keywords["minLength"])
        )
    most = keywords.get("maxLength")
    if most is not None and most < (_MAX_HINTED_LENGTH if kind == "textarea" else 20) and most > 1:
        hints.append(say_n(context.locale, "At most {n} character.", "At most {n} characters.", most))
    return hints


def _count_hints(least: int, most: int | None, locale: str) -> list[str]:
    hints = []
    if least > 1:
        hints.append(say_n(locale, "At least {n} entry.", "At least {n} entries.", least))
    if most is not None:
        hints.append(say_n(locale, "At most {n} entry.", "At most {n} entries.", most))
    return hints


def file_rules(node: Node, context: Context) -> tuple[list[str], int | None]:
    """The media types that a file control accepts (none: any), and the largest size in bytes."""
    shape = node.shape
    if node.kind == "files":
        shape = context.resolver.shape(shape.items, None)
    types: list[str] = []
    size = None
    if "type" in shape.properties:
        inside = context.resolver.shape(shape.properties["type"], None)
        types = [str(value) for value, _ in inside.options or ()]
    if "size" in shape.properties:
        size = context.resolver.shape(shape.properties["size"], None).keywords.get("maximum")
    return types, int(size) if isinstance(size, (int, float)) else None


def _file_hints(node: Node, context: Context) -> list[str]:
    types, size = file_rules(node, context)
    hints = []
    if types:
        names = dict.fromkeys(
            _MEDIA_TYPE_NAMES.get(media_type, media_type.partition("/")[2].upper() or media_type)
            for media_type in types
        )
        hints.append(context.say("Accepted: {types}.", types=", ".join(names)))
    if size is not None:
        hints.append(context.say("Up to {size} a file.", size=size_text(size, context.locale)))
    keywords = node.shape.keywords
    if node.kind == "files":
        if keywords.get("minItems", 0) > 1:
            hints.append(say_n(context.locale, "At least {n} file.", "At least {n} files.", keywords["minItems"]))
        if "maxItems" in keywords:
            hints.append(say_n(context.locale, "At most {n} file.", "At most {n} files.", keywords["maxItems"]))
    return hints


def rich(text: Any) -> Markup | str:
    """An author's help text: Markdown as sanitised HTML (F12)."""
    source = plain(text)
    return Markup(to_inline_html(source)) if source else ""  # sanitised by to_inline_html  # nosec B704


def size_text(size: int, locale: str) -> str:
    """A size in bytes, as text in bytes, kB (1,000) or MB (1,000,000)."""
    if size >= 1_000_000:
        mega = round(size / 1_000_000, 1)
        return say(locale, "{n} MB", n=format_number(int(mega) if mega.is_integer() else mega, locale))
    if size >= 1_000:
        return say(locale, "{n} kB", n=round(size / 1_000))
    return say_n(locale, "{n} byte", "{n} bytes", size)


def file_message(problem: Violation, node: Node, locale: str) -> str:
    """The message of an error inside a file reference; it names the file."""
    steps = json_pointer.split(problem.pointer[len(node.pointer) :]) or [""]
    index = int(steps[0]) if node.kind == "files" and steps[0].isdecimal() else 0
    name = str(node.files[index].get("name", "")) if index < len(node.files) else ""
    if not name:
        return say(locale, "This is no file that was uploaded here; choose a file.")
    if steps[-1] == "size" and problem.keyword == "maximum":
        return say(locale, "“{name}” is larger than {size}.", name=name, size=size_text(int(problem.value), locale))
    if steps[-1] == "size" and problem.keyword in ("minimum", "exclusiveMinimum"):
        return say(locale, "“{name}” is empty.", name=name)
    if steps[-1] == "type":
        return say(locale, "“{name}” is a file of a type that is not accepted here.", name=name)
    return say(locale, "“{name}” cannot be taken here; choose another file.", name=name)


def is_read_only_choice(node: Node) -> bool:
    """Whether a control is read-only and has to be shown as text, because HTML has `readonly` for text inputs alone."""
    return node.read_only and node.kind in ("options", "several", "boolean", "checkbox", "null", "file", "files")


def read_only_text(node: Node, context: Context) -> str:
    """The value of a read-only choice, as text."""
    if node.value is MISSING:
        return context.say("No answer")
    if node.kind in ("file", "files"):
        return ", ".join(str(file.get("name", "")) for file in node.files)
    if node.kind == "several":
        options = context.resolver.shape(node.shape.items, None).options or []
        return ", ".join(option_text(context, options, value) for value in node.value) or context.say("No answer")
    return option_text(context, node.shape.options or [], node.value)


def option_text(context: Context, options: list[tuple[Any, str | None]], value: Any) -> str:
    """The label of the option that a value is, else the value as text."""
    titles = (title for option, title in options if type(option) is type(value) and option == value)
    return label(context, value, next(titles, None))


def label(context: Context, value: Any, text: str | None) -> str:
    """The label of an option: its own title, else its value as text."""
    if text is not None:
        return plain(text)
    if isinstance(value, bool):
        return context.say("Yes") if value else context.say("No")
    if isinstance(value, dict) and value:
        return plain(", ".join(f"{default_title(name)}: {json_text(member)}" for name, member in value.items()))
    if isinstance(value, list) and value:
        return plain(", ".join(map(json_text, value)))
    if isinstance(value, str) and not value.strip():
        return f"“{value}”"  # no answer at all is shown blank
    return context.say("Nothing") if value is None else plain(json_text(value))


def suggestions(node: Node) -> tuple[str, ...]:
    """The values that a text control suggests; those of kinds with a format of their own appear in its hint instead."""
    examples = node.shape.keywords.get("examples")
    if not isinstance(examples, list) or node.kind != "text" or text_kind(node.shape.keywords):
        return ()
    if "pattern" in node.shape.keywords:
        return ()
    return tuple(plain(json_text(example)) for example in examples[:200])


def columns(node: Node) -> int:
    """The number of columns of a group, 2 to 4, or 0."""
    count = node.ui.get("columns")
    return count if isinstance(count, int) and not isinstance(count, bool) and 1 < count < 5 else 0


def add_text(node: Node, context: Context) -> str:
    """The button that adds an entry to a list, by the title that the schema gives its entries; "" for no button."""
    if not node.open_ended or node.read_only:
        return ""
    title = context.resolver.shape(row_parts(node.shape, node.first), None).keywords.get("title")
    return context.say("Add: {title}", title=title) if title else context.say("Add an entry")


def named_alike(group: Node) -> bool:
    """Whether the first field of a group has the group's title: it needs no label of its own that is seen."""
    first = group.children[0] if group.children else None
    return first is not None and first.title == group.title and first.required and first.kind in ("text", "number")


def is_slider(node: Node) -> bool:
    """Whether the control is a slider, which has a decimal point in every language."""
    return node.kind == "number" and as_range(node, node.raw[0] if node.raw else "") is not None


def as_range(node: Node, value: str) -> tuple[tuple[str, str], ...] | None:
    """The attributes of a slider, where a number has both bounds and a value that a slider can show.

    Browsers set a slider without a value to the middle, and one between two steps to the nearest: answers that nobody
    gave. Such a number is typed, and so is what could be two numbers, or has several lines.
    """
    if node.ui.get("widget") != "range" or node.problem or "\n" in value:
        return None
    keywords = node.shape.keywords
    low, high = keywords.get("minimum"), keywords.get("maximum")
    number = _number(slider_value(node, value))
    if low is None or high is None or number is None or not low <= number <= high:
        return None
    step = keywords.get("multipleOf", 1 if node.shape.types == ("integer",) else None)
    if step is not None and not (is_multiple(low, step) and is_multiple(number, step)):
        return None
    return (
        ("min", repr(low)),
        ("max", repr(high)),
        ("step", "any" if step is None else repr(step)),
    )


def slider_value(node: Node, value: str) -> str:
    """The value of a slider, which browsers write with a point; `value` is what the control holds."""
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return repr(node.value) if is_number else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def error_summary(
    root: Node, errors: Sequence[FieldError], context: Context, beside: Sequence[tuple[str, str]], *, first: bool
) -> str:
    """The error summary: a link to the control of each error, no two alike; `first` when it takes the focus.

    `beside` are the errors of controls of the page around the form, as (id, message).
    """
    lines = list(dict.fromkeys((error.control_id or ROOT, error.message) for error in errors))
    titles = titles_apart(root, [name for name, _ in lines], context.locale)
    prefix = context.id_prefix
    rows = [{"control_id": prefix + name, "title": titles.get(name, ""), "message": message} for name, message in lines]
    rows += [{"control_id": name, "title": "", "message": message} for name, message in dict.fromkeys(beside)]
    heading = say_n(context.locale, "There is a problem", "There are {n} problems", len(rows))
    return render_template("summary", PREFIX=prefix, heading=heading, errors=rows, first=first)
