"""Published definitions: served as they were stored, compiled when they are first used."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from formengine.errors import DefinitionError
from formengine.services.core.published_definitions import Definitions
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import newest
from formengine.storage.models.publications import Definition, Publication
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


def test_a_workflow_is_compiled_when_it_is_first_used(platform: Platform) -> None:
    """A workflow that cannot be read any more does not take the portal and its request types down with it."""
    with acting_on(platform, None) as work:
        publication = newest(work.session)
        assert publication is not None
        broken = publication.files["workflows/deal/workflow.yaml"]
        work.session.execute(update(Definition).where(Definition.sha256 == broken).values(content=b"states: ["))
        site = Definitions(platform.registry).site(work.session)
        assert "deal" in site.request_types
        with pytest.raises(DefinitionError, match="deal cannot be read"):
            site.packs["deal"]
        with pytest.raises(KeyError):
            site.packs["unknown"]


def test_a_publication_that_does_not_name_its_forms_is_read_from_its_files(platform: Platform) -> None:
    """Publications of older versions are served as before."""
    with acting_on(platform, None) as work:
        expected = Definitions(platform.registry).site(work.session)
        work.session.execute(update(Publication).values(forms=None))
        work.session.expire_all()
        site = Definitions(platform.registry).site(work.session)
        assert site.request_types == expected.request_types
        assert list(site.packs) == list(expected.packs)
        assert {name: pack.hash for name, pack in site.packs.items()} == {
            name: pack.hash for name, pack in expected.packs.items()
        }
        assert site.portal == expected.portal
