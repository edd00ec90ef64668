"""The fibonacci family: fibonacci, fibonacci_mod, fibonacci_range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure


def by_addition(count):
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers


NUMBERS = by_addition(4000)


def test_every_number_to_four_thousand_by_addition(fc):
    assert [fc.fibonacci(n) for n in range(4000)] == NUMBERS


def test_negative_indices(fc):
    assert [fc.fibonacci(-n) for n in range(1, 400)] == [NUMBERS[n] * (-1) ** (n + 1) for n in range(1, 400)]


@pytest.mark.parametrize("n", (5_000, 8_191, 8_192, 9_999, 20_000, 65_537, 100_000, 131_071))
def test_large_numbers_satisfy_the_doubling_identities(fc, n):
    before, at = NUMBERS[0], NUMBERS[1]
    for bit in bin(n)[3:]:
        before, at = before**2 + at**2, at * (2 * before + at)
        if bit == "1":
            before, at = at, before + at
    assert fc.fibonacci(n) == at


@given(n=st.integers(-300_000, 300_000))
def test_fibonacci_equals_the_twin(fc, n):
    assert fc.fibonacci(n) == pure.fibonacci(n)


def test_a_bool_or_any_integer_type_is_an_index(fc, np):
    assert fc.fibonacci(True) == 1
    assert fc.fibonacci(np.int8(10)) == 55


@given(n=st.one_of(st.integers(-5, 200), st.integers(-(2**70), 2**70), st.integers()), m=st.integers(1, 2**70))
def test_fibonacci_mod_equals_the_twin(fc, n, m):
    assert fc.fibonacci_mod(n, m) == pure.fibonacci_mod(n, m)


@pytest.mark.parametrize("m", (1, 2, 3, 10, 2**32 - 1, 2**32, 2**32 + 1, 10**18, 2**63, 2**64 - 1, 2**64, 10**30))
def test_fibonacci_mod_is_the_remainder(fc, m):
    for n in (*range(-50, 50), 93, 94, 186, 187, 3999):
        sign = -1 if n < 0 and n % 2 == 0 else 1
        assert fc.fibonacci_mod(n, m) == sign * NUMBERS[abs(n)] % m


def test_fibonacci_mod_of_a_huge_index(fc):
    # The Pisano period of 10 is 60.
    assert fc.fibonacci_mod(10**100 + 7, 10) == NUMBERS[(10**100 + 7) % 60] % 10


@given(start=st.integers(-300, 300), count=st.integers(-5, 200))
def test_fibonacci_range(fc, start, count):
    assert fc.fibonacci_range(start, start + count) == [pure.fibonacci(n) for n in range(start, start + count)]


@pytest.mark.parametrize("name", ("fibonacci", "fibonacci_range"))
@pytest.mark.parametrize("n", (2**33 + 1, -(2**33) - 1, 10**30))
def test_an_index_out_of_reach_is_an_overflow_error_at_once(fc, name, n):
    argument, args = ("n", (n,)) if name == "fibonacci" else ("start", (n, n + 1))
    with pytest.raises(OverflowError) as caught:
        getattr(fc, name)(*args)
    assert str(caught.value) == f"{name}: '{argument}' must be from -8589934592 to 8589934592, not {n}"
