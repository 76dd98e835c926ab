"""Calls of a signature provider: one at a time for a seat, and what was sent with each (S7, S6).

A call may go on after its job has stopped waiting for it (`PluginTimedOut`). While it does, the row of the seat is
held, so that no other job makes the same request a second time; a process that ends holds nothing for longer than
CALL_TIME.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import update

from formengine.jobs import Retry
from formengine.registry import ProviderFile
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.rounds import ProviderSeat

log = logging.getLogger(__name__)

CALL_TIME: Final = timedelta(minutes=2)
"""For how long no second job calls a provider for a seat: longer than any job waits for one (`plugin_guard`)."""
HOLD_INTERVAL: Final = 30.0
"""Seconds after which the row of a seat is held anew, while a call goes on; once it ends, the row is free at once."""
MOST_SENT: Final = 20
"""How many requests for a seat are kept on its row: the first of them, and the newest."""


def begin_call(platform: Platform, seat_id: int, state: str, sent: Mapping[str, Any] | None = None) -> bool:
    """Exclude other calls for a seat for CALL_TIME, and keep what is `sent` with this one (`sent_documents`); False
    where the seat is in another state by now. Raises Retry while another job is calling.
    """
    with platform.database.transaction() as session:
        row, now = session.get_one(ProviderSeat, seat_id, with_for_update=True), datetime.now(UTC)
        if row.state != state:
            return False
        if row.next_at is not None and row.next_at > now:
            raise Retry((row.next_at - now).total_seconds(), "another job is asking the provider")
        row.next_at = now + CALL_TIME
        if sent is not None:
            requests = [*row.sent, {"at": now.isoformat(timespec="seconds"), "documents": dict(sent)}]
            row.sent = requests if len(requests) <= MOST_SENT else [requests[0], *requests[-MOST_SENT + 1 :]]
    return True


def hold_while_running(platform: Platform, seat_id: int, ends_within: Callable[[float], bool]) -> threading.Thread:
    """Exclude other calls for a seat until one that went on without its job has ended; returns the thread that does.
    `ends_within` waits for that call for some seconds, and says whether it has ended (`PluginTimedOut`).
    """

    def hold() -> None:
        try:
            has_ended = ends_within(0)
            while not has_ended:
                _set_next(platform, seat_id, datetime.now(UTC) + CALL_TIME)
                has_ended = ends_within(HOLD_INTERVAL)
            _set_next(platform, seat_id, None)
        except Exception:  # the database does not answer: what was held ends by itself
            log.exception("the call of a provider for the seat %s is not held any longer", seat_id)

    thread = threading.Thread(target=hold, name=f"provider call {seat_id}", daemon=True)
    thread.start()
    return thread


def _set_next(platform: Platform, seat_id: int, moment: datetime | None) -> None:
    called = (ProviderSeat.seat_id == seat_id, ProviderSeat.state.in_(("waiting", "withdrawing")))
    with platform.database.transaction() as session:
        session.execute(update(ProviderSeat).where(*called).values(next_at=moment))


def sent_documents(documents: Iterable[Any], pdfs: Mapping[str, bytes]) -> dict[str, Any]:
    """What a request sends, by document: the hash of the version, and of the PDF that was made of it, with its size;
    `documents` are `RequestedDocument`.
    """
    sent: dict[str, Any] = {}
    for document in documents:
        content = pdfs.get(document.id)
        pdf = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} if content is not None else None
        sent[document.id] = {"sha256": document.sha256, "pdf": pdf}
    return sent


def other_documents(sent: Sequence[Mapping[str, Any]], hashes: Mapping[str, str]) -> list[str]:
    """The documents of which no request has sent the version with the hash that it has now."""
    return [
        name
        for name, sha256 in hashes.items()
        if sent and all(request["documents"].get(name, {}).get("sha256") != sha256 for request in sent)
    ]


def continues_sent(sent: Sequence[Mapping[str, Any]], file: ProviderFile) -> bool:
    """Whether a signed PDF begins, byte for byte, with a PDF that was sent: it was only added to (ISO 32000-2,
    incremental updates). A provider that writes the PDF anew proves less by it.
    """
    for request in sent:
        names = [file.document] if file.document else list(request["documents"])
        for pdf in (request["documents"].get(name, {}).get("pdf") for name in names):
            if pdf and hashlib.sha256(file.content[: pdf["size"]]).hexdigest() == pdf["sha256"]:
                return True
    return False
