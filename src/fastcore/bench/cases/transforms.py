"""Vectorized transforms: one pass of a traced function against NumPy's one pass an operation."""

from __future__ import annotations

import math
from typing import Any

import fastcore as fc
from fastcore import pure
from fastcore.bench.cases import Case, Contender, as_array, builtin, contenders, floats, numpy


def affine(x: Any) -> Any:
    return (x * 2 + 3) / 5


def leaky(x: Any) -> Any:
    return fc.where(x > 0, x, x * 0.01)


def pure_leaky(x: Any) -> Any:
    return pure.where(x > 0, x, x * 0.01)


def affine_list(n: int) -> list[Contender]:
    a = floats(n)
    reference, f = pure.vectorize(affine), fc.vectorize(affine)
    return contenders(
        lambda: reference(a),
        lambda: f(a),
        builtin("comprehension", lambda: [(x * 2 + 3) / 5 for x in a]),
        numpy("np.array(list) … .tolist()", lambda np: lambda: affine(np.array(a)).tolist()),
    )


def affine_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    reference, f = pure.vectorize(affine), fc.vectorize(affine)
    return contenders(
        lambda: reference(a),
        lambda: f(a),
        builtin("comprehension", lambda: [(x * 2 + 3) / 5 for x in a]),
        numpy("numpy", lambda np: lambda: affine(a)),
    )


def affine_out(n: int) -> list[Contender]:
    a, out = as_array("d", floats(n)), as_array("d", [0.0] * n)
    reference, f = pure.vectorize(affine), fc.vectorize(affine)

    def in_place(np: Any) -> Any:
        def call() -> Any:
            np.multiply(a, 2, out=out)
            np.add(out, 3, out=out)
            return np.divide(out, 5, out=out)

        return call

    return contenders(lambda: reference(a), lambda: f(a, out=out), numpy("numpy, out=", in_place))


def where_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    reference, f = pure.vectorize(pure_leaky), fc.vectorize(leaky)
    return contenders(
        lambda: reference(a),
        lambda: f(a),
        builtin("comprehension", lambda: [x if x > 0 else x * 0.01 for x in a]),
        numpy("np.where", lambda np: lambda: np.where(a > 0, a, a * 0.01)),
    )


def hypot_array(n: int) -> list[Contender]:
    a, b = as_array("d", floats(n)), as_array("d", floats(n, seed=2))
    reference = pure.vectorize(lambda x, y: pure.sqrt(x * x + y * y))
    f = fc.vectorize(lambda x, y: fc.sqrt(x * x + y * y))
    return contenders(
        lambda: reference(a, b),
        lambda: f(a, b),
        builtin("comprehension", lambda: [math.sqrt(x * x + y * y) for x, y in zip(a, b)]),
        numpy("numpy", lambda np: lambda: np.sqrt(a * a + b * b)),
    )


CASES = [
    Case("transforms/affine-list", "(x*2+3)/5 of a list of floats", affine_list),
    Case("transforms/affine-array", "(x*2+3)/5 of a float64 array", affine_array),
    Case("transforms/affine-out", "(x*2+3)/5 into an array that is there", affine_out),
    Case("transforms/where-array", "x where x > 0, else x*0.01", where_array),
    Case("transforms/hypot-array", "sqrt(x*x + y*y)", hypot_array),
]
