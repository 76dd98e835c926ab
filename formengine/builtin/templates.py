"""Site check of Word templates: they open, are safe, and say what their form and workflow can answer (S1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from formengine.authoring import DocumentRule, Pack, Site
from formengine.builtin.outdated_drafts import steps_leaving_draft
from formengine.documents import require_template
from formengine.documents.word_templates.lint import TemplateFields, lint_with_fields, where
from formengine.errors import FormengineError
from formengine.services.dossiers.template_facts import template_fields
from formengine.source import Finding
from formengine.source.yaml_cursor import read_document


def check_document_templates(site: Site) -> Iterator[Finding]:
    """Findings for the templates that request types name; the line of each is the number of its paragraph."""
    for request_type in site.request_types.values():
        pack = site.packs[request_type.pack]
        for document, rule in request_type.documents.items():
            written: set[str] = set()
            for language, name in (rule.templates or {"en": rule.template or ""}).items():
                if name in pack.templates:  # where not, the request type's own check says so, at its line
                    yield from _check(pack, name, template_fields(site, request_type, rule, language), written)
            yield from _check_corrections(pack, document, rule, written.intersection(request_type.properties))


def _check_corrections(pack: Pack, document: str, rule: DocumentRule, written: Collection[str]) -> Iterator[Finding]:
    """Warnings for the steps of a workflow that correct what the template of a document writes, and do not draft it."""
    steps = list(steps_leaving_draft(pack.workflow, document, rule, written))
    path = f"workflows/{pack.id}/workflow.yaml"
    source = read_document(pack.files[path], path)[0] if steps else None
    if source is None:
        return
    for step, names in steps:
        message = (
            f"{', '.join(f'`{name}`' for name in names)} stands in the text of `{document}`, which may be approved or "
            f"signed as it was before this step; write do: [{{draft: {document}, if_written: keep}}]"
        )
        yield source.finding(("transitions", step.id), "outdated-draft", message, "warning", at_key=True)


def _check(pack: Pack, name: str, fields: TemplateFields, written: set[str]) -> Iterator[Finding]:
    """Findings for one template; adds the names of the fields that it uses to `written`."""
    path, content = f"workflows/{pack.id}/documents/{name}", pack.templates[name]
    try:
        require_template(content)
        findings, used = lint_with_fields(content, fields, "en")
    except FormengineError as error:
        yield Finding(path, 1, 1, "error", "template", str(error))
        return
    written |= used
    for finding in findings:
        around = f" (\u201c{finding.around}\u201d)" if finding.around else ""
        at = where(finding, "en")
        message = f"{at}{around}: {finding.message}" if at else finding.message
        yield Finding(path, max(finding.paragraph, 1), 1, finding.severity, finding.code, message)
