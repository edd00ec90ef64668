"""Fibonacci numbers: as ints and as text, modulo m, over arrays, in a row, and linear recurrences."""

from __future__ import annotations

import functools
import itertools
import random
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

import fastcore as fc
from fastcore import pure
from fastcore.bench import cases
from fastcore.bench.cases import Call, Case, Contender, as_array, builtin, peer

MODULUS = 10**9 + 7
WORD_MODULUS = 10**18 + 9  # a prime of 60 bits
FAR = 10**18
SMALL = (10, 50, 93, 186)
TABLE_SIZE = 94  # what fits a uint64
NAIVE = 22  # up to here naive recursion takes milliseconds
DEEP = 300  # up to here the cached recursion is not too deep
OTHER = 0.0  # the tolerance of what is no Python int: the mark ~


@dataclass(frozen=True)
class NumberCase(Case):
    """A case whose results are the same integers; a contender that is marked ~ has them in a type of its own."""

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        return super().agree(expected, result)


def race(function: str, *arguments: Any, rivals: list[Contender], **keywords: Any) -> list[Contender]:
    """A function of the family, by its name, against its rivals."""
    reference, fastcore = getattr(pure, function), getattr(fc, function)
    return cases.contenders(
        partial(reference, *arguments, **keywords), partial(fastcore, *arguments, **keywords), *rivals
    )


# ---- what a Python programmer writes ----


def naive(n: int) -> int:
    return n if n < 2 else naive(n - 1) + naive(n - 2)


@functools.cache
def cached(n: int) -> int:
    return n if n < 2 else cached(n - 1) + cached(n - 2)


def from_empty_cache(n: int) -> int:
    cached.cache_clear()
    return cached(n)


def by_addition(n: int, a: int = 0, b: int = 1) -> int:
    for _ in range(n):
        a, b = b, a + b
    return a


def by_addition_modulo(n: int, m: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a + b) % m
    return a


def by_doubling(n: int) -> int:
    a, b = 0, 1
    for bit in bin(n)[2:]:
        a, b = a * (2 * b - a), a * a + b * b
        if bit == "1":
            a, b = b, a + b
    return a


def by_doubling_modulo(n: int, m: int) -> int:
    a, b = 0, 1 % m
    for bit in bin(n)[2:]:
        a, b = a * (2 * b - a) % m, (a * a + b * b) % m
        if bit == "1":
            a, b = b, (a + b) % m
    return a


def row_by_addition(n: int) -> list[int]:
    a, b = 0, 1
    numbers = []
    for _ in range(n):
        numbers.append(a)
        a, b = b, a + b
    return numbers


def each(function: Callable[[int], Any], indices: Any) -> Call:
    return lambda: [function(i) for i in indices]


# ---- peers ----


def gmp(function: str, n: int) -> list[Contender]:
    """A function of gmpy2's, made a Python int, and as it comes."""

    def as_int(gmpy2: Any) -> Call:
        number = getattr(gmpy2, function)
        return lambda: int(number(n))

    return [
        peer("int(gmpy2)", "gmpy2", as_int),
        peer("gmpy2, no int", "gmpy2", lambda gmpy2: partial(getattr(gmpy2, function), n), tolerance=OTHER),
    ]


def gmp_modulo(n: int, m: int) -> Contender:
    def prepare(gmpy2: Any) -> Call:
        return lambda: int(gmpy2.lucasu_mod(1, -1, n, m))

    return peer("gmpy2.lucasu_mod", "gmpy2", prepare)


def flint(n: int) -> Contender:
    def prepare(module: Any) -> Call:
        number = module.fmpz.fib_ui
        return lambda: int(number(n))

    return peer("int(flint)", "flint", prepare)


def sympy(n: int) -> Contender:
    """Its results are cached, and those below 250 by mpmath too."""

    def prepare(module: Any, cache: Any, libmp: Any) -> Call:
        number, clear, numbers = module.fibonacci, cache.clear_cache, libmp.ifib.__defaults__[0]

        def call() -> Any:
            clear()
            numbers.clear()
            return int(number(n))

        return call

    return peer("sympy, cache cleared", "sympy sympy.core.cache mpmath.libmp", prepare)


