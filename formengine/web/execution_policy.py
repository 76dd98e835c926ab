"""How a request is run: again when what it had read has changed, within a limited wait for the database, and with its
temporary files closed at the end.
"""

from __future__ import annotations

from typing import Any

from pyramid_retry import RetryableExecutionPolicy

from formengine.storage import answer_time
from formengine.web.upload_cleanup import ExecutionPolicy, closing_policy


def waiting_policy(policy: ExecutionPolicy) -> ExecutionPolicy:
    """An execution policy (Pyramid) within which the database is waited for a limited time, over all attempts."""

    def run(environ: dict[str, Any], router: Any) -> Any:
        with answer_time.limited_wait(answer_time.ANSWER_SECONDS):
            return policy(environ, router)

    return run


def includeme(config: Any) -> None:
    config.set_execution_policy(waiting_policy(closing_policy(RetryableExecutionPolicy(attempts=3))))
