"""Site check of Word templates: they open, are safe, and say what their form and workflow can answer (S1)."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.authoring import Pack, Site
from formengine.documents import require_template
from formengine.documents.word_templates.lint import TemplateFields, lint, where
from formengine.errors import FormengineError
from formengine.services.dossiers.template_facts import template_fields
from formengine.source import Finding


def check_document_templates(site: Site) -> Iterator[Finding]:
    """Findings for the templates that request types name; the line of each is the number of its paragraph."""
    for request_type in site.request_types.values():
        pack = site.packs[request_type.pack]
        for rule in request_type.documents.values():
            for language, name in (rule.templates or {"en": rule.template or ""}).items():
                if name in pack.templates:  # where not, the request type's own check says so, at its line
                    yield from _check(pack, name, template_fields(site, request_type, rule, language))


def _check(pack: Pack, name: str, fields: TemplateFields) -> Iterator[Finding]:
    path, content = f"workflows/{pack.id}/documents/{name}", pack.templates[name]
    try:
        require_template(content)
        findings = lint(content, fields, "en")
    except FormengineError as error:
        yield Finding(path, 1, 1, "error", "template", str(error))
        return
    for finding in findings:
        around = f" (\u201c{finding.around}\u201d)" if finding.around else ""
        at = where(finding, "en")
        message = f"{at}{around}: {finding.message}" if at else finding.message
        yield Finding(path, max(finding.paragraph, 1), 1, finding.severity, finding.code, message)
