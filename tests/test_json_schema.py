"""Traversal of JSON Schemas."""

from __future__ import annotations

from formengine.json_schema import every_schema, in_place_schemas, map_subschemas, subschemas

SCHEMA = {
    "properties": {"a": {"items": [{"type": "string"}, True]}, "if": {"const": 1}},
    "allOf": [{"not": {"required": ["b"]}}],
    "dependencies": {"a": ["b"], "c": {"minProperties": 1}},
    "enum": [{"properties": {"x": {}}}],
    "additionalProperties": False,
}


def test_subschemas_have_their_paths() -> None:
    """Values under `enum`, and lists of names under `dependencies`, are not schemas."""
    assert [path for path, _ in subschemas(SCHEMA)] == [
        ("properties", "a"),
        ("properties", "if"),
        ("allOf", 0),
        ("dependencies", "c"),
        ("additionalProperties",),
    ]
    assert list(subschemas(True)) == []


def test_walk_is_pre_order() -> None:
    """Boolean schemas are left out."""
    paths = [path for path, _ in every_schema(SCHEMA)]
    assert paths[:3] == [(), ("properties", "a"), ("properties", "a", "items", 0)]
    assert ("allOf", 0, "not") in paths
    assert ("additionalProperties",) not in paths


def test_in_place_applicators() -> None:
    """Subschemas that apply to the same value: not those under `properties` and `items`."""
    paths = [path for path, _ in in_place_schemas(SCHEMA)]
    assert paths == [(), ("allOf", 0), ("allOf", 0, "not"), ("dependencies", "c")]
    assert [path for path, _ in in_place_schemas(SCHEMA, keywords={"allOf"})] == [(), ("allOf", 0)]


def test_map_subschemas_returns_a_changed_copy() -> None:
    """The original schema is not modified."""
    copy = map_subschemas(SCHEMA, lambda schema: schema if isinstance(schema, bool) else {"title": "new"})
    assert copy["properties"] == {"a": {"title": "new"}, "if": {"title": "new"}}
    assert copy["dependencies"] == {"a": ["b"], "c": {"title": "new"}}
    assert copy["enum"] == SCHEMA["enum"]
    assert copy["additionalProperties"] is False
    assert SCHEMA["allOf"] == [{"not": {"required": ["b"]}}]
