"""A deform field that is rendered by one of our own Jinja2 templates."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

with warnings.catch_warnings():  # of pkg_resources, which deform still imports: the caller can do nothing about it
    warnings.simplefilter("ignore")
    import colander
    import deform
    from deform.widget import Widget


class ControlWidget(Widget):  # type: ignore[misc]
    """A deform widget rendered by one of our Jinja2 templates; `w` holds the variables of the template."""

    def __init__(self, template: str, w: dict[str, Any]) -> None:
        super().__init__(template=template)
        self.w = w

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """The HTML of the control, slots included."""
        return str(field.renderer(self.template, field=field, w=SimpleNamespace(**self.w), **kw))


def render_field(template: str, values: dict[str, Any], renderer: Callable[..., str], **texts: str) -> str:
    """The HTML of an empty control: `values` are the variables of its template, `texts` its title, description, oid."""
    node = colander.SchemaNode(colander.String(), name="control", missing=colander.null, **texts)
    node.widget = ControlWidget(template, values)
    return str(deform.Field(node, renderer=renderer).serialize(colander.null))
