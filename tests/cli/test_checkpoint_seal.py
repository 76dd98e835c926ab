from __future__ import annotations

from formengine.cli.checkpoint_seal import is_seal_valid, seal
from formengine.key_ring import KeyRing

SECRET = KeyRing(("a secret for the tests alone",))
CHECKPOINT = {"heads": {"MAT-2026-0001": [3, "abc"]}, "hash": "def"}


def test_a_sealed_checkpoint_is_known_again() -> None:
    """O5."""
    assert is_seal_valid(seal(CHECKPOINT, SECRET), SECRET)


def test_a_changed_one_is_not() -> None:
    """O5, T41."""
    changed = {**seal(CHECKPOINT, SECRET), "heads": {"MAT-2026-0001": [2, "abc"]}}
    assert not is_seal_valid(changed, SECRET)
    assert not is_seal_valid(CHECKPOINT, SECRET)
    assert not is_seal_valid(seal(CHECKPOINT, KeyRing(("another secret",))), SECRET)


def test_a_seal_outlives_the_rotation_of_the_secret() -> None:
    """T41, ASVS 11.1: a checkpoint's seal verifies as long as the secret that made it is among the settings'
    secrets.
    """
    rotated = KeyRing(("the new secret", *SECRET.keys))
    assert is_seal_valid(seal(CHECKPOINT, SECRET), rotated)
    assert not is_seal_valid(seal(CHECKPOINT, rotated), SECRET)
    assert not is_seal_valid({**CHECKPOINT, "seal": "not hexadecimal"}, rotated)
