"""Twins of the sums family."""

from __future__ import annotations

import builtins
import itertools
import math
import operator
import sys
import warnings

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    import fractions
    from typing import Any, Callable, NoReturn

LANES = 32
BLOCK = 4096
# Every finite double is a multiple of the least one, 2**-1074.
UNITS_PER_ONE = 2**1074
# What an exact sum has met besides finite numbers.
NAN, PLUS_INF, MINUS_INF = 1, 2, 4
NO_NUMBERS = (str, bytes, bytearray, list, tuple, complex, type(None))


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


def minmax(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the least and the greatest element, as `min` and `max` do, in one pass.

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
    tuple of two
        Elements, or with ``axis`` ndarrays of the dtype of ``a``. Both are NaN if there is one.

    Raises
    ------
    TypeError
        The elements cannot be compared.
    ValueError
        There are no elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.minmax([3, 1, 2])
    (1, 3)
    """
    operand = arguments.read("minmax", "'a'", a)
    if axis is None or operand.container != "ndarray":
        return _reduce("minmax", a if operand.kind else operand.values, axis, threads, _minmax_values, same_kind)
    least = _reduce("minmax", operand.source, axis, threads, _least, same_kind)
    return least, _reduce("minmax", operand.source, axis, threads, _greatest, same_kind)


def argmin(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the index of the least element: of the first NaN if there is one; of equal elements, of the first.

    Parameters
    ----------
    a : array, list, range or any iterable
        Any shape; bool, integer and float dtypes. A list may hold anything that can be compared.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements, counted in C order.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    int
        With ``axis``, an int64 ndarray.

    Raises
    ------
    TypeError
        The elements cannot be compared.
    ValueError
        There are no elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.argmin([3, 1, 2, 1])
    1
    """
    return _reduce("argmin", a, axis, threads, _argmin_values, index_kind)


def argmax(a: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the index of the greatest element: of the first NaN if there is one; of equal elements, of the first.

    Parameters
    ----------
    a : array, list, range or any iterable
        Any shape; bool, integer and float dtypes. A list may hold anything that can be compared.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements, counted in C order.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    int
        With ``axis``, an int64 ndarray.

    Raises
    ------
    TypeError
        The elements cannot be compared.
    ValueError
        There are no elements.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.argmax([0.5, 2.5, 1.5])
    1
    """
    return _reduce("argmax", a, axis, threads, _argmax_values, index_kind)


def var(a: Any, *, axis: int | None = None, ddof: int = 0, threads: int | None = None) -> Any:
    """Return the variance: the mean of the squared deviations from the mean.

    The corrected two-pass algorithm: with m the mean, rounded once (of integers, to the nearest integer) and d = x - m,
    the result is (Σd² - (Σd)²/n) / (n - ddof), both sums in the lane order of `sum`. The second term, which
    is zero but for the rounding of m, keeps the result accurate where the deviations are as small as that.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements.
    ddof : int, optional
        Taken from the number of elements in the divisor: 0 for the population's variance, 1 for a sample's.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    float
        With ``axis``, a float64 ndarray. NaN if an element is NaN or infinite. If the divisor is not positive, NaN or
        infinity with a `RuntimeWarning`.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        The mean of integers, or a deviation from it, is out of range for a float.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.var([1.0, 2.0, 3.0, 4.0])
    1.25
    >>> fc.var([10**18, 10**18 + 1], ddof=1)
    0.5

    References
    ----------
    T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance: analysis and
    recommendations", The American Statistician 37 (1983), equation 1.7.
    """
    freedom = arguments.index("var", "'ddof'", ddof)

    def values_var(values: Any, kind: str | None) -> float:
        return variance("var", values, freedom)

    return _reduce("var", a, axis, threads, values_var, float_kind)


def std(a: Any, *, axis: int | None = None, ddof: int = 0, threads: int | None = None) -> Any:
    """Return the standard deviation: the square root of the variance that `var` returns.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements.
    ddof : int, optional
        Taken from the number of elements in the divisor: 0 for the population's, 1 for a sample's.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    float
        With ``axis``, a float64 ndarray. NaN if an element is NaN or infinite. If the divisor is not positive, NaN or
        infinity with a `RuntimeWarning`.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        The mean of integers, or a deviation from it, is out of range for a float.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.std([1, 3])
    1.0
    """
    freedom = arguments.index("std", "'ddof'", ddof)

    def values_std(values: Any, kind: str | None) -> float:
        return math.sqrt(variance("std", values, freedom))

    return _reduce("std", a, axis, threads, values_std, float_kind)


def dot(a: Any, b: Any, *, axis: int | None = None, threads: int | None = None) -> Any:
    """Return the sum of the products of corresponding elements: exact for integers, in a fixed order for floats.

    Each product of floats is rounded, and the products are added as `sum` adds them. Arrays of more than one dimension
    are not multiplied as matrices: every element of one meets the element of the other at the same place.

    Parameters
    ----------
    a, b : array, list, range or any iterable of numbers
        Of the same shape; bool, integer and float dtypes, which may differ.
    axis : int, optional
        Along this axis of ndarrays; default: over all elements.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    int or float
        With ``axis``, an ndarray: float64 for floats, int64 or uint64 for integers.

    Raises
    ------
    TypeError
        The elements are not numbers.
    ValueError
        The shapes differ.
    OverflowError
        With ``axis``: an integer sum does not fit 64 bits.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.dot([1, 2, 3], [4, 5, 6])
    32
    >>> fc.dot([0.5, 2.0], [2, 4])
    9.0
    """
    arguments.threads("dot", threads)
    one, other = arguments.read("dot", "'a'", a), arguments.read("dot", "'b'", b)
    if one.shape != other.shape:
        raise ValueError(f"dot: 'a' and 'b' must have the same shape, not {one.shape} and {other.shape}")
    if axis is None:
        return _dot_values(one.values, one.kind, other.values, other.kind)
    position = arguments.axis("dot", axis, len(one.shape))
    if one.container != "ndarray" or other.container != "ndarray":
        if len(one.shape) > 1:
            operand, name = (other, "'b'") if one.container == "ndarray" else (one, "'a'")
            arguments.reject("dot", name, f"a {len(operand.shape)}-d buffer with 'axis'", "ndarray")
        return _dot_values(one.values, one.kind, other.values, other.kind)
    rows, shape = arguments.rows(one.source, position)
    others, _ = arguments.rows(other.source, position)
    results = [
        _dot_values(row.tolist(), one.kind, other_row.tolist(), other.kind) for row, other_row in zip(rows, others)
    ]
    kind = "float64" if _is_float_kind(one.kind) or _is_float_kind(other.kind) else _product_kind(one.kind, other.kind)
    return new_ndarray("dot", results, kind, shape)


def cumsum(a: Any, *, axis: int | None = None) -> Any:
    """Return the running sums of the elements, added one by one from the first.

    As `itertools.accumulate` and ``numpy.cumsum``, but integers never wrap, and float16 and float32 are added as
    float64.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Along this axis of an ndarray; default: over all elements, in C order.

    Returns
    -------
    ndarray, array.array or list
        Of an ndarray, an ndarray, flat unless ``axis`` is given; of any other buffer, an array.array: float64 for
        floats, int64 or uint64 for integers. Of anything else, a list.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        A sum of integers of an array does not fit 64 bits.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.cumsum([1, 2, 3])
    [1, 3, 6]
    >>> fc.cumsum(range(5))
    [0, 1, 3, 6, 10]
    """
    operand = arguments.read("cumsum", "'a'", a)
    if axis is not None:
        position = arguments.axis("cumsum", axis, len(operand.shape))
        if operand.container == "ndarray":
            return _cumsum_rows(operand, position)
        if len(operand.shape) > 1:
            arguments.reject("cumsum", "'a'", f"a {len(operand.shape)}-d buffer with 'axis'", "ndarray")
    sums = running_sums(operand.values)
    if operand.kind is None:
        return sums
    kind = sum_kind(operand.kind)
    if operand.container == "ndarray":
        return new_ndarray("cumsum", sums, kind, (len(sums),))
    return arguments.new_array(in_range("cumsum", sums, kind), kind)


class ExactSum:
    """An exact sum of numbers, as an accumulator: `fsum` for data that come in pieces.

    The state is the exact sum of what was added, so that neither the order nor the way in which the data are split and
    merged makes a difference. Instances can be pickled and copied, and are equal if their states are; equal instances
    give the same bytes.

    Attributes
    ----------
    count : int
        How many elements were added.

    Examples
    --------
    >>> import fastcore as fc
    >>> total = fc.ExactSum()
    >>> total.update([0.1] * 5)
    >>> other = fc.ExactSum()
    >>> other.update([0.1] * 5)
    >>> total.merge(other)
    >>> total.result(), total.count
    (1.0, 10)
    """

    __slots__ = ("_count", "_special", "_total")

    def __init__(self) -> None:
        self._total = 0  # in units of 2**-1074
        self._special = 0  # NAN, PLUS_INF and MINUS_INF
        self._count = 0

    @property
    def count(self) -> int:
        """How many elements were added."""
        return self._count

    def update(self, a: Any, *, threads: int | None = None) -> None:
        """Add all elements of an array, a list or any iterable of numbers; all of them, or, on an error, none."""
        arguments.threads("ExactSum.update", threads)
        values = arguments.read("ExactSum.update", "'a'", a).values
        count = len(values)
        total, special = exact_sum("ExactSum.update", values)
        self._total += total
        self._special |= flags_of(special)
        self._count += count

    def add(self, x: Any) -> None:
        """Add one number."""
        total, special = exact_sum("ExactSum.add", [one_number("ExactSum.add", x)])
        self._total += total
        self._special |= flags_of(special)
        self._count += 1

    def merge(self, other: ExactSum) -> None:
        """Add what was added to another ExactSum, which stays as it is."""
        if not isinstance(other, ExactSum):
            arguments.reject("ExactSum.merge", "'other'", type(other).__name__, "ExactSum")
        self._total += other._total
        self._special |= other._special
        self._count += other._count

    def result(self) -> float:
        """Return the sum, correctly rounded: what `fsum` returns or raises for all elements together."""
        if self._special:
            return special_sum("ExactSum.result", self._special)
        return ratio("ExactSum.result", self._total, 1)

    def fraction(self) -> fractions.Fraction:
        """Return the exact sum; a ValueError or OverflowError if it is NaN or infinite."""
        import fractions

        if self._special == PLUS_INF or self._special == MINUS_INF:
            raise OverflowError("ExactSum.fraction: the sum is infinite")
        if self._special:
            raise ValueError("ExactSum.fraction: the sum is not a number")
        return fractions.Fraction(self._total, UNITS_PER_ONE)

    def mean(self) -> float:
        """Return the exact sum divided by the count, rounded once: what `mean` returns for all elements together."""
        if self._count == 0:
            return mean_of_nothing("ExactSum.mean: nothing was added")
        if self._special:
            return special_mean(self._special)
        return ratio("ExactSum.mean", self._total, self._count)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactSum):
            return NotImplemented
        return self._state() == other._state()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if self._special:
            text = {PLUS_INF: "inf", MINUS_INF: "-inf"}.get(self._special, "nan")
        else:
            try:
                text = repr(self._total / UNITS_PER_ONE)
            except OverflowError:
                text = "out of range for a float"
        return f"<ExactSum of {self._count}: {text}>"

    def __copy__(self) -> ExactSum:
        copied = type(self)()
        copied._restore(*self._state())
        return copied

    def __deepcopy__(self, memo: object) -> ExactSum:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        from fastcore import _backend

        return _backend.restore_exact_sum, self._state()

    def _state(self) -> tuple[int, int, int]:
        return self._total, self._special, self._count

    def _restore(self, total: int, special: int, count: int) -> None:
        self._total, self._special, self._count = total, special, count


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
    return new_ndarray(function, [reduce_row(row) for row in rows], result_kind(operand.kind or ""), shape)


def new_ndarray(function: str, values: list[Any], kind: str, shape: tuple[int, ...]) -> Any:
    return sys.modules["numpy"].array(in_range(function, values, kind), dtype=kind).reshape(shape)


def in_range(function: str, values: list[Any], kind: str) -> list[Any]:
    """The values, which must fit the kind if that is one of 64-bit integers."""
    least, most = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}.get(kind, (0, 0))
    if least != most and values and not least <= builtins.min(values) <= builtins.max(values) <= most:
        out_of_range(function, kind)
    return values


def out_of_range(function: str, kind: str) -> NoReturn:
    raise OverflowError(f"{function}: the result is out of range for {kind}")


def _is_float_kind(kind: str | None) -> bool:
    return kind is not None and kind.startswith("float")


def sum_kind(kind: str) -> str:
    if _is_float_kind(kind):
        return "float64"
    return "uint64" if kind.startswith("uint") else "int64"


def _product_kind(kind: str | None, other: str | None) -> str:
    return "uint64" if (kind or "").startswith("uint") and (other or "").startswith("uint") else "int64"


def float_kind(kind: str) -> str:
    return "float64"


def same_kind(kind: str) -> str:
    return kind


def index_kind(kind: str) -> str:
    return "int64"


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
    if floats or _is_float_kind(kind):
        total = lane_sum(floats) + total
    return add_others(total, others)


def add_others(total: Any, others: Any) -> Any:
    """Add elements of types of their own with ``+``, in order."""
    for v in others:
        check_number("sum", "'a'", v)
        total = total + v
    return total


def check_number(function: str, argument: str, v: Any) -> None:
    """Refuse what has a ``+`` or ``*`` of another meaning."""
    if isinstance(v, NO_NUMBERS):
        arguments.reject_element(function, argument, v, arguments.NUMBERS)


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


def one_number(function: str, x: Any) -> Any:
    """The argument `x` as an int or a float."""
    if isinstance(x, complex) or not (hasattr(type(x), "__index__") or hasattr(type(x), "__float__")):
        arguments.reject(function, "'x'", type(x).__name__, arguments.NUMBERS)
    return arguments.real(function, "'x'", x)


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


def flags_of(special: list[float]) -> int:
    flags = 0
    for v in special:
        flags |= NAN if v != v else PLUS_INF if v > 0 else MINUS_INF
    return flags


def special_sum(function: str, flags: int) -> float:
    """The sum of elements of which some are not finite."""
    if flags & PLUS_INF and flags & MINUS_INF:
        # As math.fsum: before NaN, which is before one infinity.
        what = "both infinities were added" if function == "ExactSum.result" else "'a' holds both infinities"
        raise ValueError(f"{function}: {what}")
    return special_mean(flags)


def special_mean(flags: int) -> float:
    return {PLUS_INF: math.inf, MINUS_INF: -math.inf}.get(flags, math.nan)


def _fsum_values(values: Any, kind: str | None) -> float:
    total, special = exact_sum("fsum", values)
    return special_sum("fsum", flags_of(special)) if special else ratio("fsum", total, 1)


def _mean_values(values: Any, kind: str | None) -> float:
    total, special = exact_sum("mean", values)
    if not len(values):
        return mean_of_nothing()
    return special_mean(flags_of(special)) if special else ratio("mean", total, len(values))


def mean_of_nothing(text: str = "mean: 'a' is empty") -> float:
    """What NumPy answers too."""
    warnings.warn(text, RuntimeWarning, stacklevel=2)
    return math.nan


def variance(function: str, values: Any, ddof: int) -> float:
    """The corrected two-pass algorithm on the values of an operand."""
    numbers = [v if type(v) is float else arguments.real(function, "'a'", v) for v in values]
    if not numbers:
        return divide_squares(function, math.nan, -ddof)
    total, special = exact_sum(function, numbers)
    if special:
        return divide_squares(function, math.nan, len(numbers) - ddof)
    pivot: Any
    if all(type(v) is int for v in numbers):
        pivot = (2 * builtins.sum(numbers) + len(numbers)) // (2 * len(numbers))
    else:
        pivot = ratio(function, total, len(numbers))
    try:
        deviations = [float(v - pivot) for v in numbers]
    except OverflowError:
        raise OverflowError(f"{function}: a deviation from the mean is out of range for a float") from None
    squares = lane_sum([d * d for d in deviations])
    return divide_squares(function, corrected(squares, lane_sum(deviations), len(numbers)), len(numbers) - ddof)


def corrected(squares: float, rest: float, n: int) -> float:
    """Σd² - (Σd)²/n, which is not below 0."""
    if squares == math.inf:
        return squares
    correction = rest * (rest / n)
    return squares - correction if correction < squares else 0.0


def divide_squares(function: str, squares: float, divisor: int) -> float:
    """As NumPy, a divisor that is not positive counts as 0, and is warned of."""
    if divisor > 0:
        return squares / divisor
    warnings.warn(f"{function}: 'ddof' leaves no degrees of freedom", RuntimeWarning, stacklevel=2)
    return math.inf if squares > 0 else math.nan


def _dot_ranges(a: range, b: range) -> int:
    """The sum of (a0 + i * s) * (b0 + i * t), from those of 1, i and i * i."""
    n = len(a)
    linear = a.start * b.step + b.start * a.step
    return n * a.start * b.start + n * (n - 1) // 2 * linear + n * (n - 1) * (2 * n - 1) // 6 * a.step * b.step


def _dot_values(values: Any, kind: str | None, others: Any, other_kind: str | None) -> Any:
    if type(values) is range and type(others) is range:
        return _dot_ranges(values, others)
    products = []
    for x, y in zip(values, others):
        check_number("dot", "'a'", x)
        check_number("dot", "'b'", y)
        products.append(x * y)
    return _sum_values(products, "float64" if _is_float_kind(kind) or _is_float_kind(other_kind) else None)


def running_sums(values: Any) -> list[Any]:
    for v in values:
        check_number("cumsum", "'a'", v)
    return list(itertools.accumulate(int(v) if type(v) is bool else v for v in values))


def _cumsum_rows(operand: Any, position: int) -> Any:
    numpy = sys.modules["numpy"]
    kind = sum_kind(operand.kind)
    rows, _ = arguments.rows(operand.source, position)
    sums = [v for row in rows for v in running_sums(row.tolist())]
    moved = numpy.moveaxis(operand.source, position, -1).shape
    return numpy.ascontiguousarray(numpy.moveaxis(new_ndarray("cumsum", sums, kind, moved), -1, position))


def _extreme(function: str, values: Any, is_better: Callable[[Any, Any], bool]) -> tuple[Any, int]:
    """The element that none is better than, the first of those, and its index; a NaN, if there is one."""
    if not len(values):
        raise ValueError(f"{function}: 'a' must not be empty")
    best, at, count = values[0], 0, len(values)
    for i in range(count):
        if len(values) != count:
            raise RuntimeError(f"{function}: 'a' changed size during iteration")
        v = values[i]
        if isinstance(v, complex):
            arguments.reject_element(function, "'a'", v, arguments.NUMBERS)
        if isinstance(v, float) and v != v:
            return v, i
        if is_better(v, best):
            best, at = v, i
    return best, at


def _min_values(values: Any, kind: str | None) -> Any:
    return _extreme("min", values, operator.lt)[0]


def _max_values(values: Any, kind: str | None) -> Any:
    return _extreme("max", values, operator.gt)[0]


def _least(values: Any, kind: str | None) -> Any:
    return _extreme("minmax", values, operator.lt)[0]


def _greatest(values: Any, kind: str | None) -> Any:
    return _extreme("minmax", values, operator.gt)[0]


def _minmax_values(values: Any, kind: str | None) -> Any:
    return _least(values, kind), _greatest(values, kind)


def _argmin_values(values: Any, kind: str | None) -> int:
    return _extreme("argmin", values, operator.lt)[1]


def _argmax_values(values: Any, kind: str | None) -> int:
    return _extreme("argmax", values, operator.gt)[1]
