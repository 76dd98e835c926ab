"""Where the product differs from the fixtures, each with its reason. Reviewed; not grown."""

OPTIONAL = {
    "a variable-width lookbehind (ES2018)": "Python runs look-behind of one width only: refused with a sentence",
    "an invalid JSON document": "content is an annotation, as in 2020-12",
    "an invalid base64 string (% is not a valid character)": "content is an annotation",
    "a validly-encoded invalid JSON document": "content is an annotation",
    "an invalid base64 string that is valid JSON": "content is an annotation",
}
"""Optional tests of the suite, by description."""

REFUSED = {
    "$dynamicRef": "tier 3",
    "contentSchema": "tier 3",
    "points outside": "nothing is ever fetched: remote references are refused",
    "is not known here": "a metaschema of one's own, which may leave out vocabularies: tier 3",
}
"""Why schemas of the suite are refused, by a part of the sentence."""

SAMPLES: dict[str, str] = {}
"""RJSF samples whose data do not come back."""

UNREACHED = {
    "anyOf": (2, "an optional list that is empty: on the page it is the same as none"),
    "bundledSchema": (6, "its schema has properties and no type, so that a text fits it too; the form asks for these"),
    "layoutGrid": (3, "a text that is required and empty: on the page it is a question without an answer"),
    "nested": (1, "the same"),
    "optionalDataControls": (10, "its schema has properties and no type, so that a list or a text fits it too"),
    "widgets": (4, "its uiSchema hides a field, which nobody can fill in then"),
}
"""Samples of which not every valid instance can be reached from the empty form: how many cannot, and why."""
