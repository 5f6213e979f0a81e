"""Plain data: the only thing that travels from the process that runs student code to the judge.

Numbers, strings, lists, dictionaries and arrays become JSON and come back as they were; anything
else becomes an `Opaque` that keeps its type's name and how it prints. Nothing is ever unpickled
or evaluated.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ARRAY_KINDS = "biuf"  # booleans, integers, unsigned integers, floats
MAX_BYTES = 1 << 20
MAX_ITEMS = 20_000
MAX_DEPTH = 8
MAX_TEXT = 2_000


class PlainDataError(ValueError):
    """The text is not plain data as `encode` writes it."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not plain data."""

    type_name: str
    text: str = ""

    def __repr__(self) -> str:
        return self.text or f"<{self.type_name}>"


def encode(value: Any) -> Any:
    """Turn a value into what `json.dumps` accepts; never raises, whatever the value does.

    Parameters
    ----------
    value
        Anything a student's function may return.

    Returns
    -------
    object
        `None`, booleans, strings, finite numbers and lists as they are; the rest as a dictionary
        with one key that names its kind (``float``, ``tuple``, ``set``, ``dict``, ``array``,
        ``opaque``).
    """
    try:
        return _Encoder().encode(value, depth=0)
    except KeyboardInterrupt:
        raise
    except BaseException:  # a student's object may do anything, exit() included
        return _opaque(value)


class _Encoder:
    """Counts items, so that a huge answer is cut off rather than sent."""

    def __init__(self) -> None:
        self.items = 0

    def encode(self, value: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise OverflowError("more nested or longer than plain data may be")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return value[:MAX_TEXT]
        if isinstance(value, np.generic):
            return self.encode(value.item(), depth)
        if isinstance(value, int):
            return int(value) if abs(value) < 2**63 else _opaque(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"float": str(float(value))}
        if isinstance(value, Mapping):
            pairs = [[self.key(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]
            return {"dict": pairs}
        if isinstance(value, list | tuple | set | frozenset):
            encode = self.key if isinstance(value, set | frozenset) else self.encode
            items = [encode(item, depth + 1) for item in value]
            if isinstance(value, list):
                return items
            return {"tuple" if isinstance(value, tuple) else "set": items}
        if is_tensor(value):
            return self.encode(tensor_to_array(value), depth)
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "US":
                return self.encode(value.tolist(), depth)
            if value.dtype.kind in ARRAY_KINDS and value.nbytes <= MAX_BYTES:
                data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
                return {"array": [value.dtype.str, list(value.shape), data]}
        return _opaque(value)

    def key(self, value: Any, depth: int) -> Any:
        """Encode a dictionary's key or a set's member: what comes back must be hashable too.

        A tensor may be a key (a `Counter` of a tensor has such keys); an array may not.
        """
        if isinstance(value, tuple) and depth <= MAX_DEPTH:
            return {"tuple": [self.key(item, depth + 1) for item in value]}
        value = value.item() if isinstance(value, np.generic) else value
        simple = value is None or isinstance(value, bool | str | int | float)
        return self.encode(value, depth) if simple else _opaque(value)


def is_tensor(value: Any) -> bool:
    """Tell whether a value is a PyTorch tensor, without importing torch."""
    return any(
        cls.__module__ == "torch" and cls.__name__ == "Tensor" for cls in type(value).__mro__
    )


def tensor_to_array(tensor: Any) -> np.ndarray:
    """Copy a tensor into an array; bfloat16, which NumPy lacks, becomes float32."""
    tensor = tensor.detach().cpu()
    if str(tensor.dtype) == "torch.bfloat16":
        tensor = tensor.float()
    return np.asarray(tensor)


def _opaque(value: Any) -> dict[str, list[str]]:
    try:
        text = repr(value)[:200]
    except KeyboardInterrupt:
        raise
    except BaseException:
        text = ""
    return {"opaque": [type(value).__name__, text]}


def decode(data: Any) -> Any:
    """Turn what `encode` wrote back into values.

    Parameters
    ----------
    data
        The result of `json.loads`.

    Returns
    -------
    object
        The value, with arrays as `numpy.ndarray` and what was not plain data as `Opaque`.

    Raises
    ------
    PlainDataError
        If `data` is not of the form that `encode` writes.
    """
    try:
        return _decode(data, depth=0)
    except PlainDataError:
        raise
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise PlainDataError(f"not plain data: {error}") from None


def _decode(data: Any, depth: int) -> Any:
    # A nested dictionary takes two levels of JSON for each level of its own.
    if depth > 3 * MAX_DEPTH:
        raise PlainDataError("nested too deeply")
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return [_decode(item, depth + 1) for item in data]
    if not (isinstance(data, dict) and len(data) == 1):
        raise PlainDataError(f"expected one named kind, got {type(data).__name__}")
    (kind, body), *_ = data.items()
    if kind == "float":
        return float(body)
    if kind == "tuple":
        return tuple(_decode(item, depth + 1) for item in body)
    if kind == "set":
        return frozenset(_decode(item, depth + 1) for item in body)
    if kind == "dict":
        return {_decode(k, depth + 1): _decode(v, depth + 1) for k, v in body}
    if kind == "array":
        return _decode_array(*body)
    if kind == "opaque":
        name, text = body
        return Opaque(str(name), str(text))
    raise PlainDataError(f"unknown kind {kind!r}")


def _decode_array(dtype_name: str, shape: list[int], data: str) -> np.ndarray:
    dtype = np.dtype(dtype_name)
    if dtype.kind not in ARRAY_KINDS:
        raise PlainDataError(f"arrays of {dtype} are not plain data")
    raw = base64.b64decode(data, validate=True)
    if len(raw) > MAX_BYTES or any(not isinstance(n, int) or n < 0 for n in shape):
        raise PlainDataError("an array that is too large or has no proper shape")
    return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()


def shorten(value: Any, limit: int = 80) -> str:
    """Write a value the way a report shows it: short, and readable by a student."""
    if isinstance(value, np.ndarray):
        text = _shorten_array(value, limit)
    elif isinstance(value, float):
        text = _shorten_float(value, 6)
    elif isinstance(value, list | tuple) and len(value) > 12:
        head = ", ".join(shorten(item) for item in value[:8])
        text = f"[{head}, … {len(value):,} in all]"
    else:
        text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shorten_float(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return text if any(c in text for c in ".einf") else text + ".0"


def _shorten_array(array: np.ndarray, limit: int) -> str:
    """Write an array without padding; of a long one, as much of both ends as fits."""
    text = ""
    for ends in (array.size, 3, 2, 1):
        text = np.array2string(
            array,
            threshold=8 if ends == array.size else 0,
            edgeitems=min(ends, 3),
            separator=", ",
            max_line_width=10_000,
            formatter={"float_kind": lambda number: _shorten_float(float(number), 5)},
        )
        text = " ".join(text.replace("...", "…").split()).replace("[ ", "[")
        if len(text) <= limit:
            break
    return text
