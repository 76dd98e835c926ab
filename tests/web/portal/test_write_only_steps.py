"""Write-only answers of a form on several pages: on none of them, nor in the page of a post that came too late."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from tests.web.dossiers.visitors import SignedIn, form_to
from tests.web.portal.test_request_form import filled, press

ADDRESS = "/requests/new/keys"


@pytest.mark.site("prefill")
def test_what_is_write_only_is_typed_once_and_is_on_no_page(signed_in: SignedIn, platform: Platform) -> None:
    """F2, F7: T44: over all steps, while its field is hidden, and from a draft; it is sealed for whoever typed it."""
    maya, secret = signed_in("maya"), "4711-hush"
    form = filled(maya.form(ADDRESS, ADDRESS), subject="Keys", guarded="Yes")
    form = press(form, "choose", "")
    pages = [filled(form, pin=secret).submit("_go", value="next", status=200)]
    pages.append(filled(form_to(pages[0], ADDRESS), floor="2").submit("_go", value="next", status=200))
    draft = form_to(pages[1], ADDRESS).submit("_go", value="save", status=303)
    pages.append(draft.follow())
    sealed = pages[2].html.find("input", attrs={"name": lambda name: bool(name) and name.endswith("-s")})
    cleo = signed_in("cleo")
    own = filled(cleo.form(ADDRESS, ADDRESS), guarded="Yes").submit_fields("_go", submit_value="send")
    refused = cleo.post(ADDRESS, [*own, (sealed["name"], sealed["value"])], status=422)
    assert "Type it again" in refused.text
    assert all(secret not in page.text for page in (*pages, refused))
    form_to(pages[2], ADDRESS).submit("_go", value="send", status=303)
    with platform.database.reading() as session:
        answers = session.query(Dossier).one().submission.answers
    assert answers == {"subject": "Keys", "guarded": True, "pin": secret, "floor": 2}
