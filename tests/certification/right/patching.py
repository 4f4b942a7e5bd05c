"""PATCH as RFC 7644, 3.5.2, has it, and as Azure AD sends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from harness.scim.path import get, key_of
from tests.certification.right.filters import FilterError, parse
from tests.certification.right.schema import ATTRIBUTES, MANY, URNS

_PATH = re.compile(r"(?P<name>[\w$]+)(?:\[(?P<where>.*)\])?(?:\.(?P<sub>[\w$]+))?\Z")
_NOTHING = (None, "", [], {})


class Refusal(Exception):
    """The request cannot be carried out; `scim_type` is RFC 7644's word for why, empty where it has none."""

    def __init__(self, status: int, scim_type: str = "", detail: str = "refused") -> None:
        super().__init__(detail)
        self.status, self.scim_type, self.detail = status, scim_type, detail


@dataclass(frozen=True)
class Place:
    """Where an operation points: `holder` is the resource or an extension's object in it."""

    holder: dict[str, Any]
    urn: str
    name: str
    where: Callable[[Any], bool] | None
    conditions: dict[str, Any]
    sub: str

    @property
    def many(self) -> bool:
        return self.name in MANY


class Patching:
    """Applies operations to a copy of a resource; a mutant overrides one of the methods."""

    def __init__(self, resource: dict[str, Any], core: str) -> None:
        self.resource, self.core = resource, core

    def operate(self, operation: Any) -> None:
        if not isinstance(operation, dict) or not isinstance(get(operation, "op"), str):
            raise Refusal(400, "invalidSyntax")
        op, path, value = get(operation, "op").lower(), get(operation, "path"), get(operation, "value")
        if op not in ("add", "replace", "remove"):
            raise Refusal(400, "invalidSyntax")
        if op == "remove":
            if path is None:
                raise Refusal(400, "noTarget")
            self.remove(self.place(path), value)
        elif path is None:
            self.without_path(op, value)
        elif (urn := next((each for each in URNS if path.lower() == each.lower()), None)) is not None:
            self.whole_extension(op, urn, value)
        else:
            self.set(op, self.place(path), value)

    def without_path(self, op: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise Refusal(400, "invalidValue")
        for name, each in value.items():
            urn = next((urn for urn in URNS if name.lower() == urn.lower()), None)
            if urn is not None:
                self.whole_extension(op, urn, each)
            elif name not in ("schemas", "id", "meta"):
                self.set(op, self.place(name), each)

    def whole_extension(self, op: str, urn: str, value: Any) -> None:
        for name, each in value.items():
            self.set(op, self.place(f"{urn}:{name}"), each)

    def place(self, path: str) -> Place:
        urn, rest = self.core, path
        for each in URNS:
            if path.lower().startswith(f"{each.lower()}:"):
                urn, rest = each, path[len(each) + 1 :]
        match = _PATH.match(rest)
        if match is None:
            raise Refusal(400, "invalidPath")
        try:
            where = parse(match["where"]) if match["where"] else None
        except (FilterError, ValueError) as error:
            raise Refusal(400, "invalidFilter") from error
        names = {name.lower(): name for name in ATTRIBUTES[urn]}
        if match["name"].lower() not in names:
            raise Refusal(400, "invalidPath")
        holder = self.resource
        if urn == ENTERPRISE_USER:
            holder = self.resource.setdefault(urn, {})
            if urn not in self.resource["schemas"]:
                self.resource["schemas"].append(urn)
        conditions = dict(re.findall(r'(\w+) eq "([^"]*)"', match["where"] or ""))
        return Place(holder, urn, names[match["name"].lower()], where, conditions, match["sub"] or "")

    def set(self, op: str, place: Place, value: Any) -> None:
        if place.name == "groups" and place.urn == CORE_USER:
            raise Refusal(400, "mutability")
        if place.name == "manager" and not place.sub and isinstance(value, str):
            value = {"value": value} if value else None
        if place.name == "active" and isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if place.many:
            self.set_many(op, place, value)
        elif place.sub:
            part = place.holder.setdefault(place.name, {})
            self.write(part, place.sub, value)
            if not part:
                del place.holder[place.name]
        elif isinstance(value, dict) and (op == "add" or place.name == "name"):
            self.write(place.holder, place.name, {**place.holder.get(place.name, {}), **value})
        else:
            self.write(place.holder, place.name, value)
        if place.name == "manager" and (place.holder.get("manager") or {}).get("value") in _NOTHING:
            place.holder.pop("manager", None)

    def write(self, holder: dict[str, Any], name: str, value: Any) -> None:
        if name in ("userName", "displayName") and value in _NOTHING and self.required(name):
            raise Refusal(400, "invalidValue")
        if value in _NOTHING:
            holder.pop(key_of(holder, name), None)
        else:
            holder[key_of(holder, name)] = value

    def required(self, name: str) -> bool:
        return name == ("userName" if self.core == CORE_USER else "displayName")

    def set_many(self, op: str, place: Place, value: Any) -> None:
        elements = place.holder.setdefault(place.name, [])
        if place.where is not None:
            self.set_chosen(op, place, elements, value)
        else:
            values = value if isinstance(value, list) else [value] if value not in _NOTHING else []
            values = [each if isinstance(each, dict) else {"value": each} for each in values]
            if op == "replace":
                self.replace_all(place, values)
            else:
                self.add_elements(place, values)
        if not place.holder[place.name]:
            del place.holder[place.name]

    def set_chosen(self, op: str, place: Place, elements: list[Any], value: Any) -> None:
        chosen = [each for each in elements if place.where is not None and place.where(each)]
        if not chosen:
            if value in _NOTHING:
                return
            if op == "replace":
                raise Refusal(400, "noTarget")
            chosen = [dict(place.conditions)]
            elements += chosen
        for each in chosen:
            if place.sub:
                self.write(each, place.sub, value)
            else:
                each.update(value)
            if not set(each) - {"type", "primary"}:
                elements.remove(each)

    def replace_all(self, place: Place, values: list[Any]) -> None:
        place.holder[place.name] = values

    def add_elements(self, place: Place, values: list[Any]) -> None:
        elements = place.holder[place.name]
        for each in values:
            if each in elements or (
                place.name == "members" and each["value"] in [one["value"] for one in elements]
            ):
                continue
            if each.get("primary") is True:
                for one in elements:
                    one.pop("primary", None)
            elements.append(each)

    def remove(self, place: Place, value: Any) -> None:
        if self.required(place.name) and place.urn in (CORE_USER, CORE_GROUP):
            raise Refusal(400, "mutability")
        there = place.holder.get(place.name)
        if place.where is not None:
            self.remove_chosen(place, there if isinstance(there, list) else [there] if there else [])
        elif place.name == "members" and isinstance(value, list):
            self.remove_listed(place, value)
        elif place.sub and isinstance(there, dict):
            there.pop(key_of(there, place.sub), None)
        else:
            place.holder.pop(place.name, None)
        if place.holder.get(place.name) in _NOTHING:
            place.holder.pop(place.name, None)

    def remove_chosen(self, place: Place, elements: list[Any]) -> None:
        assert place.where is not None
        if place.sub:
            for each in elements:
                if place.where(each):
                    each.pop(place.sub, None)
        else:
            place.holder[place.name] = [each for each in elements if not place.where(each)]

    def remove_listed(self, place: Place, listed: list[Any]) -> None:
        gone = [each["value"] for each in listed]
        place.holder[place.name] = [
            each for each in place.holder.get(place.name, []) if each["value"] not in gone
        ]
