"""Stories of a site, played twice: in the simulation and in the portal, compared act by act.

The scenarios are the product's own `stories.yaml` (formengine/authoring/stories/parser.py), beside the workflow in
tests/sites/<site>/workflows/<pack>/. A site whose name stands in `REAL_SITES` of tests/packs/test_real_requests.py is
driven as a whole, without any more code:

- the site is checked without a finding;
- each story is played by the HTTP API, and each end of each workflow is reached by a story;
- the last act of the first story that reaches an end is done in Chromium instead.

People in stories are those of the demo by their ids (`maya` asks, `paul` is counsel, `bo` approves; see
formengine/cli/demo/people.yaml). `config/teams.yaml` and `people:` of a story have to name the same people, and whoever
is the head of a department there; the mails differ if they do not. An answer that is a person is written by the id of
the demo; a file as `{id: x, name: x.pdf}`, which is uploaded. Somebody outside acts by the name of their role
(`{by: supplier, sign: settlement}`), in the portal by link and code.

After every act both have the same state, facts, history (kind, who, step, before, after, comment) and mails (kind, to).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import time_machine

from formengine.authoring import Bundle
from formengine.authoring.config.lists import kinds_with_lists
from formengine.authoring.site import read_bundle
from formengine.authoring.stories.parser import Step, Story, read_stories
from formengine.authoring.stories.runner import StoryRun
from formengine.cli.demo.people import BY_ID
from formengine.errors import Refused
from formengine.services.dossiers.documents import draft_document
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.engine.case import HistoryRecorded
from formengine.workflow.engine.document_effects import DraftDocument
from tests.support.platforms import SITES
from tests.support.story_pages import PAGE_ACTS, StoryPages
from tests.support.story_portal import Portal


@dataclass(frozen=True)
class SiteStories:
    """The stories and workflows of a site, by pack, with what a simulation of them needs."""

    name: str
    stories: dict[str, list[Story]]
    workflows: dict[str, Workflow]
    calendars: Mapping[str, Any]
    kinds: Mapping[str, Any]
    _reached: dict[str, dict[str, Story]] = field(default_factory=dict)

    def run(self, pack: str, story: Story) -> StoryRun:
        """A run of a story in a simulation with everybody of the demo."""
        everybody = {
            "counsel": [member.id for member in BY_ID.values() if member.role == "counsel"],
            "legal_admin": [member.id for member in BY_ID.values() if member.role == "legal_admin"],
        }
        people = {**everybody, **story.people}
        return StoryRun(replace(story, people=people), self.workflows[pack], self.calendars, self.kinds)

    def ends(self, pack: str) -> set[str]:
        return {state.id for state in self.workflows[pack].states.values() if state.ends}

    def first_with_end(self, pack: str) -> dict[str, Story]:
        """For each state that ends, the first story that comes to rest there."""
        if pack not in self._reached:
            reached: dict[str, Story] = {}
            for story in self.stories[pack]:
                run = self.run(pack, story)
                run.run()
                if run.simulation is not None and run.simulation.state in self.ends(pack):
                    reached.setdefault(run.simulation.state, story)
            self._reached[pack] = reached
        return self._reached[pack]


@cache
def stories_of(site: str) -> SiteStories:
    """The stories of a site of tests/sites. Raises AssertionError for one that cannot be read."""
    parsed = read_bundle(Bundle.from_folder(SITES / site), Vocabulary.builtin())
    config, findings = parsed.config, list(parsed.findings)
    calendars = {**config.calendars, "": config.calendars[config.portal.calendar or ""]}
    stories = {
        source.id: read_stories(YamlCursor(source.stories, findings=findings), source.request_types, config.portal.zone)
        for source in parsed.packs.values()
        if source.stories is not None
    }
    assert not [finding for finding in findings if finding.severity == "error"], findings
    workflows = {id: parsed.built[id].workflow for id in stories}
    return SiteStories(site, stories, workflows, calendars, kinds_with_lists("en", config.lists))


class StoryInBoth(StoryRun):
    """A story that is played in the portal beside the simulation; both are compared after each act."""

    def __init__(self, run: StoryRun, portal: Portal, pages: StoryPages | None = None) -> None:
        super().__init__(run.story, run.workflow, run.calendars, run.kinds)
        self.portal, self.pages, self.act = portal, pages, portal.act
        self.clock: Any = None

    def play(self) -> None:
        """Play the steps, the last one by pages if there are any, on which the requester then reads how it ended.

        Both are compared after each step.
        Raises AssertionError where simulation and portal differ, or the story fails.
        """
        self.portal.people.all()
        requester, steps = self.story.people["requester"][0], self.story.steps
        last = max((number for number, step in enumerate(steps) if self._is_for_pages(step)), default=-1)
        with self.at(self.story.now):
            self._begin()
            self.portal.submit(requester, self.story.request.id, self.story.answers)
            self.compare("the submission")
            for number, step in enumerate(steps):
                self.act = self.pages.act if self.pages and number == last else self.portal.act
                self.compare(self._play(step))
            if self.pages:
                self.pages.reads_end(self.simulation.state, requester)

    def _is_for_pages(self, step: Step) -> bool:
        is_act = step.kind == "by" and not {"refused", "child"} & step.value.keys()
        return is_act and bool(PAGE_ACTS & step.value.keys()) and str(step.value["by"]) in BY_ID

    def _play(self, step: Step) -> str:
        """Play a step in both; returns what to call it where they differ."""
        {"expect": self._expect, "wait": self._wait, "by": self._act}[step.kind](step)
        where = f"{self.story.name}: line {step.cursor.line}" if hasattr(step.cursor, "line") else str(step.value)
        if step.kind == "wait":
            self.portal.wait(self.clock, self.simulation.now)
        if step.kind == "by":
            self._act_in_portal(step.value, where)
        return where

    @contextmanager
    def at(self, moment: Any) -> Iterator[None]:
        """Stop the clock at a moment."""
        with time_machine.travel(moment, tick=False) as travelling:
            self.clock = _Clock(travelling, moment)
            yield

    def _act_in_portal(self, step: Mapping[str, Any], where: str) -> None:
        (who,) = self._people(str(step["by"]))
        child = self._child_acted_on
        answer = self.act(who, step, child)
        refused = isinstance(answer, Refused) or getattr(answer, "status_int", 200) >= 400
        assert refused == ("refused" in step), f"{where}: {answer if isinstance(answer, Refused) else answer.text}"
        drafts = [effect for effect in self.simulation.effects if isinstance(effect, DraftDocument)]
        for effect in drafts[self.drafted :]:
            self.portal.reads(
                lambda work, dossier, name=effect.document: draft_document(work, dossier.id, name, after=0)
            )
        self.drafted = len(drafts)

    drafted = 0
    _child_acted_on: tuple[str, int] | None = None

    def _act(self, step: Step) -> None:
        self._child_acted_on = None
        super()._act(step)

    def _child(self, name: str) -> tuple[str, int]:
        self._child_acted_on = super()._child(name)
        return self._child_acted_on

    def compare(self, where: str) -> None:
        """State, facts, history and mails are the same in both."""
        portal, sim = self.portal, self.simulation
        assert portal.reads(lambda _, dossier: dossier.state) == sim.state, where
        simulated = [
            (effect.kind, effect.by, effect.transition, effect.before, effect.after, effect.comment)
            for effect in sim.effects
            if isinstance(effect, HistoryRecorded)
        ]
        assert portal.history() == simulated, where
        assert portal.facts() == portal.by_name(sim.facts), where
        assert portal.mails() == Counter((mail.kind, mail.to) for mail in sim.mails), where


@dataclass
class _Clock:
    travelling: Any
    moment: Any

    def now(self) -> Any:
        return self.moment

    def move_to(self, moment: Any) -> None:
        self.moment = moment
        self.travelling.move_to(moment)
