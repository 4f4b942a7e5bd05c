"""A plugin of mypy: what `dataclasses` offers is refused for msgspec's records, which fail there at run time.

mypy alone takes it, for `Struct` calls itself a dataclass transform (`typing.dataclass_transform`), and such classes get
`__dataclass_fields__` in its eyes. msgspec has its own: `msgspec.structs.replace`, `asdict`, `astuple`, `fields`.
"""

from collections.abc import Callable

from mypy.plugin import FunctionContext, Plugin
from mypy.types import Instance, Type, get_proper_type

OF_DATACLASSES = {f"dataclasses.{name}" for name in ("replace", "asdict", "astuple", "fields")}


class RecordsApart(Plugin):
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Who looks at calls of the function of this name, if anybody; mypy asks it."""
        return _without_structs if fullname in OF_DATACLASSES else None


def _without_structs(call: FunctionContext) -> Type:
    record = get_proper_type(call.arg_types[0][0])
    if isinstance(record, Instance) and record.type.has_base("msgspec.Struct"):
        call.api.fail(
            f"{record.type.name} is a msgspec Struct: take this function from msgspec.structs", call.context
        )
    return call.default_return_type


def plugin(_version: str) -> type[Plugin]:
    """Where mypy begins."""
    return RecordsApart
