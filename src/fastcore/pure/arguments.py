"""What an argument is: the input of every twin, read into plain Python values, and the errors that both sides raise."""

from __future__ import annotations

import math
import operator
import struct
import sys
from array import array

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

NUMBERS = "bool, integers, floats"
# What has a __float__ (text has NumPy's, in its subclasses there) and is no real number.
NOT_REAL = (complex, str, bytes)

# Buffer formats by kind, named as NumPy names them. Codes whose size depends on the platform are resolved by size.
_INTEGERS = "bhilqn"
KIND_CODES = {
    "bool": "?",
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float16": "e",
    "float32": "f",
    "float64": "d",
}
# What array.array has no code for is widened.
ARRAY_CODES = {**KIND_CODES, "bool": "B", "float16": "f"}
# What NaT is, as the integer that a datetime64 or timedelta64 holds.
NAT = -(2**63)


class Operand:
    """An argument as flat Python values in C order, with its kind, shape and container.

    The kind is a number's ("int32"), text of a width in characters or bytes ("U4", "S4"), or a date's
    ("datetime64[s]"); None for a list, whose elements are as they are.
    """

    __slots__ = ("container", "kind", "shape", "source", "values")

    def __init__(
        self, values: Sequence[Any], kind: str | None, shape: tuple[int, ...], container: str, source: Any
    ) -> None:
        self.values = values
        self.kind = kind
        self.shape = shape
        self.container = container  # "ndarray", "array" or "list"
        self.source = source


def numpy_if_loaded() -> Any:
    """NumPy, if the program has imported it: no ndarray can be met otherwise."""
    module = sys.modules.get("numpy")
    return module if hasattr(module, "ndarray") else None


def reject(function: str, argument: str, what: str, accepted: str) -> NoReturn:
    raise TypeError(f"{function}: {argument} must not be {what} (accepted: {accepted})")


def reject_element(function: str, argument: str, element: Any, accepted: str) -> NoReturn:
    raise TypeError(f"{function}: {argument} must not hold {type(element).__name__} (accepted: {accepted})")


def kind_of_format(text: str, itemsize: int) -> str | None:
    """The kind of a buffer format, or None."""
    code = text[-1:]
    if len(text) > 1 and text[0] not in "@=<>!":
        return None
    if code == "?":
        return "bool"
    if code in _INTEGERS:
        return f"int{8 * itemsize}"
    if code.lower() in _INTEGERS:
        return f"uint{8 * itemsize}"
    return {"e": "float16", "f": "float32", "d": "float64"}.get(code)


def kind_of_dtype(dtype: Any) -> str:
    """The kind of a NumPy dtype, of which the byte order is no part."""
    kind: str = dtype.str[1:] if dtype.kind in "US" else dtype.name
    return kind


def kind_name(kind: str) -> str:
    """A kind as errors call it: text without its width."""
    return {"U": "str", "S": "bytes"}[kind[0]] if kind[1:].isdigit() else kind


def is_date(kind: str | None) -> bool:
    return kind is not None and kind.startswith(("datetime64", "timedelta64"))


def read(function: str, argument: str, a: Any, accepted: str = NUMBERS, *, besides: str = "") -> Operand:
    """Read an array argument. Arrays of a type that is not accepted are a TypeError; lists are taken as they are.

    `besides` has the codes of the NumPy dtypes that are accepted besides numbers: of "USMm".
    """
    if type(a) in (list, tuple, range):
        return Operand(a, None, (len(a),), "list", a)
    if isinstance(a, str):
        reject(function, argument, "str", accepted)
    numpy = numpy_if_loaded()
    if numpy is not None and isinstance(a, (numpy.ndarray, numpy.generic)):
        return _read_ndarray(function, argument, numpy.asanyarray(a), accepted, besides)
    try:
        view = memoryview(a)
    except (TypeError, BufferError):
        pass
    else:
        return _read_buffer(function, argument, a, view, accepted)
    converted = as_ndarray(a)
    if converted is not a:
        return _read_ndarray(function, argument, converted, accepted, besides)
    if not is_iterable(a):
        reject(function, argument, type(a).__name__, accepted)
    values = list(a)
    return Operand(values, None, (len(values),), "list", a)


def is_iterable(a: Any) -> bool:
    return hasattr(type(a), "__iter__") or hasattr(type(a), "__getitem__")


def is_scalar(a: Any) -> bool:
    """Whether an argument is one element: text, or what neither is an array nor can be iterated."""
    if isinstance(a, (str, bytes)):
        return True
    if is_iterable(a) or any(hasattr(type(a), name) for name in ("__array__", "__array_interface__", "__dlpack__")):
        return False
    try:
        memoryview(a)
    except (TypeError, BufferError):
        return True
    return False


def as_ndarray(a: Any) -> Any:
    """An object that offers itself as an array (pandas, pyarrow, polars, torch) as an ndarray; any other as it is."""
    if hasattr(type(a), "__array__") or hasattr(type(a), "__array_interface__"):
        import numpy

        return numpy.asarray(a)
    if hasattr(type(a), "__dlpack__"):
        import numpy

        return numpy.from_dlpack(a)
    return a


