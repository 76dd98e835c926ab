"""Posts that arrive twice act once: after a double click, a reload, or an answer that got lost on its way (T4).

A form that adds something carries a key of its page. A post is known by its key, its content and its sender: what
somebody changes after going back in the browser is another post, and so is the same text from a page opened afresh.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from markupsafe import Markup

from formengine.services.core.rate_limits import is_used, use_once

KEY: Final = "_once"
"""The control that holds the key of the page."""
REMEMBERED: Final = timedelta(days=1)
_NAME: Final = "post"


class Repeated(Exception):
    """The same post was carried out at the same moment: what this one has done is rolled back."""


def once_field() -> Markup:
    """The hidden control of a form whose posts are carried out once."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(KEY, secrets.token_urlsafe(15))


def once(request: Any, action: Callable[[], object]) -> Callable[[], object]:
    """`action`, which does nothing where the very same post was carried out before, and raises Repeated where that
    happened meanwhile. A post without a key is always carried out.
    """
    work, subject = request.work, request.post_subject
    if not subject:
        return action

    def act() -> None:
        if is_used(work, _NAME, subject):
            return
        action()
        if not use_once(work, _NAME, subject, REMEMBERED):  # last, for it takes SQLite's write lock
            raise Repeated

    return act


def post_subject(request: Any) -> str:
    """What a post is known by, a hash of its sender, address and content; "" for one without a key.

    Files are read whole, so it is asked for before a dossier is locked.
    """
    key = request.POST.get(KEY)
    if not isinstance(key, str) or not key:
        return ""
    person = request.identity.person
    digest = hashlib.sha256(f"{person.id if person else ''} {request.path_info}".encode())
    for name, value in request.POST.items():
        if name != "csrf_token":
            digest.update(f"\n{name!r} ".encode())
            digest.update(_content(value))
    return digest.hexdigest()


def _content(value: Any) -> bytes:
    """A text of a post, or the name and the hash of a file."""
    if not hasattr(value, "file"):
        return repr(value).encode()
    value.file.seek(0)
    content = hashlib.file_digest(value.file, "sha256").hexdigest()
    value.file.seek(0)
    return f"{value.filename!r} {content}".encode()
