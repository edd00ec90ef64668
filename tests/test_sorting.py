"""The sorting family: sort and argsort."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from common import FLOATS, INTEGERS, LENGTHS, normal, outcome, pseudorandom_floats, pseudorandom_integers
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure

INTEGER_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
ARRAY_TYPES = (*INTEGER_TYPES, "float16", "float32", "float64", "bool", "U4", ">i8", ">f4", ">f8")


def are_same(a, b):
    return len(a) == len(b) and all(x is y for x, y in zip(a, b))


def distributions(n):
    """Lists of ints and floats of every shape that a sort may take a short-cut for."""
    rng = random.Random(n)
    spread = [rng.randrange(-(2**62), 2**62) for _ in range(n)]
    few = [rng.randrange(5) for _ in range(n)]
    close = [2**60 + rng.randrange(3) for _ in range(n)]
    floats = [rng.gauss(0, 1) for _ in range(n)]
    zeros = [rng.choice((0.0, -0.0, 1.0)) for _ in range(n)]
    nearly = sorted(spread)
    if n > 1:
        nearly[n // 2], nearly[-1] = nearly[-1], nearly[n // 2]
    yield from (spread, few, close, floats, zeros, nearly, sorted(spread), sorted(spread)[::-1], sorted(few)[::-1])
    yield from (sorted(floats), sorted(floats)[::-1], [1.5] * n, spread[: n // 2] + floats[n // 2 :])
    yield from ([str(v) for v in spread], [v * 2**64 for v in spread], [bool(v % 2) for v in few])
    yield [(v % 5) << 61 | i for i, v in enumerate(few)]


# ---- lists ----


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("n", (0, 1, 2, 3, 40, 47, 48, 49, 100, 257, 1000, 5000))
def test_a_list_holds_the_same_objects_in_the_order_of_sorted(fc, n, descending):
    for values in distributions(n):
        before = list(values)
        assert are_same(fc.sort(values, descending=descending), sorted(values, reverse=descending))
        assert are_same(values, before)
        order = fc.argsort(values, descending=descending)
        assert order == sorted(range(n), key=values.__getitem__, reverse=descending)


@given(values=st.lists(st.one_of(FLOATS, INTEGERS, st.booleans()), max_size=150), descending=st.booleans())
def test_any_list_is_sorted_as_sorted_does(fc, values, descending):
    assert are_same(fc.sort(values, descending=descending), sorted(values, reverse=descending))
    assert outcome(fc.argsort, values, descending=descending) == outcome(pure.argsort, values, descending=descending)


@given(values=st.lists(FLOATS, min_size=48, max_size=300), descending=st.booleans())
def test_lists_of_floats_nan_among_them(fc, values, descending):
    assert are_same(fc.sort(values, descending=descending), sorted(values, reverse=descending))


def test_other_iterables_give_lists(fc):
    for a in ((3, 1, 2), range(3, 0, -1), iter([3, 1, 2]), {3, 1, 2}):
        assert fc.sort(a) == [1, 2, 3]
    assert fc.argsort((3, 1, 2)) == [1, 2, 0]
    assert fc.argsort(iter([3, 1, 2])) == [1, 2, 0]


def test_a_list_is_sorted_in_place(fc):
    for values in distributions(200):
        expected = sorted(values)
        assert fc.sort(values, out=values) is values
        assert are_same(values, expected)


def test_a_list_goes_into_another(fc):
    out = [None] * 3
    assert fc.sort([3, 1, 2], out=out) is out
    assert out == [1, 2, 3]
    assert fc.sort(iter([3, 1, 2]), out=out, descending=True) == [3, 2, 1]


def test_a_list_that_changes_while_it_is_sorted_in_place_is_a_value_error(fc):
    class Appending:
        def __lt__(self, other):
            values.append(1)
            return True

    values = [Appending() for _ in range(100)]
    with pytest.raises(ValueError, match="list modified during sort"):
        fc.sort(values, out=values)


def test_an_exception_in_a_comparison_leaves_all_items(fc):
    class Failing:
        def __lt__(self, other):
            raise KeyError("no order")

    values = [Failing() for _ in range(100)]
    before = list(values)
    with pytest.raises(KeyError):
        fc.sort(values, out=values)
    assert {id(v) for v in values} == {id(v) for v in before}


def test_subclasses_are_compared_by_themselves(fc):
    class Backwards(int):
        def __lt__(self, other):
            return int.__gt__(self, other)

    values = [Backwards(i) for i in range(100)]
    assert are_same(fc.sort(values), values[::-1])


def test_a_list_of_what_does_not_compare_is_a_type_error(fc):
    values = [1, "a"] * 50
    assert outcome(fc.sort, values) == outcome(sorted, values)


# ---- buffers ----


@given(values=st.lists(FLOATS, max_size=300), descending=st.booleans())
def test_float_buffers_equal_the_twin(fc, values, descending):
    for code in "df":
        a = array(code, [v if code == "d" or abs(v) < 1e38 else 0.0 for v in values])
        assert normal(fc.sort(a, descending=descending)) == normal(pure.sort(a, descending=descending))
        assert normal(fc.argsort(a, descending=descending)) == normal(pure.argsort(a, descending=descending))


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("code", "bBhHiIqQ")
def test_integer_buffers_equal_the_twin(fc, code, descending):
    size = 8 * array(code).itemsize
    for n in LENGTHS:
        values = pseudorandom_integers(n, size)
        a = array(code, [v + 2 ** (size - 1) for v in values] if code.isupper() else values)
        assert normal(fc.sort(a, descending=descending)) == normal(array(code, sorted(a, reverse=descending)))
        expected = sorted(range(n), key=a.__getitem__, reverse=descending)
        assert normal(fc.argsort(a, descending=descending)) == normal(array("q", expected))


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("code", "df")
def test_zeros_and_nans_of_buffers_stay_in_input_order(fc, code, descending):
    for n in (5, 39, 40, 41, 300, 5000):
        values = [(0.0, -0.0, 1.5, math.nan, -1.5)[v % 5] for v in pseudorandom_integers(n, 16)]
        a = array(code, values)
        expected = normal(pure.sort(a, descending=descending))
        assert normal(fc.sort(a, descending=descending)) == expected
        assert normal(fc.argsort(a, descending=descending)) == normal(pure.argsort(a, descending=descending))
        fc.sort(a, descending=descending, out=a)
        assert normal(a) == expected


def test_strided_buffers(fc):
    a = array("d", pseudorandom_floats(400))
    assert fc.sort(memoryview(a)[::-3]) == array("d", sorted(a[::-3]))
    assert fc.argsort(memoryview(a)[::2]) == array("q", sorted(range(200), key=a[::2].__getitem__))


def test_a_buffer_goes_into_another(fc):
    a, out = array("i", [3, 1, 2]), array("i", [0, 0, 0])
    assert fc.sort(a, out=out) is out
    assert out == array("i", [1, 2, 3])
    assert a == array("i", [3, 1, 2])
    assert fc.sort(a, out=a) is a
    assert a == out


def test_overlapping_buffers(fc):
    a = array("i", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    view = memoryview(a)
    fc.sort(view[:8], out=view[2:])
    assert a.tolist() == [9, 8, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_numpy_array_and_a_buffer_as_each_others_out(fc, np):
    a = array("d", [3.0, 1.0, 2.0])
    out = np.zeros(3)
    assert fc.sort(a, out=out) is out
    assert out.tolist() == [1.0, 2.0, 3.0]
    assert fc.sort(out[::-1].copy(), out=a) is a
    assert a.tolist() == [1.0, 2.0, 3.0]


# ---- arrays ----


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("dtype", ARRAY_TYPES)
def test_arrays_of_every_dtype_layout_and_axis_equal_the_twin(fc, np, dtype, descending):
    values = np.array(pseudorandom_integers(6 * 90, 12)).reshape(6, 90)
    a = (values % 53 / (2 if "f" in dtype else 1)).astype(dtype)
    for layout in (
        a,
        a.T,
        a[:, ::2],
        a[::-1],
        a[0],
        a[0, ::3],
        a[:0],
        a[:, :0],
        np.asfortranarray(a),
        a.reshape(6, 9, 10),
    ):
        for axis in (-1, 0, None):
            expected = outcome(pure.sort, layout, axis=axis, descending=descending)
            assert outcome(fc.sort, layout, axis=axis, descending=descending) == expected
            expected = outcome(pure.argsort, layout, axis=axis, descending=descending)
            assert outcome(fc.argsort, layout, axis=axis, descending=descending) == expected


@pytest.mark.parametrize("dtype", (*INTEGER_TYPES, "float16", "float32", "float64"))
def test_arrays_agree_with_numpy(fc, np, dtype):
    rng = np.random.default_rng(1)
    for n in (0, 1, 5, 50, 1000, 70000):
        a = rng.integers(0, 2**15 if "int16" in dtype else 100, n).astype(dtype)
        assert np.array_equal(fc.sort(a), np.sort(a))
        if fc is not pure or n < 70000:
            assert np.array_equal(fc.argsort(a), np.argsort(a, kind="stable"))


@pytest.mark.parametrize("n", (2, 41, 1000, 70000))
def test_argsort_of_keys_with_long_common_prefixes(fc, np, n):
    if fc is pure and n > 1000:
        return
    rng = np.random.default_rng(n)
    for a in (
        rng.integers(-(2**63), 2**63 - 1, n),
        2**62 + rng.integers(0, 100, n),
        (rng.integers(0, 3, n) << 60) + rng.integers(0, 1000, n),
        rng.integers(0, 2, n) << 40 | rng.integers(0, 2**30, n),
        rng.standard_normal(n).view("int64"),
    ):
        assert np.array_equal(fc.argsort(a), np.argsort(a, kind="stable"))


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("dtype", ("float16", "float32", "float64"))
def test_zeros_and_nans_of_arrays_stay_in_input_order(fc, np, dtype, descending):
    special = np.array([0.0, -0.0, 1.5, np.nan, -1.5, np.inf, -np.inf], dtype)
    for n in (7, 41, 2000):
        a = special[np.array(pseudorandom_integers(n, 16)) % 7]
        unsigned = f"uint{8 * a.itemsize}"
        order = pure.argsort(a, descending=descending)
        expected = a[order].view(unsigned)
        assert np.array_equal(fc.sort(a, descending=descending).view(unsigned), expected)
        assert np.array_equal(fc.argsort(a, descending=descending), order)
        in_place = a.copy()
        assert fc.sort(in_place, descending=descending, out=in_place) is in_place
        assert np.array_equal(in_place.view(unsigned), expected)


def test_out_may_have_any_layout_and_overlap(fc, np):
    a = np.array(pseudorandom_floats(60)).reshape(6, 10)
    out = np.empty((10, 6)).T
    assert fc.sort(a, out=out) is out
    assert np.array_equal(out, np.sort(a))
    line = np.arange(20.0)[::-1].copy()
    fc.sort(line[:15], out=line[5:])
    assert np.array_equal(line[5:], np.arange(5.0, 20.0))
    turned = np.arange(10.0)
    fc.sort(turned[::-1], out=turned)
    assert np.array_equal(turned, np.arange(10.0))


def test_sorting_leaves_its_input_alone(fc, np):
    a = np.array([3.0, -0.0, 1.0, 0.0])
    a.flags.writeable = False
    assert fc.sort(a).tolist() == [-0.0, 0.0, 1.0, 3.0]
    assert a.tolist() == [3.0, -0.0, 1.0, 0.0]
