"""Verdicts in words: a cause of the table, filled in with what a mapping reads and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.azure_ad.directory.properties import table
from harness.diagnosis.mapping import MappingInForce
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import Person


@dataclass(frozen=True, slots=True)
class Wording:
    """Words findings under one mapping."""

    mapping: MappingInForce

    def of_target(
        self,
        user: str,
        cause: str,
        target: str,
        *,
        value: str = "",
        sentence: str = "",
        lacking: Iterable[str] = (),
    ) -> Finding:
        """Word a cause that lies in what is sent as one target attribute; `lacking` are all that no mapping gives."""
        text = self.mapping.texts.get(target, "")
        source = self.source(target)
        return finding(
            user,
            cause,
            attribute=target,
            value=value,
            mapping=f"{text.strip('[]') if source in text else text} → {target}" if text else "",
            sentence=sentence,
            source=source,
            lacking=" and ".join(lacking) or target,
        )

    def of_list(self, user: str, name: str, values: Iterable[tuple[str, str]], sentence: str) -> Finding:
        """Word that a list gets more than one value; the one of type work is to stay, as the guide has it.

        All other mappings of the list are to go, those included that give this user nothing.
        """
        sent = dict(values)
        mapped = [
            target
            for target in self.mapping.reads
            if target.startswith(f"{name}[") and target.endswith(".value")
        ]
        stays = next((target for target in mapped if '"work"' in target), next(iter(sent)))
        others = sorted(self.source(target) for target in mapped if target != stays)
        return finding(
            user,
            "several-values",
            attribute=name,
            value=", ".join(sent.values()),
            mapping="; ".join(f"{self.source(target)} → {target}" for target in sent),
            sentence=sentence,
            count=str(len(sent)),
            others=" and ".join(others),
        )

    def of_lack(self, person: Person, names: Iterable[str]) -> Finding:
        """Word that source attributes are not known, because they were spoiled or not exported."""
        lacking = list(names)
        spoiled = next((name for name in lacking if name in person.damaged), None)
        if spoiled is not None:
            return finding(person.label, "damaged", attribute=spoiled, how=person.damaged[spoiled])
        select = ",".join(sorted({"id", *_graph_names(self.mapping.needed)}))
        return finding(person.label, "not-exported", attribute=", ".join(lacking), select=select)

    def source(self, target: str) -> str:
        """Return the source attributes that a target's mapping reads, in words."""
        names = sorted(self.mapping.reads.get(target, frozenset()) - {"IsSoftDeleted"})
        return " and ".join(names) or target

    def target(self, name: str) -> str:
        """Return the mapped target of an attribute that must be unique."""
        return next((target for target in self.mapping.reads if target.startswith(name)), name)


def _graph_names(names: Iterable[str]) -> Iterator[str]:
    """Yield what Microsoft Graph calls the attributes of mappings."""
    graph = {row["source"]: name for name, row in table()["User"].items() if "source" in row}
    for name in names:
        if name.startswith("extensionAttribute"):
            yield "onPremisesExtensionAttributes"
        elif name != "manager":
            yield graph.get(name, name)
