"""Exports on both databases: exactly what is filtered and may be read, long ones by a job."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from formengine.authoring.packs.list_columns import column_date
from formengine.errors import NotFound, Refused
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import restrict
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.exports import exports
from formengine.services.exports.exports import (
    begin_export,
    expires_at,
    export_file,
    get_export,
    own_exports,
    state_of,
    write_export,
)
from formengine.services.exports.table import Parameters, write_table
from formengine.services.files.uploads import open_file
from formengine.services.retention import tidy
from formengine.storage.models.exports import Export
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from tests.services.catalogue.test_search_index import starter
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
CONTRACTS = [("kind", "contract")]


def rows_of(work: Any, parameters: Parameters) -> list[dict[str, Any]]:
    stream = io.BytesIO()
    count = write_table(work, parameters, "xlsx", "List", stream)
    stream.seek(0)
    return read(stream, count)


def read(stream: Any, count: int) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(stream).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[0] in ("Reference", "Référence")
    assert len(rows) == count
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_an_export_holds_what_the_list_shows(acting: Acting, people: People, opened: Opened) -> None:
    """P14: the same dossiers in the same order as the list, with types, and names in the reader's words."""
    for company in ("Zeta", "Alpha", "=Mid"):
        opened("nda", {**NDA, "counterparty": {"name": company, "country": "FR"}})
    opened("legal_advice", ADVICE)
    with acting(people("paul")) as work:
        listed = dossier_page(work, ListFilter(kinds=("contract",), sort="title")).items
        rows = rows_of(work, [*CONTRACTS, ("sort", "title")])
        assert [row["Reference"] for row in rows] == [row.reference for row in listed]
        assert [row["Title"] for row in rows] == [row.title for row in listed]
        assert rows_of(work, [*CONTRACTS, ("q", "zeta")])[0]["Title"] == "NDA with Zeta"
        assert rows_of(work, [*CONTRACTS, ("q", "nothing")]) == []
    first = rows[0]
    assert (first["Kind"], first["Request type"], first["Team"]) == (
        "Contract",
        "Non-disclosure agreement",
        "Contracts desk",
    )
    assert (first["Requested by"], first["Practice area"], first["Priority"]) == (
        "Maya Laurent",
        "Commercial",
        "Normal",
    )
    assert isinstance(first["Opened"], datetime)


def test_amounts_are_numbers_beside_their_currency(acting: Acting, people: People, opened: Opened) -> None:
    """P14: of the answers, the first amount of money."""
    dispute = {
        "event_kind": "we_claim", "received_on": "2026-03-02", "our_entity": "acme_ltd", "our_position": "claimant",
        "opponents": [{"name": "Globex"}], "facts": "They did not pay.", "insured": "unknown", "custodians": [],
        "amount": {"amount": "40000.10", "currency": "USD"}, "systems": ["mail"], "confidentiality": "standard",
    }  # fmt: skip
    dispute["custodians"] = [people("maya").id]
    opened("litigation_notice", dispute)
    with acting(people("lena")) as work:
        (row,) = rows_of(work, [("kind", "litigation")])
    assert (row["Amount"], row["Currency"]) == (40000.1, "USD")


def test_contracts_are_listed_by_the_other_party(acting: Acting, people: People, opened: Opened) -> None:
    """P14: the answers that each request type names as columns; nothing where it names none."""
    opened("nda", NDA)
    opened("legal_advice", ADVICE)
    with acting(people("lena")) as work:
        rows = {row["Kind"]: row for row in rows_of(work, [])}
    assert rows["Contract"]["Counterparty"] == NDA["counterparty"]["name"]
    assert (rows["Matter"]["Counterparty"], rows["Matter"]["Ends on"]) == (None, None)
    power = starter().request_types["power_of_attorney"]
    assert column_date(power, "ends_on", {"end": "2027-01-31"}) == date(2027, 1, 31)


def test_clients_export_what_they_may_see(acting: Acting, people: People, opened: Opened) -> None:
    """P28: nothing of anybody else, and none of the legal team's columns; of the desk nothing at all."""
    own, foreign = opened("nda", NDA), opened("nda", {**NDA, "purpose": "Canary"}, by="cleo")
    with acting(people("maya")) as work:
        rows = rows_of(work, CONTRACTS)
        assert [row["Reference"] for row in rows] == [own]
        assert {"Team", "Next deadline", "Late"}.isdisjoint(rows[0])
        assert foreign not in str(rows)
        with pytest.raises(Refused):
            rows_of(work, [("tab", "unassigned")])
    with acting(people("paul")) as work:
        assert {row["Reference"] for row in rows_of(work, [("tab", "unassigned")])} == {own, foreign}
        assert rows_of(work, [("tab", "mine")]) == []


def test_a_french_reader_gets_french_headers(acting: Acting, people: People, opened: Opened) -> None:
    """P14: header and words in the language of the reader."""
    opened("nda", NDA)
    with acting(people("ines"), language="fr") as work:
        (row,) = rows_of(work, CONTRACTS)
    assert list(row)[:4] == ["Référence", "Titre", "Type", "Type de demande"]
    assert (row["Type"], row["Priorité"], row["Domaine du droit"]) == ("Contrat", "Normale", "Droit commercial")


