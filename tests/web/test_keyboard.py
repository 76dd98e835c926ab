"""Keyboard use of pages: visible focus, focus order, focus after errors."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import NewPage, sign_in
from tests.web.page_tour import Tour

pytestmark = pytest.mark.browser
STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    what: one.outerHTML.slice(0, 120),
    place: Array.from(document.querySelectorAll("*")).indexOf(one),
    seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""


def stops(page: Page) -> list[dict[str, Any]]:
    """Every element that the Tab key reaches, from the top of the page to its end."""
    elements: list[dict[str, Any]] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (
            elements and stop["place"] <= elements[-1]["place"] and stop["place"] == elements[0]["place"]
        ):
            break
        elements.append(stop)
    return elements


@pytest.mark.parametrize(
    ("name", "path"),
    [("maya", "/"), ("bo", "/dossiers/{to_approve}?tab=approvals"), ("lena", "/desk?tab=unassigned")],
)
def test_focus_is_visible_and_in_document_order(tour: Tour, new_page: NewPage, name: str, path: str) -> None:
    """O8: no positive tabindex, and the first element skips the menu."""
    page = new_page(reduced_motion="reduce")
    sign_in(page, tour.url, f"{name}@example.com", opens=tour.url + path.format(**tour.places))
    elements = stops(page)
    assert len(elements) > 12
    assert [element["what"] for element in elements if not (element["ring"] and element["seen"])] == []
    assert [element["place"] for element in elements] == sorted(element["place"] for element in elements)
    page.goto(tour.url + path.format(**tour.places))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_approval_by_keyboard(tour: Tour, new_page: NewPage) -> None:
    """O8, F5: also without JavaScript: the comment, then *Approve*; the result is announced as a status."""
    page = new_page(java_script_enabled=False)
    sign_in(
        page, tour.url, "bo@example.com", opens=tour.url + "/dossiers/{to_approve}?tab=approvals".format(**tour.places)
    )
    page.get_by_label("Comment").focus()
    page.keyboard.type("Within my budget.")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Approve"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "You approved."
    assert page.get_by_text("Within my budget.").is_visible()


def test_error_summary_takes_the_focus(tour: Tour, new_page: NewPage) -> None:
    """O8, F6: the title says so too, and the summary links to each control."""
    page = new_page()
    sign_in(page, tour.url, "sam@example.com", opens=f"{tour.url}/admin/people/new")
    page.locator("form[action='/admin/people']").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Send the invitation").click()
    page.locator("main [data-error-summary]:focus").wait_for()
    assert page.title().startswith("To correct · ")
    page.get_by_role("link", name="Write a name.").click()
    assert page.locator(":focus").get_attribute("id") == "name"
    assert page.locator("#name").get_attribute("aria-describedby") == "name-wrong"
