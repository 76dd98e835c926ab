"""Bundles: what of a folder is read, and the hash that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from formengine.authoring import Bundle
from formengine.errors import DefinitionError
from formengine.source import bundle as module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "workflows" / "nda").mkdir(parents=True)
    (site / "config").mkdir()
    (site / "workflows" / "nda" / "workflow.yaml").write_text("title: NDA\n")
    (site / "config" / "portal.yaml").write_text("name: P\n")
    return site


def test_a_folder_is_read_without_what_is_hidden_or_left_behind(folder: Path) -> None:
    """A5: plugins, hidden files and editors' leftovers are no part of what is published."""
    (folder / "plugins").mkdir()
    (folder / "plugins" / "x.py").write_text("")
    for name in (".hidden.yaml", "portal.yaml~", "#portal.yaml#", ".portal.yaml.swp", "~$nda.docx"):
        (folder / "config" / name).write_text("x")
    (folder / "config" / ".git").mkdir()
    (folder / "config" / ".git" / "x.yaml").write_text("x")
    assert sorted(Bundle.from_folder(folder).files) == ["config/portal.yaml", "workflows/nda/workflow.yaml"]


def test_the_hash_follows_content_and_path_and_nothing_else() -> None:
    """A5: two bundles with the same files have the same hash, whatever order they were read in."""
    bundle_hash, changed = Bundle({"a": b"1", "b": b"2"}), Bundle({"b": b"2", "a": b"1"})
    assert bundle_hash.hash == changed.hash
    assert bundle_hash == changed
    assert len({bundle_hash.hash, Bundle({"a": b"12", "b": b""}).hash, Bundle({"a": b"1", "c": b"2"}).hash}) == 3


def test_a_bundle_does_not_change(folder: Path) -> None:
    read = Bundle.from_folder(folder)
    with pytest.raises(TypeError):
        read.files["x"] = b""  # type: ignore[index]


def test_links_out_of_the_site_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("x")
    (folder / "config" / "teams.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(DefinitionError, match="leads out of the site"):
        Bundle.from_folder(folder)


def test_a_linked_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "workflows" / "more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DefinitionError, match="link to a folder"):
        Bundle.from_folder(folder)


def test_sizes_are_limited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE", 5)
    with pytest.raises(DefinitionError, match="more than 5 bytes"):
        Bundle.from_folder(folder)
    monkeypatch.setattr(module, "LARGEST_FILE", 500)
    monkeypatch.setattr(module, "LARGEST_SITE", 12)
    with pytest.raises(DefinitionError, match="the site has more"):
        Bundle.from_folder(folder)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="is not a folder"):
        Bundle.from_folder(tmp_path / "nowhere")
