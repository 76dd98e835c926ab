"""Walk over a workflow definition: each reference has the path of its value in `workflow.yaml`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from formengine.source import read_yaml
from formengine.workflow import parse_workflow
from formengine.workflow.definition.references import conditions_of, references

CLEAN = Path(__file__).parents[1] / "checks" / "clean.yaml"
PACKS = sorted((Path(__file__).parents[3] / "workflows").glob("*/workflow.yaml"))


@pytest.mark.parametrize("path", [CLEAN, *PACKS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_reference_stands_at_its_path(path: Path) -> None:
    """W13: a finding at that path is shown at the right line; a default of the parser at the value around it."""
    document, findings = read_yaml(path.read_text("utf-8"), path.name)
    assert document is not None, findings
    forms = [read_yaml(form.read_text("utf-8"), form.name)[0] for form in path.parent.glob("requests/*.yaml")]
    declared = {name for form in forms if form is not None for name in dict(form.value).get("documents", {})}
    workflow, findings = parse_workflow(document, "test", documents=declared or None)
    assert workflow is not None, findings
    for reference in references(workflow):
        if reference.path not in document.places:
            assert reference.path[:-1] in document.places, reference


def test_the_walk_covers_every_kind_of_reference() -> None:
    """W4, W13: conditions and names of the clean example."""
    document, _ = read_yaml(CLEAN.read_text("utf-8"), CLEAN.name)
    assert document is not None
    workflow, findings = parse_workflow(document, "test")
    assert workflow is not None, findings
    kinds = Counter(reference.kind for reference in references(workflow))
    assert {"condition", "deadline", "state", "group", "role", "team", "document", "approval", "date"} <= set(kinds)
    assert kinds["condition"] == len(list(conditions_of(workflow)))
