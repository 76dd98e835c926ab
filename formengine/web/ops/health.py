"""Health checks for load balancers and supervisors: whether this process is alive, and whether it can serve.

The status of `/readyz` concerns this process only; the state of the jobs is reported beside it and does not change it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any, Final

from pyramid.response import FileResponse, Response
from pyramid.view import view_config
from sqlalchemy import text

from formengine.jobs import status_of
from formengine.services.core.unit_of_work import Platform
from formengine.storage.migrations import current, newest
from formengine.web.static_assets import STATIC_FOLDER

log = logging.getLogger(__name__)

CHECK_SECONDS: Final = 3.0
"""How long a probe waits for the checks, in seconds, and as long for those of another probe before it."""
_CHECKING: Final = threading.Lock()


@view_config(route_name="healthz")
def healthz(request: Any) -> Any:
    return Response("ok\n", content_type="text/plain")


@view_config(route_name="readyz")
def readyz(request: Any) -> Any:
    results = _results_in_time(request.platform)
    ready = "failing" not in results.values()
    response = Response(json_body={"ready": ready, **results}, status=200 if ready else 503)
    response.charset = None
    return response


@view_config(route_name="favicon")
def favicon(request: Any) -> Any:
    return FileResponse(
        str(Path(STATIC_FOLDER) / "favicon.svg"), request, cache_max_age=86400, content_type="image/svg+xml"
    )


def _results_in_time(platform: Platform) -> dict[str, object]:
    """The result of every check, "failing" for those without an answer after CHECK_SECONDS.

    A database that hangs, or a locked table, would keep a thread of the server for each probe. So all checks run in a
    thread of their own, of which there is one at a time; while it hangs, every probe is told so.
    """
    results: dict[str, object] = dict.fromkeys((*CHECKS, "queue_lag"), "failing")

    def run() -> None:
        try:
            for name, check in CHECKS.items():
                results[name] = _run_check(name, partial(check, platform))
            jobs = _run_check("queue_lag", partial(_jobs, platform))
            results.update(jobs if isinstance(jobs, dict) else {"queue_lag": jobs})
        finally:
            _CHECKING.release()

    if _CHECKING.acquire(timeout=CHECK_SECONDS):
        thread = threading.Thread(target=copy_context().run, args=(run,), name="formengine-readiness", daemon=True)
        thread.start()
        thread.join(CHECK_SECONDS)
    return dict(results)


def _run_check(name: str, check: Callable[[], object]) -> object:
    try:
        return check()
    except Exception:  # whatever it is, the probe says so and does not fail itself
        log.exception("not ready: %s", name)
        return "failing"


def _database(platform: Platform) -> str:
    with platform.database.reading() as session:
        session.execute(text("SELECT 1"))
    return "ok"


def _storage(platform: Platform) -> str:
    platform.blobs.check()
    return "ok"


def _publication(platform: Platform) -> str:
    """Every pack is compiled, once for each publication: otherwise its first request would find out."""
    with platform.database.reading() as session:
        platform.definitions.derived(session, "compiled packs", lambda site: tuple(site.packs.values()))
    return "ok"


def _migrations(platform: Platform) -> str:
    return "ok" if current(platform.database) == newest() else "failing"


def _jobs(platform: Platform) -> dict[str, object]:
    """How the background jobs are doing, all times in seconds: a worker that hangs is seen here (T50)."""
    status = status_of(platform.queue, platform.settings.job_lease)
    return {
        "queue_lag": round(status.lag, 3),
        "jobs": "late" if status.late else "ok",
        "oldest_running": round(status.oldest_running, 3),
        "workers": [{"id": worker.id, "seen": round(worker.seen, 3)} for worker in status.workers],
    }


CHECKS: dict[str, Callable[[Platform], object]] = {
    "database": _database,
    "storage": _storage,
    "migrations": _migrations,
    "publication": _publication,
}
