"""What the terminal of `serve` says of a site that cannot be published."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from formengine.cli import autoreload
from formengine.services.core.unit_of_work import Platform

WORKFLOW = "workflows/offer/workflow.yaml"
pytestmark = pytest.mark.site("drafting")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def own_platform(platform: Platform, site_folder: Path, tmp_path: Path) -> Platform:
    """The platform, of a copy of its site whose files may be changed."""
    shutil.copytree(site_folder, tmp_path / "site")
    return replace(platform, settings=replace(platform.settings, site=str(tmp_path / "site")))


def test_each_finding_is_told_once_on_its_own_line(own_platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """O1, W13: without the sentence that repeats the first; and that the site is in order again, once."""
    caplog.set_level(logging.INFO, "formengine.cli.autoreload")
    workflow = Path(own_platform.settings.site) / WORKFLOW
    before = workflow.read_text()
    workflow.write_text(before.replace("to: done", "to: nowhere").replace("from: review", "from: elsewhere"))
    refusal = autoreload.publish_quietly(own_platform)
    assert len(refusal) == 2
    assert caplog.messages == [f"the site is not published: {reason}" for reason in refusal]
    assert all("`nowhere`" in reason or "`elsewhere`" in reason for reason in refusal)
    caplog.clear()
    workflow.write_text(before)
    assert autoreload.publish_quietly(own_platform, refusal) == []
    assert autoreload.publish_quietly(own_platform) == []
    assert caplog.messages == ["the site is in order again, as in publication 1, which stayed in service"]


def test_a_file_that_is_being_written_is_not_published(
    own_platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """O1: an editor that empties a file before it fills it makes one publication, and no error."""
    caplog.set_level(logging.INFO, "formengine.cli.autoreload")
    folder = Path(own_platform.settings.site)
    workflow = folder / WORKFLOW
    text = workflow.read_text()
    published = autoreload.stamp_of(folder)
    changed = text.replace("Send the offer", "Send it")
    editor = [partial(workflow.write_text, ""), partial(workflow.write_text, changed), lambda: None, lambda: None]
    autoreload.watch_files(own_platform, folder, published, [], Scans(editor))
    assert caplog.messages == ["publication 2 is in service"]


class Scans(threading.Event):
    """Ends the watch after one scan for each thing that an editor does before it."""

    def __init__(self, done_before: list[Callable[[], object]]) -> None:
        super().__init__()
        self._done_before = iter(done_before)

    def wait(self, timeout: float | None = None) -> bool:
        do = next(self._done_before, None)
        if do is None:
            return True
        do()
        return False
