"""The sums family; ExactSum has tests of its own."""

from __future__ import annotations

import ctypes
import fractions
import functools
import itertools
import math
import operator
import os
import platform
import random
import re
import shutil
import statistics
import struct
import subprocess
import sys
import threading
import warnings
from array import array

import pytest
from common import (
    FINITE,
    FLOATS,
    INTEGERS,
    LENGTHS,
    SMALL_INTEGERS,
    bits,
    bits_or_exception,
    exact_sum,
    exact_variance,
    normal,
    outcome,
    pseudorandom_floats,
    pseudorandom_integers,
    rounded_sum,
)
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure

NUMBERS = st.lists(st.one_of(FLOATS, INTEGERS, st.booleans()), max_size=80)
REDUCTIONS = ("sum", "fsum", "mean", "min", "max", "minmax", "argmin", "argmax", "var", "std")
COMPARISONS = ("min", "max", "minmax", "argmin", "argmax")
FUNCTIONS = (*REDUCTIONS, "cumsum", "dot")
INTEGER_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOAT_TYPES = ("float16", "float32", "float64")
DTYPES = (*INTEGER_TYPES, *FLOAT_TYPES, "bool")
SWAPPED = (">i4", ">u8", ">f2", ">f4", ">f8")
CODES = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "q": 64, "Q": 64}
# Positions around the borders of vectors, lanes and blocks.
POSITIONS = (0, 1, 7, 8, 31, 32, 63, 64, 255, 256, 4095, 4096, 9999)


@pytest.fixture(autouse=True)
def no_warnings_of_too_few_elements():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "mean: 'a' is empty", RuntimeWarning)
        warnings.filterwarnings("ignore", "(var|std): 'ddof' leaves no degrees of freedom", RuntimeWarning)
        yield


# ---- equivalence ----


def partner(a):
    """Another operand for `dot`: the same elements in reverse, in the same kind of container."""
    if isinstance(a, (list, range)):
        return a[::-1]
    if isinstance(a, array):
        return memoryview(a)[::-1]
    if isinstance(a, memoryview):
        return array(a.format, a.tolist()[::-1])
    return a[(slice(None, None, -1),) * a.ndim]


def call(module, name, a, **keywords):
    """The outcome of a function of one operand, or of `dot` with the operand's partner."""
    operands = (a, partner(a)) if name == "dot" else (a,)
    return outcome(getattr(module, name), *operands, **keywords)


@functools.lru_cache(maxsize=4000)
def cases(builder, *key):
    """The (operand, keywords) of a builder, made once."""
    return tuple(builder(*key))


@functools.lru_cache(maxsize=4000)
def twin_outcomes(name, builder, *key):
    """What the twin gives for a builder's cases, worked out once for all implementations."""
    return [call(pure, name, a, **keywords) for a, keywords in cases(builder, *key)]


def check(fc, name, builder, *key):
    expectations = twin_outcomes(name, builder, *key)
    if fc is pure:  # which has just run
        return
    for (a, keywords), expected in zip(cases(builder, *key), expectations):
        found = call(fc, name, a, **keywords)
        assert found == expected, (getattr(a, "shape", len(a)), getattr(a, "strides", None), keywords)


@pytest.mark.parametrize("name", (*REDUCTIONS, "cumsum"))
@given(values=NUMBERS)
def test_lists_equal_the_twin(fc, name, values):
    expected = outcome(getattr(pure, name), values)
    assert outcome(getattr(fc, name), values) == expected
    assert outcome(getattr(fc, name), tuple(values)) == expected
    assert outcome(getattr(fc, name), (v for v in values)) == expected


@given(pairs=st.lists(st.tuples(*[st.one_of(FLOATS, INTEGERS, st.booleans())] * 2), max_size=80))
def test_dot_of_lists_equals_the_twin(fc, pairs):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    expected = outcome(pure.dot, a, b)
    assert outcome(fc.dot, a, b) == expected
    assert outcome(fc.dot, tuple(a), iter(b)) == expected
    assert outcome(fc.dot, iter(a), b) == expected


@given(values=st.lists(st.one_of(INTEGERS, st.booleans()), max_size=80))
def test_lists_of_integers_equal_the_twin(fc, values):
    for name in FUNCTIONS:
        assert call(fc, name, values) == call(pure, name, values)


RANGES = (
    *(range(0), range(7), range(5000, -5000, -3), range(2**70, 2**70 + 50), range(7, 8, 2**70)),
    *(range(-(2**63), 2**63, 2**64 - 1), range(2**63 - 1, -(2**63) - 1, 1 - 2**64), range(2**63 - 9, 2**63 + 1)),
)


@pytest.mark.parametrize("numbers", RANGES)
def test_ranges_equal_the_twin(fc, numbers):
    for name in FUNCTIONS:
        assert call(fc, name, numbers) == call(pure, name, numbers)


@pytest.mark.parametrize("numbers", RANGES)
def test_ranges_equal_lists(fc, numbers):
    n, values = len(numbers), list(numbers)
    for name in FUNCTIONS:
        assert call(fc, name, numbers) == call(fc, name, values)
    for other in (pseudorandom_integers(n, 64), pseudorandom_floats(n), array("d", pseudorandom_floats(n)), values):
        expected = normal(fc.dot(values, other))
        assert normal(fc.dot(numbers, other)) == normal(fc.dot(other, numbers)) == expected
        assert normal(fc.dot(numbers, other, axis=0)) == normal(fc.dot(other, numbers, threads=2)) == expected
        assert normal(fc.dot(numbers, iter(other))) == normal(fc.dot(values, iter(other)))


@pytest.mark.parametrize("name", FUNCTIONS)
@given(values=st.lists(FLOATS, max_size=200))
def test_float_buffers_equal_the_twin(fc, name, values):
    for code in "df":
        try:
            a = array(code, values)
        except OverflowError:  # PyPy's, of a float too large for a float32
            continue
        assert call(fc, name, a) == call(pure, name, a)
        assert call(fc, name, memoryview(a)[::-3]) == call(pure, name, a[::-3])


def lists_and_buffers_of_floats(n):
    values = pseudorandom_floats(n)
    yield array("d", values), {}
    yield memoryview(array("d", values[::-1]))[::-1], {}
    yield memoryview(array("d", [v for v in values for _ in range(3)]))[::3], {}
    yield array("f", values), {}
    yield memoryview(array("f", [v for v in values for _ in range(2)]))[1::2], {}
    yield values, {}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("n", LENGTHS)
def test_lengths_around_every_border_equal_the_twin(fc, name, n):
    check(fc, name, lists_and_buffers_of_floats, n)


@pytest.mark.parametrize("n", LENGTHS)
def test_iterators_of_lengths_around_every_border_equal_lists(fc, n):
    values = pseudorandom_floats(n)
    for name in (*REDUCTIONS, "cumsum"):
        assert outcome(getattr(fc, name), iter(values)) == outcome(getattr(fc, name), values)
    assert outcome(fc.dot, iter(values), iter(values)) == outcome(fc.dot, values, values)


def buffers_of_integers(code):
    size = CODES[code]
    for n in (1, 100, 5000):
        for width in (size, 5):  # over the whole range, and with many ties
            values = pseudorandom_integers(n, width)
            if code.isupper():
                values = [v + 2 ** (width - 1) for v in values]
            yield array(code, values), {}
            yield memoryview(array(code, values))[1::2], {}
            yield memoryview(array(code, values))[::-1], {}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("code", CODES)
def test_integer_buffers_equal_the_twin(fc, name, code):
    check(fc, name, buffers_of_integers, code)


def random_array(dtype, shape, data):
    """An array of few values with ties and signed zeros, of many values, or of random bits."""
    import numpy as np

    dtype = np.dtype(dtype)
    rng = np.random.default_rng(math.prod(shape))
    if data == "bits" and dtype.kind != "b":
        return np.frombuffer(rng.bytes(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)
    if dtype.kind in "biu":
        few = rng.integers(0 if dtype.kind == "u" else -2, 3, shape)
        return (few if data == "few" else rng.integers(0, 127, shape)).astype(dtype)
    if data == "few":
        return (rng.integers(-2, 3, shape) / 2 * rng.choice([-1.0, 1.0], shape)).astype(dtype)
    return (rng.standard_normal(shape) * 2.0 ** rng.integers(-8, 8, shape)).astype(dtype)


def moved(a, offset):
    """A copy whose memory starts so many bytes past an address that NumPy would choose."""
    import numpy as np

    buffer = np.zeros(a.nbytes + offset, np.uint8)
    copy = np.ndarray(a.shape, a.dtype, buffer.data, offset)
    copy[...] = a
    return copy


def layouts(dtype, data):
    import numpy as np

    base = random_array(dtype, (6, 40), data)
    writable = base.copy()
    deep = base.reshape(2, 3, 5, 8)
    return [
        base,
        writable,
        base.T,
        np.asfortranarray(base),
        base[:, ::3],
        base[::2, 1::2],
        base[::-1, ::-1],
        base[:, ::-1],
        base[0],
        base[0, ::2],
        base[::-1, 3],
        base[:0],
        base[:, :0],
        base[:1],
        base[:, :1],
        base[2, 5:6].reshape(()),
        np.broadcast_to(base[0, :1], (50,)),
        np.broadcast_to(base[0], (3, 40)),
        np.broadcast_to(base[:, :1], (6, 40)),
        moved(base, 1),
        moved(base, 1)[:, 1::2],
        deep[0],
        deep[1].transpose(2, 0, 1),
        deep[:, ::-1, ::2],
        deep.swapaxes(1, 3),
        np.broadcast_to(deep[:, :, :1], (2, 3, 4, 8)),
        np.asfortranarray(deep),
        deep[:, :0],
    ]


def whole_arrays(dtype, data):
    for a in layouts(dtype, data):
        yield a, {}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", (*DTYPES, *SWAPPED))
def test_arrays_of_every_dtype_and_layout_equal_the_twin(fc, np, name, dtype):
    for data in ("few", "many", "bits"):
        check(fc, name, whole_arrays, dtype, data)


def arrays_along_every_axis(dtype, data):
    for a in layouts(dtype, data):
        for axis in range(-1, a.ndim):
            yield a, {"axis": axis}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(("dtype", "data"), [(d, "many") for d in (*DTYPES, ">f8", ">i4")] + [("float32", "bits")])
def test_every_layout_along_every_axis_equals_the_twin(fc, np, name, dtype, data):
    check(fc, name, arrays_along_every_axis, dtype, data)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("axis", (-2, 2, -3, "x", 1.5, None, True))
def test_any_axis_argument_equals_the_twin(fc, np, name, axis):
    a = np.arange(12.0).reshape(3, 4)
    for operand in (a, a.T, a[0], np.array(1.0), [1, 2], array("d", [1, 2]), memoryview(bytes(8)).cast("B", (2, 4))):
        if name == "dot":
            expected = outcome(pure.dot, operand, operand, axis=axis)
            assert outcome(fc.dot, operand, operand, axis=axis) == expected
        else:
            assert call(fc, name, operand, axis=axis) == call(pure, name, operand, axis=axis)


# With columns and rows across the borders of lanes (32) and blocks (4096).
SHAPES = (
    (1, 5),
    (5, 1),
    (1, 1),
    (2, 3, 4),
    (3, 4, 2, 5),
    (33, 65),
    (65, 33),
    (100, 3),
    (3, 100),
    (40, 130),
    (7, 31, 9),
)
LONG_SHAPES = ((4097, 3), (5000, 2), (2, 5000), (4096, 1), (1, 4097))


def along_every_axis(dtype, shape):
    a = random_array(dtype, shape, "many")
    for axis in range(a.ndim):
        yield a, {"axis": axis}


def other_layouts(a):
    """The same elements in C order, Fortran order, backwards, in the midst of others, and off their alignment."""
    import numpy as np

    backwards = (slice(None, None, -1),) * a.ndim
    yield np.asfortranarray(a)
    yield a[backwards].copy()[backwards]
    padded = np.zeros(tuple(2 * n + 1 for n in a.shape), a.dtype)
    inner = padded[(slice(1, None, 2),) * a.ndim]
    inner[...] = a
    yield inner
    yield moved(a, 3)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("dtype", "shape"),
    [(dtype, shape) for dtype in ("float64", "int32") for shape in SHAPES]
    + [(dtype, (40, 130)) for dtype in ("float32", "float16", "uint8", "int64")]
    + [("float64", shape) for shape in LONG_SHAPES]
    + [("uint16", (4097, 3)), ("uint16", (1, 4097))],
)
def test_long_rows_and_columns_equal_the_twin(fc, np, name, dtype, shape):
    check(fc, name, along_every_axis, dtype, shape)
    if fc is pure:
        return
    expected = twin_outcomes(name, along_every_axis, dtype, shape)
    for a in other_layouts(random_array(dtype, shape, "many")):
        for axis in range(a.ndim):
            assert call(fc, name, a, axis=axis) == expected[axis], (a.strides, axis)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", ((0, 3), (3, 0), (2, 0, 3), (0, 0), (0,)))