def recurrence_by_flint(coefficients: list[int], initial: list[int], n: int, m: int) -> Contender:
    """x^n modulo the characteristic polynomial; its coefficients times the first terms are one of a product's."""

    def prepare(module: Any) -> Call:
        polynomial, k = module.nmod_poly, len(initial)
        characteristic = polynomial([*(-c % m for c in reversed(coefficients)), 1], m)
        x, terms = polynomial([0, 1], m), polynomial(initial[::-1], m)
        return lambda: int((x.pow_mod(n, characteristic) * terms)[k - 1])

    return peer("flint nmod_poly", "flint", prepare)


# ---- loops for numba, over uint64 ----


def word_loop(np: Any, njit: Any) -> Any:
    word = np.uint64

    def number(n: int) -> Any:
        a, b = word(0), word(1)
        for _ in range(n):
            a, b = b, a + b
        return a

    return njit(number)


def table_loop(np: Any, njit: Any) -> Any:
    table = np.array(pure.fibonacci_range(0, TABLE_SIZE), "uint64")

    def take(n: Any, out: Any) -> Any:
        for i in range(len(n)):
            if not 0 <= n[i] < TABLE_SIZE:
                raise OverflowError
            out[i] = table[n[i]]
        return out

    return njit(take)


def residue_loop(np: Any, njit: Any) -> Any:
    """Doubling modulo m below 2^31, whose products fit; the remainder is the processor's division."""
    word = np.uint64

    def residue(n: Any, m: Any) -> Any:
        a, b = word(0), word(1) % m
        bit = word(1) << word(63)
        while bit > n:
            bit >>= word(1)
        while bit > word(0):
            a, b = a * ((b + b + m - a) % m) % m, (a * a + b * b) % m
            if n & bit:
                a, b = b, (a + b) % m
            bit >>= word(1)
        return a

    return njit(residue)


def montgomery_loop(np: Any, njit: Any) -> Any:
    """Doubling modulo an odd m below 2^63 by Montgomery's products, of halves, as numba has none of 128 bits."""
    word = np.uint64
    half, low = word(32), word(2**32 - 1)

    def high(x: Any, y: Any) -> Any:
        x0, x1, y0, y1 = x & low, x >> half, y & low, y >> half
        middle = x1 * y0 + (x0 * y0 >> half)
        return x1 * y1 + (middle >> half) + ((middle & low) + x0 * y1 >> half)

    high = njit(high, inline="always")

    def product(x: Any, y: Any, m: Any, inverse: Any) -> Any:
        upper, correction = high(x, y), high(x * y * inverse, m)
        return upper - correction if upper >= correction else upper + m - correction

    product = njit(product, inline="always")

    def residue(n: Any, m: Any) -> Any:
        inverse = m
        for _ in range(5):
            inverse *= word(2) - m * inverse
        one = (word(0) - m) % m  # 2^64 modulo m
        a, b = word(0), one
        bit = word(1) << word(63)
        while bit > n:
            bit >>= word(1)
        while bit > word(0):
            c = b + b
            c = c - m if c >= m else c
            c = c - a if c >= a else c + m - a
            d = product(a, a, m, inverse) + product(b, b, m, inverse)
            a, b = product(a, c, m, inverse), d - m if d >= m else d
            if n & bit:
                e = a + b
                a, b = b, e - m if e >= m else e
            bit >>= word(1)
        return product(a, word(1), m, inverse)

    return njit(residue)


def over(np: Any, njit: Any, residue: Any) -> Any:
    """The loop over an array."""

    def residues(n: Any, m: Any, out: Any) -> Any:
        for i in range(len(n)):
            out[i] = residue(n[i], m)
        return out

    return njit(residues)


@functools.lru_cache(maxsize=8)
def loop_of(make: Callable[..., Any], np: Any, njit: Any) -> Any:
    return make(np, njit)


def numba_number(n: int) -> Contender:
    def prepare(numba: Any, np: Any) -> Call:
        loop = loop_of(word_loop, np, numba.njit)
        loop(n)  # compiles it
        return lambda: int(loop(n))

    return peer("numba", "numba numpy", prepare)


def residue_of(m: int) -> Callable[..., Any]:
    return residue_loop if m < 2**31 else montgomery_loop


def numba_modulo(n: int, m: int) -> Contender:
    def prepare(numba: Any, np: Any) -> Call:
        residue = loop_of(residue_of(m), np, numba.njit)
        word = np.uint64
        compiled = numba.njit(lambda n, m: residue(word(n), word(m)))  # ints go in faster than NumPy's scalars
        compiled(n, m)
        return lambda: int(compiled(n, m))

    return peer("numba", "numba numpy", prepare)


