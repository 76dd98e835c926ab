"""Fills in many random forms at random: `python -m tests.forms.many_people FOLDER [--forms N] [--sequences N]`.

Each form is drawn from a seed of its own and filled in several times (a sequence is three posts). What was run is noted
in FOLDER after every block of forms, so that a run that ends early goes on where it was. At the end it prints the
counts, the seeds that broke a promise, and the first of them with its form made as small as it still breaks.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tests.forms.random_person import RandomPerson
from tests.forms.random_schemas import RandomSchemas

BLOCK = 50
"""Forms between two notes of what was run."""
POSTS = 3
"""Posts of one sequence."""
ATTEMPTS = 60
"""Sequences in which a smaller form must break the same promise."""


def schema_of(seed: int) -> tuple[Any, Random]:
    """The random form of a seed, and where its draws stand then: one in ten is made of lists, one in ten of unions in
    unions, and one in three declares members twice."""
    rng = Random(seed)
    schemas = RandomSchemas(rng)
    if seed % 10 == 9:
        return schemas.lists(), rng
    if seed % 10 == 0 and seed > 9_000_000:  # earlier seeds keep their forms
        return schemas.unions(), rng
    return schemas.twice() if seed % 3 == 2 else schemas.form(), rng


def promise_broken(person: RandomPerson) -> str:
    """The promise that one sequence broke, or the name of an exception; "" where all held."""
    try:
        person.run(POSTS)
    except AssertionError as error:
        return str(error.args[0])[:80] if error.args else "a page that is whole"
    except Exception as error:
        return type(error).__name__
    return ""


def block_of(sequences: int, first: int) -> dict[str, Any]:
    """What one block of forms came to: counts, and the seeds that broke a promise."""
    gc.disable()
    counts: Counter[str] = Counter()
    broken: list[tuple[int, str]] = []
    for seed in range(first, first + BLOCK):
        schema, rng = schema_of(seed)
        person = RandomPerson(schema, rng)
        promises = [promise_broken(person) for _ in range(sequences)]
        broken += [(seed, promise) for promise in promises if promise]
        counts += Counter(forms=1, sequences=sequences, posts=person.posts, shapes=person.form._context.resolver._count)
        person.__dict__.clear()
    gc.collect()
    return {"first": first, **counts, "broken": broken}


def smaller(schema: Any) -> Iterator[Any]:
    """The same schema with one part of it taken out."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield {other: schema[other] for other in schema if other != key}
            yield from ({**schema, key: less} for less in smaller(value))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield [*schema[:index], *schema[index + 1 :]]
            yield from ([*schema[:index], less, *schema[index + 1 :]] for less in smaller(value))


def breaks(schema: Any, promise: str) -> bool:
    """Whether a random person finds the promise broken in some sequences."""
    try:
        person = RandomPerson(schema, Random(0))
        return any(promise_broken(person) == promise for _ in range(ATTEMPTS))
    except Exception:
        return False


def smallest(seed: int, promise: str) -> Any:
    """The form of a seed, made as small as it still breaks the promise."""
    schema, _ = schema_of(seed)
    while less := next((less for less in smaller(schema) if breaks(less, promise)), None):
        schema = less
    return schema


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.forms.many_people", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=1_000_000, help="the first seed")
    parser.add_argument("--forms", type=int, default=10_000)
    parser.add_argument("--sequences", type=int, default=10, help="of each form")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    notes = arguments.folder / "blocks.jsonl"
    lines = notes.read_text().splitlines() if notes.exists() else []
    blocks = [json.loads(line) for line in lines if line.endswith("}")]
    done = {block["first"] for block in blocks}
    todo = [first for first in range(arguments.first, arguments.first + arguments.forms, BLOCK) if first not in done]
    with ProcessPoolExecutor(arguments.processes) as pool, notes.open("a") as file:
        for block in pool.map(partial(block_of, arguments.sequences), todo):
            blocks.append(block)
            file.write(json.dumps(block) + "\n")
            file.flush()
    totals = {key: sum(block[key] for block in blocks) for key in ("forms", "sequences", "posts", "shapes")}
    broken = sorted((seed, promise) for block in blocks for seed, promise in block["broken"])
    print(", ".join(f"{count:,} {key}" for key, count in totals.items()) + f"; {len(broken)} sequences broke a promise")
    for seed, promise in broken:
        print(f"  {seed}: {promise}")
    if broken:
        print(json.dumps(smallest(*broken[0]), indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
