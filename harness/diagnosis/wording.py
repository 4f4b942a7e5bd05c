"""Findings in words: a cause's sentences, filled in with the source and target attributes of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.azure_ad.directory.properties import table
from harness.diagnosis.mapping import MappingInForce
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import Person


@dataclass(frozen=True, slots=True)
class Wording:
    """Makes findings under one mapping."""

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
        """Return the finding about one target attribute; `lacking` are all required targets without a value."""
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
        """Return the finding that a list gets more than one value; the one of type work is to stay, as in AWS's guide.

        The remedy removes all other mappings of the list, also those without a value for this user.
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
        """Return the finding that source attributes are not known: the export damaged them or does not have them."""
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
    """Yield Microsoft Graph's names of attributes that mappings name."""
    graph = {row["source"]: name for name, row in table()["User"].items() if "source" in row}
    for name in names:
        if name.startswith("extensionAttribute"):
            yield "onPremisesExtensionAttributes"
        elif name != "manager":
            yield graph.get(name, name)
