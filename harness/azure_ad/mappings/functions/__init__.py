"""All functions of the expression language by their case-sensitive name, one table."""

from harness.azure_ad.mappings.functions.dates import DATES
from harness.azure_ad.mappings.functions.logic import LOGIC
from harness.azure_ad.mappings.functions.replace import REPLACE
from harness.azure_ad.mappings.functions.roles import ROLES
from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Context,
    Function,
    Parameter,
    Value,
)
from harness.azure_ad.mappings.functions.surroundings import SURROUNDINGS
from harness.azure_ad.mappings.functions.texts import TEXTS
from harness.azure_ad.mappings.functions.values import VALUES

__all__ = ["FUNCTIONS", "ArgumentError", "Context", "Function", "Parameter", "Value"]

FUNCTIONS: dict[str, Function] = dict(
    sorted({**DATES, **LOGIC, **REPLACE, **ROLES, **SURROUNDINGS, **TEXTS, **VALUES}.items())
)
