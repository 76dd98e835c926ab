"""What stored mails are about, as data: an acknowledgement, or a child; until now their link said it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_VARIABLES = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_MAILS = sa.table("fe_mails", sa.column("id", sa.Integer), sa.column("variables", _VARIABLES))
_PAGES = {"/acknowledgement": "acknowledgement", "/children/": "child"}
_BATCH = 1000


def upgrade() -> None:
    name_subjects(op.get_bind())


def name_subjects(connection: sa.Connection) -> None:
    """Write `about` into the variables of each mail whose link leads to such a page. May run again."""
    last = 0
    while True:
        query = sa.select(_MAILS.c.id, _MAILS.c.variables)
        query = query.where(_MAILS.c.id > last, _MAILS.c.variables.is_not(None)).order_by(_MAILS.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        for id_, variables in rows:
            link = str(variables.get("link") or "")
            about = next((subject for path, subject in _PAGES.items() if path in link), None)
            if about is not None and "about" not in variables:
                values = {"variables": {**variables, "about": about}}
                connection.execute(sa.update(_MAILS).where(_MAILS.c.id == id_).values(values))
        if len(rows) < _BATCH:
            return
        last = rows[-1].id


def downgrade() -> None:
    """Earlier versions pass over `about`."""
