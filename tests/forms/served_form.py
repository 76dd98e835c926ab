"""Forms on a page of their own, without the product around them: the scripts, the stylesheet, a strict policy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from webob import Request, Response

import formengine
from formengine.forms import STATIC_FOLDER, Form, Upload, live_attributes
from tests.support.server import serving_app

STATIC = Path(formengine.__file__).parent / "web" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Form</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/vendor/bootstrap/bootstrap.min.css">
<link rel="stylesheet" href="/static/forms/forms.css">
<script src="/static/pages.js" defer></script><script src="/static/forms/forms.js" defer></script>
<script src="/static/searching.js" defer></script></head><body><main>
<h1>Form</h1>{data}<form method="post" action="" enctype="multipart/form-data" novalidate
{live}{search}>
<button type="submit" hidden></button><div id="fields">{fields}</div><button type="submit" id="send">Send</button>
</form></main></body></html>"""

TOM_SELECT = "/static/vendor/tom-select/tom-select"
SEARCH = f' data-search="{TOM_SELECT}.popular.min.js" data-search-look="{TOM_SELECT}.bootstrap5.min.css"'


class Forms:
    """A tiny application: `forms` by name; `hold` keeps live answers back until `release`.

    With `?search`, long lists get a field to search them.
    """

    def __init__(self) -> None:
        self.forms: dict[str, tuple[Form, Any]] = {}
        self.posts: list[bool] = []
        """Whether each post was a live one."""
        self.broken = False
        self.url = ""
        self._free = threading.Event()
        self._free.set()
        self.arrived = threading.Semaphore(0)

    def add(self, name: str, schema: Any, data: Any = None, **options: Any) -> str:
        """Serve a form; its address."""
        self.forms[name] = (Form(schema, **options), data)
        return f"{self.url}/{name}"

    def hold(self) -> None:
        """Live posts are read, but not answered before `release`."""
        self._free.clear()

    def release(self) -> None:
        """Answer them."""
        self._free.set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start)  # type: ignore[no-any-return]

    def answer(self, request: Request) -> Response:
        """A file, or the page of a form."""
        if request.path.startswith("/static/"):
            kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
            path = request.path.removeprefix("/static/")
            file = STATIC_FOLDER / path[6:] if path.startswith("forms/") else STATIC / path
            return Response(file.read_bytes(), content_type=kinds[file.suffix], charset=None)
        if request.path[1:] not in self.forms:
            return Response(status=404)
        form, data = self.forms[request.path[1:]]
        if request.method == "GET":
            return self._page(request, form.render(data))
        pairs = [(name, self._value(value)) for name, value in request.POST.items()]
        live = request.headers.get("X-Form-Live") == "1"
        self.posts.append(live)
        answers = form.read(pairs, data)
        if live:
            self.arrived.release()
            assert self._free.wait(10)
            if self.broken:
                return Response("broken", status=500)
        if live or answers.operation:
            return self._page(request, answers.html(errors=answers.lingering, first=False))
        sent = json.dumps(answers.data) if answers.valid else ""
        return self._page(request, answers.html(), sent, 200 if answers.valid else 422)

    @staticmethod
    def _value(value: Any) -> Any:
        if isinstance(value, bytes):
            return ""  # a file control left empty
        return value if isinstance(value, str) else Upload(value.filename.replace("%22", '"'), value.type, value.file)

    @staticmethod
    def _page(request: Request, fields: str, data: str = "", status: int = 200) -> Response:
        shown = f'<pre id="data">{data.replace("<", "&lt;")}</pre>' if data else ""
        response = Response(
            PAGE.format(
                fields=fields,
                data=shown,
                live=live_attributes("en", "fields"),
                search=SEARCH if "search" in request.GET else "",
            ),
            status=status,
        )
        response.headers["Content-Security-Policy"] = POLICY
        return response


@contextmanager
def serving_forms() -> Iterator[Forms]:
    """The application on a free loopback port."""
    app = Forms()
    with serving_app(app) as app.url:
        try:
            yield app
        finally:
            app.release()
