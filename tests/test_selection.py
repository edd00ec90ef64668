"""The rest of the sorting family: topk, partition, median, unique, searchsorted and isin."""

from __future__ import annotations

import bisect
import fractions
import heapq
import itertools
import math
import random
import statistics
import warnings
from array import array
from decimal import Decimal

import pytest
from arrangements import (
    ARRANGEMENTS,
    ARRAY_TYPES,
    DATE_TYPES,
    FLOAT_TYPES,
    INTEGER_TYPES,
    LIST_MAKERS,
    MANY,
    TEXT_TYPES,
    arrangement,
    as_array,
    as_list,
    exactly,
    is_missing,
    stable_order,
    with_special_values,
)
from common import FLOATS, INTEGERS, bits, normal, outcome
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure

NUMBERS = st.lists(st.one_of(FLOATS, INTEGERS, st.booleans()), max_size=60)
SMALL = st.lists(st.integers(-5, 5), max_size=40)
ORDERED = st.lists(st.one_of(st.floats(allow_nan=False), INTEGERS, st.booleans()), max_size=60)
SOME_ARRANGEMENTS = ("random", "reversed", "sorted with ties", "sixteen values", "all equal", "zipf", "runs")
CODES = "bBhHiIqQfd"
KERNEL_TYPES = (*INTEGER_TYPES, *FLOAT_TYPES, "bool")
TWIN_TYPES = (*TEXT_TYPES, *DATE_TYPES, ">U5", ">M8[D]")  # which have no kernel
EXTREMES = (1e308, 1.7e308, -1.7e308, 5e-324, -5e-324, -0.0)


def are_same(a, b):
    return len(a) == len(b) and all(x is y for x, y in zip(a, b))


def sizes(fc, name, dtype):
    """Lengths to test a function on; long arrays only where a kernel sees to them, not the twin."""
    few = (1, 2, 3, 9, 33, 100, 257)
    return (*few, 1000, 5000) if getattr(fc, name) is not getattr(pure, name) and dtype not in TWIN_TYPES else few


