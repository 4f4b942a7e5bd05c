"""The `given` of a scenario: completed, joined with its file of people, and checked for duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from harness.base.errors import nearest
from harness.base.store import Document
from harness.scenario import shipped
from harness.scenario.loading.source import Mistake, Source, read, refuse
from harness.scenario.loading.violations import violations
from harness.scenario.loading.yaml_nodes import Node, parse
from harness.scenario.values import Trail

Holdings: TypeAlias = dict[str, dict[str, list[dict[str, Any]]]]

# The kinds of entries on each side, each with the key that must be unique; None where entries may be equal.
_KEYS: dict[str, dict[str, str | None]] = {
    "azure_ad": {"users": "userPrincipalName", "groups": "displayName", "assignments": None},
    "aws_sso": {"users": "userName", "groups": "displayName", "accounts": "id"},
}


class Given:
    """Completes the `given` of a file's cases; each file of people that they name is read once."""

    def __init__(self, source: Source, folder: Path, root: Node) -> None:
        self._source, self._folder, self._root = source, folder, root
        self._read_before: dict[str, dict[str, Any]] = {}

    def schema(self, data: dict[str, Any]) -> Document | None:
        """Return the synchronization schema among the files of `from`, the last where there are several."""
        return next((each["schema"] for each in reversed(self._files(data)) if "schema" in each), None)

    def complete(self, data: dict[str, Any]) -> Holdings:
        """Return both sides with all their kinds. Raises ScenarioError for an entry that is given twice."""
        holdings = data.get("given", {})
        files = self._files(data)
        return {
            side: {
                kind: self._joined(
                    [each for file in files for each in file.get(kind, ())] if side == "azure_ad" else [],
                    holdings,
                    side,
                    kind,
                )
                for kind in kinds
            }
            for side, kinds in _KEYS.items()
        }

    def _files(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what each file of `from` holds: `users`, `groups`, `assignments`, or a `schema`."""
        names = data.get("given", {}).get("azure_ad", {}).get("from", [])
        return [self._file(name) for name in ([names] if isinstance(names, str) else names)]

    def _file(self, name: str) -> dict[str, Any]:
        if name not in self._read_before:
            self._read_before[name] = self._read(name)
        return self._read_before[name]

    def _joined(
        self, inherited: list[dict[str, Any]], holdings: dict[str, Any], side: str, kind: str
    ) -> list[dict[str, Any]]:
        own: list[dict[str, Any]] = holdings.get(side, {}).get(kind, [])
        key = _KEYS[side][kind]
        if key is None:
            return [*inherited, *own]
        entries: list[tuple[str, Trail]] = [(item[key], ("given", side, "from")) for item in inherited]
        entries += [(item[key], ("given", side, kind, n, key)) for n, item in enumerate(own)]
        refuse(self._source, twice(entries, self._root, kind.removesuffix("s")))
        return [*inherited, *own]

    def _read(self, name: str) -> dict[str, Any]:
        path = shipped.fixture(name) if shipped.is_named(name) else self._folder / name
        if not path.is_file():
            siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
            raise self._source.refusal(
                self._root.at(("given", "azure_ad", "from")),
                f"there is no file '{path.as_posix()}'{nearest(path.name, siblings)}",
            )
        if path.suffix.lower() not in (".yaml", ".yml"):
            # The reader of exports takes long to import, and few files need it.
            from harness.exports.directory import Holds, directory, holds, schema

            exported = holds(path)
            if exported is Holds.USERS:
                return directory([path])["azure_ad"]
            if exported is Holds.SCHEMA:
                return {"schema": schema(path)}
        people = read(path)
        node = parse(people)
        refuse(people, violations(node.value, node, "fixture"))
        data: dict[str, Any] = node.value
        return data


def twice(entries: Iterable[tuple[str, Trail]], root: Node, what: str) -> Iterator[Mistake]:
    """Yield each entry whose name, in any letter case, occurred before."""
    seen: set[str] = set()
    for name, trail in entries:
        if str(name).casefold() in seen:
            yield Mistake(root.at(trail), f"the {what} '{name}' is given twice; rename or remove one")
        seen.add(str(name).casefold())
