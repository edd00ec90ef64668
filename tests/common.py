"""What the families' tests share: comparison to the bit, and outcomes that may be exceptions."""

from __future__ import annotations

import fractions
import math
import struct
import sys
from array import array
from typing import Any, Callable

from hypothesis import strategies as st

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SMALL_INTEGERS = st.integers(-1000, 1000)
INTEGERS = st.one_of(SMALL_INTEGERS, st.integers(-(2**64), 2**64), st.integers())
# Lengths around the borders of lanes (32), vectors and blocks (4096).
LENGTHS = (
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    65,
    127,
    128,
    129,
    511,
    512,
    513,
    4095,
    4096,
    4097,
    8197,
)


def bits(x: float) -> int:
    """The bits of a float; all NaNs are one, as IEEE 754 leaves their payload open."""
    return -1 if math.isnan(x) else struct.unpack("<q", struct.pack("<d", x))[0]


def normal(value: Any) -> Any:
    """A value in a form that compares equal only if type and bits are equal."""
    if isinstance(value, float):
        return type(value).__name__, bits(value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [normal(v) for v in value]
    if isinstance(value, array):
        if value.typecode in "fd":
            value = array(value.typecode, [v if v == v else math.nan for v in value])
        return "array", value.typecode, len(value), value.tobytes()
    if type(value).__module__ == "numpy" and hasattr(value, "dtype"):
        numpy, dtype = sys.modules["numpy"], str(value.dtype)
        if value.dtype.kind == "f":
            value = numpy.where(numpy.isnan(value), value.dtype.type(numpy.nan), value)
        return type(value).__name__, dtype, value.shape, value.tobytes()
    return type(value).__name__, value


def outcome(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """What a call gives: its result, or its exception's type and text."""
    try:
        return "returned", normal(function(*args, **keywords))
    except Exception as error:
        return "raised", type(error).__name__, str(error)


def exact_sum(values: Any) -> fractions.Fraction:
    """The sum of finite floats and integers."""
    units = 2**1074  # of which every finite float is a whole number
    total = 0
    for v in values:
        numerator, denominator = v.as_integer_ratio()
        total += numerator * (units // denominator)
    return fractions.Fraction(total, units)


def exact_variance(values: Any, ddof: int = 0) -> fractions.Fraction:
    """The variance of finite floats and integers."""
    mean = exact_sum(values) / len(values)
    return sum(((fractions.Fraction(v) - mean) ** 2 for v in values), fractions.Fraction(0)) / (len(values) - ddof)


def rounded_sum(values: Any) -> Any:
    """The bits of the correctly rounded sum of floats, or the name of the exception, by math.fsum and fractions."""
    special = [v for v in values if v - v != 0]
    try:
        return bits(math.fsum(special or values) + 0.0)
    except ValueError:
        return "ValueError"
    except OverflowError:  # of an intermediate sum, it may be
        try:
            return bits(float(exact_sum(values)))
        except OverflowError:
            return "OverflowError"


def bits_or_exception(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """The bits of the float that a call returns, or the name of its exception."""
    try:
        return bits(function(*args, **keywords))
    except (ValueError, OverflowError) as error:
        return type(error).__name__


def pseudorandom_floats(n: int, seed: int = 1) -> list[float]:
    """Floats of mixed magnitude, the same everywhere."""
    values = []
    state = seed
    for _ in range(n):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        mantissa = (state >> 11) / 2**53 - 0.5
        values.append(math.ldexp(mantissa, (state >> 3) % 40 - 20))
    return values


def pseudorandom_integers(n: int, bits: int, seed: int = 1) -> list[int]:
    """Signed integers of a width, the same everywhere."""
    values = []
    state = seed
    for _ in range(n):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append((state >> (64 - bits)) - 2 ** (bits - 1))
    return values
