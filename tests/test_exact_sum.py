"""ExactSum: a state that depends on what was added alone, and not on the order, the splitting or the implementation."""

from __future__ import annotations

import copy
import fractions
import math
import pickle
import random
import re
import warnings
from array import array

import pytest
from common import (
    FINITE,
    FLOATS,
    INTEGERS,
    bits,
    bits_or_exception,
    exact_sum,
    outcome,
    pseudorandom_floats,
    rounded_sum,
)
from hypothesis import given
from hypothesis import strategies as st

import fastcore
from fastcore import pure

NUMBERS = st.lists(st.one_of(FLOATS, INTEGERS), max_size=60)
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
BOTH = "ExactSum.result: both infinities were added"
OUT_OF_RANGE = "ExactSum.result: the result is out of range for a float"


def total_of(fc, *inputs):
    total = fc.ExactSum()
    for a in inputs:
        total.update(a)
    return total


def state(total):
    """The whole state, as it is pickled."""
    return pickle.dumps(total)


def check_equal(one, other):
    assert one == other
    assert (one != other) is False
    assert state(one) == state(other)
    assert one.count == other.count
    assert repr(one) == repr(other)
    assert bits_or_exception(one.result) == bits_or_exception(other.result)


# ---- order and splitting ----


@given(values=NUMBERS, data=st.data())
def test_any_splitting_and_order_of_merging_gives_the_same_state(fc, values, data):
    expected = total_of(fc, values)
    order = data.draw(st.permutations(values))
    borders = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=6)))
    chunks = [order[i:j] for i, j in zip([0, *borders], [*borders, len(values)])]
    totals = [total_of(fc, chunk) for chunk in chunks]
    while len(totals) > 1:
        other = totals.pop(data.draw(st.integers(0, len(totals) - 1)))
        before = state(other)
        totals[data.draw(st.integers(0, len(totals) - 1))].merge(other)
        assert state(other) == before
    check_equal(totals[0], expected)


@pytest.mark.parametrize("n", (100, 3000, 20000))
@pytest.mark.parametrize("spread", (0, 30, 300))
def test_chunks_of_a_large_array_give_the_state_of_the_whole(fc, n, spread):
    if fc is pure and n > 3000:
        pytest.skip("slow, and like any other length to the twin")
    rng = random.Random(n + spread)
    values = [math.ldexp(v, rng.randint(-spread, spread)) for v in pseudorandom_floats(n)]
    expected = total_of(fc, array("d", values))
    for chunk in (1 if n == 100 else 61, 512, 1000, 4096, 4099):
        by_update, by_merge = fc.ExactSum(), fc.ExactSum()
        for i in range(0, n, chunk):
            piece = array("d", values[i : i + chunk])
            by_update.update(piece)
            by_merge.merge(total_of(fc, piece.tolist()))
        check_equal(by_update, expected)
        check_equal(by_merge, expected)
    rng.shuffle(values)
    check_equal(total_of(fc, values), expected)
    assert bits(expected.result()) == rounded_sum(values)


@given(values=NUMBERS)
def test_add_is_update_of_one(fc, values):
    by_add, by_update = fc.ExactSum(), fc.ExactSum()
    for v in values:
        assert by_add.add(v) is None
        assert by_update.update([v]) is None
    check_equal(by_add, by_update)
    check_equal(by_add, total_of(fc, values))


def test_many_additions_do_not_overflow_any_digit(fc):
    largest = 1.7976931348623157e308
    for x in (largest, -largest, 5e-324, 1.0 + 2.0**-52, -(2.0**63), 2**64 - 1, -(2**117), 2**1000):
        total = fc.ExactSum()
        for _ in range(5000):
            total.add(x)
        assert total.fraction() == 5000 * fractions.Fraction(x)
        for _ in range(70):
            total.merge(total)
        assert total.fraction() == 5000 * 2**70 * fractions.Fraction(x)
        assert total.count == 5000 * 2**70
        assert total.mean() == float(x)


# ---- what can be added ----


@given(values=NUMBERS)
def test_result_is_fsum_and_mean_is_mean(fc, values):
    total = total_of(fc, values)
    assert total.count == len(values)
    found, expected = outcome(total.result), outcome(fc.fsum, values)
    assert found[:2] == expected[:2]
    if values:
        assert outcome(total.mean) == tuple(
            part.replace("mean:", "ExactSum.mean:") if type(part) is str else part for part in outcome(fc.mean, values)
        )


@given(values=st.lists(FLOATS, max_size=60))
def test_result_is_that_of_math_fsum_or_of_fractions(fc, values):
    assert bits_or_exception(total_of(fc, array("d", values)).result) == rounded_sum(values)


