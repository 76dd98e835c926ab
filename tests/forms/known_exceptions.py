"""Where the product differs from the fixtures, each with its reason. Reviewed; not grown."""

OPTIONAL = {
    "a float is not an integer even without fractional part": "1.0 is the integer 1, as in every later draft",
    "a variable-width lookbehind (ES2018)": "Python runs look-behind of one width only: refused with a sentence",
    "an invalid JSON document": "content is an annotation, as in 2020-12",
    "an invalid base64 string (% is not a valid character)": "content is an annotation",
    "a validly-encoded invalid JSON document": "content is an annotation",
    "an invalid base64 string that is valid JSON": "content is an annotation",
}
"""Optional tests of the suite, by description."""

REFUSED = {
    "$dynamicRef": "tier 3",
    "not supported where schemas have a $id": "$recursiveRef and $recursiveAnchor that depend on the way: tier 3",
    "contentSchema": "tier 3",
    "points outside": "nothing is ever fetched: remote references are refused",
    "is not known here": "a metaschema of one's own, which may leave out vocabularies: tier 3",
}
"""Why schemas of the suite are refused, by a part of the sentence."""

STANDING = {
    "widgets": {"readonly2": "I am also read-only.", "readonly": "I am read-only.", "disabled": "I am disabled."}
}
"""Read-only defaults of RJSF samples, which are shown and stored where the data lack them."""
SAMPLES: dict[str, str] = {}
"""RJSF samples whose data do not come back."""

UNREACHED = {
    "arrays": (8, "a row that is an empty text: on the page it is a row that nobody filled"),
    "customArray": (10, "the same"),
    "customField": (2, "the same"),
    "defaults": (4, "a row that is an empty group: likewise"),
    "files": (1, "a row that is an empty text"),
    "anyOf": (2, "an optional list that is empty: on the page it is the same as none"),
    "bundledSchema": (6, "its schema has properties and no type, so that a text fits it too; the form asks for these"),
    "layoutGrid": (3, "a text that is required and empty: on the page it is a question without an answer"),
    "nested": (1, "the same"),
    "optionalDataControls": (10, "its schema has properties and no type, so that a list or a text fits it too"),
    "widgets": (12, "its uiSchema hides a field and makes one read-only, which nobody can fill in"),
}
"""Samples of which not every valid instance can be reached from the empty form: how many cannot, and why."""
