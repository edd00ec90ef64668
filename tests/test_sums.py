"""The sums family: sum, fsum, mean, min, max."""

from __future__ import annotations

import fractions
import math
import random
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
    normal,
    outcome,
    pseudorandom_floats,
    pseudorandom_integers,
)
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure

NUMBERS = st.lists(st.one_of(FLOATS, INTEGERS, st.booleans()), max_size=80)
REDUCTIONS = ("sum", "fsum", "mean", "min", "max")
INTEGER_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOAT_TYPES = ("float16", "float32", "float64")
CODES = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "q": 64, "Q": 64}


@pytest.fixture(autouse=True)
def no_warning_for_the_mean_of_nothing():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "mean: 'a' is empty", RuntimeWarning)
        yield


# ---- equivalence ----


@pytest.mark.parametrize("name", REDUCTIONS)
@given(values=NUMBERS)
def test_lists_equal_the_twin(fc, name, values):
    expected = outcome(getattr(pure, name), values)
    assert outcome(getattr(fc, name), values) == expected
    assert outcome(getattr(fc, name), tuple(values)) == expected
    assert outcome(getattr(fc, name), (v for v in values)) == expected


@pytest.mark.parametrize("name", REDUCTIONS)
@given(values=st.lists(FLOATS, max_size=200))
def test_float_buffers_equal_the_twin(fc, name, values):
    a = array("d", values)
    assert outcome(getattr(fc, name), a) == outcome(getattr(pure, name), a)
    assert outcome(getattr(fc, name), memoryview(a)[::-3]) == outcome(getattr(pure, name), a[::-3])


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("n", LENGTHS)
def test_lengths_around_every_border_equal_the_twin(fc, name, n):
    values = pseudorandom_floats(n)
    expected = outcome(getattr(pure, name), array("d", values))
    assert outcome(getattr(fc, name), array("d", values)) == expected
    assert outcome(getattr(fc, name), memoryview(array("d", values[::-1]))[::-1]) == expected
    if n > 0:
        assert outcome(getattr(fc, name), values) == expected
        assert outcome(getattr(fc, name), iter(values)) == expected


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("code", CODES)
def test_integer_buffers_equal_the_twin(fc, name, code):
    size = CODES[code]
    values = pseudorandom_integers(5000, size)
    if code.isupper():
        values = [v + 2 ** (size - 1) for v in values]
    a = array(code, values)
    assert outcome(getattr(fc, name), a) == outcome(getattr(pure, name), a)
    assert outcome(getattr(fc, name), memoryview(a)[1::2]) == outcome(getattr(pure, name), a[1::2])


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", (*INTEGER_TYPES, *FLOAT_TYPES, "bool", ">i4", ">f8", ">f2"))
def test_arrays_of_every_dtype_and_layout_equal_the_twin(fc, np, name, dtype):
    bytes_ = np.random.default_rng(1).bytes(6 * 70 * 8)
    base = np.frombuffer(bytes_, "int64").reshape(6, 70) % 97
    base = base.astype(dtype)
    layouts = [base, base.T, base[:, ::3], base[::-1, ::-1], base[0], base[0, ::2], base[:0], np.asfortranarray(base)]
    layouts.append(np.broadcast_to(base[0, :1], (50,)))
    layouts.append(base[0, :3].reshape(()) if base[0, :3].size == 1 else base[0, 0].reshape(()))
    for a in layouts:
        assert outcome(getattr(fc, name), a) == outcome(getattr(pure, name), a), (a.shape, a.strides)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axis", (0, 1, -1, 2, "x", 1.5))
@pytest.mark.parametrize("dtype", ("float32", "float64", "int16", "uint64", "bool"))
def test_axis_equals_the_twin(fc, np, name, axis, dtype):
    a = np.arange(12).reshape(3, 4).astype(dtype)
    assert outcome(getattr(fc, name), a, axis=axis) == outcome(getattr(pure, name), a, axis=axis)
    assert outcome(getattr(fc, name), a.T, axis=axis) == outcome(getattr(pure, name), a.T, axis=axis)
    assert outcome(getattr(fc, name), [1, 2], axis=axis) == outcome(getattr(pure, name), [1, 2], axis=axis)


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


def test_sum_of_a_huge_range_is_immediate(fc):
    assert fc.sum(range(10**18)) == (10**18 - 1) * 10**18 // 2


