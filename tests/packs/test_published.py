"""The site of this repository, published and read back from each kind of database."""

from __future__ import annotations

from formengine.services.core.unit_of_work import Platform
from tests.packs.test_packs import PACKS


def test_what_was_published_is_read_back_with_the_same_hashes(platform: Platform) -> None:
    """F14, W12: forms keep the order of their fields and packs their hash, also where a database reorders keys."""
    definitions = platform.definitions
    with platform.database.reading() as session:
        site = definitions.site(session)
        for name in PACKS:
            pack = site.packs[name]
            assert definitions.pack(session, pack.hash).hash == pack.hash
            for type_id in pack.request_types:
                request_type = site.request_types[type_id]
                stored = definitions.request_type(session, request_type.hash)
                assert stored.hash == request_type.hash
                assert list(stored.schema("fr")["properties"]) == list(request_type.properties)
