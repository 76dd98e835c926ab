"""Word templates for legal admins: what `formengine check` says of each, and a preview with example answers (S1)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.response import Response
from pyramid.view import view_config

from formengine.documents import DOCX
from formengine.services.dossiers import template_previews
from formengine.web.dossiers.downloads import with_headers

LIST = "formengine:web/templates/people/admin_templates.jinja2"
PREVIEW = "formengine:web/templates/people/admin_template.jinja2"


@view_config(route_name="admin_templates", renderer=LIST)
def templates(request: Any) -> dict[str, Any]:
    site = request.identity.site
    return {"templates": template_previews.templates_of(site, request.language)}


@view_config(route_name="admin_template", renderer=PREVIEW)
def template(request: Any) -> dict[str, Any]:
    site, chosen = request.identity.site, _chosen(request)
    preview = template_previews.preview_for(request.work, **chosen) if chosen["story"] or chosen["dossier"] else None
    request_type = site.request_types[chosen["request_type_id"]]
    document, language = chosen["document"], chosen["language"]
    return {
        "view": template_previews.template_view(site, request_type.id, document, request.language),
        "found_problems": template_previews.problems_of(site, request_type, document, language, request.language),
        "stories": list(template_previews.examples(request.work, request_type.id)),
        "chosen": chosen,
        "preview": preview,
        "html": Markup(preview.html) if preview else "",  # every piece of it is escaped by `to_html`  # nosec B704
    }


@view_config(route_name="admin_template_file")
def download(request: Any) -> Response:
    chosen = _chosen(request)
    preview = template_previews.preview_for(request.work, **chosen)
    name = f"{chosen['request_type_id']}.{chosen['language']}.docx"
    return with_headers(Response(preview.docx, content_type=DOCX), name)


def _chosen(request: Any) -> dict[str, str]:
    """The template of the address, its language, and the example; by default the first of each."""
    site, names = request.identity.site, request.matchdict
    view = template_previews.template_view(site, names["request_type"], names["document"], request.language)
    language = request.GET.get("language", "")
    language = language if language in view.files else next(iter(view.files))
    dossier = request.GET.get("dossier", "").strip()
    stories = list(template_previews.examples(request.work, view.request_type))
    story = request.GET.get("story") or next(iter(stories), "")
    return {
        "request_type_id": view.request_type,
        "document": view.document,
        "language": language,
        "story": "" if dossier else story,
        "dossier": dossier,
    }