@given(values=st.lists(st.one_of(FINITE, INTEGERS, st.integers(-(10**400), 10**400)), max_size=60))
def test_fraction_is_exact(fc, values):
    fraction = total_of(fc, values).fraction()
    assert type(fraction) is fractions.Fraction
    assert fraction == exact_sum(values)


class Celsius:
    def __init__(self, degrees):
        self.degrees = degrees

    def __float__(self):
        return self.degrees


class Ordinal:
    def __index__(self):
        return 2**70 + 1


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [
        ([], 0, 0),
        ((0.5, 1), 2, fractions.Fraction(3, 2)),
        ({1, 2, 3}, 3, 6),
        ({5: "a"}, 1, 5),
        (range(10**6 - 5, 10**6), 5, 4999985),
        (range(2**70, 2**70 + 2), 2, 2**71 + 1),
        ([True, False, True], 3, 2),
        ([2**63, -(2**200), 10**400], 3, 2**63 - 2**200 + 10**400),
        ([fractions.Fraction(1, 4), fractions.Fraction(1, 3)], 2, fractions.Fraction(1 / 3) + fractions.Fraction(1, 4)),
        ([Celsius(36.5), Ordinal()], 2, fractions.Fraction(73, 2) + 2**70 + 1),
        (array("d", [0.1, 0.2]), 2, fractions.Fraction(0.1) + fractions.Fraction(0.2)),
        (array("f", [0.5, -0.25]), 2, fractions.Fraction(1, 4)),
        (array("q", [2**63 - 1] * 3), 3, 3 * (2**63 - 1)),
        (array("Q", [2**64 - 1] * 3), 3, 3 * (2**64 - 1)),
        (b"abc", 3, 294),
        (memoryview(array("i", range(10)))[::-3], 4, 18),
        (memoryview(bytes(range(6))).cast("B", (2, 3)), 6, 15),
        ([-0.0, -0.0], 2, 0),
    ],
    ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value)),  # the same in every process
)
def test_update_takes_whatever_fsum_takes(fc, values, count, expected):
    total = total_of(fc, values)
    assert total.fraction() == expected
    assert total.count == count
    assert bits_or_exception(total.result) == bits_or_exception(fc.fsum, values)


def test_update_takes_generators(fc):
    check_equal(total_of(fc, (v for v in [0.1] * 1000)), total_of(fc, [0.1] * 1000))
    check_equal(total_of(fc, map(int, "123")), total_of(fc, [1, 2, 3]))


@pytest.mark.parametrize(
    "dtype", ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", ">i4", ">u8")
)
def test_update_takes_integer_arrays_of_any_layout(fc, np, dtype):
    values = np.frombuffer(np.random.default_rng(1).bytes(8 * 600), "uint64")
    a = (values % 2).astype(bool) if dtype == "bool" else values.astype(dtype)
    for operand in (a, a[::-3], a.reshape(20, 30).T, a.reshape(2, 3, 100)[:, ::-1, ::7], a[3].reshape(()), a[:0]):
        check_equal(total_of(fc, operand), total_of(fc, operand.ravel().tolist()))


@pytest.mark.parametrize("dtype", ("float16", "float32", "float64", ">f2", ">f4", ">f8"))
def test_update_takes_float_arrays_of_any_layout(fc, np, dtype):
    a = np.frombuffer(np.random.default_rng(1).bytes(600 * np.dtype(dtype).itemsize), dtype)
    finite = np.where(np.isfinite(a), a, 0).astype(dtype)
    for b in (a, finite):
        buffer = np.zeros(b.nbytes + 1, "uint8")
        misaligned = np.ndarray(b.shape, dtype, buffer.data, 1)
        misaligned[...] = b
        for operand in (b, misaligned, b[::-3], b.reshape(20, 30).T, np.broadcast_to(b[0], (9, 3)), b[:0]):
            check_equal(total_of(fc, operand), total_of(fc, operand.ravel().tolist()))


def test_update_takes_objects_that_offer_an_array(fc, np):
    class Column:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.5, 2.5])

    assert total_of(fc, Column()).result() == 4.0
    with pytest.raises(TypeError, match=r"^ExactSum.update: 'a' must not be MaskedArray"):
        total_of(fc, np.ma.array([1, 2], mask=[True, False]))


