"""Where the product differs from the fixtures, each with its reason. Reviewed; not grown."""

OPTIONAL = {
    "a variable-width lookbehind (ES2018)": "Python runs look-behind of one width only: refused with a sentence",
    "a domain label that is not in Unicode NFC is valid": "IDNA 2008 asks for NFC",
    "a C1 control in the local part is valid": "no mailbox has one",
    "Bidi domain name with a digit-first label is invalid": "the idna library judges each label for itself",
    "trailing dot": "a root dot is accepted, as resolvers do",
    "trailing ideographic full stop": "likewise",
    "trailing fullwidth full stop": "likewise",
    "trailing halfwidth ideographic full stop": "likewise",
    "a valid IRI with a compressed IPv6 host": "the rfc3987 library",
    "an IPvFuture host with an uppercase version letter is valid": "the rfc3987 library",
    "a valid IRI with a supplementary-plane character in the path": "the rfc3987 library",
    "a valid IRI with a supplementary-plane private-use char in query": "the rfc3987 library",
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
