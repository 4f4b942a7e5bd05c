"""Functions that depend on more than the expression and the object: time, chance, the tenant, the target.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
"List of Functions", and
https://learn.microsoft.com/en-us/windows/security/threat-protection/security-policy-settings/password-must-meet-complexity-requirements
"Reference" (both read 2026-11-30).
"""

from __future__ import annotations

import string
from collections.abc import Sequence

from harness.azure_ad.mappings.functions.dates import write_date
from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Context,
    Function,
    Lazy,
    Parameter,
    Value,
    text,
    whole,
)

_MOST = 256
_SPECIAL = "'-!\"#$%&()*,./:;?@[]^_`{|}~+<=>"


def _default_domain(*, context: Context) -> Value:
    return context.default_domain


def _guid(*, context: Context) -> Value:
    return context.ids.uuid()


def _now(*, context: Context) -> Value:
    return write_date(context.clock.now())


def _random_string(
    length: Value,
    numbers: Value,
    special: Value,
    capital: Value,
    lower: Value,
    avoid: Value = None,
    *,
    context: Context,
) -> Value:
    """Return random characters: the minimum of each kind, the rest of the kinds with a minimum, or of all if none has one."""
    size = whole("Length", length)
    classes = {
        "MinimumNumbers": (whole("MinimumNumbers", numbers), string.digits),
        "MinimumSpecialCharacters": (whole("MinimumSpecialCharacters", special), _SPECIAL),
        "MinimumCapital": (whole("MinimumCapital", capital), string.ascii_uppercase),
        "MinimumLowerCase": (whole("MinimumLowerCase", lower), string.ascii_lowercase),
    }
    least = sum(count for count, _ in classes.values())
    if not max(least, 1) <= size <= _MOST or any(count < 0 for count, _ in classes.values()):
        raise ArgumentError(
            f"parameter 'Length' must be from 1 to {_MOST} and no less than the minimums together, {least}"
        )
    drawn, rest = [], ""
    for name, (count, letters) in classes.items():
        allowed = "".join(letter for letter in letters if letter not in text(avoid))
        if count and not allowed:
            raise ArgumentError(f"parameter 'CharactersToAvoid' leaves nothing for {name}")
        drawn += [allowed[context.ids.number(len(allowed))] for _ in range(count)]
        rest += allowed if count or not least else ""
    if not rest:
        raise ArgumentError("parameter 'CharactersToAvoid' leaves nothing to draw")
    drawn += [rest[context.ids.number(len(rest))] for _ in range(size - len(drawn))]
    return "".join(drawn.pop(context.ids.number(len(drawn))) for _ in range(size))


def _select_unique(*rules: Lazy, context: Context) -> Value:
    """Return the value of the first rule that no object of the target has."""
    if context.is_taken is None:
        raise ArgumentError("is supported only where HR systems are provisioned to Active Directory")
    for rule in rules:
        value = rule()
        if value is not None and not context.is_taken(text(value)):
            return value
    raise ArgumentError("every value that the rules give is taken in the target")


def _two(constants: Sequence[Value], are_given: Sequence[bool]) -> None:
    del constants
    if len(are_given) < 2:
        raise ArgumentError("two rules are needed at least")


SURROUNDINGS = {
    "DefaultDomain": Function((), _default_domain, contextual=True),
    "Guid": Function((), _guid, contextual=True),
    "Now": Function((), _now, contextual=True),
    "RandomString": Function(
        (
            Parameter("Length", "Integer"),
            Parameter("MinimumNumbers", "Integer"),
            Parameter("MinimumSpecialCharacters", "Integer"),
            Parameter("MinimumCapital", "Integer"),
            Parameter("MinimumLowerCase", "Integer"),
            Parameter("CharactersToAvoid", required=False),
        ),
        _random_string,
        contextual=True,
    ),
    "SelectUniqueValue": Function(
        (Parameter("uniqueValueRule", repeats=True),),
        _select_unique,
        contextual=True,
        lazy=True,
        outermost=True,
        check=_two,
    ),
}
