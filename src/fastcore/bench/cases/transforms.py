"""Transforms: one pass of a traced function against NumPy's pass for each operation, and against compiled loops.

The loops have no branches that depend on the data, so that, unlike in `decks`, one input of a small size will do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Callable

import fastcore as fc
from fastcore import pure
from fastcore.bench import cases
from fastcore.bench.cases import (
    ROUNDING,
    Call,
    Case,
    Contender,
    as_array,
    builtin,
    floats,
    integers,
    loops,
    peer,
    plain,
)
from fastcore.bench.cases.loops import Work

FEW_ULP = 4 * 2.0**-52  # between exponentials of different libraries
THREADS = 2


@dataclass(frozen=True)
class NearCase(Case):
    """A case whose results may be a few units in the last place apart."""

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        if tolerance is not None:
            return super().agree(expected, result, tolerance)
        expected, result = plain(expected), plain(result)
        return len(expected) == len(result) and all(
            math.isclose(a, b, rel_tol=FEW_ULP, abs_tol=0.0) for a, b in zip(expected, result)
        )


# ---- NumPy's calls in place, the first of which allocates if there is no result ----


def affine_steps(np: Any, out: Any, x: Any) -> Call:
    def call() -> Any:
        t = np.multiply(x, 2, out=out)
        np.add(t, 3, out=t)
        return np.divide(t, 5, out=t)

    return call


def affine_integer_steps(np: Any, out: Any, x: Any) -> Call:
    scratch = np.empty_like(x)

    def call() -> Any:
        np.multiply(x, 2, out=scratch)
        np.add(scratch, 3, out=scratch)
        return np.divide(scratch, 5, out=out)

    return call


def scale_steps(np: Any, out: Any, x: Any) -> Call:
    def call() -> Any:
        t = np.multiply(x, 2, out=out)
        return np.divide(t, 5, out=t)

    return call


def poly_steps(np: Any, out: Any, x: Any) -> Call:
    scratch = np.empty_like(x)

    def call() -> Any:
        t = np.multiply(1.5, x, out=out)
        np.multiply(t, x, out=t)
        np.multiply(t, x, out=t)
        np.multiply(2.5, x, out=scratch)
        np.multiply(scratch, x, out=scratch)
        np.add(t, scratch, out=t)
        np.multiply(3.5, x, out=scratch)
        np.add(t, scratch, out=t)
        return np.add(t, 4.5, out=t)

    return call


def hypot_steps(np: Any, out: Any, x: Any, y: Any) -> Call:
    scratch = np.empty_like(y)

    def call() -> Any:
        t = np.multiply(x, x, out=out)
        np.multiply(y, y, out=scratch)
        np.add(t, scratch, out=t)
        return np.sqrt(t, out=t)

    return call


def where_steps(np: Any, out: Any, x: Any) -> Call:
    mask = np.empty(x.shape, bool)

    def call() -> Any:
        np.greater(x, 0, out=mask)
        t = np.multiply(x, 0.01, out=out)
        np.copyto(t, x, where=mask)
        return t

    return call


def clip_steps(np: Any, out: Any, x: Any) -> Call:
    return lambda: np.clip(x, -1.0, 1.0, out=out)


def standardize_steps(np: Any, out: Any, x: Any) -> Call:
    def call() -> Any:
        t = np.subtract(x, x.mean(), out=out)
        return np.divide(t, x.std(), out=t)

    return call


def gauss_steps(np: Any, out: Any, x: Any) -> Call:
    def call() -> Any:
        t = np.negative(x, out=out)
        np.multiply(t, x, out=t)
        np.divide(t, 2, out=t)
        return np.exp(t, out=t)

    return call


def sigmoid_steps(np: Any, out: Any, x: Any) -> Call:
    def call() -> Any:
        t = np.negative(x, out=out)
        np.exp(t, out=t)
        np.add(1, t, out=t)
        return np.divide(1, t, out=t)

    return call


# ---- the works ----


def affine(x: Any) -> Any:
    return (x * 2 + 3) / 5


def affine_in_single(np: Any) -> Callable[[Any], Any]:
    """For numba, to which 2 is an int64, and float32 times int64 a float64."""
    two, three, five = np.float32(2), np.float32(3), np.float32(5)
    return lambda x: (x * two + three) / five


def standardize_loop(x: Any, out: Any) -> None:
    total = 0.0
    for i in range(len(x)):
        total += x[i]
    mean = total / len(x)
    squares = 0.0
    for i in range(len(x)):
        squares += (x[i] - mean) * (x[i] - mean)
    deviation = math.sqrt(squares / len(x))
    for i in range(len(x)):
        out[i] = (x[i] - mean) / deviation


def affine_sum_loop(x: Any) -> Any:
    total = 0.0
    for i in range(len(x)):
        total += (x[i] * 2 + 3) / 5
    return total


# polars multiplies by 1/5.
AFFINE = Work("affine", lambda m: affine, affine_steps, "(x*2+3)/5", polars=affine, polars_is_exact=False)
SINGLE = "(x*float32(2)+float32(3))/float32(5)"
AFFINE_FLOAT32 = replace(
    AFFINE,
    name="affine_float32",
    text=SINGLE,
    numexpr=AFFINE.text,
    c="(x*2.0f+3.0f)/5.0f",
    element=affine_in_single,
    rounding=1e-6,
    code="f",
    result="f",
)
AFFINE_INT32 = replace(AFFINE, name="affine_int32", steps=affine_integer_steps, text="(x*2+3)/5.0", code="i")
AFFINE_INT64 = replace(AFFINE_INT32, name="affine_int64", code="q")
AFFINE_2D = replace(AFFINE, name="affine_2d", dimensions=2, polars=None)
AFFINE_STRIDED = replace(AFFINE, name="affine_strided", stride=2, polars=None)
SCALE = Work("scale", lambda m: lambda x: x * 2 / 5, scale_steps, "x*2/5")
POLY = Work(
    "poly",
    lambda m: lambda x: 1.5 * x * x * x + 2.5 * x * x + 3.5 * x + 4.5,
    poly_steps,
    "1.5*x*x*x+2.5*x*x+3.5*x+4.5",
    polars=lambda x: 1.5 * x * x * x + 2.5 * x * x + 3.5 * x + 4.5,
)
HYPOT = Work(
    "hypotenuse",
    lambda m: lambda x, y: m.sqrt(x * x + y * y),
    hypot_steps,
    "sqrt(x*x+y*y)",
    polars=lambda x, y: (x * x + y * y).sqrt(),
    operands=2,
)
WHERE = Work(
    "leaky",
    lambda m: lambda x: m.where(x > 0, x, x * 0.01),
    where_steps,
    "where(x>0, x, x*0.01)",
    c="x > 0 ? x : x*0.01",
    element=lambda m: lambda x: x if x > 0 else x * 0.01,
    polars=lambda x: x.zip_with(x > 0, x * 0.01),
)
CLIP = Work(
    "clipped",
    lambda m: lambda x: m.clip(x, -1.0, 1.0),
    clip_steps,
    "clip(x, -1.0, 1.0)",
    numexpr="where(x < -1.0, -1.0, where(x > 1.0, 1.0, x))",
    c="x < -1 ? -1 : x > 1 ? 1 : x",
    element=lambda m: lambda x: -1.0 if x < -1.0 else 1.0 if x > 1.0 else x,
    direct=("clip", -1.0, 1.0),
    polars=lambda x: x.clip(-1.0, 1.0),
)
STANDARDIZE = Work(
    "standardize",
    lambda m: lambda x: (x - x.mean()) / x.std(),
    standardize_steps,
    "(x-mean(x))/std(x)",
    numexpr=None,
    loop=standardize_loop,
    direct=("standardize",),
    polars=lambda x: (x - x.mean()) / x.std(ddof=0),
)
GAUSS = Work(
    "gauss",
    lambda m: lambda x: m.exp(-x * x / 2),
    gauss_steps,
    "exp(-x*x/2)",
    polars=lambda x: (-x * x / 2).exp(),
)
SIGMOID = Work(
    "sigmoid",
    lambda m: lambda x: 1 / (1 + m.exp(-x)),
    sigmoid_steps,
    "1/(1+exp(-x))",
    polars=lambda x: 1 / (1 + (-x).exp()),
)
WORKS = (
    AFFINE,
    AFFINE_FLOAT32,
    AFFINE_INT32,
    AFFINE_INT64,
    AFFINE_2D,
    AFFINE_STRIDED,
    SCALE,
    POLY,
    HYPOT,
    WHERE,
    CLIP,
    STANDARDIZE,
    GAUSS,
    SIGMOID,
)


# ---- data ----


def drawn(code: str, n: int, seed: int = 1) -> Any:
    """Normally distributed floats, or integers of 20 bits; from NumPy, as ten million take Python seconds."""
    np = cases.numpy_or_none()
    if np is None:
        return as_array(code, integers(n, seed=seed) if code in "iq" else floats(n, seed))
    rng, dtype = np.random.default_rng(seed), np.dtype(loops.DTYPES[code])
    return rng.integers(1 << 20, size=n, dtype=dtype) if code in "iq" else rng.standard_normal(n).astype(dtype)


def sprinkled(x: Any, every: int, value: float) -> Any:
    for i in range(0, len(x), every):
        x[i] = value
    return x


def near_square(x: Any) -> Any:
    """The same elements in two dimensions, with as many rows as divide them and are nearest to their square root."""
    if not hasattr(x, "reshape"):
        return x
    n = len(x)
    rows = next(i for i in range(math.isqrt(n), 0, -1) if n % i == 0)
    return x.reshape(rows, n // rows)


def operands_of(work: Work, n: int) -> tuple[Any, ...]:
    if work is STANDARDIZE:
        n = max(2, n)  # of one element it is NaN
    found = [drawn(work.code, n * work.stride, seed)[:: work.stride] for seed in range(1, work.operands + 1)]
    return tuple(map(near_square, found) if work.dimensions == 2 else found)


def result_of(work: Work, x: Any) -> Any:
    np = cases.numpy_or_none()
    return as_array(work.result, [0] * len(x)) if np is None else np.zeros(x.shape, loops.DTYPES[work.result])


# ---- contenders ----


def race(work: Work, into: bool, n: int, *, operands: tuple[Any, ...] | None = None, **options: Any) -> list[Contender]:
    """A work against all rivals, each of which allocates its result or has one to write into."""
    operands = operands_of(work, n) if operands is None else operands
    out = result_of(work, operands[0]) if into else None
    rivals = [
        *numpy_rivals(work, operands, out),
        *([] if work.numexpr is None else [loops.numexpr(work.numexpr or work.text, work.code, operands, out)]),
        loops.numba(work, operands, out),
        loops.numba(work, operands, out, fastmath=True),
        loops.pythran(work, WORKS, operands, out),
        *loops.c(work, WORKS, operands, out),
    ]
    if work.polars is not None and not into:
        rivals.append(polars(work, operands))
    if work is STANDARDIZE:
        # Of sums that are rounded as they come.
        rivals = [replace(rival, tolerance=ROUNDING) for rival in rivals]
    needs = ("numpy",) if work.dimensions == 2 else ()
    return cases.contenders(*calls(work, operands, out, **options), *rivals, needs=needs)


def calls(work: Work, operands: tuple[Any, ...], out: Any, **options: Any) -> tuple[Call, Callable[..., Any]]:
    """The twin's call, which always allocates, and fastcore's."""
    reference, f = traced(pure, work, **options), traced(fc, work, **options)
    arguments = (*operands, *work.direct[1:])
    return partial(reference, *arguments), partial(f, *arguments) if out is None else filling(f, out, *arguments)


def filling(f: Callable[..., Any], out: Any, x: Any, *others: Any) -> Call:
    """A call written out, as people write it: of a keyword, `partial` makes a dict each time, which takes 100 ns."""
    if not others:
        return lambda: f(x, out=out)
    if len(others) == 1:
        (y,) = others
        return lambda: f(x, y, out=out)
    y, z = others
    return lambda: f(x, y, z, out=out)


def traced(module: Any, work: Work, **options: Any) -> Callable[..., Any]:
    if work.direct:
        return getattr(module, work.direct[0])  # type: ignore[no-any-return]
    return module.vectorize(work.function(module), **options)  # type: ignore[no-any-return]


def numpy_rivals(work: Work, operands: tuple[Any, ...], out: Any) -> list[Contender]:
    in_place = cases.numpy(
        "numpy, in place" if out is None else "numpy, out=", lambda np: work.steps(np, out, *operands)
    )
    if out is not None:
        return [in_place]
    return [cases.numpy("numpy", lambda np: partial(work.function(np), *operands)), in_place]


def polars(work: Work, operands: tuple[Any, ...]) -> Contender:
    function = work.polars
    assert function is not None
    tolerance = None if work.polars_is_exact else work.rounding
    return peer("polars", "polars", lambda pl: partial(function, *map(pl.Series, operands)), tolerance=tolerance)


# ---- what is made otherwise ----


def affine_list(n: int) -> list[Contender]:
    a = floats(n)
    return cases.contenders(
        *calls(AFFINE, (a,), None),
        builtin("comprehension", lambda: [(x * 2 + 3) / 5 for x in a]),
        cases.numpy("np.array(list) … .tolist()", lambda np: lambda: affine(np.array(a)).tolist()),
        peer("polars", "polars", lambda pl: lambda: affine(pl.Series(a)).to_list(), tolerance=ROUNDING),
    )


def affine_zeros(n: int) -> list[Contender]:
    """Of every fourth element the dividend is zero."""
    return race(AFFINE, True, n, operands=(sprinkled(drawn("d", n), 4, -1.5),))


def scale_subnormal(n: int) -> list[Contender]:
    return race(SCALE, True, n, operands=(sprinkled(drawn("d", n), 16, 1e-310),))


def affine_threads(n: int) -> list[Contender]:
    operands = operands_of(AFFINE, n)
    out = result_of(AFFINE, operands[0])
    (x,), f = operands, traced(fc, AFFINE)
    return cases.contenders(
        partial(traced(pure, AFFINE), x),
        lambda: f(x, out=out, threads=THREADS),
        *numpy_rivals(AFFINE, operands, out),
        loops.numexpr(AFFINE.text, "d", operands, out, THREADS),
        loops.numba_parallel(AFFINE, operands, out, THREADS),
    )


def affine_sum(n: int) -> list[Contender]:
    (x,) = operands_of(AFFINE, n)
    reference, f = pure.vectorize(affine), fc.vectorize(affine)
    return cases.contenders(
        lambda: reference.reduce(x, "sum"),
        partial(f.reduce, x, "sum"),
        cases.numpy("numpy", lambda np: lambda: affine(x).sum()),
        loops.numexpr(f"sum({AFFINE.text})", "d", (x,)),
        cases.compiled(affine_sum_loop, x),
        cases.compiled(affine_sum_loop, x, fastmath=True, tolerance=ROUNDING),
        loops.pythran_sum(WORKS, x),
        *loops.c_sum(WORKS, x),
        peer("polars", "polars", lambda pl: partial(lambda held: affine(held).sum(), pl.Series(x))),
    )


def trace(n: int) -> list[Contender]:
    """What it takes to trace a function that is new."""
    (x,) = operands_of(AFFINE, n)
    first = x[:1]

    def by_numpy(np: Any) -> Call:
        def call() -> Any:
            for _ in range(20):
                result = affine(x)
            return result[:1]

        return call

    return cases.contenders(
        lambda: pure.vectorize(lambda x: (x * 2 + 3) / 5)(first),
        lambda: fc.vectorize(lambda x: (x * 2 + 3) / 5)(first),
        cases.numpy("20 calls of NumPy on all", by_numpy),
    )


def pair(name: str, title: str, work: Work, kind: type[Case] = Case, **options: Any) -> list[Case]:
    """The case that allocates and the case that does not."""
    return [
        kind(f"transforms/{name}", title, partial(race, work, False, **options)),
        kind(f"transforms/{name}-out", f"{title}, out=", partial(race, work, True, **options)),
    ]


CASES = [
    Case("transforms/affine-list", "(x*2+3)/5 of a list of floats", affine_list),
    *pair("affine", "(x*2+3)/5", AFFINE),
    Case("transforms/affine-2d", "(x*2+3)/5 of a 2-d array", partial(race, AFFINE_2D, False)),
    *pair("affine-float32", "(x*2+3)/5 of float32", AFFINE_FLOAT32),
    *pair("affine-int32", "(x*2+3)/5 of int32", AFFINE_INT32),
    *pair("affine-int64", "(x*2+3)/5 of int64", AFFINE_INT64),
    Case("transforms/affine-strided-out", "(x*2+3)/5 of every other float64", partial(race, AFFINE_STRIDED, True)),
    Case("transforms/affine-zeros-out", "(x*2+3)/5, a quarter of the results 0", affine_zeros),
    Case("transforms/scale-subnormal-out", "x*2/5, one in 16 subnormal", scale_subnormal),
    Case("transforms/affine-threads-out", "(x*2+3)/5 by two threads", affine_threads, processors=THREADS),
    Case("transforms/affine-sum", "sum of (x*2+3)/5", affine_sum, is_exact=False),
    *pair("poly", "1.5*x*x*x + 2.5*x*x + 3.5*x + 4.5", POLY),
    *pair("hypot", "sqrt(x*x + y*y)", HYPOT),
    *pair("where", "x where x > 0, else x*0.01", WHERE),
    *pair("clip", "x between -1 and 1", CLIP),
    *pair("standardize", "(x - mean) / standard deviation", STANDARDIZE),
    *pair("gauss", "exp(-x*x/2)", GAUSS, NearCase),
    *pair("sigmoid", "1/(1 + exp(-x))", SIGMOID, NearCase),
    *pair("gauss-1ulp", "exp(-x*x/2) within 1 ULP", GAUSS, NearCase, accuracy="1ulp"),
    *pair("sigmoid-1ulp", "1/(1 + exp(-x)) within 1 ULP", SIGMOID, NearCase, accuracy="1ulp"),
    Case("transforms/trace", "tracing (x*2+3)/5, against 20 calls on n", trace),
]
