"""What the proof in native/joins/shortest.h leaves to be computed, and the constants that the kernels rely on."""

from __future__ import annotations

import functools
import os
import pathlib
import random
import struct
from array import array
from collections.abc import Iterator
from fractions import Fraction

import pytest

NATIVE = pathlib.Path(__file__).parents[1] / "src/fastcore/native/joins"
EXPONENTS = range(-1074, 972)  # q of all doubles c·2^q, 2^52 <= c < 2^53 (and less for the least q)
LEAST, END = 2**52, 2**53

# floor(x/divisor) as x·multiplier >> shift, for all x below an end; and where it is used.
RECIPROCALS = [
    ("digits.h", 109951163, 40, 10**4, 10**8),
    ("digits.h", 10486, 20, 100, 10**4),
    ("digits.h", 5243, 19, 100, 10**4),
    ("digits.h", 103, 10, 10, 100),
    ("digits.h", 6554, 16, 10, 100),
    ("digits.h", 3022314549036573, 70, 10**8 // 2**8, 10**16 // 2**8 + 1),
    ("integers.c", 3777893186295717, 75, 10**7, 10**14),
    ("integers.c", 4056481920730335, 89, 10**16 // 2**16, 2**48),
    ("floats.c", 450359962738, 52, 10**4, 10**8),
    ("floats.c", 41, 12, 100, 400),
]


@pytest.mark.skipif(not NATIVE.exists(), reason="not in a checkout")
@pytest.mark.parametrize(("file", "multiplier", "shift", "divisor", "end"), RECIPROCALS)
def test_reciprocals_are_exact_where_they_are_used(file, multiplier, shift, divisor, end):
    assert str(multiplier) in (NATIVE / file).read_text(encoding="utf-8")
    if (multiplier * divisor - 2**shift) * end < 2**shift:
        assert multiplier * divisor >= 2**shift
    else:
        assert all(x * multiplier >> shift == x // divisor for x in range(end))


def floor_log10(x: Fraction) -> int:
    """The greatest k with 10**k <= x."""
    k = len(str(x.numerator)) - len(str(x.denominator))
    return k if Fraction(10) ** k <= x else k - 1


def test_logarithms_are_exact_where_they_are_used():
    for q in range(-1076, 973):
        assert q * 315653 >> 20 == floor_log10(Fraction(2) ** q)
        assert q * 315653 - 131072 >> 20 == floor_log10(Fraction(3, 4) * Fraction(2) ** q)
    for e in range(-342, 324):
        power = Fraction(10) ** e
        assert Fraction(2) ** (e * 1741647 >> 19) <= power < Fraction(2) ** ((e * 1741647 >> 19) + 1)


def first_within(a: int, m: int, low: int, high: int) -> int | None:
    """The least x >= 0 with low <= a·x mod m <= high, by Euclid's algorithm; None if there is none."""
    steps = []
    while low > 0:
        a %= m
        if a == 0:
            return None
        if 2 * a > m:
            a, low, high = m - a, m - high, m - low
        x = -(-low // a)
        if x * a <= high:
            break
        steps.append((a, m, low))
        a, m, low, high = a - m % a, a, low % a, high % a
    else:
        x = 0
    for a, m, low in reversed(steps):
        x = -(-(low + m * x) // a)
    return x


def all_within(a: int, b: int, m: int, width: int, start: int, end: int) -> Iterator[int]:
    """All x from `start` on with a·x + b mod m in [1, width] or [m - width, m - 1]."""
    for low, high in ((1, width), (m - width, m - 1)) if width > 0 else ():
        x = start
        while True:
            shift = (a * x + b) % m
            least, most = (low - shift) % m, (high - shift) % m
            step = 0 if most < least else first_within(a, m, least, most)
            if step is None or x + step >= end:
                break
            x += step
            yield x
            x += 1


def scale(q: int) -> tuple[int, int]:
    """2**q in units of 10**(k + 1) as a fraction, k = floor(log10(2**q))."""
    s = Fraction(2) ** q / Fraction(10) ** ((q * 315653 >> 20) + 1)
    return s.numerator, s.denominator


def near_decisions(q: int, border: Fraction, tenth: Fraction) -> Iterator[int]:
    """The significands for which c·S + S/2 or c·S - S/2 is this near an integer, or 10·c·S a half, and no tie."""
    a, m = scale(q)
    start = 1 if q == EXPONENTS[0] else LEAST
    for sign in (1, -1):
        yield from all_within(2 * a, sign * a, 2 * m, int(border * 2 * m), start, END)
    yield from all_within(20 * a, -m, 2 * m, int(tenth * 2 * m), start, END)


def double(c: int, q: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", c - LEAST + (q + 1075 << 52) if c >= LEAST else c))[0]


def check(fc, values: list[float]) -> None:
    assert values
    found = fc.join(array("d", values), " ").split(" ")
    assert [pair for pair in zip(found, map(repr, values)) if pair[0] != pair[1]] == []


@functools.lru_cache(maxsize=1)
def undecided_by_64_bits() -> list[float]:
    """All doubles that are so near a decision that the proof leaves them open, but ties and powers of two."""
    border, tenth = Fraction(2001, 1000 * 2**64), Fraction(1001, 100 * 2**64)
    return [double(c, q) for q in EXPONENTS for c in near_decisions(q, border, tenth)]


def test_doubles_that_64_bits_do_not_decide(fc):
    check(fc, undecided_by_64_bits())


@functools.lru_cache(maxsize=1)
def undecided_by_52_bits() -> list[float]:
    """The same of the eight-wide loop, which tells such apart, and half as many again around them."""
    border, tenth = Fraction(6, 2**52), Fraction(60, 2**52)
    # A quarter of a million, which take Python a while.
    exponents = EXPONENTS[::10] if os.environ.get("HYPOTHESIS_PROFILE") == "brief" else EXPONENTS
    return [double(c, q) for q in exponents for c in near_decisions(q, border, tenth)]


def test_doubles_that_52_bits_do_not_decide(fc):
    check(fc, undecided_by_52_bits())


def test_powers_of_two(fc):
    check(fc, [2.0**e for e in range(-1074, 1024)])


TIES = [(q, k) for q in range(1, 80) for k in [q * 315653 >> 20] if k <= 22 and q >= k + 2]


def test_fractional_parts_at_ties_are_far_from_integers():
    for q, k in TIES:
        h = Fraction(2) ** (q + 63) / 10 ** (k + 1)
        assert Fraction(1, 2**10) < h - h.__floor__() < 1 - Fraction(1, 2**10)


def test_ties(fc):
    """Doubles whose interval ends with an integer, which is written if the significand is even."""
    rng = random.Random(1)
    values = []
    for q, k in TIES:
        five = 5 ** (k + 1)
        for sign in (1, -1):
            inverse = -sign * pow(2, -1, five) % five  # 2c + sign is divisible
            for _ in range(4):
                c = inverse + five * rng.randrange((LEAST - inverse) // five + 1, (END - 1 - inverse) // five + 1)
                assert (2 * c + sign) * 2 ** (q - 1) % 10 ** (k + 1) == 0
                if LEAST < c < END:
                    values.append(double(c, q))
    check(fc, values)


def test_halves_of_tenths(fc):
    """Quarters about 2^51, in the middle of two decimals of 17 digits."""
    rng = random.Random(1)
    check(fc, [(rng.randrange(2**50, 2**51) * 4 + part) / 4 for _ in range(500) for part in (1, 3)])
