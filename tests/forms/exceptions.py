"""Where the product differs from the fixtures, each with its reason. Reviewed; not grown."""

OPTIONAL = {
    "a variable-width lookbehind (ES2018)": "Python runs look-behind of one width only: refused with a sentence",
    "an invalid JSON document": "content is an annotation, as in 2020-12",
    "an invalid base64 string (% is not a valid character)": "content is an annotation",
    "a validly-encoded invalid JSON document": "content is an annotation",
    "an invalid base64 string that is valid JSON": "content is an annotation",
}
SAMPLES = {"options": "its data has keys that its schema does not declare"}
PROBES = {
    "minItems prefill": "defaults and rows prefill only where there is no data; null is no data",
    "unevaluatedProperties:false": "its data has a key that its schema does not declare",
}