@pytest.mark.parametrize("dtype", ("float32", "int16", "bool"))
def test_axes_of_length_zero_equal_the_twin(fc, np, name, shape, dtype):
    for axis in (None, *range(len(shape))):
        a = np.zeros(shape, dtype)
        assert call(fc, name, a, axis=axis) == call(pure, name, a, axis=axis)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_random_arrays_equal_the_twin(fc, np, name, data):
    dtype = data.draw(st.sampled_from((*DTYPES, *SWAPPED)))
    longest = data.draw(st.sampled_from((4, 40)))
    shape = tuple(data.draw(st.lists(st.integers(0, longest), min_size=1, max_size=4 if longest == 4 else 2)))
    a = random_array(dtype, shape, data.draw(st.sampled_from(("few", "many", "bits"))))
    a = a.transpose(data.draw(st.permutations(range(a.ndim))))
    steps = st.sampled_from((1, -1, 2, -2, 3))
    a = a[tuple(slice(None, None, data.draw(steps)) for _ in shape)]
    axis = data.draw(st.one_of(st.none(), st.integers(-a.ndim, a.ndim - 1)))
    assert call(fc, name, a, axis=axis) == call(pure, name, a, axis=axis)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_result_along_an_axis_is_a_new_writable_array_in_c_order(fc, np, name):
    for a in (np.ones((3, 4, 5)), np.ones((5, 4, 3)).T, np.ones((3, 4, 5), "int16")[::-1]):
        result = call_raw(fc, name, a, axis=1)
        for one in result if isinstance(result, tuple) else (result,):
            assert one.flags.c_contiguous
            assert one.flags.writeable
            assert not np.shares_memory(one, a)


def call_raw(module, name, a, **keywords):
    return getattr(module, name)(*((a, a) if name == "dot" else (a,)), **keywords)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_stay_as_they_are(fc, np, name):
    for dtype in (*DTYPES, *SWAPPED):
        a = random_array(dtype, (33, 40), "many").copy()
        before = a.tobytes()
        for operand in (a, a.T, a[::2, ::-1]):
            for axis in (None, 0, 1):
                call(fc, name, operand, axis=axis)
        assert a.tobytes() == before


def test_axis_of_a_list_is_the_only_one(fc):
    assert fc.sum([1, 2, 3], axis=0) == 6
    assert fc.max([1, 2, 3], axis=-1) == 3


def test_sum_along_an_axis_agrees_with_numpy(fc, np):
    a = np.arange(24).reshape(2, 3, 4)
    for axis in range(3):
        assert np.array_equal(fc.sum(a, axis=axis), a.sum(axis=axis))
        assert np.array_equal(fc.min(a, axis=axis), a.min(axis=axis))
        assert np.array_equal(fc.mean(a, axis=axis), a.mean(axis=axis))


def test_integer_sum_along_an_axis_that_leaves_64_bits_is_an_overflow_error(fc, np):
    with pytest.raises(OverflowError):
        fc.sum(np.full((2, 2), 2**62), axis=0)
    assert fc.sum(np.full(4, 2**62)) == 2**64


# ---- sum ----


@given(values=st.lists(INTEGERS, max_size=100))
def test_integer_sum_is_exact(fc, values):
    assert fc.sum(values) == sum(values)


def test_integer_sum_never_wraps(fc):
    assert fc.sum(array("q", [-(2**63)] * 5000)) == -(2**63) * 5000
    assert fc.sum(array("Q", [2**64 - 1] * 5000)) == (2**64 - 1) * 5000
    assert fc.sum([2**63 - 1] * 5000) == (2**63 - 1) * 5000


@given(start=INTEGERS, count=st.integers(0, 50), step=st.integers(-(10**20), 10**20).filter(bool))
def test_sum_of_a_range_is_exact(fc, start, count, step):
    numbers = range(start, start + count * step, step)
    assert fc.sum(numbers) == sum(numbers)


@given(data=st.data(), count=st.integers(0, 50))
def test_dot_of_ranges_is_exact(fc, data, count):
    starts, steps = st.tuples(INTEGERS, INTEGERS), st.tuples(*[st.integers(-(10**20), 10**20).filter(bool)] * 2)
    (a, b), (s, t) = data.draw(starts), data.draw(steps)
    a, b = range(a, a + count * s, s), range(b, b + count * t, t)
    assert fc.dot(a, b) == sum(x * y for x, y in zip(a, b))


def test_sums_of_huge_ranges_are_immediate(fc):
    n = 10**18
    assert fc.sum(range(n)) == (n - 1) * n // 2
    assert fc.dot(range(n), range(n)) == (n - 1) * n * (2 * n - 1) // 6
    text = "dot: 'a' and 'b' must have the same shape, not "
    for a, b in ((range(n), [1, 2]), ([1, 2], range(n)), (range(n), range(2)), (range(n), array("d", [1, 2]))):
        assert outcome(fc.dot, a, b) == ("raised", "ValueError", f"{text}{(len(a),)} and {(len(b),)}")


def test_sum_of_floats_is_the_documented_lane_order(fc):
    values = pseudorandom_floats(100)
    lanes = [0.0] * 32
    for i, v in enumerate(values):
        lanes[i % 32] += v
    for half in (16, 8, 4, 2, 1):
        lanes = [lanes[i] + lanes[i + half] for i in range(half)]
    assert bits(fc.sum(array("d", values))) == bits(lanes[0])


@pytest.mark.parametrize("step", (2, -1, 3, -2, 5, -7))
def test_sums_of_elements_apart_are_those_of_elements_side_by_side(fc, step):
    sizes = (*range(1, 70), 95, 96, 97, 500, 4095, 4096, 4097)
    for n in sizes if fc is pure else (*sizes, 8192, 8193, 300_000):
        values = array("d", pseudorandom_floats(n))
        # No element after the last: what reads beyond reads memory that is not the array's.
        apart = array("d", [math.nan]) * ((n - 1) * abs(step) + 1)
        apart[:: abs(step)] = values[:: 1 if step > 0 else -1]
        assert bits(fc.sum(memoryview(apart)[::step])) == bits(fc.sum(values)), n


def test_sums_of_elements_apart_at_any_address(fc):
    values = pseudorandom_floats(300)
    for view in at_every_offset(values):
        for step in (2, -1, 3):
            assert bits(fc.sum(view[::step])) == bits(fc.sum(array("d", values[::step])))


@pytest.mark.parametrize("name", ("sum", "fsum", "mean", "min", "max", "argmin", "minmax", "var"))
@pytest.mark.parametrize("dtype", ("float64", "float32", "int64", "uint8"))
def test_layouts_of_three_axes_equal_the_twin(fc, np, name, dtype):
    """In every order of the axes, each forwards and backwards; the extreme is a zero of one sign and the other."""
    a = np.abs(random_array(dtype, (3, 4, 5), "many"))
    a[1, 2, ::2] = 0.0
    a[1, 3, ::2] = -0.0
    if name == "max" and dtype != "uint8":
        a = -a
    for axes in itertools.permutations(range(3)):
        for steps in itertools.product((1, -1), repeat=3):
            view = a.transpose(axes)[tuple(slice(None, None, step) for step in steps)]
            assert call(fc, name, view) == call(pure, name, view), (axes, steps)
    for view in (np.broadcast_to(a[:, :1], a.shape), np.broadcast_to(a[0].T, (2, 5, 4)), a[:, ::2, ::-1].T):
        assert call(fc, name, view) == call(pure, name, view)


COLUMN_SHAPES = (
    *((rows, columns) for rows in (1, 2, 5, 16, 17, 40) for columns in (1, 2, 3, 4, 7, 9, 130)),
    *((5000, 2), (5000, 3), (4097, 1), (2, 5000), (20, 4100), (300, 101), (101, 300)),
)


