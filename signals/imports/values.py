"""One cell to one value: text, code, choice, truth value, tax number, MERSIS, LEI; a value or the reason why not."""

import difflib
import re
import unicodedata
from collections.abc import Mapping

from stdnum import lei
from stdnum.tr import tckimlik, vkn

from oncu.classifiers.text import fold_key

from .tables import Bad, Cell, Percent, show

CODE_LENGTH = 64  # what the tables hold
EXACT_DIGITS = 1e15  # Excel keeps 15 digits of a number
EXCEL_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#YOK", "#BAŞV!", "#DEĞER!", "#AD?")
)
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
TRUTH = dict.fromkeys(("evet", "true", "dogru", "yes", "1"), True) | dict.fromkeys(
    ("hayir", "false", "yanlis", "no", "0"), False
)


def parse_text(cell: Cell) -> str | Bad:
    """Text in composed form without spaces around it; a number in a text column is its digits."""
    if isinstance(cell, Percent):
        return Bad(f"{show(cell)} is a percentage; write a text")
    if not isinstance(cell, str):
        return _digits(cell)
    text = cell.strip()
    if UNSTORABLE.search(text):
        return Bad(f"{show(text)} holds a control character or half a letter; remove it")
    if text in EXCEL_ERRORS:
        return Bad(f"{text} is an Excel error; mend the formula or leave the cell empty")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def parse_code(cell: Cell) -> str | Bad:
    """A short text on one line: an id, a name of a person, a code."""
    text = parse_text(cell)
    if isinstance(text, Bad):
        return text
    if len(text) > CODE_LENGTH:
        return Bad(f"{show(text)} has {len(text)} characters; write at most {CODE_LENGTH}")
    return Bad(f"{show(text)} has a line break; write it on one line") if "\n" in text or "\r" in text else text


def parse_list(cell: Cell) -> tuple[str, ...] | Bad:
    """Texts separated by semicolons, each once, in the order given."""
    text = parse_text(cell)
    if isinstance(text, Bad):
        return text
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def parse_choice(cell: Cell, choices: Mapping[str, str]) -> str | Bad:
    """One of the allowed values; `choices` has them by every folded way to write them."""
    text = parse_text(cell)
    if isinstance(text, Bad):
        return text
    found = choices.get(fold_key(text))
    if found is not None:
        return found
    close = difflib.get_close_matches(fold_key(text), choices, n=1)
    hint = f"did you mean {choices[close[0]]!r}?" if close else f"write {', '.join(dict.fromkeys(choices.values()))}"
    return Bad(f"{show(text)} is not known; {hint}")


def parse_boolean(cell: Cell) -> bool | Bad:
    """Evet or hayır, true or false, 1 or 0."""
    found = TRUTH.get(fold_key(str(cell)))
    return Bad(f"{show(cell)} is neither yes nor no; write evet or hayır (true or false)") if found is None else found


def parse_tax_id(cell: Cell) -> str | Bad:
    """The 10 digits of a tax number, or the 11 of a sole trader's identity number, with their check digits."""
    digits = _plain_digits(cell, (10, 11), "the 10 digits of the tax number (11 for a sole trader)")
    if isinstance(digits, Bad) or _is_tax_id(digits):
        return digits
    return Bad(f"{show(cell)} fails the check digit of a tax number; look for a mistyped digit")


def parse_mersis(cell: Cell) -> str | Bad:
    """The 16 digits of MERSIS; the first 11 are 0 and the tax number, or a sole trader's identity number."""
    digits = _plain_digits(cell, (16,), "the 16 digits of MERSIS")
    if isinstance(digits, Bad) or _is_tax_id(digits[1:11] if digits[0] == "0" else digits[:11]):
        return digits
    return Bad(f"{show(cell)} holds no valid tax number, as MERSIS does; look for a mistyped digit")


def parse_lei(cell: Cell) -> str | Bad:
    """The 20 characters of a legal entity identifier, with its check digits."""
    text = parse_code(cell)
    if isinstance(text, Bad):
        return text
    if text.isascii() and lei.is_valid(text):
        return lei.compact(text).upper()
    return Bad(f"{show(text)} is not a valid LEI; write its 20 characters as on the certificate")


def _digits(number: float) -> str | Bad:
    if abs(number) >= EXACT_DIGITS or number != number:
        return Bad(f"{show(number)} came as a number and may have lost digits; format the column as text")
    return str(int(number)) if number == int(number) else str(number)


def _plain_digits(cell: Cell, lengths: tuple[int, ...], wanted: str) -> str | Bad:
    text = parse_code(cell)
    if isinstance(text, Bad):
        return text
    digits = re.sub(r"[\s-]", "", text)
    are_digits = re.fullmatch("[0-9]+", digits)
    if are_digits and len(digits) in lengths:
        return digits
    if are_digits and len(digits) < lengths[0] and not isinstance(cell, str):
        return Bad(f"{show(cell)} came as a number and lost its leading zeros; format the column as text")
    if are_digits and len(digits) < lengths[0]:
        return Bad(f"{show(cell)} has {len(digits)} digits, leading zeros may be lost; write {wanted}")
    return Bad(f"{show(cell)} is not right; write {wanted}")


def _is_tax_id(digits: str) -> bool:
    is_placeholder = len(set(digits)) == 1  # 1111111111 stands for "unknown" in many ledgers, and passes
    return not is_placeholder and bool(vkn.is_valid(digits) if len(digits) == 10 else tckimlik.is_valid(digits))
