"""Look-up tables of a site: read from `config/lists/`, part of the packs whose workflow names them (W12, W21)."""

from __future__ import annotations

from formengine.authoring import check_site, read_pack, read_site
from formengine.authoring.packs.pack import packs_in
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import FORM, REQUEST, WORKFLOW, bundle, codes

WORDS = Vocabulary.builtin()
TABLE = "config/lists/advisers.yaml"
FILES = {
    "config/lists/topics.yaml": "tax: {en: Tax, fr: Impôts}\nlabour: {en: Labour, fr: Travail}\n",
    TABLE: "columns: [topic, adviser]\nrows:\n  - [tax, ana@example.com]\n  - [labour, dpo]\n",
    REQUEST: FORM + '    topic: {title: {en: Topic, fr: Sujet}, $ref: "formengine:list/topics"}\n',
    "workflows/question/workflow.yaml": WORKFLOW.replace(
        "adviser: {team: advice, one_person: true}",
        "adviser: {lookup: advisers, where: {topic: {from: topic}}, take: adviser}",
    ),
}


def test_a_pack_keeps_the_tables_that_it_was_published_with() -> None:
    """W12, W21: another table is another version of the packs that name it; the earlier one is read as it was."""
    site, findings = read_site(bundle(FILES), WORDS)
    assert site is not None, findings
    pack = site.packs["question"]
    changed = {**FILES, TABLE: FILES[TABLE].replace("ana@example.com", "nora@example.com")}
    other, _ = read_site(bundle(changed), WORDS)
    assert other is not None
    assert other.packs["question"].hash != pack.hash
    unrelated, _ = read_site(bundle({**FILES, "config/lists/other.yaml": "a: {en: A, fr: A}\n"}), WORDS)
    assert unrelated is not None
    assert unrelated.packs["question"].hash == pack.hash
    again = read_pack("question", pack.files, WORDS)
    assert again.hash == pack.hash
    assert again.workflow.tables["advisers"].rows == (("tax", "ana@example.com"), ("labour", "dpo"))
    assert other.packs["question"].workflow.tables["advisers"].rows[0] == ("tax", "nora@example.com")


def test_the_keys_of_a_table_are_those_of_the_list() -> None:
    """W13, W21: a key that the list lacks is an error, a key without a row a warning."""
    assert codes(check_site(bundle(FILES), WORDS)) == []
    mistyped = {**FILES, TABLE: FILES[TABLE].replace("[labour,", "[labor,")}
    messages = [finding.message for finding in check_site(bundle(mistyped), WORDS)]
    assert any('the list has no `labor`; did you mean "labour"' in message for message in messages)
    assert any("no row of `advisers` is for labour" in message for message in messages)


def test_tables_are_named_by_structure_and_not_by_text() -> None:
    """W12: however a look-up is written; a comment or a title with the word names none."""
    workflow = b"""
title: "ask: lookup: titled"
# lookup: commented
roles:
  one: {where: {topic: {from: topic}}, "lookup"   :   advisers, take: adviser}
  two:
    lookup:
      owners
    take: owner
"""
    files = {f"config/lists/{name}.yaml": b"columns: [a]" for name in ("titled", "commented", "advisers", "owners")}
    packs, _ = packs_in({**files, "workflows/question/workflow.yaml": workflow})
    kept = {path.rpartition("/")[2] for path in packs["question"] if path.startswith("config/")}
    assert kept == {"advisers.yaml", "owners.yaml"}
