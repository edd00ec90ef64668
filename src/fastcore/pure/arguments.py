"""What an argument is: the input of every twin, read into plain Python values, and the errors that both sides raise."""

from __future__ import annotations

import operator
import struct
import sys
from array import array

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

NUMBERS = "bool, integers, floats"

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


class Operand:
    """An argument as flat Python values in C order, with its kind, shape and container."""

    __slots__ = ("container", "kind", "shape", "source", "values")

    def __init__(
        self, values: Sequence[Any], kind: str | None, shape: tuple[int, ...], container: str, source: Any
    ) -> None:
        self.values = values
        self.kind = kind  # None: a list, whose elements are as they are
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


def read(function: str, argument: str, a: Any, accepted: str = NUMBERS, *, text: bool = False) -> Operand:
    """Read an array argument. Arrays of a type that is not accepted are a TypeError; lists are taken as they are."""
    if type(a) in (list, tuple, range):
        return Operand(a, None, (len(a),), "list", a)
    if isinstance(a, str):
        reject(function, argument, "str", accepted)
    numpy = numpy_if_loaded()
    if numpy is not None and isinstance(a, (numpy.ndarray, numpy.generic)):
        return _read_ndarray(function, argument, numpy.asanyarray(a), accepted, text)
    try:
        view = memoryview(a)
    except (TypeError, BufferError):
        pass
    else:
        return _read_buffer(function, argument, a, view, accepted)
    converted = as_ndarray(a)
    if converted is not a:
        return _read_ndarray(function, argument, converted, accepted, text)
    if not is_iterable(a):
        reject(function, argument, type(a).__name__, accepted)
    values = list(a)
    return Operand(values, None, (len(values),), "list", a)


def is_iterable(a: Any) -> bool:
    return hasattr(type(a), "__iter__") or hasattr(type(a), "__getitem__")


def as_ndarray(a: Any) -> Any:
    """An object that offers itself as an array (pandas, pyarrow, polars, torch) as an ndarray; any other as it is."""
    if hasattr(type(a), "__array__") or hasattr(type(a), "__array_interface__"):
        import numpy

        return numpy.asarray(a)
    if hasattr(type(a), "__dlpack__"):
        import numpy

        return numpy.from_dlpack(a)
    return a


def _read_ndarray(function: str, argument: str, a: Any, accepted: str, text: bool) -> Operand:
    if hasattr(a, "mask"):
        reject(function, argument, type(a).__name__, accepted)
    a = sys.modules["numpy"].asarray(a)  # a matrix has rows where an array has elements
    kind = a.dtype.name
    if kind not in KIND_CODES:
        if not (text and a.dtype.kind == "U"):
            reject(function, argument, "str" if a.dtype.kind == "U" else kind, accepted)
        kind = "str"
    return Operand(a.ravel().tolist(), kind, a.shape, "ndarray", a)


def _read_buffer(function: str, argument: str, a: Any, view: memoryview, accepted: str) -> Operand:
    kind = kind_of_format(view.format, view.itemsize)
    if kind is None:
        reject(function, argument, f"a buffer of format {view.format!r}", accepted)
    order = view.format[0] if view.format[0] in "<>!" else "="
    count = view.nbytes // view.itemsize
    values = struct.unpack(f"{order}{count}{KIND_CODES[kind]}", view.tobytes())
    return Operand(values, kind, view.shape or (), "array", a)


def real(function: str, argument: str, v: Any) -> Any:
    """An element as an exact int if it is an integer of any type, else as a float."""
    if hasattr(type(v), "__index__"):
        try:
            return int(operator.index(v))
        except TypeError:  # a 0-d ndarray of floats
            pass
    if isinstance(v, complex) or not hasattr(type(v), "__float__"):
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
        found, found_shape, is_read_only = out.dtype.name, out.shape, not out.flags.writeable
        if kind == "str":
            found = kind if out.dtype.kind == "U" else found
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
