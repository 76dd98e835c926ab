"""Dates that are compared with a day, in the schema that `show_when` becomes."""

from __future__ import annotations

from datetime import date, timedelta

import jsonschema_rs
import pytest

from formengine.authoring.packs.date_bounds import DATE_BOUNDS, date_schema


@pytest.mark.parametrize("bound", [date(2026, 1, 31), date(1999, 12, 31), date(2000, 1, 1), date(2029, 9, 9)])
def test_dates_are_compared_with_a_day_as_conditions_are(bound: date) -> None:
    """F4: the schema of `show_when` accepts just the dates that the sentence means."""
    days = [bound + timedelta(days=days) for days in (-3660, -365, -31, -10, -1, 0, 1, 9, 10, 31, 366, 3660)]
    means = {
        "before": date.__lt__, "after": date.__gt__, "on or before": date.__le__, "on or after": date.__ge__,
    }  # fmt: skip
    for op in DATE_BOUNDS:
        fits = jsonschema_rs.validator_for(date_schema(op, bound)).is_valid
        assert [fits(day.isoformat()) for day in days] == [means[op](day, bound) for day in days], op
