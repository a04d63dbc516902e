"""Turkish tax numbers that a source writes without their first digit."""

import re
from collections.abc import Mapping

from stdnum.tr import vkn

from oncu.config.specs import SourceSpec

SHORT = 9
GIVEN = "{}_given"


def mend_tax_numbers(spec: SourceSpec, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with the numbers a source is known to cut made whole; what it wrote stays beside as `…_given`."""
    mended = {name: _mended(fields.get(name, "")) for name in spec.tax_numbers}
    changed = {name: value for name, value in mended.items() if value != fields.get(name, "")}
    return {**fields, **changed, **{GIVEN.format(name): fields[name] for name in changed}}


def restore_first_digit(digits: str) -> str:
    """The tax number whose last nine digits are given: exactly one first digit agrees with the check digit.

    It is no zero as a rule: of the three numbers seen two begin with 7. Text of another form comes back as it is.

    >>> restore_first_digit("280402770")
    '7280402770'
    """
    if not re.fullmatch(rf"[0-9]{{{SHORT}}}", digits):
        return digits
    return next((number for first in "0123456789" if vkn.is_valid(number := first + digits)), digits)


def _mended(numbers: str) -> str:
    return "; ".join(restore_first_digit(number.strip()) for number in numbers.split(";")) if numbers else numbers
