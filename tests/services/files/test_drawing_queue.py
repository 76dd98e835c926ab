"""How many pages are drawn at a time, and who is told to come back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from formengine.errors import TooBusy
from formengine.services.files.drawing_queue import AT_A_TIME, WAITING, DrawingQueue


def told(queue: DrawingQueue, key: str) -> str:
    try:
        with queue.turn(key):
            return "drawn"
    except TooBusy as error:
        return f"again in {error.wait} s"


def test_others_are_told_to_come_back_while_enough_is_drawn() -> None:
    """T7: in half a second at the latest, however many ask; afterwards there is room again."""
    queue = DrawingQueue()
    with ExitStack() as turns, ThreadPoolExecutor(8) as pool:
        for number in range(AT_A_TIME):
            turns.enter_context(queue.turn(f"block {number}"))
        answers = [pool.submit(told, queue, "another") for _ in range(WAITING + 4)]
        assert {answer.result(5) for answer in answers} == {"again in 2 s"}
    assert told(queue, "another") == "drawn"


def test_one_block_is_not_drawn_twice_at_a_time() -> None:
    """T7: whoever asks for it meanwhile waits, though there is room."""
    queue = DrawingQueue()
    with queue.turn("block"):
        assert told(queue, "another block") == "drawn"
        with pytest.raises(TooBusy), queue.turn("block"):
            pass
    assert told(queue, "block") == "drawn"