def test_add_takes_numbers_of_any_type(fc, np):
    total = fc.ExactSum()
    numbers = (0.5, 2**70, True, fractions.Fraction(1, 4), Celsius(1.0), Ordinal(), np.float32(0.125), np.int64(3))
    for x in numbers:
        total.add(x)
    assert total.fraction() == fractions.Fraction(15, 8) + 2**71 + 1 + 1 + 3
    assert total.count == len(numbers)


# ---- errors change nothing ----


def add_error(total):
    total.add("1")


def update_with_no_iterable(total):
    total.update(5)


def update_that_raises_midway(total):
    def numbers():
        yield from [1.0, 10**30, math.inf] * 2000
        raise KeyError("no more")

    total.update(numbers())


def update_with_no_number_at_the_end(total):
    total.update([1.0] * 5000 + [2, 2**200, math.nan, "3"])


def update_with_a_float_that_raises(total):
    class Broken:
        def __float__(self):
            raise ZeroDivisionError("broken")

    total.update([1.0, math.inf, Broken(), 2.0])


def update_with_threads_below_one(total):
    total.update([1.0], threads=0)


def merge_with_a_number(total):
    total.merge(1.0)


@pytest.mark.parametrize(
    ("action", "exception", "text"),
    [
        (add_error, TypeError, None),
        (update_with_no_iterable, TypeError, "ExactSum.update: 'a' must not be int (accepted: bool, integers, floats)"),
        (update_that_raises_midway, KeyError, "'no more'"),
        (
            update_with_no_number_at_the_end,
            TypeError,
            "ExactSum.update: 'a' must not hold str (accepted: bool, integers, floats)",
        ),
        (update_with_a_float_that_raises, ZeroDivisionError, "broken"),
        (update_with_threads_below_one, ValueError, "ExactSum.update: 'threads' must be at least 1, not 0"),
        (merge_with_a_number, TypeError, "ExactSum.merge: 'other' must not be float (accepted: ExactSum)"),
    ],
)
@pytest.mark.parametrize("start", ([], [0.1, 2**70, 1e-300], [math.inf], [math.nan, -math.inf]))
def test_an_error_changes_nothing(fc, action, exception, text, start):
    total = total_of(fc, start)
    before = state(total)
    with pytest.raises(exception) as caught:
        action(total)
    assert text is None or str(caught.value) == text
    assert state(total) == before
    check_equal(total, total_of(fc, start))
    total.add(0.5)
    check_equal(total, total_of(fc, [*start, 0.5]))


def test_merge_wants_an_exact_sum(fc):
    for other, name in ((None, "NoneType"), (5, "int"), ([1.0], "list"), ("a", "str"), (fc.ExactSum, "type")):
        with pytest.raises(TypeError) as caught:
            fc.ExactSum().merge(other)
        assert str(caught.value) == f"ExactSum.merge: 'other' must not be {name} (accepted: ExactSum)"


def test_update_with_a_list_that_changes_does_no_harm(fc):
    class Clearing:
        def __float__(self):
            values.clear()
            return 1.0

    values = [Clearing() for _ in range(1000)]
    total = fc.ExactSum()
    outcome(total.update, values)
    assert total.fraction() in (0, 1, 1000)


def test_an_exact_sum_that_is_used_by_what_it_adds(fc):
    total = fc.ExactSum()

    class Reentrant:
        def __float__(self):
            total.add(0.25)
            return 1.0

    total.add(Reentrant())
    total.update([Reentrant(), 2.0])
    assert (total.fraction(), total.count) == (fractions.Fraction(9, 2), 5)


# ---- results ----


def test_a_new_exact_sum_is_zero(fc):
    total = fc.ExactSum()
    assert bits(total.result()) == bits(0.0)
    assert total.fraction() == 0
    assert total.count == 0
    with pytest.warns(RuntimeWarning, match=r"^ExactSum\.mean: nothing was added$"):
        assert math.isnan(total.mean())


def test_mean_of_something_does_not_warn(fc):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bits(total_of(fc, [0.0]).mean()) == bits(0.0)
        assert total_of(fc, [1e308] * 10).mean() == 1e308
        assert total_of(fc, [2**53 + 1, 2**53 + 3]).mean() == float(2**53 + 2)


@given(values=st.lists(st.one_of(FINITE, INTEGERS), min_size=1, max_size=40), doublings=st.integers(0, 100))
def test_mean_is_the_exact_mean_rounded_once_for_any_count(fc, values, doublings):
    total = total_of(fc, values)
    total.add(0)
    for _ in range(doublings):
        total.merge(total)
    expected = exact_sum(values) / (len(values) + 1)
    assert bits(total.mean()) == bits(expected.numerator / expected.denominator)


