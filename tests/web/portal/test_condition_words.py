"""The words that a plugin adds to conditions, in the checks of a form: on its page and in `formengine check`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from formengine.authoring import Bundle, check_site
from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.support.platforms import SITES, MakePlatform, publish_site
from tests.web.dossiers.visitors import SignedIn
from tests.web.portal.test_form_rules import ADDRESS, TYPED, errors
from tests.web.portal.test_request_form import filled

pytestmark = pytest.mark.site("purchases")
PLUGIN = """\
def begins_with(fact, value):
    if fact == "broken":
        raise RuntimeError("out of order")
    return fact.startswith(str(value))


def includeme(config):
    config.add_condition_word("begins with", begins_with, types=["string"])
"""
CHECK = """\
  - each: lines
    when: what begins with "L-"
    says: {en: A line begins with its number., fr: Une ligne commence par son numéro.}
"""
SAID = "Line 1: What – A line begins with its number."


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site `purchases` with one more check, and the plugin whose word it uses."""
    folder = tmp_path / "site"
    shutil.copytree(SITES / "purchases", folder)
    (folder / "plugins").mkdir()
    (folder / "plugins/beginnings.py").write_text(PLUGIN, "utf-8")
    path = folder / "workflows/purchase/requests/purchase.yaml"
    path.write_text(path.read_text("utf-8") + CHECK, "utf-8")
    return folder


@pytest.fixture
def platform(make_platform: MakePlatform, site: Path) -> Platform:
    made = make_platform(site=site, plugins="./beginnings")
    publish_site(made)
    return made


def test_the_word_of_a_plugin_in_a_check(signed_in: SignedIn, people: People) -> None:
    """F16: the author's sentence stands at the field, as one types and when the form is sent; a word that fails does
    not hold.
    """
    people("paul")
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), **TYPED)
    live = maya.post(ADDRESS, form.submit_fields(), headers={"X-Form-Live": "1"})
    assert errors(live) == [SAID]
    for wrong in ("Licences", "broken"):
        form = filled(maya.form(ADDRESS, ADDRESS), **{**TYPED, "lines.0.what": wrong})
        assert errors(form.submit("_go", value="send", status=422)) == [SAID], wrong
    right = filled(maya.form(ADDRESS, ADDRESS), **{**TYPED, "lines.0.what": "L-1 Licences"})
    right.submit("_go", value="send", status=303)


def test_formengine_check_reads_the_word_of_a_plugin(platform: Platform, site: Path) -> None:
    """F16: W13: in checks as in workflows; it says what the word does not compare."""
    vocabulary = platform.registry.vocabulary
    assert check_site(Bundle.from_folder(site), vocabulary) == []
    path = site / "workflows/purchase/requests/purchase.yaml"
    path.write_text(path.read_text("utf-8").replace("when: what begins", "when: discount begins"), "utf-8")
    (finding,) = check_site(Bundle.from_folder(site), vocabulary)
    assert (finding.code, finding.message) == ("type", "`begins with` stands after string, and `discount` is a number")
