"""Fibonacci numbers: by doubling, modulo m, and a run of them."""

from __future__ import annotations

import fastcore as fc
from fastcore import pure
from fastcore.bench.cases import Case, Contender, builtin, contenders

MODULUS = 10**9 + 7


def by_addition(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def by_addition_modulo(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a + b) % MODULUS
    return a


def run_by_addition(n: int) -> list[int]:
    a, b = 0, 1
    numbers = []
    for _ in range(n):
        numbers.append(a)
        a, b = b, a + b
    return numbers


def number(n: int) -> list[Contender]:
    return contenders(
        lambda: pure.fibonacci(n), lambda: fc.fibonacci(n), builtin("addition loop", lambda: by_addition(n))
    )


def modulo(n: int) -> list[Contender]:
    return contenders(
        lambda: pure.fibonacci_mod(n, MODULUS),
        lambda: fc.fibonacci_mod(n, MODULUS),
        builtin("addition loop", lambda: by_addition_modulo(n)),
    )


def run(n: int) -> list[Contender]:
    count = min(n, 20_000)
    return contenders(
        lambda: pure.fibonacci_range(0, count),
        lambda: fc.fibonacci_range(0, count),
        builtin("addition loop", lambda: run_by_addition(count)),
    )


CASES = [
    Case("fibonacci/number", "F(n)", number),
    Case("fibonacci/mod", "F(n) mod 10^9 + 7", modulo),
    Case("fibonacci/range", "F(0) to F(n-1), at most 20 000 of them", run),
]
