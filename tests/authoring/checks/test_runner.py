"""A site is checked and read at once."""

from __future__ import annotations

from formengine.authoring import Bundle, check_site, checked_site, read_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.support.platforms import SITES


def test_a_site_is_read_with_its_check() -> None:
    """A5: the one that `read_site` reads, for whoever publishes it."""
    bundle, vocabulary = Bundle.from_folder(SITES / "parts"), Vocabulary.builtin()
    site, findings = checked_site(bundle, vocabulary)
    read, _ = read_site(bundle, vocabulary)
    assert site is not None
    assert read is not None
    assert (site.hash, site.packs.keys(), site.request_types.keys()) == (
        read.hash, read.packs.keys(), read.request_types.keys(),
    )  # fmt: skip
    assert findings == check_site(bundle, vocabulary)


def test_a_site_with_an_error_is_none() -> None:
    """A5: also where the files can be read and the error is in a story."""
    files = Bundle.from_folder(SITES / "renewal").files
    path = "workflows/renewal/stories.yaml"
    told = files[path].decode()
    assert "state: " in told
    bundle = Bundle({**files, path: told.replace("state: ", "state: not_", 1).encode()})
    assert read_site(bundle, Vocabulary.builtin())[0] is not None
    site, findings = checked_site(bundle, Vocabulary.builtin())
    assert site is None
    assert [(finding.file, finding.severity) for finding in findings] == [(path, "error")]
