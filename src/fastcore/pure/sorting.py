"""Twins of the sorting family."""

from __future__ import annotations

import bisect
import itertools
import sys
from array import array

from fastcore.pure import arguments, sums

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Order = Callable[[Sequence[Any]], list[int]]

# What lists are compared with, and what arrays may hold.
PLAIN = "bool, integers, floats, str, bytes"
ACCEPTED = f"{PLAIN}, datetime64, timedelta64"


def sort(
    a: Any, *, axis: int | None = -1, descending: bool = False, out: Any = None, threads: int | None = None
) -> Any:
    """Return the elements in ascending order.

    A list of the very same objects comes back in the order that `sorted` gives. In arrays NaN and NaT come last, in
    either direction. Stable: elements that compare equal stay in input order, ascending or descending.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything that `sorted`
        takes.
    axis : int or None, optional
        The axis of an ndarray to sort along, the last by default; None sorts it flattened.
    descending : bool, optional
        From the greatest to the least.
    out : array or list, optional
        Where the result goes: of the shape and dtype of ``a``. ``sort(a, out=a)`` sorts in place.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

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
        or is read-only; a list was changed while it was sorted; ``threads`` is less than 1.

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
    arguments.threads("sort", threads)
    if type(a) is list and out is a:
        check_list_axis("sort", axis)
        a.sort(reverse=descending)
        return a
    operand = read("sort", "'a'", a)
    position = checked_axis("sort", axis, operand)
    if operand.container == "list":
        if out is not None:
            check_list_out("sort", out, len(operand.values))
        result = sorted(operand.values, reverse=descending)
        if out is None:
            return result
        out[:] = result
        return out
    length = length_along(operand, position)
    if out is not None:
        arguments.check_out("sort", out, operand.kind or "", (length,) if position is None else operand.shape)
    result = arranged(operand, position, length, lambda values: sorted_indices(values, descending))
    return result if out is None else fill(out, result)


def argsort(a: Any, *, axis: int | None = -1, descending: bool = False, threads: int | None = None) -> Any:
    """Return the indices that put the elements in ascending order.

    Stable: the indices of equal elements ascend, in either direction. In arrays NaN and NaT come last.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything that `sorted`
        takes.
    axis : int or None, optional
        The axis of an ndarray to sort along, the last by default; None sorts it flattened.
    descending : bool, optional
        From the greatest to the least.
    threads : int, optional
        Threads for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    ndarray, array.array or list
        Of int64 for an ndarray, array.array of 'q' for another buffer, list of int for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared.
    ValueError
        ``axis`` is out of bounds (for ndarrays ``numpy.exceptions.AxisError``, which is one); ``threads`` is less than
        1.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.argsort([30, 10, 20])
    [1, 2, 0]
    """
    descending = arguments.flag("argsort", "'descending'", descending)
    arguments.threads("argsort", threads)
    operand = read("argsort", "'a'", a)
    position = checked_axis("argsort", axis, operand)
    if operand.container == "list":
        return sorted(range(len(operand.values)), key=operand.values.__getitem__, reverse=descending)
    if operand.container == "array":
        return arguments.new_array(sorted_indices(operand.values, descending), "int64")
    length = length_along(operand, position)
    return row_indices(operand, position, length, lambda values: sorted_indices(values, descending))


def topk(a: Any, k: int, *, axis: int | None = -1, largest: bool = True) -> Any:
    """Return the k greatest elements, from the greatest down: the first k of what `sort` gives.

    A list gives what `heapq.nlargest` or `heapq.nsmallest` does, the very same objects. In arrays NaN and NaT come
    last, for the least as for the greatest. Of equal elements the first in input order are taken.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything that `sorted`
        takes.
    k : int
        How many, 0 or more; all, if there are no more than that.
    axis : int or None, optional
        The axis of an ndarray to select along, the last by default; None selects from it flattened.
    largest : bool, optional
        False: the k least elements, from the least up.

    Returns
    -------
    ndarray, array.array or list
        A new ndarray for an ndarray, with k elements along the axis, array.array for another buffer, list for an
        iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared; ``k`` is no
        integer.
    ValueError
        ``k`` is negative; ``axis`` is out of bounds (for ndarrays ``numpy.exceptions.AxisError``, which is one).

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.topk([3, 1, 4, 1, 5], 2)
    [5, 4]
    >>> fc.topk([3, 1, 4, 1, 5], 2, largest=False)
    [1, 1]

    References
    ----------
    R. W. Floyd, R. L. Rivest, "Algorithm 489: the algorithm SELECT—for finding the ith smallest of n elements",
    Communications of the ACM 18:3 (1975).
    """
    largest = arguments.flag("topk", "'largest'", largest)
    count = check_count("topk", k)
    operand = read("topk", "'a'", a)
    position = checked_axis("topk", axis, operand)
    if operand.container == "list":
        return sorted(operand.values, reverse=largest)[:count]
    length = min(count, length_along(operand, position))
    return arranged(operand, position, length, lambda values: sorted_indices(values, largest)[:length])


def partition(a: Any, k: int, *, axis: int | None = -1) -> Any:
    """Return the elements with those less than the k-th in order before it, and those greater after it.

    With p the element that `sort` would put at index k: first the elements less than p, then those equal to it, then
    those greater, each of the three in input order. So index k holds what `sort` would put there; `numpy.partition`,
    which promises that too, leaves the order within the parts open. In arrays NaN and NaT are the greatest.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything that `sorted`
        takes.
    k : int
        An index, from the end if negative.
    axis : int or None, optional
        The axis of an ndarray to partition along, the last by default; None partitions it flattened.

    Returns
    -------
    ndarray, array.array or list
        A new ndarray for an ndarray, array.array for another buffer, list of the very same objects for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared; ``k`` is no
        integer.
    ValueError
        ``k`` is out of range, as any is of nothing; ``axis`` is out of bounds (for ndarrays
        ``numpy.exceptions.AxisError``, which is one).

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.partition([30, 50, 10, 40, 20], 2)
    [10, 20, 30, 50, 40]

    References
    ----------
    R. W. Floyd, R. L. Rivest, "Algorithm 489: the algorithm SELECT—for finding the ith smallest of n elements",
    Communications of the ACM 18:3 (1975).
    """
    operand = read("partition", "'a'", a)
    position = checked_axis("partition", axis, operand)
    length = length_along(operand, position)
    rank = check_rank("partition", k, length)
    if operand.container == "list":
        values = list(operand.values)
        return [values[i] for i in partitioned_indices(values, rank)]
    return arranged(operand, position, length, lambda values: partitioned_indices([*map(nan_last, values)], rank))


def median(a: Any, *, axis: int | None = None) -> Any:
    """Return the median: the middle element in order, or the exact mean of the two in the middle, rounded once.

    Parameters
    ----------
    a : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    axis : int, optional
        Along this axis of an ndarray; default: of all elements.

    Returns
    -------
    float
        With ``axis``, a float64 ndarray. NaN, with a `RuntimeWarning`, if there are no elements; NaN if one is NaN, or
        if the two in the middle are both infinities. A zero is 0.0, as of `mean`.

    Raises
    ------
    TypeError
        The elements are not numbers.
    OverflowError
        The median of integers is out of range for a float.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.median([3, 1, 2])
    2.0
    >>> fc.median([1e308, 1.5e308])
    1.25e+308

    References
    ----------
    R. W. Floyd, R. L. Rivest, "Algorithm 489: the algorithm SELECT—for finding the ith smallest of n elements",
    Communications of the ACM 18:3 (1975).
    """
    if axis is None:
        return middle(arguments.read("median", "'a'", a).values)
    return sums.reduce_axis("median", a, axis, None, lambda row: middle(row.tolist()), median, sums.float_kind)


def unique(a: Any, *, counts: bool = False, inverse: bool = False) -> Any:
    """Return the distinct elements in ascending order: of equal ones, the first in input order.

    Arrays are taken flattened. In them all NaNs are one, and so are all NaTs; it comes last. Of `0.0` and `-0.0` it is
    the one that came first. The elements of a list need no more than ``<``: what is not greater than the element before
    it, in the order of `sorted`, is equal to it. (So a list that holds NaN, whose order means nothing, gives a result
    that means nothing.)

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything that `sorted`
        takes.
    counts : bool, optional
        Also return how often each came.
    inverse : bool, optional
        Also return, for each element of ``a``, the index of its equal among the values: ``values[inverse]`` is ``a``.

    Returns
    -------
    ndarray, array.array or list, or a tuple of them
        The values: a 1-d ndarray for an ndarray, array.array for another buffer, list of the very same objects for an
        iterable. With ``inverse`` or ``counts`` a tuple: the values, the inverse, of the shape of ``a``, and the
        counts, as far as asked for. These are of int64 for an ndarray, array.array of 'q' for another buffer, lists of
        int for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated, has a dtype that is not accepted, or elements that cannot be compared.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.unique([3, 1, 3, 2])
    [1, 2, 3]
    >>> fc.unique("b a b c".split(), inverse=True, counts=True)
    (['a', 'b', 'c'], [1, 0, 1, 2], [1, 2, 1])
    """
    counts = arguments.flag("unique", "'counts'", counts)
    inverse = arguments.flag("unique", "'inverse'", inverse)
    operand = read("unique", "'a'", a)
    values = list(operand.values)
    keys = values if operand.kind is None else [nan_last(v) for v in values]
    firsts: list[int] = []  # of each distinct element, the index where it came first
    tally: list[int] = []
    places = [0] * len(values)
    for i in sorted(range(len(values)), key=keys.__getitem__):
        if not firsts or keys[firsts[-1]] < keys[i]:
            firsts.append(i)
            tally.append(0)
        places[i] = len(firsts) - 1
        tally[-1] += 1
    result = [elements_at(operand, values, firsts)]
    if inverse:
        result.append(answer(operand, places, "int64", operand.shape))
    if counts:
        result.append(answer(operand, tally, "int64", (len(tally),)))
    return tuple(result) if len(result) > 1 else result[0]


def searchsorted(a: Any, v: Any, *, side: str = "left") -> Any:
    """Return the index where each of some elements would be inserted into an ascending sequence to keep it so.

    A list is searched as `bisect.bisect_left` or `bisect.bisect_right` does it. In arrays NaN and NaT come last, equal
    to themselves. Integers and floats compare exactly, as in Python; `numpy.searchsorted` rounds both to float64.

    Parameters
    ----------
    a : array, list or any iterable
        Of one dimension and ascending, or the result means nothing. Arrays of bool, integer, float, str, bytes,
        datetime64 or timedelta64 dtype.
    v : scalar, array, list or any iterable
        What is looked for. In an array: numbers for numbers, str for str, bytes for bytes, an array or a NumPy scalar
        of the very same dtype for datetime64 and timedelta64. A str or bytes is one element; a tuple is several.
    side : {'left', 'right'}, optional
        Before the elements that are equal, or after them.

    Returns
    -------
    int, ndarray, array.array or list
        int for a scalar; an int64 ndarray of the shape of ``v`` for an ndarray, array.array of 'q' for another buffer,
        list of int for an iterable.

    Raises
    ------
    TypeError
        ``a`` cannot be iterated or has a dtype that is not accepted; ``v`` does not compare with its elements.
    ValueError
        ``a`` has more than one dimension; ``side`` is neither of the two.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.searchsorted([10, 20, 20, 30], 20)
    1
    >>> fc.searchsorted([10, 20, 20, 30], [20, 25], side="right")
    [3, 3]

    References
    ----------
    D. E. Knuth, The Art of Computer Programming, volume 3, section 6.2.1.
    """
    find = check_side("searchsorted", side)
    operand = read("searchsorted", "'a'", a)
    if len(operand.shape) > 1:
        raise ValueError(f"searchsorted: 'a' must have one dimension, not {len(operand.shape)}")
    if arguments.is_scalar(v):
        wanted = arguments.Operand([v], None, (), "scalar", v)
    else:
        wanted = arguments.read("searchsorted", "'v'", v, ACCEPTED, besides="USMm")
        check_buffer("searchsorted", "'v'", wanted)
    keys, asked = operand.values, comparable("searchsorted", operand, wanted)
    if operand.kind is not None:
        keys, asked = [nan_last(x) for x in keys], [nan_last(x) for x in asked]
    found = [find(keys, x) for x in asked]
    return found[0] if wanted.shape == () else answer(wanted, found, "int64", wanted.shape)


def isin(a: Any, elements: Any, *, invert: bool = False) -> Any:
    """Return whether each element is among others.

    Of lists that is ``v in elements``, looked up by hash where all can be hashed. The elements of an array compare as
    the Python values that they are: integers and floats exactly, a number is no str, and NaN and NaT are equal to
    nothing.

    Parameters
    ----------
    a : array, list or any iterable
        Arrays of bool, integer, float, str, bytes, datetime64 or timedelta64 dtype; lists of anything.
    elements : array, list or any iterable
        The same; datetime64 and timedelta64 go with an array of the very same dtype only.
    invert : bool, optional
        Whether each element is not among the others.

    Returns
    -------
    ndarray, array.array or list
        A bool ndarray of the shape of ``a`` for an ndarray, array.array of 'B' (0 or 1) for another buffer, list of
        bool for an iterable.

    Raises
    ------
    TypeError
        ``a`` or ``elements`` cannot be iterated or have a dtype that is not accepted.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.isin([1, 2, 3], {3, 1})
    [True, False, True]
    """
    invert = arguments.flag("isin", "'invert'", invert)
    operand = read("isin", "'a'", a)
    others = read("isin", "'elements'", elements)
    if operand.kind != others.kind and (arguments.is_date(operand.kind) or arguments.is_date(others.kind)):
        accepted = operand.kind if arguments.is_date(operand.kind) else PLAIN
        arguments.reject("isin", "'elements'", name_of(others), accepted or "")
    values = list(operand.values)
    among = list(others.values) if others.kind is None else [v for v in others.values if v == v]
    found = membership(values, among)
    if operand.kind is not None:
        found = [is_found and v == v for is_found, v in zip(found, values)]
    return answer(operand, [is_found != invert for is_found in found], "bool", operand.shape)


# ---- arguments ----


def read(function: str, argument: str, a: Any) -> arguments.Operand:
    operand = arguments.read(function, argument, a, ACCEPTED, besides="USMm")
    if not operand.shape:
        arguments.reject(function, argument, "a 0-d array", ACCEPTED)
    check_buffer(function, argument, operand)
    return operand


def check_buffer(function: str, argument: str, operand: arguments.Operand) -> None:
    """An array.array has one dimension, and so must have what is answered with one."""
    if operand.container == "array" and len(operand.shape) != 1:
        arguments.reject(function, argument, f"a {len(operand.shape)}-d buffer", ACCEPTED)


def kind_of(a: Any) -> str:
    """The kind of an ndarray, as `check_out` takes it."""
    return arguments.kind_of_dtype(a.dtype)


def checked_axis(function: str, axis: int | None, operand: arguments.Operand) -> int | None:
    return None if axis is None else arguments.axis(function, axis, len(operand.shape))


def length_along(operand: arguments.Operand, position: int | None) -> int:
    return len(operand.values) if position is None else operand.shape[position]


def check_list_axis(function: str, axis: int | None) -> None:
    if axis is not None:
        arguments.axis(function, axis, 1)


def check_list_out(function: str, out: Any, length: int) -> None:
    if type(out) is not list:
        arguments.reject(function, "'out'", type(out).__name__, "list")
    if len(out) != length:
        raise ValueError(f"{function}: 'out' must have shape {(length,)}, not {(len(out),)}")


def check_count(function: str, k: Any) -> int:
    """A number of elements."""
    count = arguments.index(function, "'k'", k)
    if count < 0:
        raise ValueError(f"{function}: 'k' must be at least 0, not {count}")
    return count


def check_rank(function: str, k: Any, length: int) -> int:
    """An index into that many elements, counted from the front."""
    rank = arguments.index(function, "'k'", k)
    if not -length <= rank < length:
        raise ValueError(f"{function}: 'k' must be between {-length} and {length - 1}, not {rank}")
    return rank % length


def check_side(function: str, side: Any) -> Callable[[Any, Any], int]:
    if isinstance(side, str) and side == "left":
        return bisect.bisect_left
    if isinstance(side, str) and side == "right":
        return bisect.bisect_right
    raise ValueError(f"{function}: 'side' must be 'left' or 'right', not {side!r}")


def name_of(operand: arguments.Operand) -> str:
    """What an operand is, for an error."""
    return type(operand.source).__name__ if operand.kind is None else arguments.kind_name(operand.kind)


def comparable(function: str, operand: arguments.Operand, wanted: arguments.Operand) -> Sequence[Any]:
    """The values of `v`, which must compare with those of `a`."""
    if operand.kind is None:
        if arguments.is_date(wanted.kind):
            arguments.reject(function, "'v'", name_of(wanted), PLAIN)
        return wanted.values
    accepted = class_of(operand.kind)
    if wanted.kind is None and not arguments.is_date(operand.kind):
        for v in wanted.values:
            check_element(function, v, accepted, wanted.container == "scalar")
        is_real = accepted == arguments.NUMBERS
        return [arguments.real(function, "'v'", v) if is_real else v for v in wanted.values]
    if wanted.kind is None or class_of(wanted.kind) != accepted:
        arguments.reject(function, "'v'", name_of(wanted), accepted)
    return wanted.values


def class_of(kind: str) -> str:
    """What the elements of a kind compare with: numbers with numbers, text with text, dates with the same dtype."""
    return arguments.NUMBERS if kind in arguments.KIND_CODES else arguments.kind_name(kind)


def check_element(function: str, v: Any, accepted: str, is_scalar: bool) -> None:
    """Check an element of `v`, or `v` itself."""
    if accepted == arguments.NUMBERS:
        is_accepted = arguments.is_number(v)
    else:
        is_accepted = isinstance(v, str if accepted == "str" else bytes)
    if not is_accepted and is_scalar:
        arguments.reject(function, "'v'", type(v).__name__, accepted)
    if not is_accepted:
        arguments.reject_element(function, "'v'", v, accepted)


# ---- order ----


def nan_last(v: Any) -> tuple[bool, Any]:
    """A key that compares as an array's element does: NaN above all else and equal to itself."""
    return (v != v, v)


