"""People at their browsers: pressing, filling in and reading, by the texts of the page."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import APIResponse, Locator, Page, expect

from tests.journeys.office import Office
from tests.support.browser import sign_in

PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""
expect.set_options(timeout=PATIENCE)


class Visitor:
    """A person with a browser of their own; without a name, a person without an account."""

    def __init__(self, office: Office, page: Page, name: str = "") -> None:
        self.office, self.page, self.name = office, page, name
        page.set_default_timeout(PATIENCE)
        if name:
            sign_in(page, office.url, office.people(name).email)

    # navigation

    def opens(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(path if path.startswith("http") else self.office.url + path)

    def opens_dossier(self, reference: str, tab: str = "") -> None:
        """Open a dossier, on one of its tabs."""
        self.opens(f"/dossiers/{reference}" + (f"?tab={tab}" if tab else ""))

    def follows(self, link: str) -> None:
        """Click a link of the page."""
        self.page.locator("main").get_by_role("link", name=link).first.click()

    def presses(self, button: str) -> None:
        """Press a button of the page."""
        self.page.locator("main").get_by_role("button", name=re.compile(rf"^{re.escape(button)}")).first.click()

    def may_press(self, name: str) -> bool:
        """Whether the page has such a button or link."""
        main = self.page.locator("main")
        word = re.compile(rf"^{re.escape(name)}")
        return bool(main.get_by_role("button", name=word).count() + main.get_by_role("link", name=word).count())

    # reading

    def reads(self, *texts: str) -> None:
        """Expect each text on the page, waiting until it appears."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def does_not_read(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).not_to_contain_text(text)

    def reads_state(self, words: str) -> None:
        """Expect the dossier's state in the heading of its page."""
        expect(self.page.locator(".fe-dossier-state .fe-state")).to_have_text(words)

    def finds(self, reference: str, state: str) -> None:
        """Open a dossier and expect its state."""
        self.opens_dossier(reference)
        self.reads_state(state)

    # writing

    def answers(self, **values: str | Path | list[str]) -> None:
        """Fill in fields, named by the pointer of their value: `counterparty__name`, `countries__0`."""
        for name, value in values.items():
            self._answer(name.replace("__", "/"), value)

    def _answer(self, pointer: str, value: str | Path | list[str]) -> None:
        controls = self.page.locator(f'[data-pointer="/{pointer}"]:not(button)')
        first = controls.first
        first.wait_for(state="attached")
        kind = first.evaluate("one => one.type")
        if kind in ("radio", "checkbox"):
            for text in value if isinstance(value, list) else [str(value)]:
                self._choice(controls, text).check()
        elif kind.startswith("select"):
            for text in value if isinstance(value, list) else [str(value)]:
                self._pick(first, text)
        elif kind == "file":
            first.set_input_files(str(value))
        else:
            first.fill(str(value))
        self._update(first)

    def _pick(self, select: Locator, text: str) -> None:
        """Choose an option; with JavaScript, a long list has an input to search in."""
        typing = self.page.locator(f"#{select.get_attribute('id')}-ts-control")
        if typing.count():
            typing.focus()
            self.page.keyboard.type(text)
            self.page.locator(".ts-dropdown .option", has_text=text).first.click()
            self.page.keyboard.press("Escape")
        else:
            value_of_option = select.locator("option", has_text=text).first.get_attribute("value")
            chosen = select.evaluate("list => Array.from(list.selectedOptions, option => option.value)")
            select.select_option(
                [*chosen, value_of_option] if select.evaluate("list => list.multiple") else value_of_option
            )

    def _choice(self, controls: Locator, text: str) -> Locator:
        for number in range(controls.count()):
            control = controls.nth(number)
            label = self.page.locator(f'label[for="{control.get_attribute("id")}"]')
            if label.inner_text().strip() == text:
                return control
        raise AssertionError(f"no choice {text}")

    def _update(self, control: Locator) -> None:
        """Without JavaScript, a field on which others depend has a button that shows them."""
        button = control.locator("xpath=ancestor::*[@data-driver][1]").locator("button[data-op=choose]").last
        if button.count() and button.is_visible():
            button.click()

    def writes(self, label: str, text: str) -> None:
        """Fill in a field of the page (not of the form), by its label."""
        self.page.locator("main").get_by_label(label).first.fill(text)

    def ticks(self, label: str) -> None:
        self.page.locator("main").get_by_label(label).first.check()

    def unfolds(self, summary: str) -> None:
        self.page.locator("summary", has_text=summary).first.click()

    # forbidden actions

    def forges(self, path: str, **values: str) -> APIResponse:
        """Post to an address without opening its page, in this session, with a valid CSRF token."""
        token = self.page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
        return self.page.request.post(self.office.url + path, form={"csrf_token": token, **values}, max_redirects=0)

    def calls(self, path: str, data: dict[str, object]) -> APIResponse:
        """Post to the API with a token of this person."""
        headers = {"Authorization": f"Bearer {self.office.token(self.name)}"}
        return self.page.request.post(f"{self.office.url}/api/v1{path}", data=data, headers=headers)