def test_sum_of_floats_is_the_documented_lane_order(fc):
    values = pseudorandom_floats(100)
    lanes = [0.0] * 32
    for i, v in enumerate(values):
        lanes[i % 32] += v
    for half in (16, 8, 4, 2, 1):
        lanes = [lanes[i] + lanes[i + half] for i in range(half)]
    assert bits(fc.sum(array("d", values))) == bits(lanes[0])


def test_sum_does_not_depend_on_the_address(fc, np):
    values = np.array(pseudorandom_floats(5000))
    expected = bits(fc.sum(values))
    buffer = np.zeros(values.nbytes + 64, np.uint8)
    for offset in range(64):
        moved = np.ndarray(values.shape, "float64", buffer.data, offset)
        moved[...] = values
        assert bits(fc.sum(moved)) == expected


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


def exact(values):
    return sum(map(fractions.Fraction, values), fractions.Fraction(0))


@given(values=st.lists(FINITE, max_size=60))
def test_fsum_is_the_exact_sum_rounded_once(fc, values):
    try:
        expected = float(exact(values))
    except OverflowError:
        with pytest.raises(OverflowError):
            fc.fsum(values)
    else:
        assert fc.fsum(values) == fc.fsum(array("d", values)) == expected


def wide(values, spread, rng):
    return [math.ldexp(v, rng.randint(-spread, spread)) for v in values]


@pytest.mark.parametrize("spread", (0, 10, 40, 70, 300))
@pytest.mark.parametrize("n", (5, 100, 4500))
def test_fsum_equals_math_fsum_on_wide_and_cancelling_data(fc, spread, n):
    rng = random.Random(spread * n)
    values = wide([rng.gauss(0, 1) for _ in range(n)], spread, rng)
    assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))
    values += [-v for v in values[: n // 2]] + [1e-300]
    rng.shuffle(values)
    assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))
    assert bits(fc.fsum(values)) == bits(math.fsum(values))


@pytest.mark.parametrize("position", (0, 31, 32, 500, 4095, 4096, 9999))
@pytest.mark.parametrize("outlier", (1e300, 1e-300, 5e-324, -1e16, 1e290, math.inf, math.nan))
def test_fsum_equals_math_fsum_with_an_outlier_anywhere(fc, position, outlier):
    values = pseudorandom_floats(10000)
    values[position] = outlier
    assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))


def test_fsum_equals_math_fsum_on_ties_and_near_them(fc):
    least = 5e-324
    for tie in ([1.0, 2.0**-53], [1.0 + 2.0**-52, 2.0**-53], [2.0**53, 1.0], [-(2.0**53), -1.0]):
        for extra in ([], [least], [-least]):
            values = tie + extra + [0.0] * 40
            assert bits(fc.fsum(array("d", values))) == bits(math.fsum(values))


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
    expected = exact(values) / len(values)
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


@pytest.mark.parametrize("name", ("min", "max"))
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


def test_an_iterator_that_raises_lets_its_exception_through(fc):
    def numbers():
        yield 1.0
        raise KeyError("no more")

    for name in REDUCTIONS:
        with pytest.raises(KeyError, match="no more"):
            getattr(fc, name)(numbers())


def test_numpy_scalars_in_a_list_count(fc, np):
    values = [np.float64(0.5), np.int64(2**53 + 1), np.float32(0.25)]
    assert fc.fsum([*values, -(2**53)]) == 1.75
    assert fc.sum([np.int64(3), 4]) == 7
    assert fc.max(values) == 2**53 + 1


def test_a_masked_array_is_refused(fc, np):
    with pytest.raises(TypeError, match="must not be MaskedArray"):
        fc.sum(np.ma.array([1, 2], mask=[True, False]))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_is_an_array(fc, np):
    a = np.asmatrix([[3.0, 1.0], [2.0, 0.5]])
    assert fc.sum(a) == fc.fsum(a) == 6.5
    assert fc.min(a) == 0.5
    assert fc.sort(a).tolist() == [[1.0, 3.0], [0.5, 2.0]]
    assert fc.sqrt(a * 0 + 4).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_objects_that_offer_an_array_are_arrays(fc, np):
    class Column:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.5, 2.5])

    assert fc.sum(Column()) == 4.0
    assert fc.max(Column()) == 2.5


def test_read_only_memory_is_fine(fc, np):
    a = np.arange(10.0)
    a.flags.writeable = False
    assert fc.sum(a) == fc.fsum(a) == 45.0
    assert fc.sum(b"abc") == 294
