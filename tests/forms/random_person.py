"""A person who fills in a form at random through its page, and what must hold after each of their posts."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from formengine.forms import KINDS, Answers, Form, Upload, Validator, carry, tree_builder
from formengine.forms.tree.build_passes import BuildPasses
from formengine.json_schema import every_schema
from tests.forms.answer_values import EMPTY, empty_texts_and_rows, leaves, lost, names_of, same, set_by_schema
from tests.forms.browser import Page, QuickPage
from tests.forms.oracles import linked, whole
from tests.forms.posted_controls import Controls, canonical, changed, grouped, in_order, is_signed, meanings, written

TOKEN = re.compile(r"t\d+")
"""A text that nobody typed twice."""
SIGNED = ("{} EUR", "{} %", "€{}", "{} USD", "{} months", "-{} €")
"""Numbers with a sign, as people type them in any control."""
READ = {"row", "rows", "amount", "number", "skipped", "doubled", "duplicate", "key", "unknown-name", "upload", "file",
        "limit", "characters", "unkept", "sign"}  # fmt: skip
"""Keywords of errors that only a page has: what was typed means no answer yet."""

FEW_COUNTRIES = {**KINDS, "formengine:country": {"enum": ["FR", "DE"]}, "formengine:currency": {"enum": ["EUR", "USD"]}}


@lru_cache(maxsize=64)
def page_of(html: str) -> Page:
    """The elements of a fragment."""
    return QuickPage(html)


@lru_cache(maxsize=64)
def html_of(answers: Answers) -> str:
    """The page that shows some answers again."""
    return str(answers.html())


def posted_of(html: str) -> Controls:
    """What the page posts as it stands."""
    return list(page_of(html).controls())


class Broken(AssertionError):
    """A promise of the forms that does not hold."""


def require(holds: bool, promise: str, *details: object) -> None:
    """Raise Broken with the promise and what was seen."""
    if not holds:
        raise Broken(promise, *details)


class RandomPerson:
    """Fills in a form of a random schema. `stored` are the answers that the page is rendered for, None for a new form;
    `told` all that this person ever answered, and all that was stored, as (names on the way, JSON)."""

    def __init__(self, schema: Any, rng: Random, *, acyclic: bool = False) -> None:
        """`acyclic`: no rule of the form undoes what called it up."""
        self.schema, self.rng, self.acyclic = schema, rng, acyclic
        self.form, self.judge = Form(schema, kinds=FEW_COUNTRIES), Validator(schema, kinds=FEW_COUNTRIES)
        self.stored: Any = None
        self.told: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.empty: dict[tuple[str, ...], set[str]] = defaultdict(set)
        """Of what was told, what was chosen or stored: not what an empty control means."""
        self.tokens = 0
        self.posts = 0
        self.names = {name for _, part in every_schema(schema) for name in part.get("properties", ())}
        self.set_by_schema = set(set_by_schema(schema))
        self.keys: set[str] = set()
        """The names that this person ever gave to key-value rows: what stands there was typed under another name."""
        self.unions = any(len(part.get(key, ())) for key in ("oneOf", "anyOf") for _, part in every_schema(schema))
        """A page knows which branch is meant, data alone may not."""
        self.fixed = any(part.get("readOnly") for _, part in every_schema(schema))
        self.secret = any(part.get("writeOnly") for _, part in every_schema(schema))

    def run(self, posts: int) -> None:
        """A new form that nobody touched, then posts, half of them on the page of stored answers."""
        self.stored = None
        self.told.clear()
        self.empty.clear()
        answers = self.opened
        for number in range(posts):
            if number == posts // 2 and not any(error.keyword in READ for error in answers.errors):
                answers = self.store(answers)
            answers = self.post(answers)
        self.rng.choice([self.form.summary, self.form.entries])(answers.data)

    def valid_data(self, posts: int) -> Any:
        """Answers that are valid, after some posts; None where they are not."""
        answers = self.form.read(posted_of(self.form.render()))
        for _ in range(posts):
            answers = self.post(answers)
        return answers.data if answers.valid else None

    def over_limits(self, posts: int) -> list[Answers]:
        """Post as ever, and check only what holds over a limit as well; the answers that were over one."""
        answers, over = self.form.read(posted_of(self.form.render())), []
        for _ in range(posts):
            page = page_of(answers.html())
            controls = changed(page.controls(), changes := self.changes(page))
            pressed = self.rng.choice(page.buttons) if page.buttons and self.rng.random() < 0.7 else None
            answers = self.form.read([*controls, *([(pressed["name"], pressed["value"])] if pressed else [])])
            whole(page_of(answers.html()))
            if not self.secret:
                self.check_kept(controls, answers, changes, pressed)
            if any(error.keyword in ("limit", "rows") for error in answers.errors):
                require(not answers.valid, "told")
                over.append(answers)
        return over

    @cached_property
    def opened(self) -> Answers:
        """A new form that nobody touched, posted as it is."""
        self.untouched()
        return self.read(posted_of(self.form.render()))

    def untouched(self) -> None:
        """Where {} is valid, a page for {} that nobody touched posts nothing else."""
        answers = self.form.read(posted_of(self.form.render({})), {})
        if self.judge.is_valid({}) and not self.fixed:
            fixed = [path for path, text in leaves(answers.data) if path and text not in self.set_by_schema]
            require(answers.valid and not fixed, "nobody touched it", answers.data, answers.errors)

    def store(self, answers: Answers) -> Answers:
        """The page of the answers as stored, posted as it is."""
        self.stored = answers.data
        self.learn(self.stored)
        again = self.form.read(posted_of(self.form.render(self.stored)), self.stored)
        back = same(again.data, self.stored) or (
            (self.fixed or not answers.valid) and not lost(self.stored, again.data)
        )
        require(back or not self.settles(answers), "stored answers come back", self.stored, again.data)
        return again

    def settles(self, answers: Answers) -> bool:
        """Whether the answers are valid, or the rules of the form come to an end with them. Some contradict themselves:
        *A hides B*, and *without B, A is none*. Nobody can give an answer that they accept, and data cannot say which
        of the two pages was shown."""
        return answers.valid or self.comes_to_an_end(answers)

    def comes_to_an_end(self, answers: Answers) -> bool:
        """Whether the rules call up and hide nothing more once the draft of the answers is read."""
        made: list[BuildPasses] = []

        class NotedPasses(BuildPasses):
            def __init__(self) -> None:
                super().__init__()
                made.append(self)

        tree_builder.BuildPasses = NotedPasses  # type: ignore[misc]
        try:
            self.form.resume(answers.draft)
            return not any(passes.ended for passes in made)
        finally:
            tree_builder.BuildPasses = BuildPasses  # type: ignore[misc]

    def post(self, answers: Answers) -> Answers:
        """Post the page of these answers with some changed, and perhaps with a button pressed."""
        page = page_of(html_of(answers))
        changes = self.changes(page)
        pressed = self.rng.choice(page.buttons) if page.buttons and self.rng.random() < 0.35 else None
        controls = changed(page.controls(), changes)
        if pressed is not None:
            controls.append((pressed["name"], pressed["value"]))
        after = self.read(controls)
        if not self.secret:
            self.check_kept(controls, after, changes, pressed)
        told = [error.keyword for error in answers.errors]
        uploads = "upload" in told or any(isinstance(value, Upload) for _, value in controls)
        signed = any(is_signed(text) for texts in changes.values() for text in texts if isinstance(text, str))
        if pressed is None and not self.secret and not uploads and not signed:  # a currency that was typed stays chosen
            self.check_back(page, after, changes, answers)
        return after

    def read(self, controls: Controls) -> Answers:
        """The answers in a post, and all that holds of any."""
        self.posts += 1
        answers = self.form.read(controls, self.stored)
        html = html_of(answers)
        page = page_of(html)
        whole(page)
        self.check_secret(answers, html)
        if not answers.operation:
            linked(page, answers.errors)
        self.check_verdict(answers)
        self.check_given(answers, page)
        require(not self.acyclic or self.comes_to_an_end(answers), "all that is called up is asked", answers.data)
        empty_file = any(isinstance(value, Upload) and not value.file.getbuffer().nbytes for _, value in controls)  # type: ignore[attr-defined]
        refused = empty_file or any(error.keyword == "upload" for error in answers.errors)  # told once
        again = answers if self.secret or refused else self.read_again(answers, posted_of(html))
        require(same(again.data, answers.data), "the same page posts the same", answers.data, again.data)
        if not refused:
            kept = [(e.pointer, e.keyword) for e in answers.errors], [(e.pointer, e.keyword) for e in again.errors]
            require(kept[0] == kept[1], "the same page has the same errors", *kept)
        if self.stored is None and not refused:
            self.check_draft(answers, again)
        json.dumps(answers.data, allow_nan=False)
        return answers

    def read_again(self, answers: Answers, controls: Controls) -> Answers:
        """What the page of some answers posts as it stands; these answers, where that is what they were read from."""
        texts = {name: [value.replace("\r\n", "\n") for value in values] for name, values in grouped(controls).items()}
        texts.pop("fe-shown", None)
        alike = not answers.operation and texts == answers._post.entries and not answers._post.uploads
        return answers if alike else self.form.read(controls, self.stored)

    def check_draft(self, answers: Answers, again: Answers) -> None:
        """A draft resumes to the same answers; where it holds what the page posts, `again` was read of the same."""
        draft = json.loads(json.dumps(answers.draft))
        if {name: values for name, values in draft.items() if values} != again._post.entries:
            resumed = self.form.resume(draft).data
            require(same(resumed, answers.data), "a draft resumes", answers.data, resumed)
        if self.posts % 3 == 0 and self.settles(answers):
            self.check_carried(draft, answers)

    def check_carried(self, draft: dict[str, Any], answers: Answers) -> None:
        """A draft that is carried to the form that it is of holds the same answers, with the same branches chosen."""
        carried = carry(draft, self.form, self.form)
        kept = self.form.resume(carried.draft).data
        if same(kept, answers.data) or answers.valid:
            require(same(kept, answers.data), "a carried draft holds the same", answers.data, kept)
        given = {text for _, text in leaves(kept)} - {text for _, text in leaves(answers.data)} - EMPTY
        require(not given and not lost(answers.data, kept), "a carried draft holds no more", answers.data, kept)
        require(not (carried.gone or carried.changed or carried.unfit), "nothing to tell of a carried draft", carried)

    def check_verdict(self, answers: Answers) -> None:
        """The page's verdict is the API's, at the same places; what is read only was not changed."""
        told = [(error.pointer, error.keyword) for error in answers.errors if error.keyword not in {*READ, "readOnly"}]
        errors = self.form.validate(answers.data)
        judged = [(error.pointer, error.keyword) for error in errors]
        compared = self.form.validate(answers.data, before=self.stored) if self.fixed or self.secret else errors
        changed = [error.pointer for error in compared if error.keyword == "readOnly"]
        only_read = any(error.keyword in READ for error in answers.errors)
        require(bool(judged) == (not self.judge.is_valid(answers.data)), "one verdict", judged, answers.data)
        if not any(error.keyword == "limit" for error in answers.errors):
            require(
                only_read or answers.valid == (not judged and not changed), "page and API agree", answers.errors, judged
            )
            fine = only_read or self.unions or sorted(told) == sorted(judged)
            require(fine, "errors are the API's", told, judged, answers.data)
        require(not changed or not answers.valid, "read-only answers stay", changed, answers.data, self.stored)

    def check_secret(self, answers: Answers, html: str) -> None:
        """No text of a write-only control, or of one in a write-only group, is on the page that was made of it."""
        if self.secret:
            secrets = [node.value for node in answers._root.walk() if node.write_only and isinstance(node.value, str)]
            shown = [text for text in secrets if TOKEN.fullmatch(text) and re.search(rf"\b{text}\b", html)]
            require(not shown, "what is write-only is not shown", shown)

    def check_given(self, answers: Answers, page: Page) -> None:
        """Every answer was given there by the person, or is set by the schema; and it stands on the page."""
        for element in page.all("input", "select", "textarea"):
            if "data-pointer" in element and "font-monospace" in element.get("class", ""):
                return  # typed as JSON: the parts of it were not posted one by one
        for path, text in leaves(answers.data):
            where = names_of(path)
            known = all(name in self.names and name not in self.keys for name in where)
            told = self.told[where] if known else set().union(*self.told.values())
            require(text in told or text in self.set_by_schema or text in EMPTY, "nobody gave it", path, text)
        for path, text in empty_texts_and_rows(self.schema, answers.data) if answers.valid else ():
            given = text in self.empty[names_of(path)] or text in self.set_by_schema
            require(given, "an empty control is no answer", path, text)

    def check_kept(self, controls: Controls, after: Answers, changes: Any, pressed: Any) -> None:
        """What was posted and not changed is still on the page, at its control or as what travels on, also where other
        answers made it read-only, and what is stored stands there; but not in a key-value row that has another name
        now: the same control reads it as that name says.
        """
        renamed = tuple(name.removesuffix("-k") for name in changes if name.endswith("-k"))
        kept = grouped(page_of(html_of(after)).controls())
        sent = grouped([(name, value) for name, value in controls if not isinstance(value, Upload)])
        gone = ""
        if pressed is not None and pressed["data-op"] == "remove":
            gone = pressed["value"].split(" ")[1]
        for name, values in _as_typed(sent).items():
            if name in ("fe-op", "fe-shown") or name[-2:] in BESIDE or (gone and name.startswith(gone)):
                continue
            if name.removesuffix("-f") in changes or (renamed and name.startswith(renamed)):
                continue
            if values in ([""], []) or name in changes:
                continue
            there = _as_typed(kept).get(name, [])
            ordered = f"{name}-r" in kept  # the order of a multiple choice travels there
            alike = sorted(written(there)) == sorted(written(values)) if ordered else written(there) == written(values)
            require(alike, "what was typed is kept", name, values, there)

    def check_back(self, page: Page, after: Answers, changes: dict[str, Any], before: Answers) -> None:
        """When the changed controls are changed back, the answers are what they were."""
        old = grouped(page.controls())
        page_after = page_of(html_of(after))
        now = grouped(page_after.controls())
        back = {name: old.get(name, []) for name in changes}
        back |= {f"{name}-p": [] for name in changes}  # a control that is read-only now holds what was typed there
        if not changes or any(name not in now and values for name, values in back.items() if name not in old):
            return
        restored = self.form.read(changed(page_after.controls(), back), self.stored)
        fine = same(in_order(restored.data), in_order(before.data))
        require(fine, "there and back", before.data, after.data, restored.data)

    def changes(self, page: Page) -> dict[str, Any]:
        """The new texts of a few controls, by name."""
        elements = [
            element
            for element in page.all("input", "select", "textarea")
            if "name" in element
            and element.get("type") != "hidden"
            and not {"readonly", "disabled"} & element.keys()
            and element["name"] != "fe-op"
        ]
        chosen = self.rng.sample(elements, min(len(elements), self.rng.choice([0, 1, 1, 1, 2, 4])))
        return {element["name"]: self.answer(page, element) for element in chosen}

    def answer(self, page: Page, element: dict[str, Any]) -> list[Any]:
        """What a person makes of a control."""
        where = names_of(element.get("data-pointer", ""))
        kind = element.get("type", element["tag"])
        if kind in ("radio", "checkbox", "select"):
            values = self.options(page, element)
            many = "multiple" in element or (kind == "checkbox" and len(values) > 1)
            texts = self.rng.sample(values, self.rng.randint(0, len(values))) if many else [self.rng.choice(values)]
            if kind == "checkbox" and not many and self.rng.random() < 0.4:
                texts = []
            self.told[where] |= {canonical(text) for text in texts}
            for path, leaf in [leaf for text in texts for leaf in leaves(json.loads(canonical(text)))]:
                self.told[(*where, *names_of(path))].add(leaf)
                self.empty[(*where, *names_of(path))].add(leaf)
            return texts
        if kind == "file":
            content = self.rng.choice([b"", b"x", b"words"])
            return [Upload(self.token() + ".txt", "text/plain", io.BytesIO(content))]
        text = self.text(element)
        if "data-key-for" in element:
            self.keys.add(text)
        self.told[where] |= meanings(text)
        for code in ("EUR", "USD") if is_signed(text) else ():  # a currency that is typed beside an amount is chosen
            self.told[(*where[:-1], "currency")].add(json.dumps(code))
            self.empty[(*where[:-1], "currency")].add(json.dumps(code))
        return [text]

    def options(self, page: Page, element: dict[str, Any]) -> list[str]:
        """What a control of choices can post."""
        if element["tag"] == "select":
            return [option.get("value", "") for option in page.options(element)]
        return [other["value"] for other in page.all("input") if other.get("name") == element["name"]]

    def token(self) -> str:
        """A text that nobody typed before."""
        self.tokens += 1
        return f"t{self.tokens}"

    def text(self, element: dict[str, Any]) -> str:
        """What a person types."""
        drawn, kind = self.rng.random(), element.get("type")
        if drawn < 0.2:
            return ""
        if kind == "date":
            return f"2026-{1 + self.tokens % 12:02}-15"
        if kind == "datetime-local":
            return f"2026-06-{1 + self.tokens % 28:02}T10:30"
        if kind == "time":
            return f"10:{self.tokens % 60:02}"
        if "data-key-for" in element:
            return self.rng.choice(["p-1", "p-2", "k", "a", "kind"])
        if "font-monospace" in element.get("class", ""):
            if element["name"].endswith("-j"):
                return self.rng.choice(["1", '"x"', "{", self.token()])
            return self.rng.choice(['{"k": 1}', "[1, 2]", "1", '"x"', "{", "null", self.token()])
        self.tokens += 1
        if drawn < 0.26:
            return SIGNED[self.tokens % len(SIGNED)].format(1000 + self.tokens)
        if drawn < 0.6:
            return str(1000 + self.tokens)
        if drawn < 0.7:
            return self.rng.choice(["null", "true", "1e400", "  ", '"x"', "FR7630006000011234567890189", "abc", "x y"])
        if drawn < 0.8:
            line = "".join(map(chr, self.rng.sample([*range(32, 127), *range(160, 3000), 0x1F600], 6)))
            return line + "\r\n" + self.token() if element["tag"] == "textarea" else line
        return self.token()

    def learn(self, data: Any) -> None:
        """Note stored answers as told."""
        for path, text in leaves(data):
            self.told[names_of(path)].add(text)
            self.empty[names_of(path)].add(text)


def _as_typed(controls: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Controls by name, those that are read-only now with what was typed in them before."""
    typed = {name[:-2]: json.loads(values[-1]) for name, values in controls.items() if name.endswith("-p")}
    return {**controls, **typed}


BESIDE = {"-r", "-n", "-o", "-d", "-j", "-p", "-w", "-l"}
