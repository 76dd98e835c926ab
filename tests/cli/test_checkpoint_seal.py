from __future__ import annotations

from formengine.cli.checkpoint_seal import seal, sealed

SECRET = "a secret for the tests alone"
CHECKPOINT = {"heads": {"MAT-2026-0001": [3, "abc"]}, "hash": "def"}


def test_a_sealed_checkpoint_is_known_again() -> None:
    """O5."""
    assert sealed(seal(CHECKPOINT, SECRET), SECRET)


def test_a_changed_one_is_not() -> None:
    """O5, T41."""
    changed = {**seal(CHECKPOINT, SECRET), "heads": {"MAT-2026-0001": [2, "abc"]}}
    assert not sealed(changed, SECRET)
    assert not sealed(CHECKPOINT, SECRET)
    assert not sealed(seal(CHECKPOINT, "another secret"), SECRET)
