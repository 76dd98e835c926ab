"""How many examples a property is tried on: as many as find a fault at once, or with `EVERY_ROUND=1` all of them."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")


def examples(sample: T, all_of_them: T) -> T:
    """`sample`, with which `make test` runs; `all_of_them` where `EVERY_ROUND` is set in the environment.

    The examples are the same in every run (derandomize): more of them find more once, not each time.
    """
    return all_of_them if "EVERY_ROUND" in os.environ else sample
