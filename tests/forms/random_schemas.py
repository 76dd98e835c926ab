"""Random schemas of the supported vocabulary, small enough that whatever they hold meets whatever else they hold."""

from __future__ import annotations

from random import Random
from typing import Any

from formengine.authoring.packs.shorthand import expanded

Schema = dict[str, Any]
NAMES = ["a", "b", "c", "d", "e", "csrf_token", "__start__", "é è", "x/y~z", "0", "constructor", "A b"]
VALUES: list[Any] = ["x", "y", "7", "null", 1, 0, 2.5, None, True, False, {"k": [1]}, "grass"]

FITTING: dict[str, Any] = {
    "string": "grass", "integer": 7, "number": 2.5, "boolean": True, "array": [], "null": None, "date": "2026-01-31",
    "date-time": "2026-01-31T10:00:00Z", "time": "10:00:00Z", "lines": ["one"], "amount": "12.50",
    "money": {"amount": "12.50", "currency": "EUR"}, "iban": "FR7630006000011234567890189", "phone": "+33123456789",
    "address": {"lines": ["1 rue X"], "city": "Lyon", "country": "FR"}, "party": {"name": "Ann"},
}  # fmt: skip
"""A default for each type, format and kind."""


class RandomSchemas:
    """Draws schemas; the same `rng` draws the same ones. `defs` are those that `$ref` leads to."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.defs: Schema = {}

    def form(self) -> Schema:
        """The schema of a whole form, an object."""
        schema = self.group(depth=2)
        if self.often(0.1):
            schema = self._under_show_when(schema)
        return {**schema, "$defs": self.defs} if self.defs else schema

    def twice(self) -> Schema:
        """The schema of a form, or of a group in it, that declares one or two members several times, each time anew: by
        rules that nobody weighed against each other.
        """
        schema = self._repeated()
        if self.often(0.4):
            schema = {"type": "object", "properties": {"g": schema}}
        return {**schema, "$defs": self.defs}

    def _repeated(self) -> Schema:
        names = ["a", "b"]
        schema: Schema = {
            "type": "object",
            "properties": {"on": {"type": "boolean"}, **self._anew(names)["properties"]},
        }
        schema |= self._rule(names)
        if self.often(0.3):
            schema = self._rule(names) | schema
        return {**schema, "required": self.some(dict.fromkeys(names))} if self.often(0.3) else schema

    def _anew(self, names: list[str]) -> Schema:
        return {"properties": {name: self.part(1) for name in self.rng.sample(names, self.rng.choice([1, 2]))}}

    def _rule(self, names: list[str]) -> Schema:
        drawn = self.rng.choice(["allOf", "allOf", "oneOf", "anyOf", "if", "dependentSchemas"])
        if drawn == "allOf":
            return {"allOf": [self._anew(names) for _ in range(self.rng.randint(1, 2))]}
        if drawn in ("oneOf", "anyOf"):
            return {drawn: [{"title": title, **self._anew(names)} for title in ("P", "Q")]}
        if drawn == "if":
            return {"if": {"properties": {"on": {"const": True}}, "required": ["on"]}, "then": self._anew(names)}
        return {"dependentSchemas": {"on": self._anew(names)}}

    def chains(self) -> Schema:
        """A form of a long chain, with unions beside it: each question is there for the answer to the one before, which
        nearly always has a default that calls it up."""
        length = self.rng.randint(15, 30)
        rules: list[Schema] = []
        for number in range(length):
            asked, then = f"q{number}", {"properties": {f"q{number + 1}": self._link()}}
            if self.often(0.2):
                then["required"] = [f"q{number + 1}"]
            condition = {"properties": {asked: {"enum": [True, "grass"]}}, "required": [asked]}
            link: list[Schema] = [
                {"if": condition, "then": then}, {"if": {"not": condition}, "else": then},
                {"dependentSchemas": {asked: then}},
                {"oneOf": [{"properties": {f"a{number}": {"type": "string"}}}, {"properties": {f"b{number}": {}}}]},
            ]  # fmt: skip
            rules += self.rng.sample(link[:3], 1) + self.rng.sample(link[3:], int(self.often(0.2)))
        self.rng.shuffle(rules)
        return {"type": "object", "properties": {"q0": self._link()}, "allOf": rules}

    def _link(self) -> Schema:
        link: Schema = self.rng.choice([{"type": "boolean"}, {"type": "string"}, {"enum": ["grass", "hay"]}])
        default = True if link.get("type") == "boolean" else "grass"
        return link if self.often(0.03) else {**link, "default": default}

    def lists(self) -> Schema:
        """A form of lists and tuples, of which some are required and some need entries, in groups and in one another:
        of texts, of groups, of what may be null."""
        names = self.rng.sample(NAMES[:5], self.rng.randint(1, 3))
        properties = {name: self._rows(2) for name in names}
        return {"type": "object", "properties": properties, "required": self.some(names)}

    def _rows(self, depth: int) -> Schema:
        drawn = self.rng.random()
        least = {"minItems": self.rng.randint(0, 3)}
        if drawn < 0.35:
            return {
                "type": "array",
                "prefixItems": [self._entry(depth) for _ in range(self.rng.randint(1, 3))],
                **least,
            }
        if drawn < 0.85:
            return {"type": "array", "items": self._entry(depth), **least}
        inside = {"n": {"type": "string"}, "l": {"type": "array", "items": self._entry(depth - 1), **least}}
        return {"type": "object", "properties": inside, "required": ["l"]}

    def _entry(self, depth: int) -> Schema:
        entry = self._answered_entry(depth)
        may_be_null = entry["type"] in ("array", "object") and self.often(0.2) if "type" in entry else False
        return {**entry, "type": [entry["type"], "null"]} if may_be_null else entry

    def _answered_entry(self, depth: int) -> Schema:
        if depth > 0 and self.often(0.3):
            return self._rows(depth - 1)
        if self.often(0.4):
            inside = {name: self._entry(0) for name in self.rng.sample(["a", "b"], self.rng.randint(1, 2))}
            return {"type": "object", "properties": inside, **({"required": ["a"]} if self.often(0.3) else {})}
        types = ["string", ["string", "null"], "integer", "boolean", ["integer", "null"], ["string", "integer"]]
        leaf: Schema = self.rng.choice([*({"type": declared} for declared in types), {"enum": ["x", "y"]}])
        return {**leaf, "default": None} if "null" in leaf.get("type", ()) and self.often(0.4) else leaf

    def unions(self) -> Schema:
        """A form of unions whose branches are unions, up to three levels deep, in groups, lists and tuples: of groups
        that share some properties, of choices, of texts; some branches are told apart by a question, some lead back to
        the union.
        """
        properties: Schema = {}
        for name in self.rng.sample(NAMES[:5], self.rng.randint(1, 2)):
            union = self._nested(self.rng.randint(1, 2), name)
            if self.often(0.2):
                union = self._leading_back(union, name)
            holders: list[Schema] = [
                union, union, {"type": "array", "items": union}, {"type": "array", "prefixItems": [union]},
                {"type": "object", "properties": {"a": union, "c": {"type": "string"}}},
            ]  # fmt: skip
            properties[name] = self.rng.choice(holders)
        return {"type": "object", "properties": properties, **({"$defs": self.defs} if self.defs else {})}

    def _leading_back(self, union: Schema, name: str) -> Schema:
        """The same union, whose groups may hold one of it."""
        keyword = "oneOf" if "oneOf" in union else "anyOf"
        more = {"next": {"$ref": f"#/$defs/{name}"}}
        branches = [
            {**branch, "properties": {**branch["properties"], **more}} if branch.get("type") == "object" else branch
            for branch in union[keyword]
        ]
        self.defs[name] = {keyword: branches}
        return {"$ref": f"#/$defs/{name}"}

    def _nested(self, depth: int, title: str) -> Schema:
        """A union with branches of which one at least is a union, or a group that has one, while `depth` is left."""
        branches = [self._branch(f"{title}{number}") for number in range(self.rng.randint(1, 2))]
        if depth > 0:
            inner = self._nested(depth - 1, f"{title}n")
            if self.often(0.3):
                inner = {"type": "object", "properties": {"a": inner, "b": {"type": "string"}}}
            branches.insert(self.rng.randint(0, len(branches)), {"title": f"{title} inner", **inner})
        else:
            branches.append(self._branch(f"{title}2"))
        return {self.rng.choice(["oneOf", "anyOf"]): branches}

    def _branch(self, title: str) -> Schema:
        drawn = self.rng.random()
        if drawn < 0.2:
            return {"title": title, "enum": self.rng.sample(["x", "y", "z", 1, None], 2)}
        if drawn < 0.3:
            return {"title": title, **self.rng.choice([{"type": "string"}, {"type": ["string", "integer"]}])}
        names = self.rng.sample(["a", "b", "c", "d"], self.rng.randint(1, 3))
        inside = [{"type": "string"}, {"type": "integer"}, {"$ref": "formengine:money"}, {"type": "boolean"},
                  {"type": "boolean", "default": True}]  # fmt: skip
        properties = {name: self.rng.choice(inside) for name in names}
        if self.often(0.3):
            properties = {"kind": {"const": title}, **properties}
        required = self.some(properties) if self.often(0.4) else []
        return {"title": title, "type": "object", "properties": properties, "required": required}

    def often(self, share: float) -> bool:
        """True in that share of the draws."""
        return self.rng.random() < share

    def value(self) -> Any:
        """Any of a few JSON values."""
        return self.rng.choice(VALUES)

    def part(self, depth: int) -> Schema:
        """The schema of one question, group or list."""
        kinds = [self._leaf] * 6
        if depth > 0:
            kinds += [self.group] * 3 + [self._list] * 2 + [self._tuple, self._union, self._branches, self._reference]
        drawn = self.rng.choice(kinds)
        schema = drawn(depth - 1) if drawn != self._leaf else self._leaf()
        for keyword, share in (("readOnly", 0.05), ("writeOnly", 0.02)):
            if self.often(share):
                schema = {**schema, keyword: True}
        return schema

    def _leaf(self) -> Schema:
        schema: Schema = self.rng.choice(
            [
                {"type": "string"},
                {"type": "string", "minLength": 2, "maxLength": 5},
                {"type": "string", "pattern": "^[a-z]+$"},
                {"type": "integer"},
                {"type": "number", "minimum": 0, "multipleOf": 0.5},
                {"type": "boolean"},
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "time"},
                {"type": "null"},
                {"type": ["string", "null"]},
                {"type": ["boolean", "null"]},
                {"type": ["integer", "string"]},
                {"type": ["string", "null", "integer"]},
                {"type": ["object", "array"]},
                {},
                {"enum": self.rng.sample(VALUES, self.rng.randint(1, 4))},
                {"enum": self.rng.sample(VALUES, self.rng.randint(2, 4))},
                {"const": self.value()},
                {"oneOf": [{"const": value, "title": f"Title {value}"} for value in self.rng.sample(VALUES, 3)]},
                {"type": "array", "uniqueItems": True, "items": {"enum": self.rng.sample(VALUES, 3)}},
                {"$ref": "formengine:file"},
                {"$ref": "formengine:files"},
                {"$ref": "formengine:lines"},
                {"$ref": "formengine:amount"},
                {"$ref": "formengine:money"},
                {"$ref": "formengine:address"} if self.often(0.3) else {"$ref": "formengine:iban"},
                {"$ref": "formengine:party"} if self.often(0.3) else {"$ref": "formengine:phone"},
            ]
        )
        if self.often(0.2) and schema.get("type") not in (["object", "array"], "array") and "file" not in str(schema):
            schema = {**schema, "default": self.default(schema)}
        return schema

    def default(self, schema: Schema) -> Any:
        """A default that fits."""
        if "enum" in schema:
            return self.rng.choice(schema["enum"])
        if "const" in schema or "oneOf" in schema:
            return schema.get("const", schema.get("oneOf", [{}])[0].get("const"))
        if "$ref" in schema:
            return FITTING.get(schema["$ref"].partition(":")[2], "grass")
        if "format" in schema:
            return FITTING[schema["format"]]
        declared = schema.get("type")
        return FITTING.get(declared[0] if isinstance(declared, list) else str(declared), "grass")

    def properties(self, depth: int, most: int = 4) -> Schema:
        """A few properties."""
        names = self.rng.sample(NAMES[:5] if self.often(0.8) else NAMES, self.rng.randint(1, most))
        return {name: self.part(depth) for name in names}

    def group(self, depth: int) -> Schema:
        """An object with some of: required answers, conditions, either-or rules, further properties."""
        properties = self.properties(depth)
        schema: Schema = {"type": "object", "properties": properties}
        if self.often(0.5):
            schema["required"] = self.some(properties)
        if self.often(0.1):
            schema["title"] = "Group"
        if self.often(0.05):
            schema["default"] = {name: part["default"] for name, part in properties.items() if "default" in part}
        rules = [self._condition, self._conditions, self._dependent, self._either_or, self._further, self._told_apart]
        for rule in self.rng.sample(rules, self.rng.choice([0, 0, 1, 1, 2])):
            schema |= rule(properties, depth)
        return schema

    def some(self, names: Any) -> list[str]:
        """Some of the names, at least one."""
        return self.rng.sample(list(names), self.rng.randint(1, len(names)))

    def _question(self, properties: Schema) -> tuple[str, Schema]:
        """A property and a schema that some of its answers fit."""
        name = self.rng.choice(list(properties))
        schema = properties[name]
        values = schema.get("enum", [True] if schema.get("type") == "boolean" else VALUES)
        test: Schema = self.rng.choice([{"const": self.rng.choice(values)}, {"enum": values[:2]}, {"type": "string"}])
        return name, test

    def _case(self, properties: Schema, depth: int) -> Schema:
        name, test = self._question(properties)
        condition: Schema = {"properties": {name: test}}
        if self.often(0.85):
            condition["required"] = [name]
        case: Schema = {"if": condition}
        for keyword, share in (("then", 0.9), ("else", 0.4)):
            if self.often(share):
                case[keyword] = self._consequence(properties, depth, asked=name)
        return case

    def _consequence(self, properties: Schema, depth: int, asked: str) -> Schema:
        """What a condition on the property `asked` brings; it leaves that question alone, or it would undo itself."""
        others = [name for name in properties if name != asked] or ["other"]
        drawn = self.rng.random()
        if drawn < 0.6:
            more = self.properties(depth - 1, 2)
            more = {name: part for name, part in more.items() if name != asked} or {"more": {}}
            return {"properties": more, "required": self.some(more)} if self.often(0.4) else {"properties": more}
        if drawn < 0.75:
            return {"required": self.some(properties)}
        if drawn < 0.9:
            return {"properties": {self.rng.choice(others): False}}
        return {"properties": {self.rng.choice(list(properties)): {"maxLength": 3, "minimum": 5}}}

    def _condition(self, properties: Schema, depth: int) -> Schema:
        return self._case(properties, depth)

    def _conditions(self, properties: Schema, depth: int) -> Schema:
        return {"allOf": [self._case(properties, depth) for _ in range(self.rng.randint(1, 3))]}

    def _dependent(self, properties: Schema, depth: int) -> Schema:
        name = self.rng.choice(list(properties))
        if self.often(0.5):
            return {"dependentRequired": {name: self.some(properties)}}
        return {"dependentSchemas": {name: self._consequence(properties, depth, asked=name)}}

    def _either_or(self, properties: Schema, depth: int) -> Schema:
        names = self.some(properties)
        drawn = self.rng.random()
        if drawn < 0.4:
            return {"anyOf": [{"required": [name]} for name in names]}
        if drawn < 0.8:
            return {"oneOf": [{"required": [name]} for name in names]}
        return {"not": {"required": names}}

    def _further(self, properties: Schema, depth: int) -> Schema:
        drawn = self.rng.random()
        if drawn < 0.4:
            return {"additionalProperties": self._leaf(), "minProperties": self.rng.randint(0, 2)}
        if drawn < 0.6:
            return {"patternProperties": {"^p-": self._leaf()}, "additionalProperties": False}
        return {"additionalProperties": False} if drawn < 0.8 else {"unevaluatedProperties": False}

    def _told_apart(self, properties: Schema, depth: int) -> Schema:
        """A union of an object, whose branches one of its questions tells apart."""
        options = self.rng.sample(["cat", "dog", "fish", "cow"], self.rng.randint(2, 3))
        branches = []
        for option in options:
            own = self.properties(depth - 1, 2)
            required = ["kind"] if self.often(0.7) else []
            branches.append({"properties": {**own, "kind": {"const": option}}, "required": required})
        if self.often(0.5):
            properties["kind"] = {"enum": options}
        return {self.rng.choice(["oneOf", "anyOf"]): branches}

    def _list(self, depth: int) -> Schema:
        schema: Schema = {"type": "array", "items": {**self.part(depth), "readOnly": False}}  # rows can be added
        if self.often(0.3):
            schema["minItems"] = self.rng.randint(1, 3)
        if self.often(0.2):
            schema["maxItems"] = self.rng.randint(1, 3)
        return schema

    def _tuple(self, depth: int) -> Schema:
        schema: Schema = {"type": "array", "prefixItems": [self.part(depth - 1) for _ in range(self.rng.randint(1, 2))]}
        if self.often(0.5):
            schema["items"] = self._leaf() if self.often(0.6) else False
        if self.often(0.5):
            schema["minItems"] = self.rng.randint(1, 3)
        return schema

    def _union(self, depth: int) -> Schema:
        branches = [self.part(depth - 1) for _ in range(self.rng.randint(2, 3))]
        for number, branch in enumerate(branches):
            if self.often(0.3):
                branches[number] = {**branch, "title": f"Branch {number}"}
        return {self.rng.choice(["oneOf", "anyOf"]): branches}

    def _branches(self, depth: int) -> Schema:
        return {"type": "object", **self._told_apart({}, depth)}

    def _reference(self, depth: int) -> Schema:
        name = f"d{len(self.defs)}"
        self.defs[name] = {}
        inner = self.part(depth)
        if inner.get("type") == "object" and self.often(0.5):
            inner = {**inner, "properties": {**inner.get("properties", {}), "next": {"$ref": f"#/$defs/{name}"}}}
        self.defs[name] = inner
        return {"$ref": f"#/$defs/{name}"}

    def _under_show_when(self, schema: Schema) -> Schema:
        """The form with one field that an author shows for one answer to another."""
        question, answer = self.rng.choice([({"type": "boolean"}, "true"), ({"enum": ["often", "never"]}, "often")])
        condition = f"shown is {answer}" if self.often(0.7) else "shown is not empty"
        properties = {"shown": question, **schema["properties"]}
        name = self.rng.choice(list(schema["properties"]))
        properties[name] = {**properties[name], "show_when": condition}
        shown: Schema = expanded({**schema, "properties": properties})
        return shown
