"""The gallery of forms (development only), where each control can be seen and tried."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup
from pyramid.view import view_config

from formengine.web.ops.gallery_forms import STATES, Specimen, find_specimen, specimen_title, specimens
from formengine.web.ops.mail_preview import require_development
from formengine.web.post_data import form_controls, is_live_update

LIST = "formengine:web/templates/ops/specimens.jinja2"
ONE = "formengine:web/templates/ops/specimen.jinja2"


@view_config(route_name="dev_forms", renderer=LIST)
def gallery(request: Any) -> Any:
    require_development(request)
    language = request.work.language
    return {"specimens": [(s.id, specimen_title(s, language)) for s in specimens().values()], "states": STATES}


@view_config(route_name="dev_form", request_method="GET", renderer=ONE)
def specimen(request: Any) -> Any:
    require_development(request)
    sample, state = find_specimen(request.matchdict["specimen"]), request.GET.get("state", "empty")
    form = sample.form(request.work.language)
    data = sample.data(state)
    fields = form.render(data, form.validate(data) if state == "wrong" else ())
    summary = form.summary(data) if state == "filled" else ""
    return page(request, sample, fields, summary=summary, state=state)


@view_config(route_name="dev_form", request_method="POST", renderer=ONE)
def try_specimen(request: Any) -> Any:
    require_development(request)
    sample = find_specimen(request.matchdict["specimen"])
    form = sample.form(request.work.language)
    answers = form.read(form_controls(request))
    if is_live_update(request) or answers.operation:
        return page(request, sample, answers.html(errors=answers.lingering, first=False))
    if answers.valid:
        return page(request, sample, answers.html(), data=answers.data, summary=form.summary(answers.data))
    request.response.status_int = 422
    return page(request, sample, answers.html())


def page(
    request: Any, sample: Specimen, fields: str, *, data: Any = None, summary: str = "", state: str = ""
) -> dict[str, Any]:
    language = request.work.language
    return {
        "title": specimen_title(sample, language),
        "id": sample.id,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "data": json.dumps(data, ensure_ascii=False, indent=2) if data is not None else "",
        "summary": Markup(summary),  # nosec B704
        "state": state,
        "states": STATES,
        "specimens": [(specimen.id, specimen_title(specimen, language)) for specimen in specimens().values()],
    }