def _read_ndarray(function: str, argument: str, a: Any, accepted: str, besides: str) -> Operand:
    if hasattr(a, "mask"):
        reject(function, argument, type(a).__name__, accepted)
    a = sys.modules["numpy"].asarray(a)  # a matrix has rows where an array has elements
    kind = kind_of_dtype(a.dtype)
    if kind not in KIND_CODES and a.dtype.kind not in besides:
        reject(function, argument, kind_name(kind), accepted)
    return Operand(elements(a), kind, a.shape, "ndarray", a)


def elements(a: Any) -> list[Any]:
    """The elements of an ndarray as Python values in C order: dates as the integers they are, NaT as NaN."""
    is_date = a.dtype.kind in "Mm"
    values: list[Any] = (a.astype("int64") if is_date else a).ravel().tolist()
    return [math.nan if v == NAT else v for v in values] if is_date else values


def _read_buffer(function: str, argument: str, a: Any, view: memoryview, accepted: str) -> Operand:
    kind = kind_of_format(view.format, view.itemsize)
    if kind is None:
        reject(function, argument, f"a buffer of format {view.format!r}", accepted)
    order = view.format[0] if view.format[0] in "<>!" else "="
    count = view.nbytes // view.itemsize
    values = struct.unpack(f"{order}{count}{KIND_CODES[kind]}", view.tobytes())
    return Operand(values, kind, view.shape or (), "array", a)


def is_number(v: Any) -> bool:
    """Whether `real` takes an element."""
    return hasattr(type(v), "__index__") or (hasattr(type(v), "__float__") and not isinstance(v, NOT_REAL))


def real(function: str, argument: str, v: Any) -> Any:
    """An element as an exact int if it is an integer of any type, else as a float."""
    if hasattr(type(v), "__index__"):
        try:
            return int(operator.index(v))
        except TypeError:  # a 0-d ndarray of floats
            pass
    if isinstance(v, NOT_REAL) or not hasattr(type(v), "__float__"):
        reject_element(function, argument, v, NUMBERS)
    return float.__float__(float(v))


def index(function: str, argument: str, value: Any) -> int:
    """An integer argument."""
    try:
        return operator.index(value)
    except TypeError:
        reject(function, argument, type(value).__name__, "integers")


def flag(function: str, argument: str, value: Any) -> bool:
    """A bool argument; NumPy's bool is one."""
    if isinstance(value, bool):
        return value
    if type(value).__name__ in ("bool", "bool_") and type(value).__module__ == "numpy":
        return bool(value)
    reject(function, argument, type(value).__name__, "bool")


def threads(function: str, value: Any) -> int | None:
    """The `threads` argument, checked: None or an integer from 1 up."""
    if value is None:
        return None
    count = index(function, "'threads'", value)
    if count < 1:
        raise ValueError(f"{function}: 'threads' must be at least 1, not {count}")
    return count


def axis(function: str, value: Any, dimensions: int) -> int:
    """An axis argument, counted from the front."""
    position = index(function, "'axis'", value)
    if not -dimensions <= position < dimensions:
        message = f"{function}: axis {position} is out of bounds for an array of dimension {dimensions}"
        numpy = numpy_if_loaded()
        raise ValueError(message) if numpy is None else numpy.exceptions.AxisError(message)
    return position % dimensions


def rows(a: Any, position: int) -> tuple[list[Any], tuple[int, ...]]:
    """The 1-d arrays of an ndarray along an axis, in C order of the other axes, and the shape that these make."""
    numpy = sys.modules["numpy"]
    moved = numpy.moveaxis(a, position, -1)
    shape = moved.shape[:-1]
    return [moved[where] for where in numpy.ndindex(*shape)], shape


def check_out(function: str, out: Any, kind: str, shape: tuple[int, ...]) -> None:
    """Check that `out` is a writable array of this kind and shape; for functions that convert nothing."""
    numpy = numpy_if_loaded()
    if numpy is not None and isinstance(out, numpy.ndarray):
        found, found_shape, is_read_only = kind_of_dtype(out.dtype), out.shape, not out.flags.writeable
    else:
        try:
            view = memoryview(out)
        except (TypeError, BufferError):
            reject(function, "'out'", type(out).__name__, "a writable array")
        found = kind_of_format(view.format, view.itemsize) or f"a buffer of format {view.format!r}"
        found_shape, is_read_only = view.shape or (), view.readonly
    if found != kind:
        raise TypeError(f"{function}: 'out' must be {kind}, not {found}")
    if found_shape != shape:
        raise ValueError(f"{function}: 'out' must have shape {shape}, not {found_shape}")
    if is_read_only:
        raise ValueError(f"{function}: 'out' is read-only")


def new_array(values: Iterable[Any], kind: str) -> array[Any]:
    """An array.array of a kind."""
    return array(ARRAY_CODES[kind], values)
