"""Conformance suite of signature providers, for their authors: call the checks in tests of yours (S7).

`check_provider` for each outcome, `check_recall`, `check_several_documents` where it takes several in a round,
`check_outage` where there is a service that can be down, and `check_webhook` where the provider has one. Each raises
AssertionError with the rule that the provider breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

from formengine.errors import DeliveryFailed
from formengine.jobs import Retry
from formengine.registry.signatures import problem_of_files, problem_of_report, report_of
from formengine.services.approvals.provider_documents import SigningPdf
from formengine.services.approvals.signature_providers import RequestedDocument, RequestedRound, RequestedSeat

SEAT: Final = RequestedSeat(id=1, person="p1", name="Ada Park", email="ada@example.com", role="signatory")
OTHER: Final = RequestedSeat(id=2, person="joe@example.com", name="Joe", email="joe@example.com", role="counterparty")
CONTENT: Final = b"%PDF-1.4\n%%EOF\n"
DOCUMENTS: Final = {"contract": "Contract", "annex": "Annex"}


def asked_round(documents: Sequence[str] = ("contract",), **options: Any) -> RequestedRound:
    """A round about small PDFs (of DOCUMENTS), with the options that a workflow would give."""
    place = SigningPdf(CONTENT, 1, (10.0, 80.0, 30.0, 5.0))
    about = [
        RequestedDocument(name, DOCUMENTS[name], str(number) * 64, lambda: CONTENT, lambda _seat: place)
        for number, name in enumerate(documents)
    ]
    return RequestedRound(
        "CTR-2026-0001",
        "execution",
        1,
        "contract",
        "0" * 64,
        dict(options),
        read=lambda: CONTENT,
        pdf=lambda _seat: place,
        title="Services agreement",
        documents=tuple(about),
    )


def nothing(seat: RequestedSeat) -> None:
    """What the signer does at a service that decides by itself."""


def check_provider(
    provider: Any,
    options: dict[str, Any],
    outcome: str,
    most: int = 100,
    act: Callable[[RequestedSeat], None] = nothing,
) -> None:
    """Start two seats (twice each, as after a crash), have their signers `act`, poll them until they have `outcome` and
    keep it, recall them.
    """
    signature_round = asked_round(**options)
    for seat in (SEAT, OTHER):
        provider.start(signature_round, seat)
        provider.start(signature_round, seat)
    if act is not nothing:
        for seat in (SEAT, OTHER):
            assert report_of(provider.status(seat)).status == "asked", "nobody has acted, and status is not asked"
    for seat in (SEAT, OTHER):
        act(seat)
        answers = [provider.status(seat) for _ in range(most)]
        problems = [problem for answer in answers if (problem := problem_of_report(answer)) is not None]
        assert not problems, problems[0]
        statuses = [report_of(answer).status for answer in answers]
        first = next((i for i, status in enumerate(statuses) if status != "asked"), None)
        assert first is not None, f"status never answered {outcome!r} in {most} calls"
        assert set(statuses[first:]) == {outcome}, f"status answered {set(statuses[first:])}, once it was {outcome!r}"
        assert len({report_of(answer).files for answer in answers[first:]}) == 1, "the files of a signature changed"
    provider.recall(SEAT)
    provider.recall(SEAT)


def check_several_documents(
    provider: Any,
    options: dict[str, Any],
    most: int = 100,
    act: Callable[[RequestedSeat], None] = nothing,
) -> None:
    """Start a seat of a round about two documents, have its signer `act`, and poll it until it is signed: once, with
    the signed PDF of each document or with none.
    """
    assert getattr(provider, "several_documents", False), "it does not say that it takes several documents"
    seat = replace(SEAT, documents=tuple(DOCUMENTS))
    provider.start(asked_round(tuple(DOCUMENTS), **options), seat)
    act(seat)
    reports = [report_of(provider.status(seat)) for _ in range(most)]
    report = next((report for report in reports if report.status != "asked"), None)
    assert report is not None, f"status never answered 'signed' in {most} calls"
    assert report.status == "signed", f"status answered {report.status!r}, and not 'signed'"
    problem = problem_of_report(report) or problem_of_files(report.files, seat.documents)
    assert problem is None, problem
    provider.recall(seat)


def check_recall(provider: Any, options: dict[str, Any]) -> None:
    """Recall a seat that was never started, then one that was, twice: nothing raises. Start that one again, as where
    its signature is needed again: it is asked anew; then recall it.
    """
    provider.recall(OTHER)
    for _ in range(2):
        provider.start(asked_round(**options), SEAT)
        status = report_of(provider.status(SEAT)).status
        assert status == "asked", f"status answered {status!r} for a seat that was started, also after a recall"
        provider.recall(SEAT)
        provider.recall(SEAT)


def check_outage(
    provider: Any,
    options: dict[str, Any],
    down: Callable[[], AbstractContextManager[None]],
    requests: Callable[[], int],
) -> None:
    """Call it while its service is `down`: start, status and recall raise what has the job tried again. Once it is up,
    a request is made as if nothing had happened, and once: `requests()` counts those that the service has.
    """
    calls: dict[str, Callable[[], Any]] = {
        "start": lambda: provider.start(asked_round(**options), SEAT),
        "status": lambda: provider.status(SEAT),
        "recall": lambda: provider.recall(SEAT),
    }
    with down():
        for name, call in calls.items():
            try:
                call()
            except Retry:
                continue
            except DeliveryFailed as error:
                failure = error
            else:
                raise AssertionError(f"{name} did not say that the service is down: raise DeliveryFailed or Retry")
            assert not failure.permanent, f"{name} gives up while the service is down: {failure}"
            assert str(failure), f"{name} does not say what is wrong"
    calls["start"]()
    calls["start"]()
    assert requests() == 1, f"after an outage the service has {requests()} requests for one seat"
    assert report_of(provider.status(SEAT)).status == "asked", "status is not asked after an outage"


def check_webhook(provider: Any, headers: Mapping[str, str], body: bytes, seats: list[int]) -> None:
    """A genuine event is about `seats`; one with any other header value is not genuine; one that is cut short or holds
    something else raises nothing.
    """
    assert provider.webhook(headers, body) == seats, "a genuine event is not about the seats that it should be about"
    for name in headers:
        for forged in ({**headers, name: ""}, {**headers, name: headers[name] + "x"}):
            assert provider.webhook(forged, body) is None, f"an event with another {name} is taken for genuine"
    assert provider.webhook({}, body) is None, "an event without its headers is taken for genuine"
    for damaged in (b"", body[: len(body) // 2], b"[]", b"null", b'{"payload": null}', b"\xff\xfe"):
        assert not provider.webhook(headers, damaged), "an event that is damaged is about a seat"
