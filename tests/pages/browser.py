"""A browser without script: it reads forms by their labels and buttons, and finds fault with every page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from harness.wire.message import Request, Send

_VOID = {"meta", "link", "input", "br"}
_BLOCKS = {"td", "th", "dt", "dd", "p", "li", "h1", "h2", "h3", "br", "caption", "pre", "option"}
_KIND = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass
class Field:
    """An input, select or textarea; `options` are value and words of a select's."""

    name: str
    kind: str
    id: str | None
    value: str
    chosen: bool = True
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    method: str
    action: str | None
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, dict]] = field(default_factory=list)


class Page(HTMLParser):
    """A page that was read: its text, links, forms and what labels name."""

    def __init__(self, url: str, status: int, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.status, self.html = url, status, html
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.labels: dict[str, str] = {}
        self.ids: Counter[str] = Counter()
        self.faults: list[str] = []
        self.heard: list[str] = []
        self._open: list[tuple[str, dict, list[str]]] = []
        self._captions: list[bool] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self.heard).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in _BLOCKS:
            self.heard.append(" ")
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "form":
            if any(name == "form" for name, _, _ in self._open):
                self.faults.append("a form within a form")
            self.forms.append(Form(given.get("method", "get"), given.get("action")))
        if tag == "table":
            self._captions.append(False)
        if tag == "caption":
            self._captions[-1] = True
        if tag == "input":
            self._input(given)
        if tag == "option":
            select = self.forms[-1].fields[-1]
            select.options.append((given.get("value"), ""))
            select.value = given.get("value") if "selected" in given else select.value
            if "selected" in given:
                select.kind = "chosen"
        if tag in ("select", "textarea"):
            self.forms[-1].fields.append(Field(given["name"], tag, given.get("id"), None))
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def _input(self, given):
        kind, default = given.get("type", "text"), ""
        chosen = kind not in ("checkbox", "radio") or "checked" in given
        self.forms[-1].fields.append(
            Field(given["name"], kind, given.get("id"), given.get("value", default), chosen)
        )

    def handle_data(self, data):
        self.heard.append(data)
        for _, _, heard in self._open:
            heard.append(data)

    def handle_endtag(self, tag):
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
            return
        _, given, heard = self._open.pop()
        raw = "".join(heard)
        text = " ".join(raw.split())
        if tag == "label":
            self.labels[given["for"]] = text
        elif tag == "a":
            self.links.append((text, given["href"]))
        elif tag == "button" and "data-copy" not in given:
            self.forms[-1].buttons.append((text, given))
        elif tag == "textarea":
            self.forms[-1].fields[-1].value = raw
        elif tag == "option":
            select = self.forms[-1].fields[-1]
            value = select.options[-1][0]
            select.options[-1] = (text if value is None else value, text)
            if select.kind == "chosen" and select.value is None:
                select.value = text
        elif tag == "select":
            select = self.forms[-1].fields[-1]
            select.value = select.options[0][0] if select.kind == "select" else select.value
            select.kind = "select"
        elif tag == "table" and not self._captions.pop():
            self.faults.append("a table without caption")

    def audited(self) -> Page:
        """Return the page once nothing is found wrong with it."""
        self.faults += [f"id {name} twice" for name, count in self.ids.items() if count > 1]
        self.faults += [f"label for {name}, which is nothing" for name in self.labels if name not in self.ids]
        for each in (each for form in self.forms for each in form.fields):
            if each.kind != "hidden" and not self.labels.get(each.id):
                self.faults.append(f"{each.kind} {each.name} has no label")
        self.faults += [f"{name} is left open" for name, _, _ in self._open]
        if self.html.count("<h1>") != 1 or '<html lang="en">' not in self.html:
            self.faults.append("not one h1, or no language")
        self.faults += ["a link that leads nowhere" for text, href in self.links if not text or not href]
        assert not self.faults, (self.url, self.faults)
        return self


class Browser:
    """Looks at one site's pages; every one must be sound and hold no secret. `start` is what addresses are relative to."""

    def __init__(self, send: Send, start: str, secrets: tuple[str, ...] = ()) -> None:
        self.send, self.start, self.secrets = send, start, secrets
        self.page: Page

    def open(self, url: str) -> Page:
        return self._send("GET", urljoin(self.start, url))

    def follow(self, words: str) -> Page:
        """Follow the first link with these words."""
        addresses = [href for text, href in self.page.links if text == words]
        assert addresses, (words, self.page.links)
        return self._send("GET", urljoin(self.page.url, addresses[0]))

    def press(self, button: str, fill: dict | None = None, *, within: str = "") -> Page:
        """Fill the form that has this button, by label, and press it.

        Texts are typed and words chosen in a list; True and False tick and untick. `within` is a hidden value of the form.
        """
        (form, given), *_ = [
            (form, given)
            for form in self.page.forms
            for text, given in form.buttons
            if text == button and (not within or within in [each.value for each in form.fields])
        ] or [(None, None)]
        assert form is not None, (button, [form.buttons for form in self.page.forms])
        self._fill(form, fill or {})
        pairs = [(each.name, each.value) for each in form.fields if each.chosen]
        if "name" in given:
            pairs.append((given["name"], given["value"]))
        action = urljoin(self.page.url, given.get("formaction") or form.action or self.page.url)
        if given.get("formmethod", form.method) == "get":
            return self._send("GET", f"{action.partition('?')[0]}?{urlencode(pairs)}")
        return self._send("POST", action, urlencode(pairs))

    def value(self, label: str) -> str:
        """Return what a field holds, by its label."""
        found = [
            e.value for form in self.page.forms for e in form.fields if self.page.labels.get(e.id) == label
        ]
        assert found, (label, self.page.labels)
        return found[0]

    def ticked(self, label: str) -> bool:
        return next(
            e.chosen for form in self.page.forms for e in form.fields if self.page.labels.get(e.id) == label
        )

    def _fill(self, form, fill):
        for label, value in fill.items():
            found = [each for each in form.fields if self.page.labels.get(each.id) == label]
            assert found, (label, [self.page.labels.get(each.id) for each in form.fields])
            (wanted,) = found
            if isinstance(value, bool):
                for each in form.fields:
                    if wanted.kind == "radio" and each.name == wanted.name:
                        each.chosen = False
                wanted.chosen = value
            elif wanted.kind == "select":
                (wanted.value,) = [key for key, words in wanted.options if words == value]
            else:
                wanted.value = value

    def _send(self, method, url, body="") -> Page:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        headers = (("Origin", origin), ("Sec-Fetch-Site", "same-origin"), _KIND) if method == "POST" else ()
        answer = self.send(Request(method, url, headers, body.encode()))
        if answer.status == 303:
            return self._send("GET", urljoin(url, answer.header("Location")))
        assert answer.status < 500, answer.body
        assert answer.header("Content-Type") == "text/html; charset=utf-8"
        html = answer.body.decode()
        assert not [secret for secret in self.secrets if secret in html or secret in url]
        assert html.count("<script") == html.count('<script src="/pages/static/')
        assert " style=" not in html
        self.page = Page(url, answer.status, html).audited()
        return self.page