def sorted_indices(values: Sequence[Any], descending: bool) -> list[int]:
    """In order, NaN last; `sorted` keeps the order of equals in reverse too."""
    numbers = [i for i, v in enumerate(values) if v == v]
    return sorted(numbers, key=values.__getitem__, reverse=descending) + [i for i, v in enumerate(values) if v != v]


def partitioned_indices(values: Sequence[Any], rank: int) -> list[int]:
    """Of the elements less than the one of that rank, of those equal to it, and of those greater."""
    pivot = sorted(values)[rank]
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for i, v in enumerate(values):
        parts[0 if v < pivot else 2 if pivot < v else 1].append(i)
    return [*parts[0], *parts[1], *parts[2]]


def middle(values: Any) -> float:
    numbers = sorted(v if type(v) is float else arguments.real("median", "'a'", v) for v in values)
    if not numbers:
        return sums.mean_of_nothing("median: 'a' is empty")
    if any(v != v for v in numbers):
        return float("nan")
    total, special = sums.exact_sum("median", [numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]])
    return sums.special_mean(sums.flags_of(special)) if special else sums.ratio("median", total, 2)


def membership(values: list[Any], among: list[Any]) -> list[bool]:
    """Whether each value is among others; ``in`` finds a NaN too, if it is the very same object."""
    try:
        known = frozenset(among)
        return [v in known for v in values]
    except TypeError:  # something has no hash
        return [v in among for v in values]


