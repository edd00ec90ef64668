"""The fibonacci family: numbers as ints and as text, modulo m, over arrays, in a row, and linear recurrences."""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from array import array
from contextlib import contextmanager, suppress

import pytest
from common import normal, outcome
from hypothesis import example, given
from hypothesis import strategies as st

import fastcore
from fastcore import pure

gmpy2 = None
with suppress(ImportError):
    import gmpy2

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
long_only = pytest.mark.skipif(not LONG, reason="takes minutes: HYPOTHESIS_PROFILE=long")

# Where words, tables and the digits of a Python int end.
BORDERS = (0, 1, 2, 3, 43, 44, 46, 47, 48, 86, 87, 92, 93, 94, 186, 187, 372, 373)
# Moduli of every kind, odd and even, around the sizes at which the way of reduction changes.
MODULI = (
    1,
    2,
    3,
    10,
    *(2**bits + i for bits in (8, 16, 26, 31, 32, 50, 51, 52, 53, 60, 62, 63, 64) for i in (-1, 0, 1)),
    3 * 2**40,
    5 * 2**61,
    10**9 + 7,
    10**18,
    2**61 - 1,
    2**127 - 1,
    2**128,
    10**30,
)
WORD_MODULI = tuple(m for m in MODULI if m <= 2**64)
# SHA-256 of F(10^7), its bytes from the lowest one on.
TEN_MILLIONTH = "4e96900a7ca2ebe4c733bef7c173ff4e34be1ceb55f68b63109463f70ff97e96"


def by_addition(first, second, count):
    numbers = [first, second]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers


NUMBERS = by_addition(0, 1, 4000)


def signed(number, n):
    """F(n) from F(|n|)."""
    return number if n >= 0 or n % 2 else -number


@functools.lru_cache(maxsize=2048)
def expected(n):
    """F(n) by GMP where that is installed, else by the doubling of the textbooks, which is not the twins'."""
    if gmpy2 is not None:
        return signed(int(gmpy2.fib(abs(n))), n)
    at, after = 0, 1
    for bit in bin(abs(n))[2:]:
        at, after = at * (2 * after - at), at**2 + after**2
        if bit == "1":
            at, after = after, at + after
    return signed(at, n)


def residue_by_matrix(n, m):
    """F(n) modulo m, by the powers of ((1, 1), (1, 0))."""
    a, b, c = 1, 0, 1  # ((a, b), (b, c)) is a power with exponent 0 so far
    p, q, r = 1, 1, 0
    for bit in reversed(bin(abs(n))[2:]):
        if bit == "1":
            a, b, c = (a * p + b * q) % m, (a * q + b * r) % m, (b * q + c * r) % m
        p, q, r = (p * p + q * q) % m, q * (p + r) % m, (q * q + r * r) % m
    return signed(b, n) % m


@contextmanager
def digit_limit(limit):
    """With another limit of the digits that an int may be converted to, where there is one."""
    if not hasattr(sys, "set_int_max_str_digits"):
        yield
        return
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


def decimal_text(number):
    with digit_limit(0):
        return str(number)


# ---- numbers ----


def test_every_number_to_twenty_thousand_by_addition(fc):
    at, after = 0, 1
    for n in range(20_001):
        assert fc.fibonacci(n) == at, n
        at, after = after, at + after


def test_every_number_down_to_minus_three_hundred_by_addition(fc):
    at, after = 0, 1
    for n in range(0, -301, -1):
        assert fc.fibonacci(n) == at, n
        at, after = after - at, at


@pytest.mark.parametrize("n", BORDERS)
def test_numbers_at_the_borders_of_words(fc, n):
    assert fc.fibonacci(n) == NUMBERS[n]
    assert fc.fibonacci(-n) == (-1) ** (n + 1) * NUMBERS[n]


@pytest.mark.parametrize("bits", range(9, 21))
def test_numbers_at_powers_of_two(fc, bits):
    for n in (2**bits - 1, 2**bits, 2**bits + 1):
        assert fc.fibonacci(n) == expected(n)
    assert fc.fibonacci(-(2**bits)) == -expected(2**bits)


def test_random_numbers_of_all_sizes(fc):
    rng = random.Random(1)
    for _ in range(300):
        n = rng.randrange(2 ** rng.randrange(1, 20)) * rng.choice((1, 1, -1))
        assert fc.fibonacci(n) == expected(n), n


def test_random_numbers_up_to_a_million(fc):
    rng = random.Random(2)
    for _ in range(20):
        n = rng.randrange(10**6)
        assert fc.fibonacci(n) == expected(n), n


@given(n=st.integers(-50_000, 50_000))
def test_numbers_satisfy_the_addition_theorem(fc, n):
    """F(m + n) = F(m) F(n + 1) + F(m - 1) F(n)."""
    m = 12_345
    assert fc.fibonacci(m + n) == fc.fibonacci(m) * fc.fibonacci(n + 1) + fc.fibonacci(m - 1) * fc.fibonacci(n)


@given(n=st.integers(-100_000, 100_000))
def test_fibonacci_equals_the_twin(fc, n):
    assert fc.fibonacci(n) == pure.fibonacci(n)


def last_with_words(count):
    """The greatest n whose F(n) has at most so many words of 64 bits: of its bits, 0.69 n - 0.16 rounded down."""
    golden = math.log2((1 + math.sqrt(5)) / 2)
    return int((64 * count + math.log2(5) / 2) / golden)