@pytest.mark.parametrize("name", ("sum", "mean", "fsum", "var", "std"))
@pytest.mark.parametrize("dtype", ("float64", "float32", "float16", "int32", "uint8", "int64"))
def test_tables_by_columns_are_reduced_in_the_order_of_rows(fc, np, name, dtype):
    if fc is pure and name not in ("sum", "var"):
        pytest.skip("the twin reads every layout by the same code")
    for rows, columns in COLUMN_SHAPES if fc is not pure else COLUMN_SHAPES[::5]:
        a = random_array(dtype, (rows, columns), "many")
        expected = call(fc, name, a)
        padded = np.zeros((rows + 3, columns), dtype, order="F")
        padded[2 : 2 + rows] = a
        for other in (np.asfortranarray(a), padded[2 : 2 + rows], np.asfortranarray(a)[:, ::-1][:, ::-1]):
            assert call(fc, name, other) == expected, (rows, columns, other.strides)
        assert call(fc, name, np.asfortranarray(a), threads=2) == expected


def at_every_offset(values, code="d", step=1):
    """The elements at addresses that differ by 0 to 63 bytes, so at odd ones too; each lasts until the next."""
    data = array(code, values).tobytes()
    buffer = bytearray(len(data) + 64)
    for i in range(64):
        offset = i * step % 64
        view = memoryview(buffer)[offset : offset + len(data)]
        view[:] = data
        yield view.cast(code)


@pytest.mark.parametrize("name", ("sum", "fsum", "mean", "var", "dot", "cumsum", *COMPARISONS))
@pytest.mark.parametrize("code", "df")
def test_results_do_not_depend_on_the_address(fc, name, code):
    values = pseudorandom_floats(200 if fc is pure else 5000)
    expected = call(pure, name, array(code, values))
    for view in at_every_offset(values, code):
        assert call(fc, name, view) == expected


@pytest.mark.parametrize("n", (40, 5000))
def test_results_of_misaligned_arrays_do_not_depend_on_the_address(fc, np, n):
    values = np.array(pseudorandom_floats(n))
    for name in ("sum", "fsum", "var", "argmax"):
        expected = call(pure, name, values)
        for offset in (0, 1, 4, 8, 63) if fc is pure else range(64):
            assert call(fc, name, moved(values, offset)) == expected, offset


def test_sum_adds_integers_and_floats_of_one_list_apart(fc):
    assert fc.sum([2**53, 1, 1, 0.5]) == float(2**53 + 2)
    assert fc.sum([1, 2.5]) == 3.5
    assert normal(fc.sum([True, True])) == normal(2)


def test_sum_adds_other_types_with_their_own_plus(fc):
    third = fractions.Fraction(1, 3)
    assert fc.sum([third, third, third]) == 1
    assert type(fc.sum([third, 1])) is fractions.Fraction


def test_sum_uses_the_plus_of_a_subclass(fc):
    class Shouting(int):
        def __radd__(self, other):
            return "shouted"

    assert fc.sum([1, Shouting(2)]) == "shouted"


def test_empty_sums(fc):
    assert normal(fc.sum([])) == normal(0)
    assert normal(fc.sum(array("d"))) == normal(0.0)
    assert normal(fc.sum(array("i"))) == normal(0)
    assert normal(fc.sum(array("d", [-0.0]))) == normal(0.0)


# ---- fsum and mean ----


@given(values=st.lists(FINITE, max_size=60))
def test_fsum_is_the_exact_sum_rounded_once(fc, values):
    try:
        expected = float(exact_sum(values))
    except OverflowError:
        with pytest.raises(OverflowError):
            fc.fsum(values)
    else:
        assert fc.fsum(values) == fc.fsum(array("d", values)) == expected


def check_fsum(fc, values):
    """Of a buffer, of a list and backwards."""
    expected = rounded_sum(values)
    assert bits_or_exception(fc.fsum, array("d", values)) == expected
    assert bits_or_exception(fc.fsum, list(values)) == expected
    assert bits_or_exception(fc.fsum, memoryview(array("d", values))[::-1]) == expected


def random_bits(rng):
    """A float of random bits, which is finite."""
    while True:
        x = struct.unpack("<d", rng.getrandbits(64).to_bytes(8, "little"))[0]
        if x - x == 0:
            return x


FSUM_DATA = {
    "ordinary": lambda rng: rng.gauss(0, 1),
    "positive": lambda rng: rng.random(),
    "fewbits": lambda rng: float(rng.randrange(-8, 8)),
    "20 decades": lambda rng: rng.gauss(0, 1) * 10.0 ** rng.randint(-20, 20),
    "100 decades": lambda rng: rng.gauss(0, 1) * 10.0 ** rng.randint(-100, 100),
    "random bits": random_bits,
    "subnormal": lambda rng: rng.randrange(-(2**52), 2**52) * 5e-324,
    "least": lambda rng: rng.randrange(-3, 4) * 5e-324,
    "near the least normal": lambda rng: rng.choice((-1, 1)) * math.ldexp(1 + rng.random(), rng.randint(-1030, -1010)),
    "near the greatest": lambda rng: rng.choice((-1, 1)) * math.ldexp(1 + rng.random(), rng.randint(1010, 1022)),
    "around 1e290": lambda rng: rng.choice((-1, 1)) * math.ldexp(1 + rng.random(), rng.randint(958, 968)),
    "zeros": lambda rng: rng.choice((0.0, -0.0)),
    "powers of two": lambda rng: rng.choice((-1, 1)) * math.ldexp(1.0, rng.randint(-60, 60)),
}
FSUM_KINDS = tuple(FSUM_DATA)


def fsum_data(kind, n, seed=0):
    rng = random.Random(f"{kind} {n} {seed}")
    return [FSUM_DATA[kind](rng) for _ in range(n)]