# ---- answers ----


def row_indices(operand: arguments.Operand, position: int | None, length: int, order: Order) -> Any:
    """The indices, so many, that `order` makes of the values of each row of an ndarray, as an int64 ndarray."""
    numpy = sys.modules["numpy"]
    if position is None:
        return numpy.array(order(operand.values), dtype="int64")
    rows, shape = arguments.rows(operand.source, position)
    indices = numpy.array([order(arguments.elements(row)) for row in rows], dtype="int64")
    return numpy.moveaxis(indices.reshape(*shape, length), -1, position)


def arranged(operand: arguments.Operand, position: int | None, length: int, order: Order) -> Any:
    """The elements of an array, bits and all, at the indices, so many, that `order` makes of the values, row by row."""
    if operand.container == "array" or position is None:
        return elements_at(operand, operand.values, order(operand.values))
    indices = row_indices(operand, position, length, order)
    return sys.modules["numpy"].take_along_axis(operand.source, indices, position)


def elements_at(operand: arguments.Operand, values: Sequence[Any], indices: list[int]) -> Any:
    """The elements at indices into the flattened operand, in a container of the same sort."""
    if operand.container == "ndarray":
        return operand.source.ravel()[sys.modules["numpy"].array(indices, dtype="int64")]
    return answer(operand, [values[i] for i in indices], operand.kind or "", (len(indices),))


def answer(operand: arguments.Operand, values: list[Any], kind: str, shape: tuple[int, ...]) -> Any:
    """Values of a kind in a container of the operand's sort."""
    if operand.container == "ndarray":
        return sys.modules["numpy"].array(values, dtype=kind).reshape(shape)
    return arguments.new_array(values, kind) if operand.container == "array" else values


def fill(out: Any, result: Any) -> Any:
    """Write a sorted array into another, which has been checked."""
    numpy = arguments.numpy_if_loaded()
    if numpy is not None and isinstance(out, numpy.ndarray):
        out[...] = result
        return out
    view = memoryview(out)
    values = result.tolist() if isinstance(result, array) else result.ravel().tolist()
    for where, v in zip(itertools.product(*map(range, view.shape or ())), values):
        view[where] = v
    return out