@pytest.mark.parametrize("power", range(15))
def test_numbers_around_the_sizes_of_transforms(fc, power):
    """Results of 2^k, 3 2^k, 5 2^k and 7 2^k words, one more and one less."""
    if power > 10 and (fc is pure or gmpy2 is None):
        pytest.skip("the products of the twins have one way from here on, or there is no GMP to compare with")
    for factor in (1, 3, 5, 7):
        last = last_with_words(factor << power)
        less, more = last_with_words((factor << power) - 1), last_with_words((factor << power) + 1)
        for n in (less, last, last + 1, more) if power < 12 else (last, last + 1):
            assert fc.fibonacci(n) == expected(n), n
        assert expected(last).bit_length() <= 64 * factor << power < expected(last + 1).bit_length()


def test_numbers_equal_those_of_flint(fc):
    flint = pytest.importorskip("flint", reason="python-flint is not installed")
    rng = random.Random(3)
    for _ in range(100):
        n = rng.randrange(2 ** rng.randrange(8, 20))
        assert fc.fibonacci(n) == int(flint.fmpz.fib_ui(n)), n


@long_only
def test_five_thousand_random_numbers_up_to_a_million(fc):
    gmp = pytest.importorskip("gmpy2", reason="gmpy2 is not installed")
    rng = random.Random(4)
    for _ in range(5000):
        n = rng.randrange(10**6)
        assert fc.fibonacci(n) == int(gmp.fib(n)), n


