"""A plugin of mypy: what `dataclasses` offers is refused for msgspec's records, which fail there at run time.

mypy alone takes it, for `Struct` calls itself a dataclass transform (`typing.dataclass_transform`), and such classes get
`__dataclass_fields__` in its eyes. msgspec has its own: `msgspec.structs.replace`, `asdict`, `astuple`, `fields`. What goes all
the way down, as `asdict` does, is refused for a dataclass with such a record below it, too, which would be left as it is.
"""

from collections.abc import Callable, Iterator

from mypy.nodes import Var
from mypy.plugin import FunctionContext, Plugin
from mypy.types import Instance, TupleType, Type, UnionType, get_proper_type

FLAT = {f"dataclasses.{name}" for name in ("replace", "fields")}
DEEP = {f"dataclasses.{name}" for name in ("asdict", "astuple")}


class RecordsApart(Plugin):
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Who looks at calls of the function of this name, if anybody; mypy asks it."""
        return {**dict.fromkeys(FLAT, _without_struct), **dict.fromkeys(DEEP, _without_structs)}.get(fullname)


def _without_struct(call: FunctionContext) -> Type:
    record = get_proper_type(call.arg_types[0][0])
    if _is_struct(record):
        call.api.fail(f"{record} is a msgspec Struct: take this function from msgspec.structs", call.context)
    return call.default_return_type


def _without_structs(call: FunctionContext) -> Type:
    record = get_proper_type(call.arg_types[0][0])
    for below in _structs(record, set()):
        if below is not record:
            call.api.fail(f"{below}, below {record}, is a msgspec Struct, and is left as it is", call.context)
    return _without_struct(call)


def _structs(kind: Type, seen: set[str]) -> Iterator[Type]:
    """Yield the msgspec records that are met on the way down from a type."""
    kind = get_proper_type(kind)
    if _is_struct(kind):
        yield kind
    elif isinstance(kind, UnionType | TupleType):
        for each in kind.items:
            yield from _structs(each, seen)
    elif isinstance(kind, Instance):
        for each in kind.args:
            yield from _structs(each, seen)
        if "dataclass" in kind.type.metadata and kind.type.fullname not in seen:
            seen.add(kind.type.fullname)
            for entry in kind.type.names.values():
                if isinstance(entry.node, Var) and entry.node.type is not None:
                    yield from _structs(entry.node.type, seen)


def _is_struct(kind: Type) -> bool:
    return isinstance(kind, Instance) and kind.type.has_base("msgspec.Struct")


def plugin(_version: str) -> type[Plugin]:
    """Where mypy begins."""
    return RecordsApart
