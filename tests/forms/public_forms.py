"""Ten public forms and small answers of our own: what a keyboard user does (`Typist`), and the data that this means."""

from __future__ import annotations

from typing import Any

TASKS: dict[str, tuple[dict[str, Any], Any]] = {
    "simple": (
        {"answers": {"/firstName": "Ida", "/lastName": "Bell", "/age": "44", "/telephone": "0123456789"}},
        {"firstName": "Ida", "lastName": "Bell", "age": 44, "telephone": "0123456789"},
    ),
    "nullable": (
        {"answers": {"/lastName": "Bell", "/age": "44"}},
        {"firstName": "Chuck", "lastName": "Bell", "age": 44},
    ),
    "references": (
        {
            "answers": {
                "/shipping_address/street_address": "1 Quay",
                "/shipping_address/city": "Lyon",
                "/shipping_address/state": "ARA",
                "/tree/name": "root",
                "/tree/children/0/name": "leaf",
            },
            "rows": {"/tree/children": 1},
        },
        {
            "shipping_address": {"street_address": "1 Quay", "city": "Lyon", "state": "ARA"},
            "tree": {"name": "root", "children": [{"name": "leaf"}]},
        },
    ),
    "layoutGrid": (
        {
            "answers": {
                "/employment/school": "North High",
                "/employment/location/city": "Austin",
                "/employment/location/state": "TX",
            },
            "branches": {"/employment": 1},
        },
        {
            "employment": {
                "job_type": "education",
                "school": "North High",
                "location": {"city": "Austin", "state": "TX"},
            }
        },
    ),
    "alternatives": (
        {
            "answers": {
                "/currentColor": "Green",
                "/colorMask": {"Red", "Blue"},
                "/blendMode": "Overlay",
                "/colorPalette/0": "Blue",
            },
            "rows": {"/colorPalette": 1},
        },
        {
            "currentColor": "#00ff00",
            "colorMask": ["#ff0000", "#0000ff"],
            "blendMode": "overlay",
            "colorPalette": ["#0000ff"],
        },
    ),
    "numbers": (
        {"answers": {"/number": "1,250.5", "/integer": "7", "/numberEnum": "2", "/numberEnumRadio": "3"}},
        {"number": 1250.5, "integer": 7, "numberEnum": 2, "numberEnumRadio": 3},
    ),
    "enumObjects": (
        {
            "answers": {
                "/location": "Name: Amsterdam, Lat: 52, Lon: 5",
                "/checkboxes": {"Name: Hong Kong, Lat: 22, Lon: 114"},
            }
        },
        {
            "location": {"name": "Amsterdam", "lat": 52, "lon": 5},
            "checkboxes": [{"name": "Hong Kong", "lat": 22, "lon": 114}],
        },
    ),
    "ordering": (
        {"answers": {"/firstName": "Ida", "/lastName": "Bell", "/bio": "Counsel", "/password": "secret"}},
        {"firstName": "Ida", "lastName": "Bell", "bio": "Counsel", "password": "secret"},
    ),
    "validation": (
        {"answers": {"/firstName": "Ida", "/pass1": "abc", "/pass2": "abc", "/age": "18"}},
        {"firstName": "Ida", "pass1": "abc", "pass2": "abc", "age": 18},
    ),
    "single": ({"answers": {"": "one answer"}}, "one answer"),
}
"""By the name of the RJSF sample."""
