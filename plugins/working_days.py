"""A workflow guard: a date has to be far enough ahead, in working days (Monday to Friday).

Name it in the ini (`formengine.plugins = ./working_days`), then in a workflow's transition:

    when: [{use: enough_notice, with: {fact: target_signature, days: 5}}]
"""

from datetime import date, timedelta

PARAMS = {
    "type": "object",
    "required": ["fact", "days"],
    "properties": {"fact": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
}


def includeme(config):
    """Register the guard."""
    says = {"en": "The date is far enough ahead.", "fr": "La date est assez éloignée."}
    config.add_workflow_guard("enough_notice", enough_notice, says=says, params=PARAMS)


def enough_notice(subject, options):
    """True, or the reason against the transition; also True while the date has no value."""
    text = subject.facts.get(options["fact"])
    if not text:
        return True
    days = working_days(subject.now.date(), date.fromisoformat(text))
    return days >= options["days"] or f"Only {max(days, 0)} working days are left; {options['days']} are needed."


def working_days(start, end):
    """The number of days from Monday to Friday after `start`, up to and including `end`."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 for day in days)