@pytest.mark.parametrize(
    ("values", "result", "mean", "fraction"),
    [
        ([math.nan], math.nan, math.nan, ValueError),
        ([math.inf], math.inf, math.inf, OverflowError),
        ([-math.inf, 1e308, 1e308], -math.inf, -math.inf, OverflowError),
        ([math.nan, math.inf], math.nan, math.nan, ValueError),
        ([math.inf, -math.inf], ValueError, math.nan, ValueError),
        ([math.inf, math.nan, -math.inf, 1.0], ValueError, math.nan, ValueError),
    ],
    ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value)),  # the same in every process
)
def test_special_values_are_remembered_however_they_are_added(fc, values, result, mean, fraction):
    by_add, by_merge = fc.ExactSum(), fc.ExactSum()
    for v in values:
        by_add.add(v)
        by_merge.merge(total_of(fc, array("d", [v])))
    for total in (
        total_of(fc, values),
        total_of(fc, array("f", values)[:]) if 1e308 not in values else by_add,
        by_merge,
    ):
        check_equal(total, by_add)
        if result is ValueError:
            with pytest.raises(ValueError, match=f"^{BOTH}$"):
                total.result()
        else:
            assert bits(total.result()) == bits(result)
        assert bits(total.mean()) == bits(mean)
        text = {
            ValueError: "ExactSum.fraction: the sum is not a number",
            OverflowError: "ExactSum.fraction: the sum is infinite",
        }[fraction]
        with pytest.raises(fraction) as caught:
            total.fraction()
        assert str(caught.value) == text


def test_finite_numbers_count_beside_special_ones(fc):
    assert total_of(fc, [math.inf, 1.0]) != total_of(fc, [math.inf, 2.0])
    check_equal(total_of(fc, [1.0, math.inf], [2.0]), total_of(fc, [2.0, math.inf, 1.0]))
    check_equal(total_of(fc, array("d", [1.0] * 5000 + [math.nan])), total_of(fc, [math.nan] + [1.0] * 5000))


def test_the_payload_and_sign_of_nan_are_no_state(fc):
    payloads = array("d")
    payloads.frombytes(b"".join(p.to_bytes(8, "little") for p in (0x7FF8000000000000, 0xFFF8000000001234)))
    check_equal(total_of(fc, payloads[:1]), total_of(fc, payloads[1:]))


def test_a_sum_out_of_range_is_an_overflow_error_until_it_is_back(fc):
    largest = 1.7976931348623157e308
    for values in ([largest, largest], array("d", [largest] * 5000), [10**400], [largest, 2.0**970]):
        total = total_of(fc, values)
        with pytest.raises(OverflowError) as caught:
            total.result()
        assert str(caught.value) == OUT_OF_RANGE
        total.merge(total_of(fc, [-v for v in values], [1.5]))
        assert total.result() == 1.5
    with pytest.raises(OverflowError) as caught:
        total_of(fc, [10**400]).mean()
    assert str(caught.value) == "ExactSum.mean: the result is out of range for a float"


# ---- equality and canonical state ----


@pytest.mark.parametrize("spread", (0, 30, 300))
@pytest.mark.parametrize("n", (1, 40, 3000))
def test_what_has_cancelled_leaves_no_trace(fc, n, spread):
    rng = random.Random(n + spread)
    values = [math.ldexp(v, rng.randint(-spread, spread)) for v in pseudorandom_floats(n)]
    total = total_of(fc, array("d", values), [-v for v in values])
    check_equal(total, total_of(fc, [0] * (2 * n)))
    assert bits(total.result()) == bits(0.0)
    check_equal(total_of(fc, [10**400, -(10**400)]), total_of(fc, [-1e308, 1e308]))
    total.add(-5e-324)
    assert total.result() == -5e-324


@given(values=st.lists(st.one_of(FINITE, INTEGERS), min_size=1, max_size=30), other=st.one_of(FINITE, INTEGERS))
def test_equal_sums_of_equally_many_are_equal_whatever_was_added(fc, values, other):
    total = total_of(fc, values, [0, 0])
    check_equal(total_of(fc, values, [other, -other]), total)
    check_equal(total_of(fc, [other], values[::-1], array("d", [0.0]), [-other]), total_of(fc, values, [0, 0, 0]))
    assert (total_of(fc, values, [other, 0]) == total) == (other == 0)


def test_count_is_part_of_the_state(fc):
    assert total_of(fc, [1.0]) != total_of(fc, [1.0, 0.0])
    assert total_of(fc, [-0.0]) == total_of(fc, [0])
    assert total_of(fc, []) == fc.ExactSum()


