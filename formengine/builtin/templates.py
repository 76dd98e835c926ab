"""Site check of Word templates: they open, are safe, and use only fields of their form and workflow."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.authoring import Pack, Site
from formengine.documents import check_template, template_variables
from formengine.errors import FormengineError
from formengine.source import Finding, did_you_mean

ALWAYS = {"reference", "today"}


def check_document_templates(site: Site) -> Iterator[Finding]:
    """Findings for the templates that request types name."""
    for request_type in site.request_types.values():
        pack = site.packs[request_type.pack]
        fields = ALWAYS | set(request_type.schema("en").get("properties", {})) | set(pack.workflow.fields)
        for rule in request_type.documents.values():
            if rule.template:
                yield from _check(pack, rule.template, fields)


def _check(pack: Pack, name: str, fields: set[str]) -> Iterator[Finding]:
    path, content = f"workflows/{pack.id}/documents/{name}", pack.templates.get(name)
    if content is None:
        return  # the request type's own check says so, at its line
    try:
        check_template(content)
        used = template_variables(content)
    except FormengineError as error:
        yield Finding(path, 1, 1, "error", "template", f"the template cannot be used: {error}")
        return
    for variable in sorted(used - fields):
        message = f"{{{{ {variable} }}}} is no field of form or workflow{did_you_mean(variable, fields)}"
        yield Finding(path, 1, 1, "error", "template-fact", message)
