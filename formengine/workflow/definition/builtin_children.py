"""The children that need no declaring: tasks everywhere, hearings in litigation, milestones in contracts (D8, D9).

Written in the workflow language itself, as `children:` of a workflow would be; `who` is filled in by the parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

TASK: Final[Mapping[str, Any]] = {
    "title": {"en": "Task", "fr": "Tâche"},
    "fields": {
        "title": {"title": {"en": "What is to be done", "fr": "À faire"}, "type": "string"},
        "due": {"title": {"en": "Due", "fr": "Échéance"}, "type": "string", "format": "date"},
        "assignee": {"title": {"en": "Who does it", "fr": "Qui s’en charge"}, "$ref": "formengine:person"},
    },
    "requires": ["title"],
    "starts_in": "open",
    "states": {
        "open": {"title": {"en": "Open", "fr": "Ouverte"}, "category": "open"},
        "done": {"title": {"en": "Done", "fr": "Faite"}, "ends": True},
        "cancelled": {"title": {"en": "Cancelled", "fr": "Annulée"}, "category": "cancelled", "ends": True},
    },
    "transitions": {
        "complete": {"title": {"en": "Done", "fr": "Terminer"}, "from": "open", "to": "done"},
        "cancel": {"title": {"en": "Cancel", "fr": "Annuler"}, "from": "open", "to": "cancelled"},
    },
}

HEARING: Final[Mapping[str, Any]] = {
    "title": {"en": "Hearing", "fr": "Audience"},
    "fields": {
        "date": {"title": {"en": "Date and time", "fr": "Date et heure"}, "type": "string", "format": "date-time"},
        "court": {"title": {"en": "Court", "fr": "Juridiction"}, "type": "string"},
        "room": {"title": {"en": "Room", "fr": "Salle"}, "type": "string"},
        "judge": {"title": {"en": "Judge", "fr": "Juge"}, "type": "string"},
        "type": {"title": {"en": "Type", "fr": "Type"}, "type": "string"},
        "stage": {"title": {"en": "Stage", "fr": "Stade de la procédure"}, "type": "string"},
        "outcome": {"title": {"en": "Outcome", "fr": "Issue"}, "$ref": "formengine:text"},
    },
    "requires": ["date"],
    "starts_in": "scheduled",
    "states": {
        "scheduled": {"title": {"en": "Listed", "fr": "Fixée"}, "category": "open"},
        "held": {"title": {"en": "Held", "fr": "Tenue"}, "ends": True},
        "adjourned": {"title": {"en": "Adjourned", "fr": "Renvoyée"}, "ends": True},
    },
    "transitions": {
        "hold": {"title": {"en": "Held", "fr": "Tenue"}, "from": "scheduled", "to": "held", "requires": ["outcome"]},
        "adjourn": {
            "title": {"en": "Adjourn", "fr": "Renvoyer"},
            "from": "scheduled",
            "to": "adjourned",
            "requires_comment": True,
            "starts": {"hearing": 1},
        },
    },
}

_MONEY_STATUS: Final = [
    {"const": "not_paid", "title": {"en": "Not paid", "fr": "Non payé"}},
    {"const": "partly_paid", "title": {"en": "Partly paid", "fr": "Payé en partie"}},
    {"const": "paid", "title": {"en": "Paid", "fr": "Payé"}},
    {"const": "not_applicable", "title": {"en": "Not applicable", "fr": "Sans objet"}},
]

MILESTONE: Final[Mapping[str, Any]] = {
    "title": {"en": "Milestone", "fr": "Jalon"},
    "fields": {
        "title": {"title": {"en": "Title", "fr": "Intitulé"}, "type": "string"},
        "due": {"title": {"en": "Due", "fr": "Échéance"}, "type": "string", "format": "date"},
        "amount": {"title": {"en": "Amount", "fr": "Montant"}, "$ref": "formengine:money"},
        "percentage": {
            "title": {"en": "Percentage", "fr": "Pourcentage"},
            "type": "number",
            "minimum": 0,
            "maximum": 100,
        },
        "money_status": {"title": {"en": "Payment", "fr": "Paiement"}, "oneOf": _MONEY_STATUS},
        "files": {"title": {"en": "Files", "fr": "Fichiers"}, "$ref": "formengine:files"},
    },
    "requires": ["title"],
    "starts_in": "open",
    "states": {
        "open": {"title": {"en": "Open", "fr": "Ouvert"}, "category": "open"},
        "in_progress": {"title": {"en": "In progress", "fr": "En cours"}},
        "on_hold": {"title": {"en": "On hold", "fr": "En attente"}, "category": "waiting"},
        "completed": {"title": {"en": "Completed", "fr": "Achevé"}, "ends": True},
        "cancelled": {"title": {"en": "Cancelled", "fr": "Annulé"}, "category": "cancelled", "ends": True},
    },
    "transitions": {
        "start": {"title": {"en": "Start", "fr": "Commencer"}, "from": ["open", "on_hold"], "to": "in_progress"},
        "pause": {"title": {"en": "Put on hold", "fr": "Suspendre"}, "from": ["open", "in_progress"], "to": "on_hold"},
        "complete": {"title": {"en": "Complete", "fr": "Achever"}, "from": "any", "to": "completed"},
        "cancel": {"title": {"en": "Cancel", "fr": "Annuler"}, "from": "any", "to": "cancelled"},
    },
}
