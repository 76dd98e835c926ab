"""What the terminal of `serve` says of a site that cannot be published."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace
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
    workflow.write_text(before.replace("to: done", "to: nowhere").replace("from: review", "from: nowhere"))
    refusal = autoreload.publish_quietly(own_platform)
    assert len(refusal) > 1
    assert caplog.messages == [f"the site is not published: {reason}" for reason in refusal]
    assert all("`nowhere`" in reason for reason in refusal)
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
    steps = iter(("", text.replace("Send the offer", "Send it"), None, None))

    class Stop(threading.Event):
        """Lets the next step of the editor happen before each scan."""

        def wait(self, timeout: float | None = None) -> bool:
            step = next(steps, text)
            if step is not None and step != text:
                workflow.write_text(step)
            return step == text

    autoreload.watch_files(own_platform, folder, autoreload.stamp_of(folder), [], Stop())
    assert caplog.messages == ["publication 2 is in service"]
