"""Word templates of the site to look at: their findings, and what they make of answers of a story or a dossier (S1).

What `/admin/templates` and `formengine preview-template` show; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.authoring import RequestType, Site
from formengine.authoring.packs.request_type import DocumentRule
from formengine.authoring.stories.parser import read_stories
from formengine.documents import SandboxLimits, fill, require_template, to_html
from formengine.documents.reader_words import html_in_words
from formengine.documents.word_templates.lint import lint, where
from formengine.errors import DocumentRefused, NotFound
from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.case.repository import get_dossier, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.template_facts import people_in, template_fields, writing_for
from formengine.services.people.lookup import person_name
from formengine.source.yaml_cursor import YamlCursor, read_document
from formengine.workflow.engine.document_titles import title_of_document

LIMITS: Final = SandboxLimits(seconds=10)
"""Somebody waits for the page."""


@dataclass(frozen=True)
class TemplateView:
    """A document that a request type drafts: ids and titles, and the files of its templates by language."""

    request_type: str
    request_title: str
    document: str
    document_title: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """A finding in a reader's language: where it is, the words around it, and what to write instead."""

    severity: str
    where: str
    around: str
    message: str


@dataclass(frozen=True)
class Preview:
    """A template filled with example answers: the document, and its text as HTML; `failure` where it was not filled."""

    docx: bytes = b""
    html: str = ""
    failure: str = ""


def templates_of(site: Site, language: str) -> list[TemplateView]:
    """The documents that the site's request types draft, by request type."""
    views = [
        TemplateView(
            request_type.id,
            request_type.title_in(language),
            rule.id,
            _document_title(site, request_type, rule.id, language),
            files_of(rule, site.portal.languages[0]),
        )
        for request_type in site.request_types.values()
        for rule in request_type.documents.values()
        if rule.template
    ]
    return sorted(views, key=lambda view: (view.request_title, view.document_title))


def _document_title(site: Site, request_type: RequestType, document: str, language: str) -> str:
    """What the dossiers of a request type call a document, as a heading."""
    workflow = site.packs[request_type.pack].workflow
    title = pick(title_of_document(document, workflow, request_type.document_titles), language)
    return title[:1].upper() + title[1:]


def files_of(rule: DocumentRule, default: str) -> dict[str, str]:
    """The templates of a document by language; one for all languages stands under the language it is written in."""
    if rule.templates:
        return dict(rule.templates)
    return {rule.language_for({}, default): rule.template or ""}


def template_view(site: Site, request_type: str, document: str, language: str) -> TemplateView:
    """One of `templates_of`. Raises NotFound where there is none."""
    for view in templates_of(site, language):
        if (view.request_type, view.document) == (request_type, document):
            return view
    raise NotFound(f"no template for {document} of {request_type}")


def stories_of(site: Site, request_type: RequestType) -> dict[str, dict[str, Any]]:
    """The answers of the stories about a request type, by the name of the story, computed answers included."""
    path = f"workflows/{request_type.pack}/stories.yaml"
    content = site.packs[request_type.pack].files.get(path)
    from formengine.forms import Form

    document = read_document(content, path, published=True)[0] if content is not None else None
    if document is None:
        return {}
    stories = read_stories(YamlCursor(document), {request_type.id: request_type}, site.portal.zone)
    language = site.portal.languages[0]
    words = site.packs[request_type.pack].workflow.vocabulary.words
    form = Form(request_type.schema(language), kinds=site.kinds_for(language), rules=request_type.rules, words=words)
    return {story.name: form.complete(story.answers) for story in stories}


def problems_of(site: Site, request_type: RequestType, document: str, language: str, reader: str) -> list[Problem]:
    """What `formengine check` finds in the template for a language, in the reader's language."""
    rule = request_type.documents[document]
    template = site.packs[request_type.pack].templates[rule.template_in(language)]
    try:
        require_template(template)
        findings = lint(template, template_fields(site, request_type, rule, language), reader)
    except DocumentRefused as error:
        return [Problem("error", "", "", str(error))]
    return [Problem(f.severity, where(f, reader), f.around, f.message) for f in findings]


def preview(
    site: Site,
    request_type: RequestType,
    document: str,
    language: str,
    answers: Mapping[str, Any],
    people: Mapping[str, str] | None = None,
) -> Preview:
    """A document filled with answers; `people` are the names of accounts by id. It runs in the sandbox."""
    pack, rule = site.packs[request_type.pack], request_type.documents[document]
    writing = writing_for(site, request_type, pack, language, people or {})
    facts = {"reference": "CTR-2026-0001", "today": "2026-03-02", **answers}
    try:
        docx = fill(pack.templates[rule.template_in(language)], facts, writing, limits=LIMITS)
        return Preview(docx, html_in_words(to_html(docx, limits=LIMITS), language))
    except DocumentRefused as error:
        return Preview(failure=str(error))


def preview_for(
    work: UnitOfWork, request_type_id: str, document: str, language: str, *, story: str = "", dossier: str = ""
) -> Preview:
    """The preview of a template of the published site, with the answers of a story, or of a dossier by its reference.

    Raises NotFound for what there is none of, and Forbidden for somebody who does not publish the site.
    """
    require_permission(work, "site.publish")
    site = current_site(work)
    template_view(site, request_type_id, document, language)
    request_type = site.request_types[request_type_id]
    if not dossier:
        stories = stories_of(site, request_type)
        if story not in stories:
            raise NotFound(f"no story {story!r}")
        return preview(site, request_type, document, language, stories[story])
    row = get_dossier(work, dossier)
    if row.request_type != request_type_id:
        raise NotFound(f"{dossier} is no {request_type_id}")
    facts = {**load(work, row).case.values(), "reference": row.reference, "today": work.now.date().isoformat()}
    writing = writing_for(site, request_type, site.packs[request_type.pack], language, {})
    people = {id_: person_name(work, id_) for id_ in sorted(people_in(facts, writing.types))}
    return preview(site, request_type, document, language, facts, people)


def examples(work: UnitOfWork, request_type_id: str) -> Iterator[str]:
    """The names of the stories that a template can be shown with."""
    site = current_site(work)
    yield from stories_of(site, site.request_types[request_type_id])
