"""What a cache is worth, and what a better method is."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import Any, Callable

import fastcore as fc
from fastcore.bench.cases import Call, Case, Contender, builtin
from fastcore.bench.cases.fibonacci import by_addition, by_doubling, gmp, naive
from fastcore.bench.cases.howto.roles import kernel, slow

NAIVE = 30  # from here on naive recursion takes seconds
MOST_TERMS = 100_000
MOST_DISTINCT = 20_000
MOST_EXPONENT = 20_000


# ---- Fibonacci numbers ----


def cached_recursion() -> Any:
    @cache
    def number(n: int) -> int:
        return n if n < 2 else number(n - 1) + number(n - 2)

    return number


def fibonacci(n: int) -> list[Contender]:
    n = min(n, NAIVE)
    cold, warm = cached_recursion(), cached_recursion()

    def from_empty_cache() -> Any:
        cold.cache_clear()
        return cold(n)

    return [
        slow("recursion", partial(naive, n)),
        builtin("lru_cache, cold", from_empty_cache),
        builtin("lru_cache, warm", partial(warm, n)),
        builtin("iteration", partial(by_addition, n)),
        gmp("fib", n)[0],
        kernel(partial(fc.fibonacci, n)),
    ]


def fibonacci_far(n: int) -> list[Contender]:
    n = min(n, MOST_TERMS)
    return [
        slow("iteration", partial(by_addition, n)),
        builtin("doubling", partial(by_doubling, n)),
        gmp("fib", n)[0],
        kernel(partial(fc.fibonacci, n)),
    ]


# ---- functions with a cache ----


def power(x: int, y: int) -> int:
    return x**y  # type: ignore[no-any-return]  # of a negative y it is a float


def multiply(x: int, y: int) -> int:
    return x * y


def expensive_computation(n: int) -> int:
    return sum(i**2 for i in range(n))


def remembering(function: Callable[[int, int], int]) -> Callable[[int, int], int]:
    """With a dict for what is known, as it is written by hand."""
    known: dict[tuple[int, int], int] = {}

    def remembered(x: int, y: int) -> int:
        key = (x, y)
        if key not in known:
            known[key] = function(x, y)
        return known[key]

    return remembered


def memo(n: int) -> list[Contender]:
    exponent = min(n, MOST_EXPONENT)
    return [
        slow("no cache", partial(power, 3, exponent)),
        builtin("dict, hit", partial(remembering(power), 3, exponent)),
        builtin("lru_cache, hit", partial(lru_cache(maxsize=128)(power), 3, exponent)),
    ]


def each_product(function: Callable[[int, int], int], n: int) -> list[int]:
    return [function(i, 7) for i in range(n)]


def cheap_function(n: int) -> list[Contender]:
    n = min(n, MOST_DISTINCT)

    def hits() -> Call:
        return partial(each_product, lru_cache(maxsize=None)(multiply), n)

    def misses() -> Call:
        cached = lru_cache(maxsize=128)(multiply)

        def call() -> list[int]:
            cached.cache_clear()
            return each_product(cached, n)

        return call

    return [
        slow("no cache", partial(each_product, multiply, n)),
        builtin("no function", lambda: [i * 7 for i in range(n)]),
        Contender("lru_cache, hits", "builtin", hits),
        Contender("lru_cache, misses", "builtin", misses),
    ]


def dear_function(n: int) -> list[Contender]:
    cached = lru_cache(maxsize=128)(expensive_computation)
    return [
        slow("no cache", partial(expensive_computation, n)),
        builtin("lru_cache, hit", partial(cached, n)),
    ]


CASES = [
    Case(
        "howto/fibonacci",
        "F(n), n at most 30",
        fibonacci,
        growth=0,
        sizes=(10, 20, 30),
        base="recursion",
        finding="An empty cache makes the recursion linear, a loop is faster still; a full cache is a mere look-up.",
    ),
    Case(
        "howto/fibonacci-far",
        "F(n), n at most 100 000",
        fibonacci_far,
        growth=2,
        sizes=(1000, 10_000),
        base="iteration",
        finding="A better method beats a better loop: doubling takes log n steps, in plain Python too.",
    ),
    Case(
        "howto/memo",
        "3**n, n at most 20 000",
        memo,
        growth=0,
        sizes=(20, 2000),
        base="no cache",
        finding="Of 3**20 a dict by hand costs more than it saves; of 3**2000 every hit pays.",
    ),
    Case(
        "howto/cache-cheap",
        "x * 7 of n x, at most 20 000",
        cheap_function,
        growth=0,
        sizes=(20_000,),
        base="no cache",
        finding="lru_cache on a cheap function costs more than it saves, hits as well as misses.",
    ),
    Case(
        "howto/cache-dear",
        "sum of i**2, i below n",
        dear_function,
        sizes=(1000,),
        base="no cache",
        finding="A hit takes the same time whatever it saves: a cache pays for what takes far longer than a look-up.",
    ),
]
