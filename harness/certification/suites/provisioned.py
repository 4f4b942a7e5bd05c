"""A user or group of the tests: what it is in the directory, what the job's log says of it, what the server makes of it.

The steps are those that the tests of Microsoft's app-gallery validation share.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Test Inventory" (at 3372c7e, read 2026-11-30).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from harness.base.store import Document
from harness.certification.answers import require, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.suites.sources import Mapped, sent
from harness.scim.path import Path, read

_GONE = (404, 410)


class Provisioned:
    """Made in the directory alone, with a value for whatever is mapped; `id` is the server's, once it was created.

    Every method that asks the server or the log raises FailedError when it does not find what the test demands.
    """

    def __init__(self, bench: Bench, mapped: Mapped) -> None:
        self._bench, self._entra, self.mapped = bench, bench.entra, mapped
        self.id = ""
        self._assignment = ""
        word = bench.name()
        make = self._entra.user if mapped.mapping.kind == "User" else self._entra.group
        self.key = make(word, **mapped.properties(word, self._entra.domain))
        self._condition = self._matching()

    @property
    def path(self) -> str:
        """Return where the server keeps it."""
        return f"/{self.mapped.mapping.resource}/{quote(self.id, safe='')}"

    def assign(self) -> None:
        self._assignment = self._entra.assign(self.key)

    def unassign(self) -> None:
        self._entra.unassign(self._assignment)

    def created(self) -> Document:
        """Return the log's newest Create, and know the server's id from it."""
        entry = self._entra.logged(self.key, "Create")
        self.id = str(entry["targetIdentity"]["id"])
        return entry

    def change(self, *, keep_match: bool) -> Document:
        """Change what can change, wait, and return the log's Update, which must tell of all that flows as it is."""
        changes = self.mapped.changes(self._bench.name(), self._entra.domain, keep_match=keep_match)
        if not changes:
            raise SkippedError("no mapping reads a property that can change")
        self._entra.change(self.key, changes)
        self._condition = self._matching()
        self._entra.wait()
        entry = self._entra.logged(self.key, "Update")
        names = {row["displayName"] for row in entry["modifiedProperties"]}
        missing = [target for target in self.mapped.expected(changes) if target not in names]
        require(not missing, f"the log's Update does not tell of {', '.join(missing)}")
        return entry

    def matches(self) -> list[Document]:
        """Return what the server finds by the matching attribute."""
        return self._bench.endpoint.find(self.mapped.mapping.resource, self._condition)

    def alone(self) -> Document:
        """Return the one resource that the server finds by the matching attribute, with the id that it was given."""
        matches = self.matches()
        require(len(matches) == 1, f"{self._label} finds {len(matches)} resources instead of one")
        key = matches[0].get("id")
        require(key == self.id, f"{self._label} finds id {written(key)} instead of {written(self.id)}")
        return matches[0]

    def require_absent(self) -> None:
        """Demand that the filter finds nothing."""
        matches = self.matches()
        require(not matches, f"{self._label} finds {len(matches)} resources instead of none")

    def require_deleted(self) -> None:
        """Demand that the resource is gone: 404 by its id, or found by no filter."""
        if self._bench.endpoint.ask("GET", self.path).status not in _GONE:
            self.require_absent()

    def require_created_again(self) -> None:
        """Demand that it was deleted; assign it once more, wait, and demand that it is back."""
        self._entra.logged(self.key, "Delete")
        self.require_deleted()
        self.assign()
        self._entra.wait()
        self.created()
        self.alone()

    def require_read(self, entry: Document) -> None:
        """Demand that all that a log entry says was sent reads back."""
        unread = self.mapped.unread(entry, self.alone())
        require(not unread, f"of {len(sent(entry))} attributes sent: {'; '.join(unread)}")

    def read(self, path: Path) -> Any:
        """Return what the server has at a path, asked by the resource's id."""
        return read(self._bench.endpoint.get(self.path), path)

    @property
    def _label(self) -> str:
        return f"/{self.mapped.mapping.resource} with filter {self._condition}"

    def _matching(self) -> str:
        """Return the filter by the matching attribute, with the value that its mapping has for the object now."""
        expression = self.mapped.match_expression
        value = self._entra.evaluate(expression, self.key) if expression else None
        if value is None:
            raise FailedError(f"the mapping of {self.mapped.match} has no value to match by")
        return f"{self.mapped.match} eq {json.dumps(value, ensure_ascii=False)}"


def provision(bench: Bench, *objects: Provisioned) -> Document:
    """Assign objects, wait for a cycle, and return the log's Create of the first, once the server finds each of them."""
    for each in objects:
        each.assign()
    bench.entra.wait()
    entries = [each.created() for each in objects]
    for each in objects:
        each.alone()
    return entries[0]