@pytest.mark.parametrize("kind", FSUM_KINDS)
@pytest.mark.parametrize("n", (2, 5, 100, 1500, 4500))
def test_fsum_equals_math_fsum_on_data_of_every_kind_also_if_it_cancels(fc, kind, n):
    values = fsum_data(kind, n)
    check_fsum(fc, values)
    cancelling = values + [-v for v in values]
    random.Random(n).shuffle(cancelling)
    assert bits(fc.fsum(array("d", cancelling))) == bits(0.0)
    cancelling[n // 2 : n // 2] = [1e-300]
    check_fsum(fc, cancelling)
    check_fsum(fc, values + [-v for v in values[: n // 2]] + [5e-324])


@pytest.mark.parametrize("kind", ("ordinary", "100 decades", "random bits", "subnormal"))
def test_fsum_equals_math_fsum_for_every_small_size(fc, kind):
    values = fsum_data(kind, 200)
    for n in range(201):
        assert bits_or_exception(fc.fsum, array("d", values[:n])) == rounded_sum(values[:n])
        assert bits_or_exception(fc.fsum, values[200 - n :]) == rounded_sum(values[200 - n :])


BORDERS = [n + d for n in (512, 1024, 2048, 4096, 8192) for d in (-1, 0, 1)] + [16384 + 5, 2**16 - 1, 2**16, 2**16 + 1]


@pytest.mark.parametrize("n", BORDERS)
def test_fsum_equals_math_fsum_for_sizes_around_borders(fc, n):
    for kind in ("ordinary", "100 decades") if n < 10000 else ("20 decades",):
        values = fsum_data(kind, n)
        assert bits(fc.fsum(array("d", values))) == rounded_sum(values)
        values[-1] = 1e200
        assert bits(fc.fsum(array("d", values))) == rounded_sum(values)


@functools.lru_cache(maxsize=10)
def large_data(n):
    """Many floats; and the bits of their sum with an outlier at each of some positions."""
    values = array("d", fsum_data("20 decades", 4099)) * (n // 4099 + 1)
    del values[n:]
    sums = {}
    for position in (0, 2048, n // 4 - 1, n // 4, n // 2 + 1, n - 1):
        old, values[position] = values[position], -1e280
        sums[position] = rounded_sum(values)
        values[position] = old
    return values, rounded_sum(values), sums


@pytest.mark.parametrize("n", (2**19 - 1, 2**19, 2**19 + 4099, 10**6 + 3))
def test_fsum_of_large_arrays_equals_math_fsum(fc, n):
    if fc is pure:
        pytest.skip("slow, and like any other size to the twin")
    values, expected, sums = large_data(n)
    assert bits(fc.fsum(values)) == expected
    for position, expected in sums.items():
        old, values[position] = values[position], -1e280
        found = fc.fsum(values)
        values[position] = old
        assert bits(found) == expected, position


@pytest.mark.parametrize("kind", ("ordinary", "100 decades", "random bits", "subnormal"))
def test_fsum_equals_math_fsum_at_every_address(fc, kind):
    for n in (9, 150) if fc is pure else (9, 150, 700, 5000):
        values = fsum_data(kind, n)
        expected = rounded_sum(values)
        for view in at_every_offset(values):
            assert bits_or_exception(fc.fsum, view) == expected


@pytest.mark.parametrize("position", (0, 31, 32, 500, 4095, 4096, 9999))
@pytest.mark.parametrize("outlier", (1e300, 1e-300, 5e-324, -1e16, 1e290, math.inf, math.nan))
def test_fsum_equals_math_fsum_with_an_outlier_anywhere(fc, position, outlier):
    values = pseudorandom_floats(10000)
    values[position] = outlier
    assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))


@pytest.mark.parametrize("outlier", (1e300, -5e-324, 2.0**30, 2.0**45, 1.7e308, math.inf, math.nan))
def test_fsum_equals_math_fsum_with_an_outlier_at_every_position(fc, outlier):
    for n, positions in [(70, range(70))] if fc is pure else [(600, range(600)), (4700, range(4060, 4700, 7))]:
        values = array("d", fsum_data("ordinary", n))
        for position in positions:
            old, values[position] = values[position], outlier
            assert bits(fc.fsum(values)) == rounded_sum(values), position
            values[position] = old


# Binary exponents of stretches, to which a kernel that guesses the next from the last must adapt.
STRETCHES = (
    (0, 100, -100, 0),
    (-1050, -700, -350, 0, 350, 700, 950),
    (950, 700, 350, 0, -350, -700, -1050),
    (0, 30, 60, 30, 0, -30, -60),
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    (-1074, 960, -1074, 970, -1074),
    (0, 960, 966, 1000, 0, -1022, 0),
)


def stretches(exponents, length, seed=0):
    rng = random.Random(f"{exponents} {length} {seed}")
    return [math.ldexp(rng.uniform(-1, 1), e) for e in exponents for _ in range(length)]


@pytest.mark.parametrize("exponents", STRETCHES)
@pytest.mark.parametrize("length", (32, 512, 1024, 1500, 4096))
def test_fsum_equals_math_fsum_where_the_magnitude_changes_from_stretch_to_stretch(fc, exponents, length):
    if fc is pure and length > 512:
        pytest.skip("slow, and like any other length to the twin")
    values = stretches(exponents, length)
    check_fsum(fc, values)
    for position in (0, length, 2 * length - 1, len(values) - 1):
        check_fsum(fc, [*values[:position], 5e-324, -1e308, *values[position:]])


@given(
    parts=st.lists(
        st.tuples(st.sampled_from(FSUM_KINDS), st.integers(0, 300), st.integers(0, 20), st.booleans()), max_size=6
    ),
    cut=st.integers(0, 7),
    cancel=st.booleans(),
)
def test_fsum_equals_math_fsum_on_mixtures(fc, parts, cut, cancel):
    values = []
    for kind, n, seed, is_long in parts:
        values += fsum_data(kind, n, seed) * (5 if is_long else 1)
    if cancel:
        values += [-v for v in values[cut:]]
    expected = rounded_sum(values[cut:])
    assert bits_or_exception(fc.fsum, memoryview(array("d", values))[cut:]) == expected
    assert bits_or_exception(fc.fsum, values[cut:]) == expected


@given(values=st.lists(FLOATS, max_size=60), repeat=st.sampled_from((1, 1, 40)))
def test_fsum_of_anything_is_that_of_math_fsum_or_of_fractions(fc, values, repeat):
    check_fsum(fc, values * repeat)


def test_fsum_of_float32_and_float16_is_exact(fc, np):
    rng = np.random.default_rng(5)
    for dtype, size in (("float32", 4), ("float16", 2)):
        for n in (1, 31, 1000, 9000):
            a = np.frombuffer(rng.bytes(n * size), dtype)
            a = a[np.isfinite(a)]
            assert bits(fc.fsum(a)) == rounded_sum(a.tolist())
            assert bits(fc.fsum(a[::-2])) == rounded_sum(a[::-2].tolist())
            a = np.concatenate([a, -a[::2], np.array([2.0**-24], dtype)])
            assert bits(fc.fsum(a)) == rounded_sum(a.tolist())
            assert bits(fc.fsum(a.astype(a.dtype.newbyteorder()))) == rounded_sum(a.tolist())


def test_fsum_of_every_finite_float16_is_zero(fc, np):
    halves = np.arange(2**16, dtype="uint16").view("float16")
    halves = halves[np.isfinite(halves)]
    assert bits(fc.fsum(halves)) == bits(0.0)
    assert fc.fsum(halves[halves >= 0]) == math.fsum(halves[halves >= 0].tolist())


@pytest.mark.parametrize("code", "df")
@pytest.mark.parametrize("n", (5, 40, 5000))
def test_fsum_of_special_values_anywhere(fc, code, n):
    for position in {0, 3, n // 2, n - 1}:
        for special in (math.inf, -math.inf, math.nan):
            values = [1.5] * n
            values[position] = special
            assert bits(fc.fsum(array(code, values))) == bits(special)
            values[0 if position else 1] = math.nan
            assert math.isnan(fc.fsum(array(code, values)))
        values = [math.nan] * n
        values[position], values[position - 1] = math.inf, -math.inf
        with pytest.raises(ValueError, match="^fsum: 'a' holds both infinities$"):
            fc.fsum(array(code, values))


def test_fsum_along_an_axis_is_that_of_each_row(fc, np):
    a = np.array(fsum_data("100 decades", 40 * 33)).reshape(40, 33)
    for axis in (0, 1):
        rows = np.moveaxis(a, axis, -1).tolist()
        assert list(map(bits, fc.fsum(a, axis=axis).tolist())) == list(map(rounded_sum, rows))


@pytest.mark.parametrize("name", ("fsum", "mean"))
@pytest.mark.parametrize("dtype", INTEGER_TYPES)
def test_fsum_and_mean_of_integer_arrays_count_exactly(fc, np, name, dtype):
    for data in ("few", "many", "bits"):
        a = random_array(dtype, (5000,), data)
        total = sum(a.tolist())
        assert fc.fsum(a) == float(total)
        assert fc.mean(a) == total / 5000


@pytest.mark.parametrize("zeros", (0, 40, 3000, 5000))
def test_fsum_equals_math_fsum_on_ties_and_near_them(fc, zeros):
    least = 5e-324
    for tie in ([1.0, 2.0**-53], [1.0 + 2.0**-52, 2.0**-53], [2.0**53, 1.0], [-(2.0**53), -1.0], [1e290, 2.0**910]):
        for extra in ([], [least], [-least], [1e-30, -1e-30], [2.0**-80], [-(2.0**-80)]):
            values = tie + [0.0] * zeros + extra
            assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))
            assert bits(fc.fsum(values[::-1])) == bits(math.fsum(values))


def test_fsum_of_subnormals_is_exact(fc):
    values = [5e-324 * k for k in range(1, 3000)]
    assert fc.fsum(array("d", values)) == math.fsum(values)
    assert fc.fsum(array("d", [5e-324] * 3)) == 1.5e-323


def test_fsum_near_overflow(fc):
    largest = math.nextafter(math.inf, 0) if hasattr(math, "nextafter") else 1.7976931348623157e308
    assert fc.fsum([1e308, 1e308, -1e308]) == 1e308
    assert fc.fsum([largest, 2.0**969]) == largest
    for values in ([largest, 2.0**970], [largest] * 5000):
        with pytest.raises(OverflowError, match="^fsum: the result is out of range for a float$"):
            fc.fsum(values)
        with pytest.raises(OverflowError, match="^fsum: the result is out of range for a float$"):
            fc.fsum(array("d", values))


def test_fsum_counts_integers_exactly(fc):
    assert fc.fsum([2**53 + 1, -(2**53)]) == 1.0
    assert fc.fsum([2**200 + 1, -(2**200)]) == 1.0
    assert fc.fsum([2**63, 0.5, -(2**63)]) == 0.5


def test_fsum_of_infinities(fc):
    assert fc.fsum([math.inf, 1.0]) == math.inf
    assert fc.fsum([-math.inf, 1e308, 1e308]) == -math.inf
    assert math.isnan(fc.fsum([math.nan, math.inf]))
    for values in ([math.inf, -math.inf], [math.nan, math.inf, -math.inf]):
        with pytest.raises(ValueError, match="^fsum: 'a' holds both infinities$"):
            fc.fsum(values)
        with pytest.raises(ValueError, match="^fsum: 'a' holds both infinities$"):
            fc.fsum(array("d", values))


def test_fsum_converts_other_types_through_float_and_index(fc):
    assert fc.fsum([fractions.Fraction(1, 2), 1]) == 1.5


@given(values=st.lists(st.one_of(FINITE, SMALL_INTEGERS), min_size=1, max_size=60))
def test_mean_is_the_exact_mean_rounded_once(fc, values):
    expected = exact_sum(values) / len(values)
    assert fc.mean(values) == expected.numerator / expected.denominator


def test_mean_cannot_overflow_for_floats(fc):
    assert fc.mean([1.7976931348623157e308] * 100) == 1.7976931348623157e308


def test_mean_of_special_values_is_as_numpys(fc):
    assert fc.mean([math.inf, 1.0]) == math.inf
    assert math.isnan(fc.mean([math.inf, -math.inf]))
    assert math.isnan(fc.mean(array("d", [math.nan, 1.0])))


@pytest.mark.parametrize("a", ([], (), array("d"), iter(())))
def test_mean_of_nothing_is_nan_with_a_warning(fc, a):
    with pytest.warns(RuntimeWarning, match="mean: 'a' is empty"):
        assert math.isnan(fc.mean(a))


# ---- min and max ----


@given(values=st.lists(st.one_of(FINITE, INTEGERS), min_size=1, max_size=80))
def test_min_and_max_are_the_builtins_without_nan(fc, values):
    assert fc.min(values) is min(values)
    assert fc.max(values) is max(values)


@pytest.mark.parametrize("n", (1, 5, 40, 5000))
@pytest.mark.parametrize("position", (0, 3, 33, 4999))
def test_a_nan_anywhere_is_the_least_and_the_greatest(fc, n, position):
    values = pseudorandom_floats(n)
    values[min(position, n - 1)] = math.nan
    for a in (values, array("d", values), array("f", values), iter(values)):
        assert math.isnan(fc.min(a))
    assert math.isnan(fc.max(array("d", values)))


@pytest.mark.parametrize("code", "fd")
@pytest.mark.parametrize("n", (3, 40, 5000))
def test_of_equal_zeros_the_first_is_returned(fc, code, n):
    for zeros in ([0.0, -0.0], [-0.0, 0.0]):
        values = [1.0] * n
        values[n // 2], values[-1] = zeros
        assert bits(fc.min(array(code, values))) == bits(zeros[0])
        assert bits(fc.max(array(code, [-v for v in values]))) == bits(-zeros[0])


def test_min_of_anything_that_compares(fc):
    assert fc.min(["b", "a"]) == "a"
    assert fc.max(iter([fractions.Fraction(1, 2), 0.25, 10**30])) == 10**30
    assert normal(fc.min(array("B", [3, 1, 2]))) == normal(1)


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_list_that_changes_while_it_is_compared_is_a_runtime_error(fc, name):
    class Clearing(float):
        def __lt__(self, other):
            values.clear()
            return False

        __gt__ = __lt__

    values = [Clearing(i) for i in range(100)]
    with pytest.raises(RuntimeError, match=f"^{name}: 'a' changed size during iteration$"):
        getattr(fc, name)(values)


def test_a_list_that_changes_while_it_is_summed_does_no_harm(fc):
    class Clearing:
        def __radd__(self, other):
            values.clear()
            return other

        def __float__(self):
            values.clear()
            return 1.0

    values = [Clearing() for _ in range(1000)]
    assert fc.sum(values) == 0
    values = [Clearing() for _ in range(1000)]
    assert outcome(fc.fsum, values) in (outcome(float, 1.0), outcome(float, 1000.0))


def test_a_list_that_changes_while_its_elements_are_converted_does_no_harm(fc):
    class Clearing:
        def __float__(self):
            values.clear()
            return 1.0

        def __radd__(self, other):
            values.clear()
            return other

        __mul__ = __rmul__ = __add__ = __radd__

    for function in (fc.mean, fc.var, fc.std, fc.cumsum, lambda a: fc.dot(a, a), lambda a: fc.dot(a, [1.0] * 1000)):
        values = [Clearing() for _ in range(1000)]
        outcome(function, values)
        assert values == []


def test_an_iterator_that_raises_lets_its_exception_through(fc):
    def numbers():
        yield 1.0
        raise KeyError("no more")

    for name in (*REDUCTIONS, "cumsum"):
        with pytest.raises(KeyError, match="no more"):
            getattr(fc, name)(numbers())
    for operands in ((numbers(), [1.0]), ([1.0], numbers())):
        with pytest.raises(KeyError, match="no more"):
            fc.dot(*operands)


def test_numpy_scalars_in_a_list_count(fc, np):
    values = [np.float64(0.5), np.int64(2**53 + 1), np.float32(0.25)]
    assert fc.fsum([*values, -(2**53)]) == 1.75
    assert fc.sum([np.int64(3), 4]) == 7
    assert fc.max(values) == 2**53 + 1


def test_a_masked_array_is_refused(fc, np):
    masked = np.ma.array([1, 2], mask=[True, False])
    for name in (*REDUCTIONS, "cumsum"):
        with pytest.raises(TypeError, match=f"^{name}: 'a' must not be MaskedArray"):
            getattr(fc, name)(masked)
    with pytest.raises(TypeError, match="^dot: 'b' must not be MaskedArray"):
        fc.dot([1, 2], masked)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_is_an_array(fc, np):
    a = np.asmatrix([[3.0, 1.0], [2.0, 0.5]])
    assert fc.sum(a) == fc.fsum(a) == 6.5
    assert fc.min(a) == 0.5
    assert fc.argmin(a) == 3
    assert fc.dot(a, a) == 14.25
    assert normal(fc.cumsum(a)) == normal(np.array([3.0, 4.0, 6.0, 6.5]))
    assert normal(fc.max(a, axis=0)) == normal(np.array([3.0, 1.0]))
    assert fc.sort(a).tolist() == [[1.0, 3.0], [0.5, 2.0]]
    assert fc.sqrt(a * 0 + 4).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_objects_that_offer_an_array_are_arrays(fc, np):
    class Column:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.5, 2.5])

    assert fc.sum(Column()) == 4.0
    assert fc.max(Column()) == 2.5
    assert fc.minmax(Column()) == (1.5, 2.5)
    assert fc.argmax(Column()) == 1
    assert fc.var(Column()) == 0.25
    assert fc.dot(Column(), [2, 4]) == 13.0
    assert normal(fc.cumsum(Column())) == normal(np.array([1.5, 4.0]))


def test_read_only_memory_is_fine(fc, np):
    a = np.arange(10.0)
    a.flags.writeable = False
    assert fc.sum(a) == fc.fsum(a) == 45.0
    assert fc.argmax(a) == 9
    assert fc.dot(a, a) == 285.0
    assert fc.sum(b"abc") == 294
    assert fc.minmax(b"abc") == (97, 99)
    assert normal(fc.cumsum(b"abc")) == normal(array("Q", [97, 195, 294]))


# ---- argmin, argmax and minmax ----


@given(values=st.lists(st.one_of(FINITE, INTEGERS, st.sampled_from((0, 0.0, -0.0))), min_size=1, max_size=80))
def test_argmin_and_argmax_are_where_min_and_max_are_first(fc, values):
    assert fc.argmin(values) == values.index(min(values))
    assert fc.argmax(values) == values.index(max(values))
    assert [id(v) for v in fc.minmax(values)] == [id(min(values)), id(max(values))]


@pytest.mark.parametrize("dtype", (*DTYPES, *SWAPPED))
@pytest.mark.parametrize("position", POSITIONS)
def test_the_first_of_equal_extremes_is_found_anywhere(fc, np, dtype, position):
    for n in {position + 1, position + 2, position + 40} | ({10000} if fc is not pure else set()):
        a = np.ones(n, dtype)
        a[position:] = 0
        a[position + 1 :: 2] = 1  # the least comes back at every second place
        flipped = 1 - a if dtype != "bool" else ~a
        for name, operand in (("argmin", a), ("argmax", flipped)):
            assert normal(getattr(fc, name)(operand)) == normal(position), n
            assert normal(getattr(fc, name)(operand[::-1][::-1])) == normal(position), n
        assert normal(fc.minmax(a)) == normal((fc.min(a), fc.max(a)))


@pytest.mark.parametrize("dtype", ("float64", "float32", "float16", ">f8"))
@pytest.mark.parametrize("position", POSITIONS)
def test_the_first_nan_is_the_extreme_anywhere(fc, np, dtype, position):
    for n in {position + 1, position + 2, 10000}:
        a = np.arange(n).astype(dtype) % 50
        a[0], a[-1] = -math.inf, math.inf
        a[position] = math.nan
        a[position + 1 :: 7] = -math.nan
        assert fc.argmin(a) == fc.argmax(a) == position
        assert [bits(v) for v in fc.minmax(a)] == [-1, -1]
        assert math.isnan(fc.min(a))
        assert math.isnan(fc.max(a))


@pytest.mark.parametrize("code", "fd")
@pytest.mark.parametrize("position", POSITIONS)
def test_buffers_have_their_first_extreme_anywhere(fc, code, position):
    values = [1.0] * 10000
    values[position:] = [0.0, -0.0, 0.5] * 3400
    a = array(code, values[:10000])
    assert fc.argmin(a) == position
    assert [bits(v) for v in fc.minmax(a)] == [bits(0.0), bits(1.0 if position else 0.5)]
    flipped = array(code, [-v for v in a])
    assert fc.argmax(flipped) == position
    assert bits(fc.max(flipped)) == bits(fc.minmax(flipped)[1]) == bits(-0.0)


@pytest.mark.parametrize("code", "fd")
@pytest.mark.parametrize("zeros", ((0.0, -0.0), (-0.0, 0.0)))
def test_zeros_of_either_sign_are_equal(fc, code, zeros):
    for n in (2, 9, 33, 64, 5000):
        values = [zeros[0]] + [zeros[1]] * (n - 1)
        for a in (values, array(code, values)):
            assert fc.argmin(a) == fc.argmax(a) == 0
            assert [bits(v) for v in fc.minmax(a)] == [bits(zeros[0])] * 2


@pytest.mark.parametrize("dtype", INTEGER_TYPES)
def test_extremes_of_a_type_are_told_from_their_neighbours(fc, np, dtype):
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    for n in (3, 40, 5000):
        a = np.full(n, most - 1, dtype)
        a[n // 2] = most
        assert normal(fc.minmax(a)) == normal((int(most) - 1, int(most)))
        assert fc.argmax(a) == n // 2
        a = np.full(n, least + 1, dtype)
        a[n // 2] = least
        assert normal(fc.minmax(a)) == normal((int(least), int(least) + 1))
        assert fc.argmin(a) == n // 2


def test_infinities_are_extremes(fc):
    for a in ([1.0, math.inf, -math.inf], array("f", [1.0, math.inf, -math.inf])):
        assert fc.minmax(a) == (-math.inf, math.inf)
        assert (fc.argmin(a), fc.argmax(a)) == (2, 1)
    assert fc.argmin([math.inf] * 40) == fc.argmax([-math.inf] * 40) == 0


def test_argmin_of_anything_that_compares(fc):
    assert fc.argmin(["b", "a", "a"]) == 1
    assert fc.minmax(["b", "a", "c"]) == ("a", "c")
    assert fc.argmax(iter([fractions.Fraction(1, 2), 0.25, 10**30, 10**30])) == 2
    assert fc.argmin({3: "x", 1: "y"}) == 1
    assert fc.argmin(range(10, 0, -1)) == 9


def test_argmin_of_an_array_counts_in_c_order(fc, np):
    a = np.array([[3, 1, 2], [0, 5, 0]])
    assert fc.argmin(a) == 3
    assert fc.argmin(a.T) == 1
    assert fc.argmax(np.asfortranarray(a)) == 4
    for axis in (0, 1):
        assert normal(fc.argmin(a, axis=axis)) == normal(a.argmin(axis=axis).astype("int64"))


def test_minmax_along_an_axis_is_a_tuple_of_arrays(fc, np):
    a = np.array([[3, 1, 2], [0, 5, 0]], "int16")
    for axis in (0, 1):
        assert normal(fc.minmax(a, axis=axis)) == normal((a.min(axis=axis), a.max(axis=axis)))


# ---- var and std ----


def is_near(found, expected, tolerance=1e-12):
    return abs(fractions.Fraction(found) - expected) <= tolerance * expected


VAR_DATA = {
    "ordinary": lambda rng: rng.gauss(0, 1),
    "uniform": lambda rng: rng.random(),
    "far from zero": lambda rng: 1e9 + rng.gauss(0, 1e-3),
    "a few ulps apart": lambda rng: 1e15 + rng.randrange(3) / 8,
    "wide": lambda rng: rng.gauss(0, 1) * 10.0 ** rng.randint(-20, 20),
    "tiny": lambda rng: rng.gauss(0, 1) * 1e-150,
    "large": lambda rng: rng.gauss(0, 1) * 1e150,
    "bytes": lambda rng: rng.randrange(256),
    "timestamps": lambda rng: 2**60 + rng.randrange(-3, 4),
    "two of many values": lambda rng: 2**62 + (rng.random() < 0.01),
    "wide integers": lambda rng: rng.randrange(-(2**63), 2**63),
    "beyond 64 bits": lambda rng: 10**30 + rng.randrange(100),
}


@pytest.mark.parametrize("kind", VAR_DATA)
@pytest.mark.parametrize("n", (2, 3, 10, 40, 300, 1000))
def test_var_is_accurate(fc, kind, n):
    rng = random.Random(n)
    values = [VAR_DATA[kind](rng) for _ in range(n)]
    expected = exact_variance(values)
    operands = [values]
    if kind != "beyond 64 bits":
        operands.append(array("d" if type(values[0]) is float else "q", values))
    for a in operands:
        assert is_near(fc.var(a), expected)
        assert is_near(fc.var(a, ddof=1), expected * n / (n - 1))
        assert bits(fc.std(a)) == bits(math.sqrt(fc.var(a)))
        assert bits(fc.std(a, ddof=1)) == bits(math.sqrt(fc.var(a, ddof=1)))


def test_var_agrees_with_statistics(fc):
    values = fsum_data("ordinary", 500)
    assert math.isclose(fc.var(values), statistics.pvariance(values), rel_tol=1e-13)
    assert math.isclose(fc.std(values, ddof=1), statistics.stdev(values), rel_tol=1e-13)


@given(values=st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=60), shift=st.integers(-(2**62), 2**62))
def test_var_of_integers_does_not_depend_on_where_they_are(fc, values, shift):
    shifted = [v + shift for v in values]
    assert bits(fc.var(shifted)) == bits(fc.var(values)) == bits(fc.var(array("q", shifted)))


@pytest.mark.parametrize("constant", (0.0, -0.0, 0.1, 1e9 + 0.1, 1e308, -1.7e308, 5e-324, 1e-310))
def test_var_of_equal_floats_is_exactly_zero(fc, constant):
    for n in (1, 2, 3, 7, 33, 1000, 4097):
        for a in ([constant] * n, array("d", [constant] * n)):
            assert bits(fc.var(a)) == bits(fc.std(a)) == bits(0.0)


@pytest.mark.parametrize("constant", (0, 3, 2**63 - 1, -(2**63)))
def test_var_of_equal_integers_is_exactly_zero(fc, constant):
    for n in (1, 3, 33, 4097):
        for a in ([constant] * n, array("q", [constant] * n)):
            assert bits(fc.var(a)) == bits(fc.std(a)) == bits(0.0)
    assert bits(fc.var([10**400] * 3)) == bits(0.0)


def test_var_is_never_negative(fc):
    for exponent in range(-60, 60, 7):
        values = [0.1 + math.ldexp(k, -53) for k in (0, 1, 1, 2)] * 3 + [0.1 + math.ldexp(1.0, exponent)] * 2
        assert fc.var(values) >= 0.0
        assert fc.var(array("f", values)) >= 0.0
    # The squares underflow one by one, what is taken from them does not.
    values = [2.0**-486, 2.0**-486 + 2.0**-538] * 500
    for a in (values, array("d", values)):
        assert bits(fc.var(a)) == bits(0.0)


@pytest.mark.parametrize("special", (math.nan, math.inf, -math.inf))
@pytest.mark.parametrize("n", (1, 2, 40, 5000))
def test_var_of_special_values_is_nan(fc, special, n):
    for position in {0, n // 2, n - 1}:
        values = [1.0] * n
        values[position] = special
        for a in (values, array("d", values), array("f", values)):
            assert math.isnan(fc.var(a))
            assert math.isnan(fc.std(a))


def test_var_of_both_infinities_is_nan(fc):
    assert math.isnan(fc.var([math.inf, -math.inf]))
    assert math.isnan(fc.std(array("d", [math.inf, -math.inf, math.nan])))


@pytest.mark.parametrize("name", ("var", "std"))
def test_var_without_degrees_of_freedom_warns(fc, name):
    function = getattr(fc, name)
    for a, ddof, expected in (
        ([], 0, math.nan),
        (array("d"), 0, math.nan),
        ([1.0, 1.0], 2, math.nan),
        ([1.0, 2.0], 2, math.inf),
        (array("d", [1.0, 2.0]), 3, math.inf),
        (array("i", [1, 2]), 2, math.inf),
        ([math.nan], 1, math.nan),
        (array("d", [math.inf]), 1, math.nan),
        (iter([1]), 1, math.nan),
    ):
        with pytest.warns(RuntimeWarning, match=f"^{name}: 'ddof' leaves no degrees of freedom$"):
            assert bits(function(a, ddof=ddof)) == bits(expected)


def test_var_with_degrees_of_freedom_does_not_warn(fc):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fc.var([1.0]) == 0.0
        assert fc.var([1.0, 3.0], ddof=1) == 2.0
        assert fc.var([1.0, 3.0], ddof=-2) == 0.5
        assert fc.var([1.0, 3.0], ddof=True) == 2.0
        assert math.isnan(fc.var([], ddof=-1))


def test_var_along_an_axis_without_degrees_of_freedom_warns(fc, np):
    a = np.array([[1.0, 1.0], [1.0, 2.0]])
    with pytest.warns(RuntimeWarning, match="^var: 'ddof' leaves no degrees of freedom$"):
        assert normal(fc.var(a, axis=1, ddof=2)) == normal(np.array([math.nan, math.inf]))
    with pytest.warns(RuntimeWarning, match="^std: 'ddof' leaves no degrees of freedom$"):
        assert normal(fc.std(np.zeros((2, 0)), axis=1)) == normal(np.array([math.nan, math.nan]))


@pytest.mark.parametrize("name", ("var", "std"))
@pytest.mark.parametrize("ddof", (-1, 1, 5, 6, 7))
def test_var_with_ddof_equals_the_twin(fc, np, name, ddof):
    a = random_array("float64", (6, 5), "many")
    for operand in (a, a.T, a[0], a[0].tolist(), a.astype("int16"), a.astype("float32")):
        for axis in (None, 0):
            expected = outcome(getattr(pure, name), operand, axis=axis, ddof=ddof)
            assert outcome(getattr(fc, name), operand, axis=axis, ddof=ddof) == expected


def test_var_of_squares_that_overflow_is_infinite(fc):
    for values in ([1e200, -1e200], [1.7e308, -1.7e308] * 20, [1.7e308, 1.7e308, -1.7e308], [1e160] * 40 + [0.0]):
        for a in (values, array("d", values)):
            assert fc.var(a) == fc.std(a) == math.inf


def test_var_is_right_where_the_square_of_the_correction_would_overflow(fc):
    # Half of the values are m, half the next float: the mean's rounding error, half an ulp, adds up to n / 2 ulps.
    ulp = 2.0**504
    values = [2.0**556, 2.0**556 + ulp] * 500
    assert fc.var(values) == fc.var(array("d", values)) == ulp * ulp / 4


def test_var_of_integers_and_floats_in_a_list(fc):
    assert fc.var([1, 2.0, True, fractions.Fraction(4)]) == statistics.pvariance([1, 2.0, 1, 4.0])
    assert fc.var([True, False]) == 0.25


def test_var_out_of_range_is_an_overflow_error(fc):
    with pytest.raises(OverflowError, match="^var: a deviation from the mean is out of range for a float$"):
        fc.var([10**400, 0])
    with pytest.raises(OverflowError, match="^std: the result is out of range for a float$"):
        fc.std([10**400, 0.5])


# ---- dot ----


@given(pairs=st.lists(st.tuples(INTEGERS, INTEGERS), max_size=60))
def test_dot_of_integers_is_exact(fc, pairs):
    assert fc.dot([x for x, _ in pairs], [y for _, y in pairs]) == sum(x * y for x, y in pairs)


@pytest.mark.parametrize("n", (1, 2, 7, 31, 33, 64, 5000))
def test_dot_of_the_largest_integers_never_wraps(fc, n):
    for code, x, y in (
        ("q", 2**63 - 1, -(2**63)),
        ("q", -(2**63), -(2**63)),
        ("Q", 2**64 - 1, 2**64 - 1),
        ("i", -(2**31), -(2**31)),
        ("i", -(2**31), 2**31 - 1),
        ("I", 2**32 - 1, 2**32 - 1),
        ("h", -(2**15), -(2**15)),
        ("H", 2**16 - 1, 2**16 - 1),
        ("b", -128, -128),
        ("B", 255, 255),
    ):
        a, b = array(code, [x] * n), array(code, [y] * n)
        assert normal(fc.dot(a, b)) == normal(x * y * n)
        assert normal(fc.dot(a, memoryview(b)[::-1])) == normal(x * y * n)
        assert normal(fc.dot(a.tolist(), b.tolist())) == normal(x * y * n)


@pytest.mark.parametrize("bits_of_all", (25, 26, 31, 32, 63))
def test_dot_of_integers_at_the_ends_of_what_is_multiplied_fast(fc, bits_of_all):
    least, most = -(1 << (bits_of_all - 1)), (1 << (bits_of_all - 1)) - 1
    for n in (1, 15, 16, 17, 63, 64, 65, 300) if fc is pure else (1, 15, 16, 17, 31, 63, 64, 65, 300, 4096, 4097, 9000):
        for values in ([least] * n, [most] * n, [least, most] * n):
            for beyond in (None, 0, len(values) - 1, len(values) // 2):
                a, b = array("q", values), array("q", values[::-1])
                if beyond is not None:
                    a[beyond] = most + 1
                    b[beyond] = least - 1
                assert fc.dot(a, b) == sum(map(operator.mul, a, b)), (n, beyond)


@pytest.mark.parametrize("value", (1, 2**25 - 1, 2**31, 2**63, 2**64 - 2**25, 2**64 - 1))
def test_dot_of_unsigned_integers_is_of_no_negative_ones(fc, value):
    a = array("Q", [value] * 100)
    assert fc.dot(a, a) == 100 * value * value
    assert fc.dot(a, array("q", [-1] * 100)) == -100 * value
    assert fc.dot(a, array("b", [-1] * 100)) == -100 * value


def test_dot_of_integers_of_mixed_signs_cancels_exactly(fc):
    values = [2**63 - 1, -(2**63), 2**62 + 1] * 300
    other = [v if i % 2 else -v - 1 for i, v in enumerate(values)]
    assert fc.dot(array("q", values), array("q", other)) == sum(x * y for x, y in zip(values, other))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", DTYPES)
def test_dot_of_any_two_dtypes_equals_the_twin(fc, np, dtype, other):
    for n in (0, 1, 100):
        for data in ("few", "bits"):
            a, b = random_array(dtype, (n,), data), random_array(other, (n,), data)
            expected = outcome(pure.dot, a, b)
            assert outcome(fc.dot, a, b) == expected
            assert outcome(fc.dot, b[::-1], a[::-1].copy()) == outcome(pure.dot, b[::-1], a[::-1])
            if n == 100:
                a, b = a.reshape(20, 5), b.reshape(20, 5)
                for axis in (0, 1):
                    assert outcome(fc.dot, a, b, axis=axis) == outcome(pure.dot, a, b, axis=axis)
                    assert outcome(fc.dot, a, b.T.copy().T, axis=axis) == outcome(pure.dot, a, b, axis=axis)


def test_dot_rounds_each_integer_that_meets_a_float(fc, np):
    for n in (1, 40):
        integers, floats = [2**53 + 1, -(2**63), 2**63 - 1] * n, [1.0, 0.1, 0.3] * n
        products = [x * y for x, y in zip(integers, floats)]
        for a in (integers, array("q", integers), np.array(integers)):
            for b in (floats, array("d", floats), np.array(floats)):
                assert bits(fc.dot(a, b)) == bits(fc.dot(b, a)) == bits(fc.sum(array("d", products)))


def test_dot_of_float32_multiplies_in_double_precision(fc, np):
    a = np.full(40, 16777215.0, "float32")
    assert fc.dot(a, a) == 16777215.0**2 * 40
    a = np.full(40, 3e38, "float32")
    assert fc.dot(a, a) == fc.sum(a.astype("float64") ** 2) < math.inf
    assert fc.dot(np.full(40, 65504.0, "float16"), a) < math.inf


def test_dot_adds_products_in_the_order_of_sum(fc):
    for n in (5, 33, 100, 4097, 9000):
        a, b = pseudorandom_floats(n, 1), pseudorandom_floats(n, 2)
        products = array("d", [x * y for x, y in zip(a, b)])
        assert bits(fc.dot(array("d", a), array("d", b))) == bits(fc.sum(products))
        assert bits(fc.dot(a, b)) == bits(fc.sum(products))


def test_dot_does_not_fuse_the_product_with_the_sum(fc):
    x = 1.0 + 2.0**-52
    for n in (33, 65, 4096):  # the last product meets the first in its lane, and a fused one would leave 2**-104
        a, b = [0.0] * n, [0.0] * n
        a[0], b[0] = 1.0, -(x * x)
        a[(n - 1) // 32 * 32] = b[(n - 1) // 32 * 32] = x
        assert bits(fc.dot(array("d", a), array("d", b))) == bits(0.0)
        assert bits(fc.dot(a, b)) == bits(0.0)


def test_dot_at_every_address(fc):
    values, others = pseudorandom_floats(300, 1), pseudorandom_floats(300, 2)
    expected = bits(pure.dot(array("d", values), array("d", others)))
    for view, other_view in zip(at_every_offset(values), at_every_offset(others, step=5)):
        assert bits(fc.dot(view, other_view)) == expected


def test_dot_of_special_values(fc):
    for n in (2, 40, 5000):
        for position in (0, n - 1):
            ones, specials = [1.0] * n, [1.0] * n
            for special, factor, expected in (
                (math.inf, 1.0, math.inf),
                (math.inf, 0.0, math.nan),
                (math.nan, 0.0, math.nan),
                (1e308, 1e308, math.inf),
            ):
                specials[position], ones[position] = special, factor
                assert bits(fc.dot(array("d", specials), array("d", ones))) == bits(expected)
                assert bits(fc.dot(ones, specials)) == bits(expected)


def test_dot_of_other_types_uses_their_own_operators(fc):
    half, third = fractions.Fraction(1, 2), fractions.Fraction(1, 3)
    assert normal(fc.dot([half, third], [2, third])) == normal(fractions.Fraction(10, 9))
    assert fc.dot([half, 1], [0.5, 2.0]) == 2.25
    assert fc.dot([10**30, 2], [10**30, 0.5]) == 1e60 + 1


def test_dot_of_containers_of_different_types(fc, np):
    values = [1.0, 2.0, 3.0]
    for a in (values, tuple(values), array("d", values), np.array(values), iter(values)):
        assert normal(fc.dot(a, range(1, 4))) == normal(14.0)
    assert normal(fc.dot(range(1, 4), np.array(values))) == normal(14.0)
    for square in (np.ones((2, 2)), np.float64(1)):
        for operands in ((range(4), square), (square, range(4))):
            assert outcome(fc.dot, *operands) == outcome(pure.dot, *operands)
    assert normal(fc.dot(np.array([1, 2]), [3, 4])) == normal(11)
    assert normal(fc.dot(array("i", [1, 2]), b"ab")) == normal(97 + 2 * 98)
    assert normal(fc.dot(np.array([1, 2]), [3, 4], axis=0)) == normal(11)
    assert normal(fc.dot(np.array([1, 2]), np.array([3, 4]), axis=0)) == normal(np.array(11))


@pytest.mark.parametrize(("dtype", "other"), [("float64", "float64"), ("int32", "int32"), ("uint8", "float32")])
def test_dot_of_layouts_that_differ_equals_the_twin(fc, np, dtype, other):
    ones, others = layouts(dtype, "many"), layouts(other, "many")[::-1]
    pairs = [(a, b) for a in ones for b in others if a.shape == b.shape]
    assert len(pairs) > len(ones)
    for a, b in pairs:
        for axis in (None, *range(a.ndim)):
            assert outcome(fc.dot, a, b, axis=axis) == outcome(pure.dot, a, b, axis=axis)


def test_dot_of_an_operand_with_itself(fc, np):
    a = np.array(pseudorandom_floats(5000))
    assert bits(fc.dot(a, a)) == bits(fc.dot(a, a.copy())) == bits(fc.sum(a * a))
    assert bits(fc.dot(a[:-1], a[1:])) == bits(fc.sum(a[:-1] * a[1:]))


def test_dot_of_different_shapes_is_a_value_error(fc, np):
    for a, b, shapes in (
        ([1, 2], [1], "(2,) and (1,)"),
        ([], [1.0], "(0,) and (1,)"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "(2, 3) and (3, 2)"),
        (np.zeros((2, 3)), np.zeros(6), "(2, 3) and (6,)"),
        (np.zeros(1), np.array(1.0), "(1,) and ()"),
    ):
        for keywords in ({}, {"axis": 0}):
            with pytest.raises(ValueError, match=re.escape(f"dot: 'a' and 'b' must have the same shape, not {shapes}")):
                fc.dot(a, b, **keywords)


def test_dot_along_an_axis_agrees_with_numpy(fc, np):
    a, b = np.arange(24).reshape(2, 3, 4), np.arange(24)[::-1].reshape(2, 3, 4)
    for axis in range(3):
        assert normal(fc.dot(a, b, axis=axis)) == normal((a * b).sum(axis=axis))
    unsigned = a.astype("uint16")
    assert normal(fc.dot(unsigned, unsigned, axis=0)) == normal((a * a).sum(axis=0).astype("uint64"))


def test_integer_dot_along_an_axis_that_leaves_64_bits_is_an_overflow_error(fc, np):
    a = np.full((2, 2), 2**32)
    for b, kind in ((a, "int64"), (a.astype("uint64"), "int64")):
        with pytest.raises(OverflowError, match=f"^dot: the result is out of range for {kind}$"):
            fc.dot(a, b, axis=0)
    with pytest.raises(OverflowError, match="^dot: the result is out of range for uint64$"):
        fc.dot(a.astype("uint64"), a.astype("uint64"), axis=0)
    assert fc.dot(a, a) == 2**66
    assert normal(fc.dot(a[:1].astype("uint64"), a[:1].astype("uint64") - 1, axis=0)) == normal(
        np.full(2, 2**64 - 2**32, "uint64")
    )


# ---- cumsum ----


@given(values=st.lists(st.one_of(FINITE, INTEGERS), max_size=80))
def test_cumsum_is_itertools_accumulate(fc, values):
    assert normal(fc.cumsum(values)) == normal(list(itertools.accumulate(values)))
    assert normal(fc.cumsum(iter(values))) == normal(list(itertools.accumulate(values)))


@pytest.mark.parametrize("n", LENGTHS)
def test_cumsum_of_floats_is_from_left_to_right(fc, n):
    values = pseudorandom_floats(n)
    expected = array("d", itertools.accumulate(values))
    assert normal(fc.cumsum(array("d", values))) == normal(expected)
    assert normal(fc.cumsum(values)) == normal(expected.tolist())


def test_cumsum_starts_with_the_first_element_itself(fc, np):
    for a in ([-0.0, -0.0, 0.0], array("d", [-0.0, -0.0, 0.0]), array("f", [-0.0, -0.0, 0.0])):
        assert list(map(bits, fc.cumsum(a))) == list(map(bits, [-0.0, -0.0, 0.0]))
    a = np.full((2, 3), -0.0)
    for axis in (0, 1):
        assert normal(fc.cumsum(a, axis=axis)) == normal(a)


def test_cumsum_of_a_list_keeps_the_types_of_its_elements(fc):
    third = fractions.Fraction(1, 3)
    assert normal(fc.cumsum([third, third, 0.5])) == normal([third, 2 * third, 2 / 3 + 0.5])
    assert normal(fc.cumsum([True, True, 2])) == normal([1, 2, 4])
    assert normal(fc.cumsum([2**63, 2**63, 0.5])) == normal([2**63, 2**64, 2.0**64])
    assert normal(fc.cumsum((1, 2))) == normal([1, 3])
    assert normal(fc.cumsum(range(3, 0, -1))) == normal([3, 5, 6])


@pytest.mark.parametrize("code", CODES)
def test_cumsum_of_an_integer_buffer_is_an_array_of_64_bits(fc, code):
    a = array(code, range(100))
    wide = "Q" if code.isupper() else "q"
    assert normal(fc.cumsum(a)) == normal(array(wide, itertools.accumulate(a)))
    assert normal(fc.cumsum(memoryview(a)[::-1])) == normal(array(wide, itertools.accumulate(a[::-1])))
    assert normal(fc.cumsum(a[:0])) == normal(array(wide))


def test_cumsum_of_a_float_buffer_is_an_array_of_doubles(fc):
    a = array("f", [0.1] * 50)
    assert normal(fc.cumsum(a)) == normal(array("d", itertools.accumulate(a)))
    square = memoryview(array("d", range(6))).cast("B").cast("d", (2, 3))
    assert normal(fc.cumsum(square)) == normal(array("d", [0, 1, 3, 6, 10, 15]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_cumsum_of_an_array_is_flat_and_of_64_bits(fc, np, dtype):
    a = random_array(dtype, (6, 7), "few")
    wide = "float64" if dtype in FLOAT_TYPES else "uint64" if dtype.startswith("u") else "int64"
    assert normal(fc.cumsum(a)) == normal(np.cumsum(a, dtype=wide))
    assert normal(fc.cumsum(a.T)) == normal(np.cumsum(a.T, dtype=wide))
    for axis in (0, 1, -1):
        assert normal(fc.cumsum(a, axis=axis)) == normal(np.cumsum(a, axis=axis, dtype=wide))
    assert normal(fc.cumsum(a[0, 0].reshape(()))) == normal(np.array([a[0, 0]], wide))


def test_cumsum_out_of_64_bits_is_an_overflow_error_for_arrays(fc, np):
    # At the very element where it leaves, also if it comes back.
    for code, values in (
        ("q", [2**63 - 1, 1]),
        ("q", [2**63 - 1, 1, -1]),
        ("q", [-(2**63), -1]),
        ("Q", [2**64 - 1, 1]),
        ("q", [0] * 5000 + [2**62] * 2 + [-(2**62)]),
    ):
        kind = "int64" if code == "q" else "uint64"
        for a in (
            array(code, values),
            np.array(values, kind),
            np.array([values], kind),
            memoryview(array(code, values)),
        ):
            with pytest.raises(OverflowError, match=f"^cumsum: the result is out of range for {kind}$"):
                fc.cumsum(a)
        with pytest.raises(OverflowError, match=f"^cumsum: the result is out of range for {kind}$"):
            fc.cumsum(np.array([values], kind), axis=1)
        assert fc.cumsum(values) == list(itertools.accumulate(values))
    assert fc.cumsum(array("q", [2**63 - 1, 0, -1])).tolist() == [2**63 - 1, 2**63 - 1, 2**63 - 2]
    assert fc.cumsum(array("Q", [2**64 - 1, 0])).tolist() == [2**64 - 1] * 2
    assert fc.cumsum(array("q", [-(2**63), 2**63 - 1])).tolist() == [-(2**63), -1]


def test_cumsum_of_special_values(fc):
    values = [1.0, math.inf, 1.0, -math.inf, 1.0]
    assert normal(fc.cumsum(array("d", values))) == normal(array("d", [1.0, math.inf, math.inf, math.nan, math.nan]))
    assert normal(fc.cumsum([1e308, 1e308, -1e308])) == normal([1e308, math.inf, math.inf])


def test_cumsum_of_an_array_does_not_share_its_memory(fc, np):
    a = np.ones(5)
    result = fc.cumsum(a)
    result[:] = 7
    assert a.tolist() == [1.0] * 5


# ---- threads ----


@pytest.mark.parametrize("dtype", ("float64", "float32", "int64", "uint8"))
@pytest.mark.parametrize("n", (2 * 262144 - 1, 2 * 262144, 2 * 262144 + 1, 10**6))
def test_results_do_not_depend_on_the_number_of_threads(fc, np, dtype, n):
    if fc is pure:
        pytest.skip("slow, and the twin runs on one thread")
    a = random_array(dtype, (n,), "many")
    for name in (*REDUCTIONS, "dot"):
        expected = call(fc, name, a, threads=1)
        assert expected[0] == "returned"
        assert call(fc, name, a, threads=2) == expected
        assert call(fc, name, a, threads=3) == expected
    total = fc.ExactSum()
    total.update(a, threads=3)
    assert total.result() == fc.fsum(a)


@pytest.mark.parametrize("threads", (1, 2, 3))
def test_extremes_are_the_first_ones_in_whatever_thread(fc, np, threads):
    if fc is pure:
        pytest.skip("slow, and the twin runs on one thread")
    n = 10**6
    for positions in ((0, n - 1), (262143, 262144), (262144, 700000), (600000, 600001, 999999)):
        a = np.ones(n)
        a[list(positions)] = 0
        assert fc.argmin(a, threads=threads) == fc.argmax(-a, threads=threads) == positions[0]
        a[positions[-1]] = math.nan
        assert fc.argmin(a, threads=threads) == fc.argmax(a, threads=threads) == positions[-1]
        assert [bits(v) for v in fc.minmax(a, threads=threads)] == [-1, -1]
        a[positions[0]] = math.nan
        assert fc.argmin(a, threads=threads) == positions[0]
    zeros = np.zeros(n)
    zeros[262144:] = -0.0
    assert bits(fc.max(zeros, threads=threads)) == bits(fc.minmax(-zeros, threads=threads)[0] * -1.0) == bits(0.0)


# ---- columns ----


def test_columns_that_need_more_than_a_pass_are_as_exact_as_the_others(fc, np):
    rng = np.random.default_rng(7)
    a = rng.standard_normal((700, 40))
    a[:, 1] *= 10.0 ** rng.uniform(-200, 200, 700)
    a[:, 2] = 0.0
    a[650, 3] = 1e300
    a[10, 4] = np.nan
    a[500, 5] = np.inf
    a[5, 6], a[690, 6] = 1e-300, -1e200
    a[:, 7] = 5e-324
    a[:, 8] = np.nan
    a[:, 9] *= 1e-310
    a[::2, 10] = 1e305
    for name in ("fsum", "mean"):
        expected = normal(getattr(pure, name)(a, axis=0))
        assert normal(getattr(fc, name)(a, axis=0)) == expected
        assert normal(getattr(fc, name)(np.asfortranarray(a.T), axis=1)) == expected
    a[:, 5] = -np.inf
    a[0, 5] = np.inf
    assert math.isnan(fc.mean(a, axis=0)[5])
    with pytest.raises(ValueError, match="^fsum: 'a' holds both infinities$"):
        fc.fsum(a, axis=0)
    with pytest.raises(OverflowError, match="^fsum: the result is out of range for a float$"):
        fc.fsum(np.full((30, 20), 1e308), axis=0)


# ---- the processor's floating-point state ----

STATE_SOURCE = """
#include <xmmintrin.h>
unsigned get_state(void) { return _mm_getcsr(); }
void set_state(unsigned state) { _mm_setcsr(state); }
"""
EXCEPTION_FLAGS, DENORMALS_ARE_ZERO, FLUSH_TO_ZERO = 0x3F, 0x40, 0x8000
STATES = {
    "flush to zero": FLUSH_TO_ZERO,
    "denormals are zero": DENORMALS_ARE_ZERO,
    "both": FLUSH_TO_ZERO | DENORMALS_ARE_ZERO,
    "round down": 0x2000,
    "round up": 0x4000,
    "round towards zero": 0x6000,
    "round up and flush": 0x4000 | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO,
}


@pytest.fixture(scope="session")
def floating_point_state(tmp_path_factory):
    """A library that reads and writes the control word of the vector unit, MXCSR."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if platform.machine() not in ("x86_64", "AMD64") or sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux on x86-64 with a C compiler")
    folder = tmp_path_factory.mktemp("state")
    source, library = folder / "state.c", folder / "state.so"
    source.write_text(STATE_SOURCE)
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, source], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("the C compiler does not compile")
    loaded = ctypes.CDLL(str(library))
    loaded.set_state.restype = None
    loaded.set_state.argtypes = [ctypes.c_uint]
    loaded.get_state.restype = ctypes.c_uint
    return loaded


def under(state, library, function):
    """What a call returns under a state of the floating-point unit, and the state that it leaves."""
    usual = library.get_state()
    library.set_state(usual | state)
    try:
        result = function()
        left = library.get_state()
    finally:
        library.set_state(usual)
    return result, (left ^ (usual | state)) & ~EXCEPTION_FLAGS


SENSITIVE_DATA = {
    "subnormals": [5e-324, 1e-310, -3e-320, 2.0**-1022, -(2.0**-1022) - 5e-324] * 9,
    "least": [5e-324] * 45,
    "subnormal as float32": [1e-40, 1e-45, -3e-39, 2.0**-126, -1e-42] * 9,
    "ties": [1.0, 2.0**-53, 2.0**53, 1.0, -1.0] * 9,
    "inexact": [0.1, 0.2, -0.3, 1e16, 1 / 3] * 9,
    "wide": [1e-300, 1e300, 0.1, -1e300, 5e-324] * 9,
}


def check_under(state, library, function, *where):
    expected = normal(function())
    found, change = under(state, library, function)
    assert normal(found) == expected, where
    assert change == 0, where


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_floating_point_state_of_the_caller_changes_nothing(fc, floating_point_state, name, state):
    if fc is pure:
        pytest.skip("Python itself computes as the processor is set")
    for data, values in SENSITIVE_DATA.items():
        narrow = array("f", [v if abs(v) < 1e38 else 1.0 for v in values])
        for a in (array("d", values), array("d", values * 120), memoryview(array("d", values))[::2], narrow, values):
            function = functools.partial(call_raw, fc, name, a)
            check_under(STATES[state], floating_point_state, function, data, type(a), len(a))


@pytest.mark.parametrize("state", STATES)
def test_the_floating_point_state_changes_nothing_along_an_axis(fc, np, floating_point_state, state):
    if fc is pure:
        pytest.skip("Python itself computes as the processor is set")
    a = np.array([v for values in SENSITIVE_DATA.values() for v in values]).reshape(15, 18)
    for name in FUNCTIONS:
        for operand in (a, a.T, a[:, ::2], a.astype(">f8")):
            for axis in (0, 1):
                function = functools.partial(call_raw, fc, name, operand, axis=axis)
                check_under(STATES[state], floating_point_state, function, name, operand.shape, axis)


@pytest.mark.parametrize("state", STATES)
def test_the_floating_point_state_changes_nothing_in_threads_and_accumulators(fc, np, floating_point_state, state):
    if fc is pure:
        pytest.skip("Python itself computes as the processor is set")
    a = np.array(SENSITIVE_DATA["subnormals"] * 15000)

    def in_threads():
        return [getattr(fc, name)(a, threads=2) for name in ("sum", "fsum", "mean", "var", "argmin")]

    def accumulated():
        total = fc.ExactSum()
        total.update(a[:1000])
        total.add(5e-324)
        total.merge(total)
        return total.result(), total.mean()

    check_under(STATES[state], floating_point_state, in_threads)
    check_under(STATES[state], floating_point_state, accumulated)


def test_threads_start_in_the_usual_floating_point_state(fc, floating_point_state):
    if fc is pure:
        pytest.skip("Python itself computes as the processor is set")
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1:
        pytest.skip("there is one processor, and so one thread")
    fc.forget_team()
    states = []
    together = threading.Barrier(3)

    def task(number):
        together.wait(timeout=60)  # so that each of three threads takes one
        states.append(floating_point_state.get_state() & ~EXCEPTION_FLAGS)

    usual = floating_point_state.get_state() & ~EXCEPTION_FLAGS
    odd = STATES["round up and flush"]
    under(odd, floating_point_state, lambda: fc.run_tasks(task, 3, 3))
    assert sorted(states) == sorted([usual, usual, usual | odd])
