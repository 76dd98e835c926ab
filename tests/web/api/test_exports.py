"""The API's lists as files."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.exports import exports
from formengine.services.exports.exports import write_export
from formengine.storage.models.history import HistoryEntry
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn


def test_a_list_as_excel_and_csv(calling: Calling, opened: Opened) -> None:
    """P14, X5: with the filters of the list, the reference first, and nothing that the caller may not read."""
    own, matter = opened("nda", NDA), opened("legal_advice", ADVICE)
    opened("nda", NDA, by="cleo")
    maya = calling("maya", "read")
    book = openpyxl.load_workbook(io.BytesIO(maya.get("/api/v1/dossiers.xlsx?kind=contract").body)).active
    assert book is not None
    assert [[row[0] for row in book.iter_rows(values_only=True)], book.title] == [["Reference", own], "Contracts"]
    answer = maya.get("/api/v1/dossiers.csv?sort=reference", headers={"Accept-Language": "fr"})
    assert answer.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Référence", *sorted([own, matter])]
    maya.get("/api/v1/dossiers.csv?kind=nonsense", status=400)
    calling("maya", "submit").get("/api/v1/dossiers.csv", status=403)


def test_a_browser_exports_nothing_by_opening_an_address(
    signed_in: SignedIn, opened: Opened, platform: Platform
) -> None:
    """P14, T19: a GET that stands in the audit log is answered to a token alone, which no link or prefetch sends."""
    opened("nda", NDA)
    for address in ("/api/v1/dossiers.xlsx", "/api/v1/dossiers.csv"):
        signed_in("maya").get(address, status=401)
    with platform.database.reading() as session:
        assert session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "exported")).all() == []


def test_a_long_list_is_answered_by_a_job(
    calling: Calling, opened: Opened, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: 202 with the job, then its file; nobody else's; none once it has gone; no more than three at a time."""
    monkeypatch.setattr(exports, "LONG", 0)
    reference = opened("nda", NDA)
    paul = calling("paul", "read")
    accepted = paul.get("/api/v1/dossiers.csv", status=202)
    job = accepted.json["job"]
    assert accepted.json == {"job": job, "state": "waiting", "written": 0, "rows": 1}
    assert accepted.location.endswith(f"/api/v1/exports/{job}")
    paul.get(f"/api/v1/exports/{job}", status=202)
    write_export(platform, job)
    answer = paul.get(f"/api/v1/exports/{job}")
    assert (answer.content_type, reference in answer.text) == ("text/csv", True)
    calling("ana").get(f"/api/v1/exports/{job}", status=404)
    for kind in ("", "?kind=contract", "?q=globex"):
        paul.get(f"/api/v1/dossiers.xlsx{kind}", status=202)
    paul.get("/api/v1/dossiers.xlsx", status=202)  # it is under way already
    paul.get("/api/v1/dossiers.xlsx?q=supply", status=422)
    monkeypatch.setattr("formengine.services.exports.exports.UNUSED_UPLOAD_LIFETIME", -exports.UNUSED_UPLOAD_LIFETIME)
    assert "no longer kept" in paul.get(f"/api/v1/exports/{job}", status=410).json["title"]
