"""Compare an answer with what was expected, in the order type, shape, value, and in plain words.

The sentences never contain the expected value: a report adds it where the case is public.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.engine.plain import Opaque

VALUE_DIFFERS = "The value differs."
VALUES_DIFFER = "The values differ."
TEXT_DIFFERS = "The text differs."
BARE_DIFFERENCES = {VALUE_DIFFERS, VALUES_DIFFER, TEXT_DIFFERS}

RTOL = 1e-5
ATOL = 1e-8


def mismatch(expected: Any, got: Any, rtol: float = RTOL, atol: float = ATOL) -> str | None:
    """Say what is wrong with an answer, or None if it is right.

    Parameters
    ----------
    expected
        A number, a string, True or False, an array (for which lists and tuples will do as well),
        or a dictionary of these: the first entry that differs is named.
    got
        The student's answer as plain data.
    rtol, atol
        Relative and absolute tolerance for numbers.

    Returns
    -------
    str or None
        A sentence for the student, or None.
    """
    if isinstance(expected, np.ndarray) and expected.ndim == 0:
        expected = expected.item()
    if got is None:
        return (
            "It gave back None. Is there a `return` on every path? Mind that `print`, `sort` and "
            "`shuffle` give None."
        )
    if isinstance(expected, Mapping):
        return _entry_mismatch(expected, got, rtol, atol)
    if isinstance(expected, str):
        return _text_mismatch(expected, got)
    if isinstance(expected, bool | np.bool_):
        return None if _as_truth(got) is bool(expected) else VALUE_DIFFERS
    if isinstance(expected, np.ndarray | list | tuple):
        return _array_mismatch(np.asarray(expected, dtype=float), got, rtol, atol)
    return _number_mismatch(float(expected), got, rtol, atol)


def note(expected: Any, got: Any, type_name: str) -> str:
    """Remark on a right answer that came in an unusual wrapping; empty if there is none."""
    if isinstance(expected, int | float) and isinstance(got, np.ndarray):
        return (
            f"The value is right; it came as a {type_name}. "
            "`.item()` turns it into a plain Python number."
        )
    return ""


def _entry_mismatch(expected: Mapping[str, Any], got: Any, rtol: float, atol: float) -> str | None:
    if not isinstance(got, Mapping):
        return f"It gave back {_kind(got)}, and a dictionary was expected."
    for key, value in expected.items():
        if key not in got:
            return f"{key}: there is no such entry."
        if sentence := mismatch(value, got[key], rtol, atol):
            return f"{key}: {sentence[0].lower()}{sentence[1:]}"
    return None


def _as_truth(got: Any) -> bool | None:
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.item()
    return got if isinstance(got, bool) else None


def _text_mismatch(expected: str, got: Any) -> str | None:
    if not isinstance(got, str):
        return f"It gave back {_kind(got)}, and a string was expected."
    if got.strip().casefold() != expected.casefold():
        return "That is not the right answer." if len(expected) == 1 else TEXT_DIFFERS
    return None


def _number_mismatch(expected: float, got: Any, rtol: float, atol: float) -> str | None:
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.item()
    if isinstance(got, bool) or not isinstance(got, int | float):
        return f"It gave back {_kind(got)}, and a single number was expected."
    if math.isnan(got) and not math.isnan(expected):
        return "It gave back NaN (not a number). Something like 0/0 happens on the way."
    return None if _close(got, expected, rtol, atol) else VALUE_DIFFERS


def _close(got: float, expected: float, rtol: float, atol: float) -> bool:
    """Compare two numbers as `np.isclose` does, without the cost of making arrays of them."""
    if not (math.isfinite(got) and math.isfinite(expected)):
        return got == expected or (math.isnan(got) and math.isnan(expected))
    return abs(got - expected) <= atol + rtol * abs(expected)


def _array_mismatch(expected: np.ndarray, got: Any, rtol: float, atol: float) -> str | None:
    numbers = _as_numbers(got)
    if numbers is None:
        what = f"{_kind(got)}{_what_is_odd(got)}"
        return f"It gave back {what}, and a list, array or tensor of numbers was expected."
    if numbers.ndim == 0:
        return f"It gave back a single number, and shape {expected.shape} was expected."
    if numbers.shape != expected.shape:
        return f"It has shape {numbers.shape}, and shape {expected.shape} was expected."
    if (numbers == expected).all():  # as it mostly is, and far quicker than what follows
        return None
    if np.isnan(numbers).any() and not np.isnan(expected).any():
        return "It contains NaN (not a number). Something like 0/0 happens on the way."
    right = np.isclose(numbers, expected, rtol=rtol, atol=atol, equal_nan=True)
    if right.all():
        return None
    if right.any():
        wrong = ", ".join(str(index) for index in np.flatnonzero(~right.ravel())[:5])
        return f"Some of the values differ (at index {wrong})."
    return VALUES_DIFFER


def _as_numbers(got: Any) -> np.ndarray | None:
    if not isinstance(got, np.ndarray | list | tuple):
        return None
    try:
        numbers = np.asarray(got)
    except ValueError:  # lists of unequal lengths
        return None
    return numbers.astype(float) if numbers.dtype.kind in "biuf" else None


def _what_is_odd(got: Any) -> str:
    """Say why a list or tuple is none of numbers; empty for anything else."""
    if not isinstance(got, list | tuple):
        return ""
    if any(item is None for item in got):
        return " with None in it"
    if any(isinstance(item, list | tuple | np.ndarray) for item in got):
        return " of parts that are not all of one length"
    odd = next((item for item in got if not isinstance(item, int | float)), None)
    return "" if odd is None else f" with {_kind(odd)} in it"


def _kind(got: Any) -> str:
    """Name what came back, with its article."""
    if isinstance(got, Opaque):
        name = got.type_name
        if name in ("function", "method", "builtin_function_or_method"):
            return "a function (are its brackets missing?)"
        return f"{_article(name)} {name}"
    if isinstance(got, np.ndarray):
        return f"an array of shape {got.shape}"
    names = {
        bool: "True or False",
        str: "a string",
        dict: "a dictionary",
        list: "a list",
        tuple: "a tuple",
        frozenset: "a set",
        int: "a number",
        float: "a number",
    }
    return names.get(type(got), f"a {type(got).__name__}")


def _article(name: str) -> str:
    return "an" if name[:1].lower() in "aeiou" else "a"
