"""Twins of the sorting family."""

from __future__ import annotations

import sys

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ACCEPTED = "bool, integers, floats, str"


def sort(a: Any, *, axis: int | None = -1, descending: bool = False, out: Any = None) -> Any:
    """Return the elements in ascending order.

    A list of the very same objects comes back in the order that `sorted` gives. In arrays NaN comes last, in either
    direction. Stable: elements that compare equal stay in input order, ascending or descending.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float or str dtype; lists of anything that `sorted` takes.
    axis : int or None, optional
        The axis of an ndarray to sort along, the last by default; None sorts it flattened.
    descending : bool, optional
        From the greatest to the least.
    out : array or list, optional
        Where the result goes: of the shape and dtype of ``a``. ``sort(a, out=a)`` sorts in place.

    Returns
    -------
    ndarray, array.array or list
        ``out`` if given; else a new ndarray for an ndarray, array.array for another buffer, list for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared; ``out`` has
        another dtype.
    ValueError
        ``axis`` is out of bounds (for ndarrays ``numpy.exceptions.AxisError``, which is one); ``out`` has another shape
        or is read-only; a list was changed while it was sorted.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.sort([3, 1, 2], descending=True)
    [3, 2, 1]

    References
    ----------
    D. E. Knuth, The Art of Computer Programming, volume 3, section 5.2.5.
    """
    descending = arguments.flag("sort", "'descending'", descending)
    if type(a) is list and out is a:
        check_list_axis("sort", axis)
        a.sort(reverse=descending)
        return a
    operand = read("sort", a)
    position = checked_axis("sort", axis, operand)
    if operand.container == "list":
        if out is not None:
            check_list_out("sort", out, len(operand.values))
        result = sorted(operand.values, reverse=descending)
        if out is None:
            return result
        out[:] = result
        return out
    kind = operand.kind or ""
    shape = operand.shape if position is not None else (len(operand.values),)
    if out is not None:
        arguments.check_out("sort", out, kind, shape)
    if operand.container == "array":
        values = sorted_values(operand.values, descending)
        return arguments.new_array(values, kind) if out is None else fill(out, values, kind)
    result = _sort_rows(
        operand, position, shape, lambda values: sorted_values(values, descending), operand.source.dtype
    )
    if out is None:
        return result
    if isinstance(out, sys.modules["numpy"].ndarray):
        out[...] = result
        return out
    return fill(out, result.ravel().tolist(), kind)


def argsort(a: Any, *, axis: int | None = -1, descending: bool = False) -> Any:
    """Return the indices that put the elements in ascending order.

    Stable: the indices of equal elements ascend, in either direction. In arrays NaN comes last.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float or str dtype; lists of anything that `sorted` takes.
    axis : int or None, optional
        The axis of an ndarray to sort along, the last by default; None sorts it flattened.
    descending : bool, optional
        From the greatest to the least.

    Returns
    -------
    ndarray, array.array or list
        Of int64 for an ndarray, array.array of 'q' for another buffer, list of int for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared.
    ValueError
        ``axis`` is out of bounds (for ndarrays ``numpy.exceptions.AxisError``, which is one).

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.argsort([30, 10, 20])
    [1, 2, 0]
    """
    descending = arguments.flag("argsort", "'descending'", descending)
    operand = read("argsort", a)
    position = checked_axis("argsort", axis, operand)
    if operand.container == "list":
        return sorted(range(len(operand.values)), key=operand.values.__getitem__, reverse=descending)
    if operand.container == "array":
        return arguments.new_array(sorted_indices(operand.values, descending), "int64")
    shape = operand.shape if position is not None else (len(operand.values),)
    return _sort_rows(operand, position, shape, lambda values: sorted_indices(values, descending), "int64")


def read(function: str, a: Any) -> arguments.Operand:
    operand = arguments.read(function, "'a'", a, ACCEPTED, text=True)
    if not operand.shape:
        arguments.reject(function, "'a'", "a 0-d array", ACCEPTED)
    if operand.container == "array" and len(operand.shape) > 1:
        arguments.reject(function, "'a'", f"a {len(operand.shape)}-d buffer", ACCEPTED)
    return operand


def checked_axis(function: str, axis: int | None, operand: arguments.Operand) -> int | None:
    return None if axis is None else arguments.axis(function, axis, len(operand.shape))


def check_list_axis(function: str, axis: int | None) -> None:
    if axis is not None:
        arguments.axis(function, axis, 1)


def check_list_out(function: str, out: Any, length: int) -> None:
    if type(out) is not list:
        arguments.reject(function, "'out'", type(out).__name__, "list")
    if len(out) != length:
        raise ValueError(f"{function}: 'out' must have shape {(length,)}, not {(len(out),)}")


def sorted_values(values: Sequence[Any], descending: bool) -> list[Any]:
    """In order, NaN last; `sorted` keeps the order of equals in reverse too."""
    return sorted((v for v in values if v == v), reverse=descending) + [v for v in values if v != v]


def sorted_indices(values: Sequence[Any], descending: bool) -> list[int]:
    numbers = [i for i, v in enumerate(values) if v == v]
    return sorted(numbers, key=values.__getitem__, reverse=descending) + [i for i, v in enumerate(values) if v != v]


def fill(out: Any, values: Sequence[Any], kind: str) -> Any:
    """Write values into a writable one-dimensional buffer."""
    view = memoryview(out)
    for i, v in enumerate(values):
        view[i] = v
    return out


def _sort_rows(operand: arguments.Operand, position: int | None, shape: tuple[int, ...], order: Any, dtype: Any) -> Any:
    numpy = sys.modules["numpy"]
    if position is None:
        return numpy.array(order(operand.values), dtype=dtype).reshape(shape)
    result = numpy.empty(shape, dtype=dtype)
    sources, _ = arguments.rows(operand.source, position)
    moved = numpy.moveaxis(result, position, -1)
    for where, source in zip(numpy.ndindex(*moved.shape[:-1]), sources):
        moved[where] = order(source.tolist())
    return result
