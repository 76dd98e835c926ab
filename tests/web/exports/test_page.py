"""The buttons of lists, the page of a long export, and its file."""

from __future__ import annotations

import csv
import io
import shutil
from typing import Any

import openpyxl
import pytest

from formengine.errors import StorageUnavailable
from formengine.services.core.unit_of_work import Platform
from formengine.services.exports import exports
from formengine.services.exports.exports import write_export
from formengine.work import functions_of
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor, form_to, opened, signed_in

__all__ = ["opened", "signed_in"]


def press(visitor: Visitor, address: str, format_: str, **options: Any) -> Any:
    """Press a button of a list."""
    form = form_to(visitor.get(address), "/exports")
    return form.submit("format", value=format_, **options)


def references(answer: Any) -> list[str]:
    """The references of an Excel file."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    return [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_a_filtered_list_is_exported(signed_in: SignedIn, opened: Opened) -> None:
    """P14: to Excel and CSV, by buttons that name the filter of the page."""
    zeta = opened("nda", {**NDA, "counterparty": {"name": "Zeta", "country": "FR"}})
    both = {zeta, opened("nda", NDA)}
    opened("legal_advice", ADVICE)
    maya = signed_in("maya")
    answer = press(maya, "/contracts", "xlsx")
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert 'filename="Contracts ' in answer.headers["Content-Disposition"]
    assert (answer.headers["Cache-Control"], answer.content_length) == ("no-store", len(answer.body))
    assert set(references(answer)) == both
    assert references(press(maya, "/contracts?q=zeta", "xlsx")) == [zeta]
    text = press(maya, "/contracts?q=zeta&state=in_progress", "csv").body.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["Reference", zeta]
    assert "/exports" not in [form.action for form in maya.get("/litigation").forms.values()]


def test_the_desk_is_exported(signed_in: SignedIn, opened: Opened) -> None:
    """D2: each tab of it, for the legal team alone."""
    reference = opened("nda", NDA)
    assert references(press(signed_in("paul"), "/desk?tab=unassigned", "xlsx")) == [reference]
    maya = signed_in("maya")
    token = maya.get("/contracts").html.find("input", {"name": "csrf_token"})["value"]
    maya.post("/exports", {"csrf_token": token, "tab": "unassigned", "format": "xlsx"}, status=403)
    maya.post("/exports", {"csrf_token": token, "kind": "contract", "format": "pdf"}, status=404)
    maya.post("/exports", {"kind": "contract", "format": "csv"}, status=400)


def test_the_words_in_french(signed_in: SignedIn, opened: Opened) -> None:
    """P14: Exporter vers Excel."""
    opened("nda", NDA)
    page = signed_in("ines").get("/contracts")
    assert [button.text for button in page.html.select("form[action='/exports'] button")] == [
        "Exporter vers Excel",
        "Exporter en CSV",
    ]
    answer = form_to(page, "/exports").submit("format", value="csv")
    assert answer.body.decode("utf-8-sig").startswith("Référence,Titre,Type,Type de demande,")


def test_a_long_list_has_a_page_of_its_own(
    signed_in: SignedIn, opened: Opened, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: it says how far the file is, then gives it; nobody else finds it; when it has gone, one may try again."""
    monkeypatch.setattr(exports, "LONG", 1)
    both = {opened("nda", NDA) for _ in range(2)}
    paul = signed_in("paul")
    assert "You have no exports." in paul.get("/exports").text
    page = press(paul, "/contracts", "xlsx", status=303).follow()
    address = page.request.path
    assert "0 of 2 dossiers" in page.text
    assert page.html.find("noscript").find("meta")["http-equiv"] == "refresh"
    assert paul.get(f"{address}/file", status=303).location.endswith(address)
    assert "being written" in paul.get("/exports").text
    functions_of(platform)["write_export"]({"export": address.rsplit("/", 1)[1]})
    ready = paul.get(address)
    assert "The file is ready: 2 dossiers." in ready.text
    assert "noscript" not in ready.html.find("head").decode()
    assert set(references(ready.click("Download the Excel file"))) == both
    assert set(references(paul.get("/exports").click("^Download", index=0))) == both
    assert "Your export is ready: Contracts" in paul.get("/inbox").text
    signed_in("ana").get(address, status=404)
    signed_in("ana").get(f"{address}/file", status=404)


def test_an_export_that_failed_or_has_gone_can_be_made_again(
    signed_in: SignedIn, opened: Opened, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: the page says so plainly, and has the button with the same filter."""
    monkeypatch.setattr(exports, "LONG", 0)
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    address = press(paul, "/contracts?q=globex", "csv", status=303).location
    export_id = address.rsplit("/", 1)[1]
    shutil.rmtree(platform.settings.storage_url.removeprefix("file:"))
    with pytest.raises(StorageUnavailable):
        write_export(platform, export_id, last_attempt=True)
    monkeypatch.undo()
    page = paul.get(f"/exports/{export_id}")
    assert "The file could not be written." in page.text
    assert reference in form_to(page, "/exports").submit().body.decode("utf-8-sig")