def test_a_file_goes_to_nobody_who_lost_a_right(
    platform: Platform, acting: Acting, people: People, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14, T19: another role, or a dossier restricted meanwhile, ends the file before its day is over."""
    monkeypatch.setattr(exports, "LONG", 1)
    counsel = people.add("counsel@example.com", role="counsel")
    references = [opened("nda", NDA) for _ in range(3)]
    with acting(counsel) as work:
        export = begin_export(work, CONTRACTS, "csv", "Contracts")
        assert export is not None
    write_export(platform, export.id)
    opened("nda", NDA)
    with acting(counsel) as work:
        assert export_file(work, get_export(work, export.id)), "what came later does not matter"
    with acting(None) as work:
        work.session.get_one(Person, counsel.id).role = "legal_admin"
    with acting(counsel) as work, pytest.raises(Refused):
        export_file(work, get_export(work, export.id))
    with acting(None) as work:
        work.session.get_one(Person, counsel.id).role = "counsel"
    with acting(people("sam")) as work:
        restrict(work, references[1], True)
    with acting(counsel) as work, pytest.raises(Refused, match="has changed since this export"):
        export_file(work, get_export(work, export.id))


def test_a_long_list_is_written_by_a_job(
    platform: Platform, acting: Acting, people: People, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: its owner is told when it is ready, alone can fetch it, and only for a day; the audit log has it."""
    monkeypatch.setattr(exports, "LONG", 1)
    references = {opened("nda", NDA) for _ in range(3)}
    with acting(people("paul"), language="fr") as work:
        export = begin_export(work, [*CONTRACTS, ("after", "x"), ("page", "2")], "xlsx", "Contrats")
        assert export is not None
        assert (export.parameters, export.rows, state_of(export, work.now)) == ([["kind", "contract"]], 3, "waiting")
        with pytest.raises(NotFound):
            export_file(work, export)
    for _ in range(2):  # a job that runs again changes nothing
        write_export(platform, export.id)
    with acting(people("paul")) as work:
        (done,) = own_exports(work)
        assert (state_of(done, work.now), done.rows, done.written) == ("done", 3, 3)
        file = export_file(work, done)
        assert file.name == f"Contrats {datetime.now(UTC).astimezone():%Y-%m-%d}.xlsx"[:8] + file.name[8:]
        with open_file(work, file) as stream:
            assert {row["Référence"] for row in read(io.BytesIO(stream.read()), 3)} == references
        (mail,) = work.session.scalars(select(Mail).where(Mail.kind == "export_ready")).all()
        assert (mail.person_id, (mail.variables or {})["link"].rsplit("/", 1)[1]) == (people("paul").id, export.id)
        (entry,) = work.session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "exported")).all()
        assert (entry.by, entry.payload["rows"], entry.chain) == (people("paul").id, 3, "site")
        assert state_of(done, (expires_at(done) or work.now) + timedelta(seconds=1)) == "expired"
    with acting(people("ana")) as work, pytest.raises(NotFound):
        get_export(work, export.id)


def test_a_file_goes_after_a_day_and_the_export_after_a_month(
    platform: Platform, acting: Acting, people: People, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T38: nothing that was exported stays behind."""
    monkeypatch.setattr(exports, "LONG", 0)
    opened("nda", NDA)
    with acting(people("paul")) as work:
        export = begin_export(work, CONTRACTS, "csv", "Contracts")
        assert export is not None
    write_export(platform, export.id)
    now = datetime.now(UTC)
    tidy(platform, now + timedelta(hours=26))
    with acting(people("paul")) as work:
        row = get_export(work, export.id)
        assert (row.file_id, state_of(row, now)) == (None, "expired")
    tidy(platform, now + timedelta(days=32))
    with acting(people("paul")) as work:
        assert own_exports(work) == []


def test_exports_of_closed_accounts_and_too_many_are_refused(
    platform: Platform, acting: Acting, people: People, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T19: at most three at a time; an account that was closed meanwhile gets no file."""
    monkeypatch.setattr(exports, "LONG", 0)
    opened("nda", NDA)
    with acting(people("ana")) as work:
        searches = [[*CONTRACTS, ("q", word)] for word in ("", "globex", "nda", "supply")]
        begun = [begin_export(work, search, "csv", "Contracts") for search in searches[:3]]
        with pytest.raises(Refused):
            begin_export(work, searches[3], "csv", "Contracts")
        assert begin_export(work, searches[0], "csv", "Contracts") is begun[0]
        work.person.state = "closed"
    assert begun[0] is not None
    write_export(platform, begun[0].id)
    with acting(people("ana")) as work:
        assert state_of(get_export(work, begun[0].id), work.now) == "failed"


def test_an_export_is_begun_once(acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """T4, P14: a long one that waits already; in another format it is another one."""
    monkeypatch.setattr(exports, "LONG", -1)
    with acting(people("paul")) as work:
        begun = [begin_export(work, [("kind", "matter")], format_, "Matters") for format_ in ("xlsx", "xlsx", "csv")]
        assert begun[0] is begun[1]
        assert begun[2] is not begun[1]
        assert len(work.session.scalars(select(Export)).all()) == 2


def test_short_exports_are_recorded(acting: Acting, people: People, opened: Opened) -> None:
    """O5: who exported what stands in the site's audit log."""
    opened("nda", NDA)
    with acting(people("maya")) as work:
        assert begin_export(work, [("kind", "contract"), ("q", "globex"), ("other", "x")], "csv", "Contracts") is None
        (entry,) = work.session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "exported")).all()
        assert entry.payload == {"format": "csv", "parameters": [["kind", "contract"], ["q", "globex"]], "rows": 1}
