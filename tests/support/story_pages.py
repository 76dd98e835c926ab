"""Acts of a story by pages in Chromium: a person signs in, presses what the page offers, and fills in its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from formengine.cli.demo.people import BY_ID
from formengine.i18n import pick
from formengine.value_format import title_of_id
from formengine.workflow.definition.model import Workflow
from tests.support.browser import sign_in
from tests.support.story_portal import Portal

PAGE_ACTS = frozenset(("do", "decide", "sign", "decline"))


class StoryPages:
    """Does single acts of a story on the pages of a served portal, in one browser, from which each person takes the
    cookies of the one before.
    """

    def __init__(self, portal: Portal, workflow: Workflow, url: str, page: Page) -> None:
        self.portal, self.workflow, self.url = portal, workflow, url
        self._page = page

    def opened(self, who: str, tab: str = "") -> Page:
        """The dossier's page, as somebody sees it."""
        self._page.context.clear_cookies()
        address = f"{self.url}/dossiers/{self.portal.reference}{tab and f'?tab={tab}'}"
        sign_in(self._page, self.url, self.portal.people(who).email, opens=address)
        return self._page

    def act(self, who: str, step: Mapping[str, Any], child: tuple[str, int] | None) -> Any:
        """Do what a step says by pages; `child` is None."""
        acts: Mapping[str, Callable[..., None]] = {
            "do": self._do, "decide": self._decide, "sign": self._sign, "decline": self._decline
        }  # fmt: skip
        (name,) = PAGE_ACTS & step.keys()
        before = self.portal.version
        acts[name](who, step)
        assert self.portal.version > before, f"nothing happened on the page: {step}"
        return None

    def _do(self, who: str, step: Mapping[str, Any]) -> None:
        page = self.opened(who)
        address = f"/dossiers/{self.portal.reference}/steps/{step['do']}"
        page.locator(f'main a[href$="{address}"]').first.click()
        for name, value in (step.get("fields") or {}).items():
            self._fill(page, f"/{name}", value)
        if step.get("comment"):
            page.locator("#comment").fill(str(step["comment"]))
        language = BY_ID[who].language
        transition = self.workflow.transitions[step["do"]]
        title = pick(transition.title, language) or title_of_id(transition.id)
        page.locator("main .fe-actions").get_by_role("button", name=title).first.click()
        self._done(page)

    def _decide(self, who: str, step: Mapping[str, Any]) -> None:
        page = self.opened(who, "approvals")
        form = page.locator(f'form[action$="/{self.portal.reference}/decision"]').first
        if step.get("comment"):
            form.locator("[name=comment]").fill(str(step["comment"]))
        form.locator(f'button[value="{step["decide"]}"]').click()
        self._done(page)

    def _sign(self, who: str, step: Mapping[str, Any]) -> None:
        page = self.opened(who, "approvals")
        form = page.locator(f'form[action$="/{self.portal.reference}/signature"]').first
        form.locator("[name=text]").fill(BY_ID[who].name)
        form.locator("[name=consent]").check()
        form.locator("button[type=submit]").click()
        self._done(page)

    def _decline(self, who: str, step: Mapping[str, Any]) -> None:
        page = self.opened(who, "approvals")
        form = page.locator(f'form[action$="/{self.portal.reference}/refusal"]').first
        form.locator("xpath=ancestor::details[1]/summary").click()
        form.locator("[name=reason]").fill(str(step.get("reason") or step.get("comment")))
        form.locator("button[type=submit]").click()
        self._done(page)

    def _done(self, page: Page) -> None:
        """Wait for the dossier's page, on which the step is confirmed."""
        page.wait_for_url(re.compile(rf"/dossiers/{self.portal.reference}(\?|#|$)"))
        page.get_by_role("status").first.wait_for()

    def _fill(self, page: Page, pointer: str, value: Any) -> None:
        """Fill in the controls of a value, by its pointer."""
        if isinstance(value, Mapping):
            for name, item in value.items():
                self._fill(page, f"{pointer}/{name}", item)
            return
        controls = page.locator(f'main [data-pointer="{pointer}"]:not(button):not(fieldset):not(div)')
        first = controls.first
        first.wait_for(state="attached")
        if first.evaluate("control => control.type") in ("radio", "checkbox"):
            self._choose(controls, value)
        elif first.evaluate("control => control.tagName") == "SELECT":
            first.evaluate("(control, value) => { control.value = value }", self._posted(first, value))
        else:
            first.fill(str(value))

    def _choose(self, controls: Locator, value: Any) -> None:
        values = [controls.nth(number).get_attribute("value") or "" for number in range(controls.count())]
        wanted = next(number for number, posted in enumerate(values) if _fits(posted, value))
        controls.nth(wanted).check()

    def _posted(self, select: Locator, value: Any) -> str:
        """What an option posts: the value itself, or the account of somebody of the demo."""
        wanted = self.portal.by_person_id(value)
        posted = select.evaluate("control => Array.from(control.options, option => option.value)")
        return str(next(option for option in posted if _fits(option, wanted)))

    def reads_end(self, state: str, who: str) -> str:
        """The words of the state on the page of the dossier; AssertionError where they are not those of an end."""
        page = self.opened(who)
        words = page.locator(".fe-dossier-state .fe-state").inner_text()
        rule = self.workflow.states[state]
        language = BY_ID[who].language
        assert words in (pick(rule.client_sees, language), pick(rule.title, language)), (state, words)
        return words


def _fits(posted: str, value: Any) -> bool:
    return posted.strip('"') == str(value) or posted.strip('"').endswith(f":{value}")