def test_an_exact_sum_equals_no_other_type(fc):
    total = total_of(fc, [1.0])
    assert total != 1.0
    assert total is not None
    assert total != [1.0]
    assert (total == 1) is False
    with pytest.raises(TypeError):
        total < total  # noqa: B015


def test_an_exact_sum_cannot_be_hashed(fc):
    with pytest.raises(TypeError, match="unhashable type: '.*ExactSum'"):
        hash(fc.ExactSum())


@given(values=NUMBERS)
def test_merge_with_itself_doubles(fc, values):
    total = total_of(fc, values)
    total.merge(total)
    check_equal(total, total_of(fc, values, values))


def test_count_cannot_be_set(fc):
    total = total_of(fc, [1.0])
    with pytest.raises(AttributeError):
        total.count = 5
    with pytest.raises(AttributeError):
        total.anything = 5
    assert total.count == 1


def test_the_constructor_takes_nothing(fc):
    with pytest.raises(TypeError):
        fc.ExactSum([1.0])
    with pytest.raises(TypeError):
        fc.ExactSum(count=3)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "<ExactSum of 0: 0.0>"),
        ([0.1] * 10, "<ExactSum of 10: 1.0>"),
        ([2**53 + 1], "<ExactSum of 1: 9007199254740992.0>"),
        ([-5e-324], "<ExactSum of 1: -5e-324>"),
        ([10**400], "<ExactSum of 1: out of range for a float>"),
        ([math.inf, 1], "<ExactSum of 2: inf>"),
        ([-math.inf], "<ExactSum of 1: -inf>"),
        ([-math.nan], "<ExactSum of 1: nan>"),
        ([math.inf, -math.inf], "<ExactSum of 2: nan>"),
    ],
)
def test_repr(fc, values, text):
    assert repr(total_of(fc, values)) == str(total_of(fc, values)) == text


# ---- pickles and copies ----

PICKLED = (
    [],
    [0.1, 0.2, -1e300],
    [5e-324],
    [-(10**400), 1],
    [math.inf, 0.1],
    [math.nan, -math.inf, math.inf],
    array("d", pseudorandom_floats(5000)),
    range(2**70, 2**70 + 100),
)


@pytest.mark.parametrize("values", PICKLED, ids=lambda values: f"{type(values).__name__} of {len(values)}")
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_twin_and_native_have_the_same_pickles_and_read_each_others(fc, values, protocol):
    total, twin = total_of(fc, values), total_of(pure, values)
    pickled = pickle.dumps(total, protocol)
    assert pickled == pickle.dumps(twin, protocol)
    loaded = pickle.loads(pickled)
    assert type(loaded) is fastcore.ExactSum
    check_equal(loaded, total_of(fastcore, values))
    loaded.update(values)
    check_equal(loaded, total_of(fastcore, values, values))


@pytest.mark.parametrize("duplicate", (copy.copy, copy.deepcopy, lambda total: copy.deepcopy([total, total])[1]))
@pytest.mark.parametrize("values", PICKLED, ids=lambda values: f"{type(values).__name__} of {len(values)}")
def test_a_copy_is_equal_and_apart(fc, duplicate, values):
    total = total_of(fc, values)
    copied = duplicate(total)
    assert copied is not total
    assert state(copied) == state(total)
    before = state(total)
    copied.update([0.5, math.nan])
    assert state(total) == before
    before = state(copied)
    total.update([2**80])
    assert state(copied) == before


def test_sums_of_the_same_pickle_alike_whatever_was_done_with_them(fc):
    total = total_of(fc, [0.1, 1e300, 2**70])
    expected = state(total)
    for look in (total.result, total.mean, total.fraction, lambda: repr(total), lambda: total == total_of(fc, [1])):
        look()
        assert state(total) == expected
    total.merge(fc.ExactSum())
    total.update([])
    total.update(array("d"))
    assert state(total) == expected


# ---- threads ----


@pytest.mark.parametrize("dtype", ("float64", "float32", "int64", "uint8"))
def test_the_state_does_not_depend_on_the_number_of_threads(fc, np, dtype):
    if fc is pure:
        pytest.skip("slow, and the twin runs on one thread")
    a = (np.random.default_rng(1).standard_normal(2 * 262144 + 5) * 50).astype("int8").astype(dtype)
    expected = total_of(fc, a)
    for threads in (1, 2, 3):
        total = fc.ExactSum()
        total.update(a, threads=threads)
        check_equal(total, expected)
        total.update(a[::3], threads=threads)
        check_equal(total, total_of(fc, a, a[::3]))
