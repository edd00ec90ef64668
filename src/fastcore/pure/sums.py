"""Twins of the sums family."""

from __future__ import annotations

import builtins
import operator
import sys
import warnings

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from typing import Any, Callable

LANES = 32
BLOCK = 4096
# Every finite double is a multiple of this, the least one.
UNITS_PER_ONE = 2**1074


def sum(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the sum of the elements: exact for integers, in a fixed order for floats.

    Element i of each block of 4096 floats is added to lane i mod 32; the 32 lanes are folded in halves, and the blocks'
    sums are summed by the same rule. So the result is the same to the bit for any memory layout, instruction set and
    number of threads. Integers never wrap. In a list that holds both, the integers and the floats are summed apart and
    then added once; elements of other types are added with ``+``, in order.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Sum along this axis of an ndarray; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    int or float
        0 for an empty list, 0.0 for an empty float array. With ``axis``, an ndarray: float64 for floats, int64 or
        uint64 for integers.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        With ``axis``: an integer sum does not fit 64 bits.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.sum(range(1_000_001))
    500000500000
    >>> fc.sum([0.5, 0.25, 1])
    1.75
    """
    return _reduce("sum", a, axis, threads, _sum_values, sum_kind)


def fsum(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the correctly rounded sum of the elements, as a float.

    The exact sum is rounded once, to nearest with ties to even, so that the result depends on the elements alone, not
    on their order. It equals ``math.fsum``, which also raises an `OverflowError` where only an intermediate sum is out
    of range, and rounds each integer before adding it; here integers count exactly.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Sum along this axis of an ndarray; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    float
        With ``axis``, a float64 ndarray.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        The sum is out of range for a float.
    ValueError
        Both infinities are among the elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fsum([0.1] * 10)
    1.0
    >>> fc.fsum([1e308, 1e308, -1e308])
    1e+308

    References
    ----------
    R. M. Neal, "Fast exact summation using small and large superaccumulators", arXiv:1505.05571 (2015).
    """
    return _reduce("fsum", a, axis, threads, _fsum_values, float_kind)


def mean(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the arithmetic mean: the exact sum divided by the count, rounded once.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Average along this axis of an ndarray; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    float
        With ``axis``, a float64 ndarray. NaN, with a `RuntimeWarning`, if there are no elements; NaN if one is NaN or
        both infinities are there.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        The mean of integers is out of range for a float.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.mean([1e308, 1e308, 1e308])
    1e+308
    >>> fc.mean([2**53 + 1, 2**53 + 3])
    9007199254740994.0
    """
    return _reduce("mean", a, axis, threads, _mean_values, float_kind)


def min(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the least element; NaN if there is one; of equal elements the first.

    Parameters
    ----------
    a : array, list, range or any iterable
        Any shape; bool, integer and float dtypes. A list may hold anything that can be compared.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    bool, int or float
        An element of a list is returned itself. With ``axis``, an ndarray of the dtype of ``a``.

    Raises
    ------
    TypeError
        The elements cannot be compared.
    ValueError
        There are no elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.min([3, 1, 2])
    1
    """
    return _reduce("min", a, axis, threads, _min_values, same_kind)


def max(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the greatest element; NaN if there is one; of equal elements the first.

    Parameters
    ----------
    a : array, list, range or any iterable
        Any shape; bool, integer and float dtypes. A list may hold anything that can be compared.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    bool, int or float
        An element of a list is returned itself. With ``axis``, an ndarray of the dtype of ``a``.

    Raises
    ------
    TypeError
        The elements cannot be compared.
    ValueError
        There are no elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.max([0.5, 2.5, 1.5])
    2.5
    """
    return _reduce("max", a, axis, threads, _max_values, same_kind)


def _reduce(
    function: str,
    a: Any,
    axis: int | None,
    threads: int | None,
    reduce_values: Callable[[Any, str | None], Any],
    result_kind: Callable[[str], str],
) -> Any:
    if axis is None:
        arguments.threads(function, threads)
        operand = arguments.read(function, "'a'", a)
        return reduce_values(operand.values, operand.kind)

    def reduce_row(row: Any) -> Any:
        return reduce_values(row.tolist(), row.dtype.name)

    def reduce_all(a: Any) -> Any:
        return _reduce(function, a, None, None, reduce_values, result_kind)

    return reduce_axis(function, a, axis, threads, reduce_row, reduce_all, result_kind)


def reduce_axis(
    function: str,
    a: Any,
    axis: int,
    threads: int | None,
    reduce_row: Callable[[Any], Any],
    reduce_all: Callable[[Any], Any],
    result_kind: Callable[[str], str],
) -> Any:
    """Reduce every row of an ndarray along an axis into an ndarray; what has one dimension, to a number."""
    arguments.threads(function, threads)
    operand = arguments.read(function, "'a'", a)
    position = arguments.axis(function, axis, len(operand.shape))
    if operand.container != "ndarray":
        if len(operand.shape) > 1:
            arguments.reject(function, "'a'", f"a {len(operand.shape)}-d buffer with 'axis'", "ndarray")
        return reduce_all(a if operand.kind is not None else operand.values)
    rows, shape = arguments.rows(operand.source, position)
    kind = result_kind(operand.kind or "")
    results = [reduce_row(row) for row in rows]
    return sys.modules["numpy"].array(results, dtype=kind).reshape(shape)


def sum_kind(kind: str) -> str:
    if kind.startswith("float"):
        return "float64"
    return "uint64" if kind.startswith("uint") else "int64"


def float_kind(kind: str) -> str:
    return "float64"


def same_kind(kind: str) -> str:
    return kind


def _sum_values(values: Any, kind: str | None) -> Any:
    if type(values) is range:
        return len(values) * (values[0] + values[-1]) // 2 if values else 0
    total: Any = 0
    floats, others = [], []
    for v in values:
        if type(v) is float:
            floats.append(v)
        elif type(v) is int or type(v) is bool:
            total += v
        else:
            others.append(v)
    if floats or (kind is not None and kind.startswith("float")):
        total = lane_sum(floats) + total
    return add_others(total, others)


def add_others(total: Any, others: Any) -> Any:
    """Add elements of types of their own with ``+``, in order."""
    for v in others:
        if isinstance(v, (str, bytes, bytearray, complex)) or v is None:
            arguments.reject_element("sum", "'a'", v, arguments.NUMBERS)
        total = total + v
    return total


def lane_sum(values: Any) -> float:
    """The sum of floats by lanes and blocks."""
    if len(values) > BLOCK:
        return lane_sum([lane_sum(values[i : i + BLOCK]) for i in range(0, len(values), BLOCK)])
    lanes = [0.0] * LANES
    for i, v in enumerate(values):
        lanes[i % LANES] += v
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [lanes[i] + lanes[i + half] for i in range(half)]
    return lanes[0]


def exact_sum(function: str, values: Any) -> tuple[int, list[float]]:
    """The finite elements' sum in units of 2**-1074, and the elements that are not finite."""
    total = 0
    special = []
    for v in values:
        if type(v) is not float:
            v = arguments.real(function, "'a'", v)
        if type(v) is int:
            total += v * UNITS_PER_ONE
        elif v - v == 0:
            numerator, denominator = v.as_integer_ratio()
            total += numerator * (UNITS_PER_ONE // denominator)
        else:
            special.append(v)
    return total, special


def ratio(function: str, total: int, count: int) -> float:
    """An exact sum in units of 2**-1074 divided by a count: int / int rounds once."""
    try:
        return total / (count * UNITS_PER_ONE)
    except OverflowError:
        raise OverflowError(f"{function}: the result is out of range for a float") from None


def has_both_infinities(special: list[float]) -> bool:
    return float("inf") in special and float("-inf") in special


def _fsum_values(values: Any, kind: str | None) -> float:
    total, special = exact_sum("fsum", values)
    if has_both_infinities(special):
        raise ValueError("fsum: 'a' holds both infinities")
    return builtins.sum(special) if special else ratio("fsum", total, 1)


def _mean_values(values: Any, kind: str | None) -> float:
    total, special = exact_sum("mean", values)
    if not len(values):
        return mean_of_nothing()
    return builtins.sum(special) if special else ratio("mean", total, len(values))


def mean_of_nothing() -> float:
    """What NumPy answers too."""
    warnings.warn("mean: 'a' is empty", RuntimeWarning, stacklevel=2)
    return float("nan")


def _extreme(function: str, values: Any, is_better: Callable[[Any, Any], bool]) -> Any:
    if not len(values):
        raise ValueError(f"{function}: 'a' must not be empty")
    best, count = values[0], len(values)
    for i in range(count):
        if len(values) != count:
            raise RuntimeError(f"{function}: 'a' changed size during iteration")
        v = values[i]
        if isinstance(v, complex):
            arguments.reject_element(function, "'a'", v, arguments.NUMBERS)
        if isinstance(v, float) and v != v:
            return v
        if is_better(v, best):
            best = v
    return best


def _min_values(values: Any, kind: str | None) -> Any:
    return _extreme("min", values, operator.lt)


def _max_values(values: Any, kind: str | None) -> Any:
    return _extreme("max", values, operator.gt)