def ranks_of(n):
    """Indices at the edges and in the middle of n elements."""
    return sorted({0, 1, 2, n // 2, n - 2, n - 1} & set(range(n)))


def arrays(np, dtype, name, lengths):
    """Arrays of an arrangement; of floats and dates, some with NaN, zeros of both signs, or NaT too."""
    for n in lengths:
        a = as_array(np, dtype, arrangement(name, n))
        yield a
        if a.dtype.kind in "fMm":
            yield with_special_values(np, a, 0.1, n)
            if name == "random":
                yield with_special_values(np, a, 1.0, n)


def layouts(np, dtype):
    """Arrays of two and three dimensions in any memory order."""
    a = as_array(np, dtype, [v % 37 for v in arrangement("random", 6 * 30)])
    if a.dtype.kind in "fMm":
        a = with_special_values(np, a, 0.2, 1)
    a = a.reshape(6, 30)
    yield from (a, a.T, a[:, ::2], a[::-1], a[0], a[0, ::3], np.asfortranarray(a), a.reshape(6, 3, 10)[::2, :, ::-1])
    yield np.frombuffer(b"x" + a.tobytes(), a.dtype, offset=1).reshape(a.shape)
    frozen = a.copy()
    frozen.flags.writeable = False
    yield frozen


class Least:
    """An object with an order of its own, and nothing else."""

    def __init__(self, key):
        self.key = key

    def __lt__(self, other):
        return self.key < other.key

    __eq__ = None
    __hash__ = None


class Offering:
    """An object that offers itself as an array, as a pandas Series does."""

    def __init__(self, a):
        self.a = a

    def __array__(self, dtype=None, copy=None):
        return self.a


def failing_after(n):
    """A list whose comparisons fail from the n-th on."""
    comparisons = itertools.count()

    class Failing(Least):
        def __lt__(self, other):
            if next(comparisons) >= n:
                raise KeyError("no order")
            return self.key < other.key

    return [Failing(i * 7 % 50) for i in range(50)]


# ---- topk ----


@pytest.mark.parametrize("name", ("random", "sixteen values", "sorted", "runs"))
@pytest.mark.parametrize("kind", LIST_MAKERS)
def test_topk_of_a_list_is_what_heapq_gives(fc, kind, name):
    for n in (0, 1, 2, 9, 60, 300):
        values = as_list(kind, arrangement(name, n))
        for k in (0, 1, 2, n // 2, n, n + 1, 10**30):
            assert are_same(fc.topk(values, k), sorted(values, reverse=True)[:k])
            assert are_same(fc.topk(values, k, largest=False), sorted(values)[:k])
            assert fc.topk(values, k) == heapq.nlargest(min(k, 1000), values)
            assert fc.topk(values, k, largest=False) == heapq.nsmallest(min(k, 1000), values)


@given(values=NUMBERS, k=st.integers(0, 70), largest=st.booleans())
def test_topk_of_any_list_is_the_start_of_sorted(fc, values, k, largest):
    assert are_same(fc.topk(values, k, largest=largest), sorted(values, reverse=largest)[:k])
    assert are_same(fc.topk(tuple(values), k, largest=largest), sorted(values, reverse=largest)[:k])


@pytest.mark.parametrize("name", SOME_ARRANGEMENTS)
@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_topk_of_an_array_is_the_start_of_its_stable_order_to_the_bit(fc, np, dtype, name):
    for a in arrays(np, dtype, name, sizes(fc, "topk", dtype)):
        for largest in (True, False):
            expected = a[stable_order(np, a, largest)]
            for k in (*ranks_of(len(a)), len(a), len(a) + 5):
                assert exactly(fc.topk(a, k, largest=largest)) == exactly(expected[:k])


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_topk_of_long_arrays(fc, np, dtype):
    if fc.topk is pure.topk:
        return
    for name in ARRANGEMENTS:
        for a in arrays(np, dtype, name, (MANY,)):
            expected = a[stable_order(np, a, True)]
            for k in (1, 10, 1000, MANY // 2):
                assert exactly(fc.topk(a, k)) == exactly(expected[:k]), (name, k)


@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_topk_along_an_axis_is_the_start_of_sort(fc, np, dtype):
    for a in layouts(np, dtype):
        for axis in (*range(-a.ndim, a.ndim), None):
            for largest in (True, False):
                whole = pure.sort(a, axis=axis, descending=largest)
                for k in (0, 1, 3, 100):
                    cut = np.moveaxis(np.moveaxis(whole, axis or 0, 0)[:k], 0, axis or 0)
                    assert exactly(fc.topk(a, k, axis=axis, largest=largest)) == exactly(cut)


def test_topk_of_no_rows_has_k_columns(fc, np):
    assert fc.topk(np.zeros((0, 5)), 3).shape == (0, 3)
    assert fc.topk(np.zeros((5, 0)), 3).shape == (5, 0)
    assert fc.topk(np.zeros((5, 0)), 3, axis=0).shape == (3, 0)
    assert fc.topk(np.zeros((0, 5)), 3, axis=None).shape == (0,)


@pytest.mark.parametrize("code", CODES)
def test_topk_of_a_buffer_is_an_array(fc, code):
    a = array(code, [v % 100 for v in arrangement("random", 70)])
    for k in (0, 1, 7, 70, 71):
        assert normal(fc.topk(a, k)) == normal(array(code, sorted(a, reverse=True)[:k]))
        assert normal(fc.topk(memoryview(a)[::-2], k, largest=False)) == normal(array(code, sorted(a[::-2])[:k]))


def test_topk_leaves_nan_to_the_end_in_both_directions(fc):
    a = array("d", [math.nan, 1.0, -0.0, 0.0, math.inf])
    assert normal(fc.topk(a, 4)) == normal(array("d", [math.inf, 1.0, -0.0, 0.0]))
    assert normal(fc.topk(a, 4, largest=False)) == normal(array("d", [-0.0, 0.0, 1.0, math.inf]))
    assert normal(fc.topk(a, 5)) == normal(array("d", [math.inf, 1.0, -0.0, 0.0, math.nan]))


# ---- partition ----


def parts(values, k):
    """The three parts of a list, each in input order."""
    pivot = sorted(values)[k]
    less = [v for v in values if v < pivot]
    greater = [v for v in values if pivot < v]
    return [*less, *(v for v in values if not (v < pivot or pivot < v)), *greater]


def array_parts(np, a, k):
    missing = is_missing(np, a)
    pivot = stable_order(np, a)[k]
    less = ~missing if missing[pivot] else a < a[pivot]
    equal = missing if missing[pivot] else a == a[pivot]
    return a[np.concatenate([np.flatnonzero(part) for part in (less, equal, ~(less | equal))])]


@pytest.mark.parametrize("name", ("random", "sixteen values", "sorted", "reversed with ties"))
@pytest.mark.parametrize("kind", LIST_MAKERS)
def test_partition_of_a_list_keeps_the_input_order_of_each_part(fc, kind, name):
    for n in (1, 2, 9, 60, 300):
        values = as_list(kind, arrangement(name, n))
        for k in ranks_of(n):
            found = fc.partition(values, k)
            assert are_same(found, parts(values, k))
            assert found[k] == sorted(values)[k]
            assert are_same(fc.partition(values, k - n), found)


@given(values=ORDERED.filter(bool), data=st.data())
def test_partition_of_any_list(fc, values, data):
    k = data.draw(st.integers(-len(values), len(values) - 1))
    assert are_same(fc.partition(values, k), parts(values, k))
    assert are_same(fc.partition(iter(values), k), parts(values, k))


@given(values=NUMBERS.filter(bool), data=st.data())
def test_partition_of_a_list_with_nan_equals_the_twin(fc, values, data):
    k = data.draw(st.integers(-len(values), len(values) - 1))
    assert are_same(fc.partition(values, k), pure.partition(values, k))


@pytest.mark.parametrize("name", SOME_ARRANGEMENTS)
@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_partition_of_an_array_keeps_the_input_order_of_each_part_to_the_bit(fc, np, dtype, name):
    for a in arrays(np, dtype, name, sizes(fc, "partition", dtype)):
        for k in ranks_of(len(a)):
            expected = exactly(array_parts(np, a, k))
            assert exactly(fc.partition(a, k)) == expected
            assert exactly(fc.partition(a, k - len(a))) == expected


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_partition_of_long_arrays(fc, np, dtype):
    if fc.partition is pure.partition:
        return
    for name in ARRANGEMENTS:
        for a in arrays(np, dtype, name, (MANY,)):
            for k in (1, MANY // 2, MANY - 10):
                assert exactly(fc.partition(a, k)) == exactly(array_parts(np, a, k)), (name, k)


@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_partition_along_an_axis_is_that_of_each_row(fc, np, dtype):
    for a in layouts(np, dtype):
        assert exactly(fc.partition(a, 2, axis=None)) == exactly(array_parts(np, a.ravel(), 2))
        for axis in range(-a.ndim, a.ndim):
            found = fc.partition(a, 1, axis=axis)
            assert found.shape == a.shape
            rows, expected = np.moveaxis(found, axis, -1), np.moveaxis(a, axis, -1)
            for where in np.ndindex(*rows.shape[:-1]):
                assert exactly(rows[where]) == exactly(array_parts(np, expected[where], 1))


@pytest.mark.parametrize("code", CODES)
def test_partition_of_a_buffer_is_an_array(fc, code):
    a = array(code, [v % 30 for v in arrangement("random", 70)])
    for k in (0, 1, 30, -1):
        assert normal(fc.partition(a, k)) == normal(array(code, parts(a, k)))
        assert normal(fc.partition(memoryview(a)[::2], k)) == normal(array(code, parts(a[::2], k)))


def test_partition_counts_nan_as_the_greatest(fc):
    a = array("d", [math.nan, 2.0, math.nan, math.inf, 1.0])
    assert normal(fc.partition(a, 1)) == normal(array("d", [1.0, 2.0, math.nan, math.nan, math.inf]))
    assert normal(fc.partition(a, 3)) == normal(array("d", [2.0, math.inf, 1.0, math.nan, math.nan]))


# ---- median ----


def exact_median(values):
    """By fractions; infinities as floats add them."""
    if any(v != v for v in values):
        return math.nan
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    infinite = [v for v in (low, high) if isinstance(v, float) and math.isinf(v)]
    if infinite:
        return sum(infinite)
    return float((fractions.Fraction(low) + fractions.Fraction(high)) / 2)


@given(values=NUMBERS.filter(bool))
def test_median_of_any_list_is_the_exact_one_rounded_once(fc, values):
    try:
        expected = bits(exact_median(values))
    except OverflowError:
        with pytest.raises(OverflowError, match="^median: the result is out of range for a float$"):
            fc.median(values)
        return
    assert bits(fc.median(values)) == expected
    assert bits(fc.median(iter(values))) == expected


@given(values=st.lists(st.one_of(FLOATS, st.sampled_from(EXTREMES)), min_size=1, max_size=9))
def test_median_of_floats_at_the_ends_of_the_range(fc, values):
    expected = bits(exact_median(values))
    assert bits(fc.median(values)) == expected
    assert bits(fc.median(array("d", values))) == expected


@given(values=SMALL.filter(bool))
def test_median_agrees_with_statistics(fc, values):
    assert normal(fc.median(values)) == normal(float(statistics.median(values)))


@pytest.mark.parametrize("name", SOME_ARRANGEMENTS)
@pytest.mark.parametrize("dtype", (*KERNEL_TYPES, ">i8", ">f4"))
def test_median_of_an_array(fc, np, dtype, name):
    for n in (*sizes(fc, "median", dtype), 2, 8, 64, 256):
        a = as_array(np, dtype, arrangement(name, n))
        assert bits(fc.median(a)) == bits(exact_median(a.tolist()))
        if a.dtype.kind == "f":
            a = with_special_values(np, a, 1 / n, n)
            assert bits(fc.median(a)) == bits(exact_median(a.tolist()))


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_median_of_long_arrays(fc, np, dtype):
    if fc.median is pure.median:
        return
    for name in ARRANGEMENTS:
        for n in (MANY, MANY - 1):
            a = as_array(np, dtype, arrangement(name, MANY))[:n]
            low, high = np.sort(a)[[(n - 1) // 2, n // 2]].tolist()
            assert bits(fc.median(a)) == bits(exact_median([low, high])), name


@pytest.mark.parametrize("dtype", (*KERNEL_TYPES, ">u2", ">f8"))
def test_median_along_an_axis_is_that_of_each_row(fc, np, dtype):
    for a in layouts(np, dtype):
        assert bits(fc.median(a)) == bits(exact_median(a.ravel().tolist()))
        for axis in range(-a.ndim, a.ndim):
            moved = np.moveaxis(a, axis, -1)
            expected = np.empty(moved.shape[:-1])
            for where in np.ndindex(*expected.shape):
                expected[where] = exact_median(moved[where].tolist())
            assert normal(fc.median(a, axis=axis)) == normal(expected)


def test_median_of_a_single_zero_is_not_negative(fc):
    for zeros in ([-0.0], [-0.0, -0.0], array("d", [-0.0]), [0.0, -0.0]):
        assert bits(fc.median(zeros)) == 0


@pytest.mark.parametrize("empty", ([], (), range(0), array("d"), array("i"), b""), ids=repr)
def test_median_of_nothing_is_nan_with_a_warning(fc, empty):
    with pytest.warns(RuntimeWarning, match="^median: 'a' is empty$"):
        assert math.isnan(fc.median(empty))
    with pytest.warns(RuntimeWarning, match="^median: 'a' is empty$"):
        assert math.isnan(fc.median(empty, axis=0))


def test_median_of_empty_rows_is_nan_with_a_warning(fc, np):
    with pytest.warns(RuntimeWarning, match="^median: 'a' is empty$"):
        assert normal(fc.median(np.zeros((3, 0)), axis=1)) == normal(np.full(3, math.nan))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fc.median(np.zeros((3, 0)), axis=0).shape == (0,)


def test_median_takes_what_mean_takes(fc):
    values = [fractions.Fraction(1, 2), Decimal("0.25"), True, 3]
    assert fc.median(values) == 0.75
    assert fc.median(range(10**6, 0, -2)) == 500001.0
    assert fc.median({3: "c", 1: "a", 2: "b"}) == 2.0
    assert fc.median([2**70, 2**70 + 2**20]) == float(2**70 + 2**19)
    assert fc.median([0, 2**53 + 1, 2**53 + 3, 10**400]) == 2.0**53 + 2
    assert fc.median([-(10**400), 0.5, 10**400]) == 0.5


# ---- unique ----


def distinct(values):
    """The distinct elements of a list, where each is among them, and how often it comes, from `<` alone."""
    order = sorted(range(len(values)), key=values.__getitem__)
    firsts, inverse, counts = [], [None] * len(values), []
    for i in order:
        if not firsts or firsts[-1] < values[i]:
            firsts.append(values[i])
            counts.append(0)
        inverse[i] = len(firsts) - 1
        counts[-1] += 1
    return firsts, inverse, counts


def check_unique(fc, values):
    firsts, inverse, counts = distinct(values)
    assert are_same(fc.unique(values), firsts)
    both = fc.unique(values, inverse=True, counts=True)
    assert type(both) is tuple
    assert are_same(both[0], firsts)
    assert both[1:] == (inverse, counts)
    assert fc.unique(values, inverse=True)[1:] == (inverse,)
    assert fc.unique(values, counts=True)[1:] == (counts,)


@pytest.mark.parametrize("name", ("random", "sixteen values", "all equal", "sorted with ties", "runs"))
@pytest.mark.parametrize("kind", LIST_MAKERS)
def test_unique_of_a_list_keeps_the_first_of_equal_objects(fc, kind, name):
    for n in (0, 1, 2, 9, 60, 300):
        check_unique(fc, as_list(kind, arrangement(name, n)))


@given(values=NUMBERS)
def test_unique_of_any_list(fc, values):
    check_unique(fc, values)


@given(values=SMALL)
def test_unique_of_many_equal_elements(fc, values):
    check_unique(fc, values)
    check_unique(fc, [Least(v) for v in values])
    check_unique(fc, [str(v) for v in values])
    assert fc.unique(iter(values)) == sorted(set(values))


def check_unique_array(fc, np, a):
    order = stable_order(np, a.ravel())
    x, missing = a.ravel()[order], is_missing(np, a.ravel()[order])
    starts = np.ones(x.size, bool)
    starts[1:] = (x[1:] != x[:-1]) & ~(missing[1:] & missing[:-1])
    inverse = np.empty(x.size, "int64")
    inverse[order] = np.cumsum(starts) - 1
    values, inverse, counts = x[starts], inverse.reshape(a.shape), np.bincount(inverse, minlength=0)
    found = fc.unique(a, inverse=True, counts=True)
    assert [exactly(part) for part in found] == [exactly(part) for part in (values, inverse, counts)]
    assert exactly(fc.unique(a)) == exactly(values)
    assert [exactly(part) for part in fc.unique(a, inverse=True)] == [exactly(values), exactly(inverse)]
    assert [exactly(part) for part in fc.unique(a, counts=True)] == [exactly(values), exactly(counts)]


@pytest.mark.parametrize("name", SOME_ARRANGEMENTS)
@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_unique_of_an_array_keeps_the_first_of_equals_to_the_bit(fc, np, dtype, name):
    for a in arrays(np, dtype, name, (0, *sizes(fc, "unique", dtype))):
        check_unique_array(fc, np, a)


@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_unique_of_any_layout_is_that_of_the_flattened_array(fc, np, dtype):
    for a in layouts(np, dtype):
        check_unique_array(fc, np, a)


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_unique_of_long_arrays(fc, np, dtype):
    if fc.unique is pure.unique:
        return
    for name in ARRANGEMENTS:
        for a in arrays(np, dtype, name, (MANY,)):
            check_unique_array(fc, np, a)


@pytest.mark.parametrize("dtype", (*INTEGER_TYPES, "float64", "U3", "S3", "datetime64[s]"))
def test_unique_agrees_with_numpy(fc, np, dtype):
    a = as_array(np, dtype, [v % 40 for v in arrangement("random", 300)]).reshape(20, 15)
    found = fc.unique(a, inverse=True, counts=True)
    for mine, theirs in zip(found, np.unique(a, return_inverse=True, return_counts=True)):
        assert exactly(mine) == exactly(theirs)
    assert np.array_equal(found[0][found[1]], a)


@pytest.mark.parametrize("code", CODES)
def test_unique_of_a_buffer_is_an_array(fc, code):
    a = array(code, [v % 20 for v in arrangement("random", 70)])
    firsts, inverse, counts = distinct(a)
    expected = (array(code, firsts), array("q", inverse), array("q", counts))
    assert normal(fc.unique(a, inverse=True, counts=True)) == normal(expected)
    assert normal(fc.unique(a)) == normal(expected[0])
    firsts, inverse, counts = distinct(a[::-3])
    assert normal(fc.unique(memoryview(a)[::-3], inverse=True)) == normal((array(code, firsts), array("q", inverse)))


def test_unique_has_one_nan_the_last_and_the_zero_that_came_first(fc):
    a = array("d", [math.nan, -0.0, 1.0, 0.0, math.nan])
    assert normal(fc.unique(a, inverse=True, counts=True)) == normal(
        (array("d", [-0.0, 1.0, math.nan]), array("q", [2, 0, 1, 0, 2]), array("q", [2, 1, 2]))
    )


# ---- searchsorted ----


@pytest.mark.parametrize("side", ("left", "right"))
@pytest.mark.parametrize("kind", LIST_MAKERS)
def test_searchsorted_of_a_list_is_bisect(fc, kind, side):
    find = {"left": bisect.bisect_left, "right": bisect.bisect_right}[side]
    for n in (0, 1, 2, 9, 60, 300):
        both = as_list(kind, arrangement("random", 2 * n))
        values, wanted = sorted(both[:n]), both
        expected = [find(values, v) for v in wanted]
        for a in (values, tuple(values), iter(values)):
            assert fc.searchsorted(a, wanted, side=side) == expected
        if n and not isinstance(wanted[0], tuple):
            assert fc.searchsorted(values, wanted[0], side=side) == expected[0]
            assert type(fc.searchsorted(values, wanted[0], side=side)) is int


@given(values=ORDERED, wanted=ORDERED)
def test_searchsorted_of_any_list_is_bisect(fc, values, wanted):
    values.sort()
    assert fc.searchsorted(values, wanted) == [bisect.bisect_left(values, v) for v in wanted]
    assert fc.searchsorted(values, tuple(wanted), side="right") == [bisect.bisect_right(values, v) for v in wanted]


@given(values=st.lists(FLOATS, max_size=60), wanted=NUMBERS)
def test_searchsorted_of_floats_takes_integers_exactly_and_nan_as_the_greatest(fc, values, wanted):
    a = pure.sort(array("d", values))
    keys = [(v != v, v) for v in a]
    for side, find in (("left", bisect.bisect_left), ("right", bisect.bisect_right)):
        expected = [find(keys, (v != v, v)) for v in wanted]
        assert fc.searchsorted(a, wanted, side=side) == expected
        assert [fc.searchsorted(a, v, side=side) for v in wanted] == expected


@pytest.mark.parametrize("code", "qQ")
@given(values=st.lists(st.integers(0, 2**63 - 1), max_size=40), wanted=NUMBERS)
def test_searchsorted_of_integers_takes_floats_exactly(fc, code, values, wanted):
    values += [2**53, 2**53 + 1, 2**62 + 1, 2**63 - 1]
    values.sort()
    wanted += [2.0**53, 2.0**62, 2.0**63, 2**63, -1, math.nan, math.inf, -math.inf]
    for side, find in (("left", bisect.bisect_left), ("right", bisect.bisect_right)):
        expected = [len(values) if v != v else find(values, v) for v in wanted]
        assert fc.searchsorted(array(code, values), wanted, side=side) == expected


@pytest.mark.parametrize("side", ("left", "right"))
@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_searchsorted_of_arrays_agrees_with_numpy(fc, np, dtype, side):
    for name in ("random", "sixteen values", "all equal"):
        for a in arrays(np, dtype, name, (0, *sizes(fc, "searchsorted", dtype))):
            wanted = np.concatenate([a[::2], as_array(np, dtype, arrangement("sawtooth", 60))]).astype(a.dtype)
            a = a[stable_order(np, a)]
            expected = np.searchsorted(a, wanted, side=side)
            assert exactly(fc.searchsorted(a, wanted, side=side)) == exactly(expected)
            assert exactly(fc.searchsorted(a, wanted[::-3], side=side)) == exactly(expected[::-3])
            shaped = wanted[:60].reshape(3, 4, 5).T
            assert exactly(fc.searchsorted(a, shaped, side=side)) == exactly(expected[:60].reshape(3, 4, 5).T)
            found = fc.searchsorted(a, wanted[0], side=side)
            assert (type(found), found) == (int, expected[0])
            assert fc.searchsorted(a, wanted[0, ...], side=side) == expected[0]
            if a.dtype.kind not in "Mm":
                assert fc.searchsorted(a, wanted.tolist(), side=side) == expected.tolist()
                assert fc.searchsorted(a, wanted.tolist()[0], side=side) == expected[0]


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_searchsorted_of_long_arrays(fc, np, dtype):
    if fc.searchsorted is pure.searchsorted:
        return
    for name in ARRANGEMENTS:
        a = np.sort(as_array(np, dtype, arrangement(name, MANY)))
        for wanted in (as_array(np, dtype, arrangement("random", 5000)), a[:: len(a) // 999], a):
            for side in ("left", "right"):
                assert exactly(fc.searchsorted(a, wanted, side=side)) == exactly(np.searchsorted(a, wanted, side=side))


@pytest.mark.parametrize("one", KERNEL_TYPES)
@pytest.mark.parametrize("other", KERNEL_TYPES)
def test_searchsorted_compares_numbers_of_two_dtypes_exactly(fc, np, one, other):
    a = np.unique(as_array(np, one, arrangement("random", 50)))
    wanted = as_array(np, other, arrangement("random", 30))
    extremes = [] if other == "bool" else [np.finfo(other).max if "f" in other else np.iinfo(other).max]
    wanted = np.append(wanted, np.array(extremes, other))
    expected = [bisect.bisect_left(a.tolist(), v) for v in wanted.tolist()]
    assert fc.searchsorted(a, wanted).tolist() == expected


def test_searchsorted_answers_in_the_container_of_what_is_looked_for(fc, np):
    floats = memoryview(array("f", [1, 2, 3]))
    for a in ([1, 2, 3], (1, 2, 3), range(1, 4), array("i", [1, 2, 3]), floats, np.arange(1, 4)):
        assert normal(fc.searchsorted(a, 2)) == normal(1)
        assert normal(fc.searchsorted(a, np.float64(2))) == normal(1)
        assert normal(fc.searchsorted(a, True)) == normal(0)
        assert normal(fc.searchsorted(a, [2, 9])) == normal([1, 3])
        assert normal(fc.searchsorted(a, (v for v in (2, 9)))) == normal([1, 3])
        assert normal(fc.searchsorted(a, array("d", [2, 9]))) == normal(array("q", [1, 3]))
        assert normal(fc.searchsorted(a, bytearray([2, 9]))) == normal(array("q", [1, 3]))
        assert normal(fc.searchsorted(a, np.array([[2.5, 9]]))) == normal(np.array([[2, 3]]))
        assert normal(fc.searchsorted(a, np.array(2.5))) == normal(2)
        assert normal(fc.searchsorted(a, Offering(np.array([2.5])))) == normal(np.array([2]))
        assert normal(fc.searchsorted(a, [])) == normal([])


def test_searchsorted_takes_numbers_of_other_types(fc):
    a = array("d", [0.25, 0.5, 1.0])
    assert fc.searchsorted(a, fractions.Fraction(1, 2)) == 1
    assert fc.searchsorted(a, [Decimal("0.5"), True], side="right") == [2, 3]


def test_searchsorted_of_text_takes_a_string_as_one_element(fc, np):
    assert fc.searchsorted(["a", "b", "c"], "bb") == 2
    assert fc.searchsorted([b"a", b"b"], b"b", side="right") == 2
    assert fc.searchsorted(np.array(["a", "b", "c"]), "bb") == 2
    assert fc.searchsorted(np.array([b"a", b"b", b"c"]), b"b") == 1
    assert fc.searchsorted(np.array(["a", "b"]), np.array(["", "a", "b" * 20])).tolist() == [0, 0, 2]
    assert fc.searchsorted(np.array(["a", "b"]), np.str_("b")) == 1


def test_searchsorted_of_dates_takes_the_same_dtype(fc, np):
    a = np.array(["2020-01-01", "2020-02-01", "2021-01-01", "NaT", "NaT"], "M8[D]")
    assert fc.searchsorted(a, np.datetime64("2020-02-01")) == 1
    assert fc.searchsorted(a, np.datetime64("NaT", "D")) == 3
    assert fc.searchsorted(a.astype(">M8[D]"), a, side="right").tolist() == [1, 2, 3, 5, 5]


def test_searchsorted_of_objects_needs_their_order_alone(fc):
    values = [Least(i) for i in range(0, 100, 2)]
    assert fc.searchsorted(values, Least(11)) == 6
    assert fc.searchsorted(values, [Least(10), Least(99)]) == [5, 50]


# ---- isin ----


def check_isin(fc, values, elements):
    assert fc.isin(values, elements) == [v in elements for v in values]
    assert fc.isin(iter(values), tuple(elements)) == [v in elements for v in values]
    assert fc.isin(tuple(values), iter(elements), invert=True) == [v not in elements for v in values]


@pytest.mark.parametrize("kind", LIST_MAKERS)
def test_isin_of_a_list_is_in(fc, kind):
    for n, m in ((0, 0), (0, 9), (9, 0), (9, 9), (300, 5), (5, 300), (300, 300)):
        check_isin(fc, as_list(kind, arrangement("random", n)), as_list(kind, arrangement("zipf", m)))
        check_isin(fc, as_list(kind, arrangement("random", n)), as_list(kind, arrangement("random", n))[::2])


@given(values=NUMBERS, elements=NUMBERS)
def test_isin_of_any_list_is_in(fc, values, elements):
    check_isin(fc, values, elements)
    check_isin(fc, values, values[::2] + elements)


def test_isin_of_a_list_finds_equals_of_other_types_and_what_has_no_hash(fc):
    values = [1, 1.0, True, "1", b"1", None, 2**70, 0.5, math.nan, [1], {1}, (1,), Decimal(1)]
    check_isin(fc, values, [1])
    check_isin(fc, values, [True, "1"])
    check_isin(fc, values, [None, fractions.Fraction(1, 2), 2.0**70])
    check_isin(fc, values, [[1], frozenset({1})])
    check_isin(fc, values, values)
    check_isin(fc, values[:-4], values[:-4])
    assert fc.isin([1, 2], {1: "a"}) == [True, False]


def test_isin_raises_what_a_comparison_raises(fc):
    class Failing:
        __hash__ = None

        def __eq__(self, other):
            raise KeyError("no comparison")

    assert outcome(fc.isin, [1], [Failing()]) == ("raised", "KeyError", "'no comparison'")


@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_isin_of_arrays_agrees_with_numpy(fc, np, dtype):
    for name in ("random", "sixteen values", "all equal"):
        for a in arrays(np, dtype, name, (0, *sizes(fc, "isin", dtype))):
            for elements in (a[::3], a[:0], a[:1], as_array(np, dtype, arrangement("sorted", 40))):
                expected = np.isin(a, elements)
                assert exactly(fc.isin(a, elements)) == exactly(expected)
                assert exactly(fc.isin(a, elements.reshape(1, -1), invert=True)) == exactly(~expected)
                if a.dtype.kind not in "Mm":
                    assert exactly(fc.isin(a, elements.tolist())) == exactly(expected)
                    assert fc.isin(a.tolist(), elements) == expected.tolist()


@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_isin_of_any_layout(fc, np, dtype):
    for a in layouts(np, dtype):
        elements = a.ravel()[::7]
        assert exactly(fc.isin(a, elements)) == exactly(np.isin(a, elements))
        assert exactly(fc.isin(elements, a)) == exactly(np.isin(elements, a))


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32", "int32", "uint8"))
def test_isin_of_long_arrays(fc, np, dtype):
    if fc.isin is pure.isin:
        return
    for name in ("random", "zipf", "sorted", "all equal"):
        for a in arrays(np, dtype, name, (MANY,)):
            for elements in (a[:3], a[::999], a[::3]):
                assert exactly(fc.isin(a, elements)) == exactly(np.isin(a, elements)), name


@pytest.mark.parametrize("one", KERNEL_TYPES)
@pytest.mark.parametrize("other", KERNEL_TYPES)
def test_isin_compares_numbers_of_two_dtypes_exactly(fc, np, one, other):
    a = np.append(as_array(np, one, arrangement("random", 50)), np.array([0, 1, 100], one))
    elements = np.append(as_array(np, other, arrangement("sorted", 30)), np.array([0, 1], other))
    assert fc.isin(a, elements).tolist() == [v in elements.tolist() for v in a.tolist()]


def test_isin_of_integers_and_floats_beyond_53_bits(fc):
    a = array("q", [2**53, 2**53 + 1, 2**62, 2**63 - 1])
    assert fc.isin(a, [2.0**53, 2.0**62, 2.0**63]) == array("B", [1, 0, 1, 0])
    assert fc.isin(array("d", [2.0**53, 2.0**63]), [2**53 + 1, 2**63]) == array("B", [0, 1])
    assert fc.isin(array("d", [2.0**53]), array("q", [2**53 + 1])) == array("B", [0])


def test_isin_answers_in_the_container_of_its_elements(fc, np):
    square, offering = np.array([[2, 9]]), Offering(np.array([2]))
    for elements in ([2, 9], (2, 9), {2, 9}, range(2, 3), array("f", [2, 9]), square, offering):
        assert normal(fc.isin([1, 2], elements)) == normal([False, True])
        assert normal(fc.isin(range(1, 3), elements)) == normal([False, True])
        assert normal(fc.isin(array("d", [1, 2]), elements)) == normal(array("B", [0, 1]))
        assert normal(fc.isin(memoryview(b"\x01\x02"), elements, invert=True)) == normal(array("B", [1, 0]))
        assert normal(fc.isin(np.array([[1], [2]]), elements)) == normal(np.array([[False], [True]]))
        assert normal(fc.isin(Offering(np.array([1, 2])), elements)) == normal(np.array([False, True]))


def test_isin_of_arrays_finds_no_nan(fc):
    nan = array("d", [math.nan, 1.0])
    assert fc.isin(nan, nan) == array("B", [0, 1])
    assert fc.isin(nan, [math.nan, 1]) == array("B", [0, 1])
    assert fc.isin([math.nan, 1], nan) == [False, True]
    assert fc.isin([math.nan], [math.nan]) == [True]


def test_isin_of_dates_finds_no_nat(fc, np):
    dates = np.array(["NaT", "2020-01-01"], "M8[D]")
    assert fc.isin(dates, dates).tolist() == [False, True]
    assert fc.isin(dates, dates, invert=True).tolist() == [True, False]


def test_isin_of_text_and_numbers_is_false(fc, np):
    assert fc.isin(np.array(["1", "a"]), [1, "a", b"a"]).tolist() == [False, True]
    assert fc.isin(np.array([b"1", b"a"]), ["1", "a", b"a"]).tolist() == [False, True]
    assert fc.isin(np.array([1, 2]), np.array(["1", "2"])).tolist() == [False, False]
    assert fc.isin([1, "2", b"2"], np.array(["1", "2"])) == [False, True, False]
    assert fc.isin(np.array([1, 2]), [None, "1", 2.0, 1j]).tolist() == [False, True]


# ---- all of them ----

CALLS = (
    ("topk", (5,), {}),
    ("topk", (5,), {"largest": False}),
    ("partition", (5,), {}),
    ("unique", (), {}),
    ("unique", (), {"inverse": True, "counts": True}),
)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_an_exception_in_a_comparison_is_raised(fc, call):
    name, args, keywords = call
    for n in (0, 1, 10, 49, 60):
        expected = outcome(lambda n=n: len(getattr(pure, name)(failing_after(n), *args, **keywords)))
        found = outcome(lambda n=n: len(getattr(fc, name)(failing_after(n), *args, **keywords)))
        assert found[0] == expected[0] == "raised"
        assert found == expected


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize("action", (list.clear, lambda values: values.append(None)))
def test_a_list_that_changes_while_it_is_compared_does_no_harm(fc, call, action):
    name, args, keywords = call

    class Changing(Least):
        def __lt__(self, other):
            action(values)
            return self.key < other.key

    values = [Changing(i * 7 % 50) for i in range(50)]
    expected = getattr(pure, name)([v.key for v in values], *args, **keywords)
    found = getattr(fc, name)(values, *args, **keywords)
    if isinstance(found, list):
        assert [v.key for v in found] == expected
    else:
        assert ([v.key for v in found[0]], *found[1:]) == expected


def test_objects_that_offer_themselves_as_arrays_count_as_ndarrays(fc, np):
    a = as_array(np, "float64", arrangement("sixteen values", 50))
    for name, args, keywords in (*CALLS, ("median", (), {})):
        found = getattr(fc, name)(Offering(a), *args, **keywords)
        assert normal(found) == normal(getattr(fc, name)(a, *args, **keywords))


def test_other_iterables_are_read_to_lists(fc):
    for make in (tuple, iter, lambda values: dict.fromkeys(values), lambda values: (v for v in values), set):
        values = [3, 1, 4, 15, 9, 2, 6]
        assert fc.topk(make(values), 2) == [15, 9]
        assert fc.partition(make(sorted(values)), 0) == sorted(values)
        assert fc.unique(make(values)) == sorted(values)
        assert fc.median(make(values)) == 4.0
    assert fc.topk(range(100), 2) == [99, 98]
    assert fc.partition(range(5), 3) == [0, 1, 2, 3, 4]
    assert fc.unique(range(3), counts=True) == ([0, 1, 2], [1, 1, 1])


def test_random_small_arrays_of_few_values_equal_the_twin(fc, np):
    rng = random.Random(1)
    for _ in range(200):
        n = rng.randrange(1, 40)
        values = [rng.choice((0.0, -0.0, 1.0, -1.0, math.nan, math.inf)) for _ in range(n)]
        k = rng.randrange(n)
        for a in (array("d", values), np.array(values), np.array(values, "float32"), np.array(values, "float16")):
            assert normal(fc.topk(a, k)) == normal(pure.topk(a, k))
            assert normal(fc.partition(a, k)) == normal(pure.partition(a, k))
            assert bits(fc.median(a)) == bits(exact_median(values))
            assert normal(fc.unique(a, inverse=True)) == normal(pure.unique(a, inverse=True))
            ordered = pure.sort(a)
            assert normal(fc.searchsorted(ordered, a)) == normal(pure.searchsorted(ordered, a))
            assert normal(fc.isin(a, a[:k])) == normal(pure.isin(a, a[:k]))
