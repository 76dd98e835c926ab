"""A role that a child's own field fills no longer opens the dossier: also not one that was written before (W23).

Which roles these are stands in the workflow's file. It is read here as it was understood when this revision was
written: a role that takes steps of the dossier, or whose field the dossier or a form has too, is left as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import yaml
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_DOSSIERS = sa.table("fe_dossiers", sa.column("id"), sa.column("pack_hash"), sa.column("engine_state", _JSON))
_READERS = sa.table("fe_readers", sa.column("dossier_id"), sa.column("role"))
_CHILDREN = sa.table("fe_children", sa.column("dossier_id"))
_PACKS = sa.table("fe_pack_versions", sa.column("hash"), sa.column("files", _JSON))
_CONTENTS = sa.table("fe_definitions", sa.column("sha256"), sa.column("content", sa.LargeBinary()))


def upgrade() -> None:
    connection = op.get_bind()
    read = sa.select(_DOSSIERS.c.id, _DOSSIERS.c.pack_hash, _DOSSIERS.c.engine_state).where(
        _DOSSIERS.c.id.in_(sa.select(_READERS.c.dossier_id)), _DOSSIERS.c.id.in_(sa.select(_CHILDREN.c.dossier_id))
    )
    roles: dict[str, set[str]] = {}
    for dossier_id, pack_hash, state in connection.execute(read).all():
        if pack_hash not in roles:
            roles[pack_hash] = _roles_of_children(_documents(connection, pack_hash))
        blind = roles[pack_hash]
        readers = [entry for entry in state.get("readers", []) if entry[0] not in blind]
        if readers != state.get("readers", []):
            changed = sa.update(_DOSSIERS).where(_DOSSIERS.c.id == dossier_id)
            connection.execute(changed.values(engine_state={**state, "readers": readers}))
        stale = sa.delete(_READERS).where(_READERS.c.dossier_id == dossier_id, _READERS.c.role.in_(sorted(blind)))
        if blind:
            connection.execute(stale)


def _documents(connection: sa.Connection, pack_hash: str) -> dict[str, Any]:
    """The YAML of a version of a pack by path; a file that cannot be read is left out."""
    files = connection.execute(sa.select(_PACKS.c.files).where(_PACKS.c.hash == pack_hash)).scalar_one()
    documents = {}
    for path, sha256 in files.items():
        if path.endswith((".yaml", ".yml", ".json")):
            content = connection.execute(
                sa.select(_CONTENTS.c.content).where(_CONTENTS.c.sha256 == sha256)
            ).scalar_one()
            try:
                documents[path] = yaml.safe_load(bytes(content).decode())
            except (yaml.YAMLError, UnicodeDecodeError, ValueError):
                continue
    return documents


def _roles_of_children(documents: Mapping[str, Any]) -> set[str]:
    """The roles of a workflow that fields of children alone fill, and that are in no `who` or `sees` of the dossier."""
    workflow = next((document for path, document in documents.items() if path.endswith("workflow.yaml")), None)
    if not isinstance(workflow, dict):
        return set()
    children = [kind for kind in _mapping(workflow, "children").values() if isinstance(kind, dict)]
    of_children = {name for kind in children for name in _mapping(kind, "fields")}
    own = set(_mapping(workflow, "fields"))
    own |= {key for document in documents.values() if document is not workflow for key in _keys(document)}
    named = {name for step in _mapping(workflow, "transitions").values() for name in _listed(_mapping(step).get("who"))}
    named |= set(_listed(workflow.get("sees")))
    return {
        role
        for role, source in _mapping(workflow, "roles").items()
        if isinstance(source, dict) and role not in named and source.get("field") in of_children - own
    }


def _mapping(document: Any, key: str | None = None) -> dict[Any, Any]:
    value = document.get(key) if key is not None and isinstance(document, dict) else document
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _keys(document: Any) -> Iterator[str]:
    """Every key in a document, at any depth."""
    if isinstance(document, dict):
        yield from (str(key) for key in document)
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _keys(value)