@long_only
def test_the_hash_of_the_ten_millionth_number(fc):
    number = fc.fibonacci(10**7)
    digest = hashlib.sha256(number.to_bytes((number.bit_length() + 7) // 8, "little")).hexdigest()
    assert digest == TEN_MILLIONTH


def test_a_bool_or_any_integer_type_is_an_index(fc, np):
    assert fc.fibonacci(True) == 1
    assert type(fc.fibonacci(True)) is int
    assert fc.fibonacci(np.int8(10)) == 55
    assert fc.lucas(np.uint64(10)) == 123
    assert fc.fibonacci_str(np.int8(-10)) == "-55"
    assert fc.linear_recurrence([1, 1], [0, 1], np.int16(10)) == 55


@pytest.mark.parametrize("name", ("fibonacci", "lucas", "fibonacci_str", "fibonacci_range"))
@pytest.mark.parametrize("n", (2**33 + 1, -(2**33) - 1, 2**63, 2**64, -(2**64), 10**30))
def test_an_index_out_of_reach_is_an_overflow_error_at_once(fc, name, n):
    argument, args = ("start", (n, n + 1)) if name == "fibonacci_range" else ("n", (n,))
    with pytest.raises(OverflowError) as caught:
        getattr(fc, name)(*args)
    assert str(caught.value) == f"{name}: '{argument}' must be from -8589934592 to 8589934592, not {n}"


# ---- Lucas numbers ----


def test_every_lucas_number_to_five_thousand_by_addition(fc):
    assert [fc.lucas(n) for n in range(5001)] == by_addition(2, 1, 5001)


def test_every_lucas_number_down_to_minus_three_hundred_by_addition(fc):
    at, after = 2, 1
    for n in range(0, -301, -1):
        assert fc.lucas(n) == at, n
        at, after = after - at, at


@given(n=st.integers(-200_000, 200_000))
@example(n=10**6)
@example(n=2**17)
def test_lucas_numbers_are_sums_of_fibonacci_numbers(fc, n):
    assert fc.lucas(n) == expected(n - 1) + expected(n + 1)


@pytest.mark.parametrize("bits", range(9, 21))
def test_lucas_numbers_at_powers_of_two(fc, bits):
    for n in (2**bits - 1, 2**bits, 2**bits + 1):
        assert fc.lucas(n) == expected(n - 1) + expected(n + 1)


@pytest.mark.parametrize("power", range(11))
def test_lucas_numbers_around_the_sizes_of_transforms(fc, power):
    for factor in (1, 3, 5, 7):
        last = last_with_words(factor << power)
        for n in (last - 1, last, last + 1, last + 2):  # a Lucas number has 1.16 bits more
            assert fc.lucas(n) == expected(n - 1) + expected(n + 1), n


def test_lucas_numbers_equal_those_of_gmp(fc):
    gmp = pytest.importorskip("gmpy2", reason="gmpy2 is not installed")
    rng = random.Random(5)
    for n in (*BORDERS, *(rng.randrange(2 ** rng.randrange(8, 20)) for _ in range(100))):
        assert fc.lucas(n) == int(gmp.lucas(n)), n


# ---- text ----


def test_every_text_to_three_thousand(fc):
    assert [fc.fibonacci_str(n) for n in range(3001)] == [str(number) for number in NUMBERS[:3001]]


def test_texts_of_negative_numbers(fc):
    for n in range(1, 301):
        assert fc.fibonacci_str(-n) == str((-1) ** (n + 1) * NUMBERS[n]), n


def test_random_texts_up_to_a_hundred_thousand(fc):
    rng = random.Random(6)
    for _ in range(150):
        n = rng.randrange(2 ** rng.randrange(8, 18)) * rng.choice((1, 1, -1))
        assert fc.fibonacci_str(n) == decimal_text(expected(n)), n


def test_random_texts_up_to_a_million_equal_those_of_gmp(fc):
    gmp = pytest.importorskip("gmpy2", reason="gmpy2 is not installed")
    rng = random.Random(7)
    for n in (10**6, *(rng.randrange(10**6) for _ in range(20))):
        assert fc.fibonacci_str(n) == gmp.fib(n).digits(), n


@pytest.mark.parametrize("digits", (9, 15, 18, 19))
def test_texts_around_whole_groups_of_digits(fc, digits):
    """Results of 2^k, 3 2^k, 5 2^k and 7 2^k groups of digits, one digit more and one less."""
    golden = math.log10((1 + math.sqrt(5)) / 2)
    for count in sorted(factor << power for factor in (1, 3, 5, 7) for power in range(9)):
        last = int((digits * count + math.log10(5) / 2) / golden)
        texts = [fc.fibonacci_str(n) for n in range(last - 1, last + 3)]
        assert texts == [decimal_text(expected(n)) for n in range(last - 1, last + 3)]
        assert len(texts[1]) == digits * count == len(texts[2]) - 1


def test_texts_do_not_meet_the_limit_of_the_digits(fc):
    texts = [fc.fibonacci_str(n) for n in (100_000, -100_000)]
    with digit_limit(640):
        assert [fc.fibonacci_str(n) for n in (100_000, -100_000)] == texts
    assert texts == [decimal_text(expected(n)) for n in (100_000, -100_000)]


def test_the_twin_of_texts_does_without_decimals_in_c(monkeypatch):
    numbers = (0, 1, 93, -94, *range(2380, 2400), *range(2400, 60_000, 997))  # groups that begin with zeros, too
    texts = [pure.fibonacci_str(n) for n in numbers]
    monkeypatch.setitem(sys.modules, "_decimal", None)
    with digit_limit(640):
        assert [pure.fibonacci_str(n) for n in numbers] == texts
    assert texts == [decimal_text(expected(n)) for n in numbers]


def test_the_twin_of_texts_leaves_the_decimal_context_alone():
    decimal = pytest.importorskip("decimal")
    with decimal.localcontext(decimal.Context(prec=3)) as context:
        assert pure.fibonacci_str(100) == str(NUMBERS[100])
        assert decimal.getcontext().prec == 3
        assert not context.flags[decimal.Inexact]


@long_only
def test_five_hundred_random_texts_up_to_a_million(fc):
    gmp = pytest.importorskip("gmpy2", reason="gmpy2 is not installed")
    rng = random.Random(8)
    for _ in range(500):
        n = rng.randrange(10**6)
        assert fc.fibonacci_str(n) == gmp.fib(n).digits(), n


# ---- modulo m ----


@given(n=st.one_of(st.integers(-5, 200), st.integers(-(2**70), 2**70), st.integers()), m=st.integers(1, 2**70))
def test_fibonacci_mod_equals_the_twin(fc, n, m):
    assert fc.fibonacci_mod(n, m) == pure.fibonacci_mod(n, m)


@pytest.mark.parametrize("m", MODULI)
def test_fibonacci_mod_is_the_remainder(fc, m):
    for n in (*range(-50, 50), 93, 94, 186, 187, 3999):
        assert fc.fibonacci_mod(n, m) == signed(NUMBERS[abs(n)], n) % m


@pytest.mark.parametrize("m", MODULI)
def test_fibonacci_mod_is_an_entry_of_a_power_of_a_matrix(fc, m):
    for n in (10**18, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(10**18), -(2**63), 2**128 - 1, 3**200):
        assert fc.fibonacci_mod(n, m) == residue_by_matrix(n, m), n


@given(n=st.integers(-(2**64), 2**64), m=st.integers(0, 63).map(lambda bits: 2**bits), odd=st.integers(0, 2**63))
def test_fibonacci_mod_of_any_odd_part_and_any_power_of_two(fc, n, m, odd):
    m *= odd % (2**64 // m) | 1
    assert fc.fibonacci_mod(n, m) == residue_by_matrix(n, m)


def test_fibonacci_mod_of_a_huge_index(fc):
    # The Pisano period of 10 is 60.
    assert fc.fibonacci_mod(10**100 + 7, 10) == NUMBERS[(10**100 + 7) % 60] % 10


def test_fibonacci_mod_equals_that_of_gmp(fc):
    gmp = pytest.importorskip("gmpy2", reason="gmpy2 is not installed")
    for m in MODULI[1:]:
        for n in (10**18, 2**64 + 1, 10**30):
            assert fc.fibonacci_mod(n, m) == int(gmp.lucasu_mod(1, -1, n, m)), (n, m)


# ---- in a row ----


@given(start=st.integers(-300, 300), count=st.integers(-5, 200))
def test_fibonacci_range(fc, start, count):
    assert fc.fibonacci_range(start, start + count) == [pure.fibonacci(n) for n in range(start, start + count)]


def test_a_long_range_and_one_far_away(fc):
    assert fc.fibonacci_range(0, 4000) == NUMBERS
    assert fc.fibonacci_range(-3999, 1) == [signed(NUMBERS[-n], n) for n in range(-3999, 1)]
    assert fc.fibonacci_range(30_000, 30_100) == [expected(n) for n in range(30_000, 30_100)]
    assert fc.fibonacci_range(-30_003, -30_000) == [expected(n) for n in range(-30_003, -30_000)]


# ---- arrays ----

INTEGER_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
INTEGER_CODES = "bBhHiIlLqQ"


def residues(values, mod):
    """What an array should hold, by Python's own remainders."""
    if mod is None:
        return [NUMBERS[n] for n in values]
    return [residue_by_matrix(n, mod) for n in values]


def words(seed, count, least=0, most=2**64):
    """Indices of all sizes, each as likely, in a random order."""
    rng = random.Random(seed)
    found = [rng.randrange(2 ** rng.randrange(1, 65)) * rng.choice((1, -1)) for _ in range(64 * count)]
    return [n for n in found if least <= n < most][:count]


def limits(dtype):
    bits, is_signed = int(dtype.lstrip("uint")), dtype[0] == "i"
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if is_signed else (0, 2**bits - 1)


@pytest.mark.parametrize("dtype", INTEGER_TYPES)
@pytest.mark.parametrize("count", (0, 1, 5, 94, 1000))
def test_plain_arrays_of_every_integer_type(fc, np, dtype, count):
    values = [random.Random(count).randrange(94) for _ in range(count)]
    result = fc.fibonacci_array(np.array(values, dtype))
    assert type(result) is np.ndarray
    assert result.dtype == np.dtype("uint64")
    assert result.tolist() == residues(values, None)


@pytest.mark.parametrize("dtype", INTEGER_TYPES)
@pytest.mark.parametrize("mod", (1, 10, 2**50 - 27, 10**9 + 7, 2**61 - 1, 2**64 - 59, 2**64))
def test_arrays_modulo_m_of_every_integer_type(fc, np, dtype, mod):
    least, most = limits(dtype)
    values = [least, least + 1, most, most - 1, 0, 1, *words(1, 30, least, most + 1)]
    result = fc.fibonacci_array(np.array(values, dtype), mod=mod)
    assert result.dtype == np.dtype("uint64")
    assert result.tolist() == residues(values, mod)


@pytest.mark.parametrize("mod", WORD_MODULI)
def test_arrays_modulo_m_of_every_kind(fc, mod):
    values = [*words(2, 40, 0), 0, 1, 2, 93, 94, 2**64 - 1, 2**63]
    assert list(fc.fibonacci_array(array("Q", values), mod=mod)) == residues(values, mod)
    values = [*words(3, 40, -(2**63), 2**63), -1, -2, -(2**63), 2**63 - 1]
    assert list(fc.fibonacci_array(array("q", values), mod=mod)) == residues(values, mod)
    assert fc.fibonacci_array(values, mod=mod) == residues(values, mod)


@pytest.mark.parametrize("mod", (None, 10**9 + 7, 2**49 + 9, 2**61 - 1, 10**18, 2**64))
@pytest.mark.parametrize("code", ("Q", "q", "B", "i"))
def test_arrays_of_every_length(fc, code, mod):
    values = [(37 * i + i * i) % 94 for i in range(40)]
    if mod is not None and code in "Qq":
        values = [(n << 50) + n for n in values]
    results = residues(values, mod)
    for length in range(41):
        assert fc.fibonacci_array(array(code, values[:length]), mod=mod) == array("Q", results[:length])


@pytest.mark.parametrize("mod", (10**9 + 7, 2**61 - 1, 3 * 2**40, 2**64))
def test_neighbours_of_different_size_do_not_disturb_each_other(fc, mod):
    """Lanes walk the bits of the longest index among them."""
    for values in ([0, 2**64 - 1] * 20, [2**63, 1, 0] * 13, [*([0] * 31), 2**64 - 1], [*([5] * 39), 2**40 + 1]):
        assert list(fc.fibonacci_array(array("Q", values), mod=mod)) == residues(values, mod)


def test_long_arrays(fc, np):
    n = np.random.default_rng(1).integers(0, 94, 70_001)
    table = np.array(NUMBERS[:94], "uint64")
    assert (fc.fibonacci_array(n) == table[n]).all()
    assert (fc.fibonacci_array(n[::-3]) == table[n[::-3]]).all()
    for mod in (10**9 + 7, 2**61 - 1, 2**64):
        assert (fc.fibonacci_array(n, mod=mod) == np.array([NUMBERS[i] % mod for i in range(94)], "uint64")[n]).all()


@pytest.mark.parametrize(
    "mod", (1, 2, 10**9 + 7, 2**31, 2**32 - 5, 10**18 + 9, 2**61 - 1, 5 * 2**61, 2**64 - 59, 2**64)
)
@pytest.mark.parametrize("length", (41, 64, 100, 257, 1000, 5000, 20_000))
def test_far_indices_in_arrays_of_lengths_that_are_worth_tables(fc, np, mod, length):
    """Three neighbours are a sum in all places, and the numbers themselves right in some."""
    if fc.fibonacci_array is pure.fibonacci_array and length > 100:
        pytest.skip("the twin takes each element by itself")
    n = np.array((words(length, 100, 0, 2**64 - 2) * (length // 100 + 1))[:length], "uint64")
    n ^= np.arange(length, dtype="uint64") << np.uint64(3)
    n = np.minimum(n, np.uint64(2**64 - 3))
    for indices in (n, n >> np.uint64(4), (n >> np.uint64(2)).astype("int64"), (n >> np.uint64(34)).astype("int32")):
        one = indices.dtype.type(1)
        first, second, third = (
            fc.fibonacci_array(i, mod=mod).tolist() for i in (indices, indices + one, indices + one + one)
        )
        assert all((a + b - c) % mod == 0 for a, b, c in zip(first, second, third))
        places = [*range(20), length // 2, *range(length - 20, length)]
        assert [first[i] for i in places] == residues([int(indices[i]) for i in places], mod)
        assert max(first) < mod
    negative = -(n >> np.uint64(1)).astype("int64")
    opposite = fc.fibonacci_array(n >> np.uint64(1), mod=mod).tolist()
    signs = [1 if i % 2 else -1 for i in negative.tolist()]
    assert fc.fibonacci_array(negative, mod=mod).tolist() == [sign * v % mod for sign, v in zip(signs, opposite)]


@given(
    values=st.lists(st.one_of(st.integers(-5, 200), st.integers(-(2**63), 2**63 - 1)), max_size=50),
    mod=st.one_of(st.sampled_from(WORD_MODULI), st.integers(1, 2**64)),
)
def test_arrays_modulo_m_equal_the_twin(fc, values, mod):
    expected_words = array("Q", pure.fibonacci_array(values, mod=mod))
    assert fc.fibonacci_array(array("q", values), mod=mod) == expected_words
    assert fc.fibonacci_array(values, mod=mod) == list(expected_words)


def layouts(np, values, dtype):
    """The same values in memory of every layout, in their order."""
    a = np.array(values, dtype)
    wide = np.zeros(3 * len(values), dtype)
    wide[::3] = a
    yield "contiguous", a
    yield "strided", wide[::3]
    yield "reversed", a[::-1].copy()[::-1]
    yield "byte-swapped", a.astype(a.dtype.newbyteorder())
    yield "byte-swapped and strided", wide.astype(a.dtype.newbyteorder())[::3]
    unaligned = np.zeros(a.nbytes + 1, "uint8")[1:].view(dtype)
    unaligned[:] = a
    yield "unaligned", unaligned
    frozen = a.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen
    yield "repeated", np.broadcast_to(a[:1], len(a))


@pytest.mark.parametrize("dtype", ("int8", "uint16", "int32", "uint64", "int64"))
@pytest.mark.parametrize("mod", (None, 10**9 + 7, 2**61 - 1, 2**64))
def test_arrays_of_every_layout(fc, np, dtype, mod):
    values = [(7 * i) % 94 for i in range(37)]
    for layout, a in layouts(np, values, dtype):
        before = a.tobytes()
        assert fc.fibonacci_array(a, mod=mod).tolist() == residues(a.tolist(), mod), layout
        assert a.tobytes() == before, layout


@pytest.mark.parametrize("mod", (None, 97))
@pytest.mark.parametrize("shape", ((), (0,), (0, 3), (1, 1), (5, 7), (2, 3, 4)))
def test_arrays_of_every_shape(fc, np, shape, mod):
    size = math.prod(shape)
    a = (np.arange(size, dtype="int64") * 3 % 94).reshape(shape)
    for b in (a, np.asfortranarray(a), a.T, a.astype(">i8")):
        result = fc.fibonacci_array(b, mod=mod)
        assert type(result) is np.ndarray
        assert result.dtype == np.dtype("uint64")
        assert result.shape == b.shape
        assert result.ravel().tolist() == residues(b.ravel().tolist(), mod)


@pytest.mark.parametrize("code", INTEGER_CODES)
def test_an_array_of_the_standard_library_gives_one(fc, code):
    values = [5, 0, 93, 10]
    assert normal(fc.fibonacci_array(array(code, values))) == normal(array("Q", residues(values, None)))
    assert normal(fc.fibonacci_array(array(code), mod=5)) == normal(array("Q"))


def test_any_other_buffer_gives_an_array(fc):
    for buffer in (b"\x05\x0a", bytearray(b"\x05\x0a"), memoryview(b"\x05\x00\x0a")[::2]):
        assert normal(fc.fibonacci_array(buffer)) == normal(array("Q", [5, 55]))
    square = memoryview(array("i", range(4))).cast("B").cast("i", (2, 2))
    assert normal(fc.fibonacci_array(square)) == normal(array("Q", [0, 1, 1, 2]))
    truths = memoryview(bytes([1, 0, 1])).cast("?")
    assert normal(fc.fibonacci_array(truths)) == normal(array("Q", [1, 0, 1]))


@pytest.mark.parametrize("mod", (None, 7, 2**61 - 1, 2**64))
def test_any_iterable_gives_a_list(fc, mod):
    class Index:
        def __index__(self):
            return 12

    numbers = residues([3, 12, 90], mod)
    for n in ([3, 12, 90], (3, 12, 90), [3, Index(), 90], (n for n in (3, 12, 90)), {3: 0, 12: 0, 90: 0}):
        result = fc.fibonacci_array(n, mod=mod)
        assert normal(result) == normal(numbers)
    assert normal(fc.fibonacci_array(range(90, 2, -10), mod=mod)) == normal(residues(range(90, 2, -10), mod))
    assert normal(fc.fibonacci_array([True, False], mod=mod)) == normal([1 % (mod or 2), 0])
    assert fc.fibonacci_array([], mod=mod) == []


def test_elements_of_a_list_may_be_of_any_size_with_a_modulus(fc):
    values = [10**100, -(10**100), 2**64, -(2**64), 2**63, -(2**63) - 1, 5, -4]
    for mod in (1, 10, 2**61 - 1, 2**64):
        assert fc.fibonacci_array(values, mod=mod) == residues(values, mod)


def test_numpy_scalars_and_bools_are_integers(fc, np):
    assert fc.fibonacci_array(np.array([True, False])).tolist() == [1, 0]
    assert fc.fibonacci_array([np.int8(10), np.uint64(93)]) == residues([10, 93], None)
    assert int(fc.fibonacci_array(np.int64(10))) == 55
    assert fc.fibonacci_array([5], mod=np.int8(3)) == [2]


@pytest.mark.parametrize("mod", (None, 10**9 + 7, 2**61 - 1, 2**64))
def test_out_takes_the_result_and_is_returned(fc, np, mod):
    values = [(7 * i) % 94 for i in range(37)]
    results = residues(values, mod)
    wide = np.zeros(3 * 37, "uint64")
    for n in (values, array("h", values), np.array(values), np.array(values, "uint64")[::-1].copy()[::-1]):
        for out in (
            np.zeros(37, "uint64"),
            wide[::3],
            np.zeros(37, "uint64")[::-1],
            np.zeros(37, ">u8"),
            array("Q", [0] * 37),
            memoryview(array("Q", [0] * 37)),
        ):
            assert fc.fibonacci_array(n, mod=mod, out=out) is out
            assert out.tolist() == results
    assert wide.reshape(37, 3)[:, 1:].sum() == 0


def test_out_of_more_dimensions(fc, np):
    n = np.arange(12).reshape(3, 4)
    for out in (np.zeros((3, 4), "uint64"), np.zeros((4, 3), "uint64").T, np.zeros((3, 8), "uint64")[:, ::2]):
        assert fc.fibonacci_array(n, out=out) is out
        assert out.tolist() == [NUMBERS[0:4], NUMBERS[4:8], NUMBERS[8:12]]
    out = np.zeros((), "uint64")
    assert fc.fibonacci_array(np.array(10), out=out) is out
    assert out == 55


@pytest.mark.parametrize("mod", (None, 10**9 + 7, 2**61 - 1, 2**64))
def test_out_may_share_memory_with_the_indices(fc, np, mod):
    values = [(7 * i) % 94 for i in range(300)]
    results = residues(values, mod)
    n = np.array(values, "uint64")
    assert fc.fibonacci_array(n, mod=mod, out=n) is n
    assert n.tolist() == results
    memory = array("Q", values)
    assert fc.fibonacci_array(memory, mod=mod, out=memory) is memory
    assert memory.tolist() == results
    for source, target in itertools.permutations((slice(0, 300), slice(1, 301), slice(299, None, -1)), 2):
        shared = np.zeros(301, "uint64")
        shared[source] = values
        fc.fibonacci_array(shared[source], mod=mod, out=shared[target])
        assert shared[target].tolist() == results
    narrow = np.zeros(300, "uint64")
    halves = narrow.view("int32")[:300]
    halves[:] = values
    fc.fibonacci_array(halves, mod=mod, out=narrow)
    assert narrow.tolist() == results


def bad_positions(length):
    return sorted({0, min(1, length - 1), length // 2, length - 1})


@pytest.mark.parametrize("bad", (94, 95, 127, 2**31, 2**63, 2**64 - 1, -1, -2, -(2**63)))
@pytest.mark.parametrize("length", (1, 2, 8, 17, 33, 5000))
def test_the_first_index_that_does_not_fit_is_named_and_nothing_written(fc, bad, length):
    code = "Q" if bad >= 0 else "q"
    for position in bad_positions(length):
        values = [7] * length
        values[position] = bad
        values[position + 1 :: 3] = [bad] * len(values[position + 1 :: 3])
        text = f"fibonacci_array: 'n' must be from 0 to 93 without 'mod', but n[{position}] is {bad}"
        out = array("Q", [3] * length)
        for n in (array(code, values), values):
            assert outcome(fc.fibonacci_array, n) == ("raised", "OverflowError", text)
            assert outcome(fc.fibonacci_array, n, out=out) == ("raised", "OverflowError", text)
            assert out.tolist() == [3] * length


def test_the_first_index_that_does_not_fit_is_counted_in_c_order(fc, np):
    a = np.zeros((3, 5), "int16")
    a[1, 4], a[2, 0] = 100, -100
    a.flags.writeable = False
    text = "fibonacci_array: 'n' must be from 0 to 93 without 'mod', but n[{}] is {}"
    for n, position, bad in (
        (a, 9, 100),
        (np.asfortranarray(a), 9, 100),
        (a.T, 2, -100),
        (a[::-1], 0, -100),
        (a.astype(">i2"), 9, 100),
        (a[:, ::2], 5, 100),
    ):
        assert outcome(fc.fibonacci_array, n) == ("raised", "OverflowError", text.format(position, bad))
    huge = [0, 10**30]
    assert outcome(fc.fibonacci_array, huge) == ("raised", "OverflowError", text.format(1, 10**30))


def test_nothing_is_written_into_out_on_an_error(fc):
    for arguments in (
        {"n": [1, 2], "mod": 0},
        {"n": [1, 2], "mod": 2**64 + 1},
        {"n": [1, 2], "mod": 1.5},
        {"n": [1, 2.0]},
        {"n": [1, 2.0], "mod": 7},
        {"n": [1, "2"], "mod": 7},
        {"n": [1, 2, 3]},
        {"n": array("d", [1, 2])},
        {"n": array("B", [1, 94])},
        {"n": [1, 94]},
        {"n": [1, -1]},
    ):
        out = array("Q", [3, 3])
        assert outcome(fc.fibonacci_array, **arguments, out=out) == outcome(
            pure.fibonacci_array, **arguments, out=array("Q", [3, 3])
        )
        assert out.tolist() == [3, 3]
        with pytest.raises((TypeError, ValueError, OverflowError)):
            fc.fibonacci_array(**arguments, out=out)


def test_an_element_that_changes_the_list_does_no_harm(fc):
    class Cutting:
        def __init__(self, values):
            self.values = values

        def __index__(self):
            del self.values[1:]
            return 5

    values = [1, 2]
    values[:] = [Cutting(values), *range(50)]
    try:
        result = fc.fibonacci_array(values, mod=7)
    except RuntimeError:
        pass
    else:
        assert result[0] == 5


def test_an_exception_of_an_element_goes_on(fc):
    class Broken:
        def __index__(self):
            raise KeyError("broken")

    for call in (
        lambda: fc.fibonacci_array([1, Broken()]),
        lambda: fc.fibonacci_array([1, Broken()], mod=7),
        lambda: fc.linear_recurrence([Broken()], [1], 5),
        lambda: fc.linear_recurrence([1], [Broken()], 5, mod=7),
        lambda: fc.lucas(Broken()),
        lambda: fc.fibonacci_str(Broken()),
    ):
        with pytest.raises(KeyError, match="broken"):
            call()


# ---- linear recurrences ----


def by_iteration(coefficients, initial, n, mod=None):
    terms = list(initial)
    while len(terms) <= n:
        terms.append(sum(c * x for c, x in zip(coefficients, reversed(terms))))
        if mod is not None:
            terms[-1] %= mod
    return terms[n] if mod is None else terms[n] % mod


def companion_power(coefficients, initial, n, mod):
    """The n-th term by a power of the companion matrix."""
    k = len(coefficients)

    def product(a, b):
        return [[sum(x * y for x, y in zip(row, column)) % mod for column in zip(*b)] for row in a]

    power = [[int(i == j) for j in range(k)] for i in range(k)]
    square = [list(coefficients), *([int(i == j) for j in range(k)] for i in range(k - 1))]
    for bit in reversed(bin(n)[2:]):
        if bit == "1":
            power = product(power, square)
        square = product(square, square)
    return sum(v * x for v, x in zip(power[-1], reversed(initial))) % mod


SMALL = st.integers(-20, 20)
ANY = st.one_of(SMALL, st.integers(-(2**64), 2**64), st.integers())


@st.composite
def recurrences(draw, elements, largest=8):
    k = draw(st.integers(1, largest))
    return [draw(st.lists(elements, min_size=k, max_size=k)) for _ in range(2)]


@given(recurrence=recurrences(ANY), n=st.integers(0, 150))
def test_recurrences_are_exact(fc, recurrence, n):
    assert fc.linear_recurrence(*recurrence, n) == by_iteration(*recurrence, n)


@given(recurrence=recurrences(SMALL), n=st.integers(0, 400))
def test_longer_recurrences_are_exact(fc, recurrence, n):
    assert fc.linear_recurrence(*recurrence, n) == by_iteration(*recurrence, n)


@given(
    recurrence=recurrences(ANY),
    n=st.integers(0, 200),
    mod=st.one_of(st.sampled_from(MODULI), st.integers(1, 2**64), st.integers(1, 2**70)),
)
def test_recurrences_modulo_m(fc, recurrence, n, mod):
    assert fc.linear_recurrence(*recurrence, n, mod=mod) == by_iteration(*recurrence, n, mod)


@pytest.mark.parametrize("mod", MODULI)
def test_recurrences_of_huge_indices_are_powers_of_a_matrix(fc, mod):
    rng = random.Random(mod)
    for k, n in ((1, 2**64), (2, 10**18), (2, 2**100), (3, 2**64 - 1)):
        for bound in (10, 2**66):
            coefficients, initial = ([rng.randrange(-bound, bound + 1) for _ in range(k)] for _ in range(2))
            assert fc.linear_recurrence(coefficients, initial, n, mod=mod) == companion_power(
                coefficients, initial, n, mod
            )


@pytest.mark.parametrize("mod", [m for m in MODULI if m >= 2**31 - 1])
def test_coefficients_of_the_greatest_size(fc, mod):
    """Sums of products of residues that are all mod - 1, or all but."""
    for k in (1, 2, 3, 4, 5, 8, 9, 17, 33):
        for coefficients in ([-1] * k, [mod - 1, -2] * (k // 2) + [1] * (k % 2)):
            initial = [mod - 1] * k
            for n in (k, 67):
                assert fc.linear_recurrence(coefficients, initial, n, mod=mod) == by_iteration(
                    coefficients, initial, n, mod
                )


@pytest.mark.parametrize("k", (*range(1, 21), 33))
def test_sums_of_products_around_whole_words(fc, k):
    """Moduli at which k products, or one more or less, come to 2^64 times the modulus, or to 2^64 or 2^128."""
    for terms in (k - 1, k, k + 1, k + 2):
        for bound in (2**64 // max(terms, 1), math.isqrt(2**64 // max(terms, 1)), math.isqrt(2**128 // max(terms, 1))):
            for mod in (bound - 1, bound, bound + 1):
                for n in (k, 67):
                    assert fc.linear_recurrence([-1] * k, [-1] * k, n, mod=mod) == by_iteration(
                        [-1] * k, [-1] * k, n, mod
                    )


@pytest.mark.parametrize("k", (*range(1, 18), 24, 31, 32, 33, 63, 64, 65, 100, 300))
def test_recurrences_of_many_terms(fc, k):
    rng = random.Random(k)
    coefficients, initial = ([rng.randrange(-(2**61), 2**61) for _ in range(k)] for _ in range(2))
    for mod in (10**9 + 7, 2**61 - 1, 2**64, 3 * 2**62, 10**18) if k < 20 else (2**61 - 1, 3 * 2**62):
        for n in (0, k - 1, k, 2 * k + 3) if k < 100 else (k - 1, 2 * k + 3):
            assert fc.linear_recurrence(coefficients, initial, n, mod=mod) == by_iteration(
                coefficients, initial, n, mod
            )
    for n in (0, k - 1, k, k + 5, *((32 * k - 1, 32 * k, 32 * k + 1) if k < 12 else ())):
        assert fc.linear_recurrence(coefficients, initial, n) == by_iteration(coefficients, initial, n)


def term_by_flint(polynomial, coefficients, initial, n):
    """x^n modulo the characteristic polynomial, times the first terms."""
    characteristic = polynomial([*(-c for c in reversed(coefficients)), 1])
    remainder = pow(polynomial([0, 1]), n, characteristic)
    return int(sum((c * x for c, x in zip(remainder.coeffs(), initial)), start=remainder[0] * 0))


@pytest.mark.parametrize("k", (2, 3, 10, 33, 100))
@pytest.mark.parametrize("mod", (3, 10**9 + 7, 2**50 - 27, 2**61 - 1, 2**64 - 59))
def test_recurrences_modulo_a_prime_equal_those_of_flint(fc, k, mod):
    flint = pytest.importorskip("flint", reason="python-flint is not installed")
    if fc.linear_recurrence is pure.linear_recurrence and k > 40:
        pytest.skip("takes the twin seconds")
    rng = random.Random(k)
    coefficients, initial = ([rng.randrange(mod) for _ in range(k)] for _ in range(2))
    for n in (10**18, 2**64 - 1):
        assert fc.linear_recurrence(coefficients, initial, n, mod=mod) == term_by_flint(
            lambda c: flint.nmod_poly([v % mod for v in c], mod), coefficients, initial, n
        )


@pytest.mark.parametrize("mod", (2**89 - 1, 10**30 + 57, 2**127 - 1))
def test_recurrences_modulo_a_large_prime_equal_those_of_flint(fc, mod):
    flint = pytest.importorskip("flint", reason="python-flint is not installed")
    ring = flint.fmpz_mod_poly_ctx(flint.fmpz_mod_ctx(mod))
    rng = random.Random(1)
    for k in (2, 5, 20):
        coefficients, initial = ([rng.randrange(mod) for _ in range(k)] for _ in range(2))
        assert fc.linear_recurrence(coefficients, initial, 10**18, mod=mod) == term_by_flint(
            ring, coefficients, initial, 10**18
        )


@pytest.mark.parametrize("n", (*BORDERS, 1000, 30_000))
def test_fibonacci_and_lucas_numbers_are_recurrences(fc, n):
    assert fc.linear_recurrence([1, 1], [0, 1], n) == expected(n)
    assert fc.linear_recurrence([1, 1], [2, 1], n) == expected(n - 1) + expected(n + 1)


def test_exact_recurrences_that_do_not_grow_take_any_index(fc):
    n = 2**100 + 1
    assert fc.linear_recurrence([1], [10**40], n) == 10**40
    assert fc.linear_recurrence([-1], [5], n) == -5
    assert fc.linear_recurrence([0], [5], n) == 0
    assert fc.linear_recurrence([0], [5], 0) == 5
    assert fc.linear_recurrence([0, 0, 1], [7, 8, 9], n) == (7, 8, 9)[n % 3]
    assert fc.linear_recurrence([2, -1], [0, 1], n) == n
    assert fc.linear_recurrence([3, -3, 1], [0, 1, 4], n) == n * n


def test_powers_are_recurrences_of_one_term(fc):
    assert fc.linear_recurrence([3], [2], 1000) == 2 * 3**1000
    assert fc.linear_recurrence([-3], [2], 10**18, mod=10**9 + 7) == 2 * pow(-3, 10**18, 10**9 + 7) % (10**9 + 7)


def test_terms_may_be_any_iterable_of_integers(fc, np):
    args = ([1, 2, 3], [4, 5, 6])
    for mod in (None, 1000):
        value = by_iteration(*args, 20, mod)
        for kind in (tuple, iter, lambda v: array("b", v), bytes, np.array, lambda v: np.array(v, ">u2")):
            assert normal(fc.linear_recurrence(kind(args[0]), kind(args[1]), 20, mod=mod)) == normal(value)
        assert fc.linear_recurrence(range(1, 4), np.arange(4, 12)[:3], 20, mod=mod) == value
        assert fc.linear_recurrence([True, 2, np.int8(3)], args[1], 20, mod=mod) == value
    assert fc.linear_recurrence([1, 1], [0, 1], 10, mod=np.uint8(7)) == 55 % 7


# ---- many at once, and an end before the end ----


def test_callers_in_several_threads_do_not_disturb_each_other(fc):
    text, values = decimal_text(expected(200_000)), list(range(0, 4000, 3))
    work = (
        (lambda: fc.fibonacci(300_000), expected(300_000)),
        (lambda: fc.fibonacci(300_001), expected(300_001)),
        (lambda: fc.fibonacci_str(200_000), text),
        (lambda: fc.lucas(123_456), expected(123_455) + expected(123_457)),
        (lambda: fc.fibonacci_array(values, mod=2**61 - 1), [NUMBERS[n] % (2**61 - 1) for n in values]),
        (lambda: fc.linear_recurrence([1, 1], [0, 1], 30_000), expected(30_000)),
    )
    wrong = []

    def caller(first):
        for i in range(2 * len(work)):
            call, value = work[(first + i) % len(work)]
            if call() != value:
                wrong.append((first + i) % len(work))

    callers = [threading.Thread(target=caller, args=(first,)) for first in range(4)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join()
    assert not wrong


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize(
    "call",
    (
        "fibonacci(10**9)",
        "fibonacci(2 * 10**9)",
        "lucas(-10**9)",
        "fibonacci_str(3 * 10**8)",
        "linear_recurrence([1, 1], [0, 1], 10**9)",
        "linear_recurrence(range(1, 301), range(300), 2**100_000, mod=2**61 - 1)",
        "fibonacci_array([2**100_000] * 10_000, mod=2**61 - 1)",
    ),
)
def test_long_work_answers_ctrl_c(call):
    if fastcore.info()["implementation"] != "native":
        pytest.skip("the twin answers between two operations of Python's own")
    # A shell's background job starts with the signal ignored.
    code = (
        "import signal, fastcore as fc; signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"print('go', flush=True); fc.{call}"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.readline()
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        start = time.monotonic()
        try:
            error = child.communicate(timeout=30)[1]
        finally:
            child.kill()
    assert b"KeyboardInterrupt" in error
    assert time.monotonic() - start < 10