def numba_array(n: Any, m: int | None, out: Any = None) -> Contender:
    def prepare(numba: Any, np: Any) -> Call:
        if m is None:
            loop = loop_of(table_loop, np, numba.njit)
            arguments: tuple[Any, ...] = (n,)
        else:
            loop = over(np, numba.njit, loop_of(residue_of(m), np, numba.njit))
            arguments = (n, np.uint64(m))
        loop(*arguments, np.empty(len(n), "uint64"))
        if out is not None:
            return partial(loop, *arguments, out)
        return lambda: loop(*arguments, np.empty(len(n), "uint64"))

    return peer("numba", "numba numpy", prepare)


# ---- cases ----


def number(n: int) -> list[Contender]:
    rivals = [builtin("addition loop", partial(by_addition, n)), builtin("doubling", partial(by_doubling, n))]
    if n <= NAIVE:
        rivals.append(builtin("naive recursion", partial(naive, n)))
    if n <= DEEP:
        rivals.append(builtin("lru_cache, cleared", partial(from_empty_cache, n)))
    if n < TABLE_SIZE:
        rivals.append(numba_number(n))
    return race("fibonacci", n, rivals=[*rivals, *gmp("fib", n), flint(n), sympy(n)])


def small(n: int) -> list[Contender]:
    indices = list(itertools.islice(itertools.cycle(SMALL), min(n, 1000)))

    def as_ints(gmpy2: Any) -> Call:
        number = gmpy2.fib
        return lambda: [int(number(i)) for i in indices]

    def by_flint(module: Any) -> Call:
        number = module.fmpz.fib_ui
        return lambda: [int(number(i)) for i in indices]

    return cases.contenders(
        each(pure.fibonacci, indices),
        each(fc.fibonacci, indices),
        builtin("addition loop", each(by_addition, indices)),
        builtin("doubling", each(by_doubling, indices)),
        peer("int(gmpy2)", "gmpy2", as_ints),
        peer("gmpy2, no int", "gmpy2", lambda gmpy2: each(gmpy2.fib, indices), tolerance=OTHER),
        peer("int(flint)", "flint", by_flint),
    )


def text(n: int) -> list[Contender]:
    def digits(gmpy2: Any) -> Call:
        number = gmpy2.fib
        return lambda: number(n).digits()

    def by_flint(module: Any) -> Call:
        number = module.fmpz.fib_ui
        return lambda: number(n).str()

    rivals = [peer("gmpy2 digits", "gmpy2", digits), peer("flint str", "flint", by_flint)]
    if n <= 20_000:  # beyond it has more digits than `str` takes
        rivals.append(builtin("str of doubling", lambda: str(by_doubling(n))))
    return race("fibonacci_str", n, rivals=rivals)


def lucas(n: int) -> list[Contender]:
    return race("lucas", n, rivals=[builtin("addition loop", partial(by_addition, n, 2, 1)), *gmp("lucas", n)])


def modulo(n: int) -> list[Contender]:
    return race(
        "fibonacci_mod",
        n,
        MODULUS,
        rivals=[
            builtin("addition loop", partial(by_addition_modulo, n, MODULUS)),
            builtin("doubling", partial(by_doubling_modulo, n, MODULUS)),
            gmp_modulo(n, MODULUS),
            numba_modulo(n, MODULUS),
        ],
    )


def far_modulo(m: int) -> Callable[[int], list[Contender]]:
    def make(n: int) -> list[Contender]:
        index = FAR + n
        rivals = [builtin("doubling", partial(by_doubling_modulo, index, m)), gmp_modulo(index, m)]
        return race("fibonacci_mod", index, m, rivals=[*rivals, numba_modulo(index, m)])

    return make


@functools.lru_cache(maxsize=4)
def indices(n: int, least: int, most: int) -> Any:
    """An array of int64; shared, so not to be changed."""
    rng = random.Random(1)
    return as_array("q", [rng.randrange(least, most) for _ in range(n)])


def taken(name: str, n: Any, out: Any, **keywords: Any) -> Contender:
    def prepare(np: Any) -> Call:
        table = np.array(pure.fibonacci_range(0, TABLE_SIZE), "uint64")
        return lambda: np.take(table, n, out=out, **keywords)

    return cases.numpy(name, prepare)


def plain_array(n: int) -> list[Contender]:
    a, table = indices(n, 0, TABLE_SIZE), pure.fibonacci_range(0, TABLE_SIZE)
    return race(
        "fibonacci_array",
        a,
        rivals=[
            builtin("[table[i] for i in a.tolist()]", lambda: [table[i] for i in a.tolist()]),
            taken("np.take", a, None),
            numba_array(a, None),
        ],
    )


def plain_array_out(n: int) -> list[Contender]:
    a, out = indices(n, 0, TABLE_SIZE), as_array("Q", [0] * n)
    clipped = taken("np.take clip", a, out, mode="clip")  # unchecked, and faster than the check
    return race("fibonacci_array", a, out=out, rivals=[taken("np.take", a, out), clipped, numba_array(a, None, out)])


def array_modulo(m: int) -> Callable[[int], list[Contender]]:
    def make(n: int) -> list[Contender]:
        a = indices(min(n, 10_000), FAR, FAR + 10**17)

        def by_gmp(gmpy2: Any) -> Call:
            residue = gmpy2.lucasu_mod
            return lambda: [int(residue(1, -1, i, m)) for i in a.tolist()]

        return race(
            "fibonacci_array",
            a,
            mod=m,
            rivals=[
                builtin("doubling", lambda: [by_doubling_modulo(i, m) for i in a.tolist()]),
                peer("gmpy2.lucasu_mod", "gmpy2", by_gmp),
                numba_array_of_words(a, m),
            ],
        )

    return make


def numba_array_of_words(a: Any, m: int) -> Contender:
    """Its loop is over unsigned words, which the indices are given as beforehand."""

    def prepare(numba: Any, np: Any) -> Call:
        call: Call = numba_array(a.astype("uint64"), m).prepare(numba, np)
        return call

    return peer("numba", "numba numpy", prepare)


def recurrence(k: int) -> Callable[[int], list[Contender]]:
    rng = random.Random(k)
    coefficients, initial = ([rng.randrange(WORD_MODULUS) for _ in range(k)] for _ in range(2))

    def make(n: int) -> list[Contender]:
        by_flint = recurrence_by_flint(coefficients, initial, FAR + n, WORD_MODULUS)
        return race("linear_recurrence", coefficients, initial, FAR + n, mod=WORD_MODULUS, rivals=[by_flint])

    return make


def row(n: int) -> list[Contender]:
    count = min(n, 20_000)
    by_gmp = peer("int(gmpy2)", "gmpy2", lambda gmpy2: lambda: [int(gmpy2.fib(i)) for i in range(count)])
    return race("fibonacci_range", 0, count, rivals=[builtin("addition loop", partial(row_by_addition, count)), by_gmp])


CASES: list[Case] = [
    NumberCase("fibonacci/number", "F(n)", number, growth=2),
    NumberCase("fibonacci/small", "F(10), F(50), F(93), F(186) in turn, n of them, at most 1000", small),
    NumberCase("fibonacci/str", "the digits of F(n)", text, growth=2),
    NumberCase("fibonacci/lucas", "L(n)", lucas, growth=2),
    NumberCase("fibonacci/mod", "F(n) mod 10^9 + 7", modulo),
    NumberCase("fibonacci/mod-far", "F(10^18 + n) mod 10^9 + 7", far_modulo(MODULUS), growth=0),
    NumberCase("fibonacci/mod-far-word", "F(10^18 + n) mod 10^18 + 9", far_modulo(WORD_MODULUS), growth=0),
    NumberCase("fibonacci/array", "of n indices up to 93", plain_array),
    NumberCase("fibonacci/array-out", "of n indices up to 93, into an array that is there", plain_array_out),
    NumberCase("fibonacci/array-mod", "of n indices from 10^18 mod 10^9 + 7, at most 10 000", array_modulo(MODULUS)),
    NumberCase(
        "fibonacci/array-mod-word", "of n indices from 10^18 mod 10^18 + 9, at most 10 000", array_modulo(WORD_MODULUS)
    ),
    NumberCase("fibonacci/range", "F(0) to F(n-1), at most 20 000 of them", row, growth=2),
    NumberCase("fibonacci/recurrence-2", "term 10^18 + n of 2 terms mod 10^18 + 9", recurrence(2), growth=0),
    NumberCase("fibonacci/recurrence-10", "term 10^18 + n of 10 terms mod 10^18 + 9", recurrence(10), growth=0),
    NumberCase("fibonacci/recurrence-100", "term 10^18 + n of 100 terms mod 10^18 + 9", recurrence(100), growth=0),
]
