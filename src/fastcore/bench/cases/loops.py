"""Loops over arrays in the words of compiled peers: numexpr, numba, pythran, and C as the limit.

Where a result is to be allocated, NumPy does so for numba and C, just before the loop: less time is lost than if numba
did it itself, from 4 MB on much less, as NumPy asks for huge pages (0.7 and 3.3 ns an element of 10^7 float64). Pythran
allocates itself, in half the time of a call of NumPy's for 10 elements, and like numba for 10^7.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Callable

from fastcore.bench.cases import ROUNDING, Call, Contender, peer

C_TYPES = {"d": "double", "f": "float", "i": "int32_t", "q": "int64_t"}
DTYPES = {"d": "float64", "f": "float32", "i": "int32", "q": "int64"}
# The meaning of each operation is IEEE's, for both compilers; without -fno-math-errno gcc's sqrt has a branch.
STRICT = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno")


@dataclass(frozen=True)
class Work:
    """One expression of x, or of x and y, in the words of each contender."""

    name: str  # of the compiled functions
    function: Callable[[Any], Callable[..., Any]]  # from NumPy or either fastcore, the function that a user writes
    steps: Callable[..., Call]  # NumPy's calls in place: from NumPy, the result or None, and the operands
    text: str  # the expression for pythran, and for numexpr and C unless they have their own
    numexpr: str | None = ""  # None: it has no such function
    c: str = ""
    element: Callable[[Any], Callable[..., Any]] | None = None  # for numba, if not the function: of one element
    loop: Callable[..., Any] | None = None  # for numba, if no element can be had without the others
    direct: tuple[Any, ...] = ()  # the name of fastcore's own function, and its arguments after the array
    polars: Callable[..., Any] | None = None  # of Series
    polars_is_exact: bool = True
    rounding: float = ROUNDING  # how far results that are not exact may be away
    operands: int = 1
    code: str = "d"  # of the operands
    result: str = "d"
    dimensions: int = 1
    stride: int = 1


def into(fill: Callable[[Any], Any], np: Any, work: Work, operands: tuple[Any, ...], out: Any) -> Call:
    """A call that fills the result, or a new one if there is none."""
    if out is None:
        shape, dtype, empty = operands[0].shape, np.dtype(DTYPES[work.result]), np.empty

        def allocating() -> Any:
            result = empty(shape, dtype)
            fill(result)
            return result

        return allocating

    def call() -> Any:
        fill(out)
        return out

    return call


# ---- numexpr ----


def numexpr(text: str, code: str, operands: tuple[Any, ...], out: Any = None, threads: int = 1) -> Contender:
    """An expression that is compiled beforehand."""

    def prepare(ne: Any, np: Any) -> Call:
        kind = {"d": np.float64, "f": float, "i": np.int32, "q": np.int64}[code]  # as numexpr calls them
        run = ne.NumExpr(text, signature=[(name, kind) for name, _ in zip("xy", operands)])
        filled = partial(run, *operands)
        if out is not None:
            filled = partial(filled, out=out, order="K", casting="safe", ex_uses_vml=False)
        count, set_count = ne.get_num_threads, ne.set_num_threads

        def call() -> Any:
            # The number is one for all expressions; to ask for it takes 30 ns, to change it starts threads.
            if count() != threads:
                set_count(threads)
            return filled()

        return call

    return peer("numexpr", "numexpr numpy", prepare)


# ---- numba ----


def numba(work: Work, operands: tuple[Any, ...], out: Any, *, fastmath: bool = False) -> Contender:
    def prepare(module: Any, np: Any) -> Call:
        loop = _numba_loop(work, module, np, fastmath)
        call = into(partial(loop, *operands), np, work, operands, out)
        call()  # compiles it for these types
        return call

    name = "numba fastmath" if fastmath else "numba"
    return peer(name, "numba numpy", prepare, tolerance=work.rounding if fastmath else None)


def numba_parallel(work: Work, operands: tuple[Any, ...], out: Any, threads: int) -> Contender:
    def prepare(module: Any, np: Any) -> Call:
        module.set_num_threads(min(threads, module.config.NUMBA_NUM_THREADS))
        call = into(partial(_parallel_loop(work, module, np), *operands), np, work, operands, out)
        call()
        return call

    return peer("numba parallel", "numba numpy", prepare)


@functools.lru_cache(maxsize=64)
def _numba_loop(work: Work, module: Any, np: Any, fastmath: bool) -> Any:
    njit = module.njit(error_model="numpy", fastmath=fastmath)
    if work.loop is not None:
        return njit(work.loop)
    element = njit((work.element or work.function)(np))

    def over_one(x: Any, out: Any) -> None:
        for i in range(len(out)):
            out[i] = element(x[i])

    def over_two(x: Any, y: Any, out: Any) -> None:
        for i in range(len(out)):
            out[i] = element(x[i], y[i])

    def over_rows(x: Any, out: Any) -> None:
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = element(x[i, j])

    return njit(over_rows if work.dimensions == 2 else over_two if work.operands == 2 else over_one)


@functools.lru_cache(maxsize=8)
def _parallel_loop(work: Work, module: Any, np: Any) -> Any:
    element, prange = module.njit(error_model="numpy")(work.function(np)), module.prange

    def loop(x: Any, out: Any) -> None:
        for i in prange(len(out)):
            out[i] = element(x[i])

    return module.njit(error_model="numpy", parallel=True)(loop)


# ---- what a compiler makes when it is first needed; None if there is none, or if it fails ----


@contextmanager
def _folder() -> Iterator[str]:
    """A folder that goes once what was compiled in it is loaded, where the system lets it."""
    path = tempfile.mkdtemp(prefix="fastcore-bench-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _compiler(variable: str, *names: str) -> str | None:
    return next(filter(None, map(shutil.which, filter(None, [os.environ.get(variable), *names]))), None)


# ---- C ----

C_LOOP = """
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#define LOOP(name, type, result, stride, expression) \\
    void name(ptrdiff_t n, const type *restrict first, const type *restrict second, result *restrict out) \\
    { \\
        for (ptrdiff_t i = 0; i < n; ++i) { \\
            const type x = first[stride * i], y = second[stride * i]; \\
            (void)y; \\
            out[i] = expression; \\
        } \\
    }
"""
# A sum in the order of the elements, and what is made of two such sums.
C_SUMS = """
double affine_sum(ptrdiff_t n, const double *x)
{
    double total = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
        total += (x[i] * 2 + 3) / 5;
    return total;
}

void standardize(ptrdiff_t n, const double *restrict x, const double *second, double *restrict out)
{
    double total = 0, squares = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
        total += x[i];
    const double mean = total / n;
    for (ptrdiff_t i = 0; i < n; ++i)
        squares += (x[i] - mean) * (x[i] - mean);
    const double deviation = sqrt(squares / n);
    for (ptrdiff_t i = 0; i < n; ++i)
        out[i] = (x[i] - mean) / deviation;
}
"""


def c(work: Work, works: tuple[Work, ...], operands: tuple[Any, ...], out: Any) -> list[Contender]:
    """The strict loop in C, if there is a compiler."""

    def prepare(np: Any) -> Any:
        function = c_function(work.name, works)
        if function is None:
            return None
        function.restype = None
        filled = partial(function, ctypes.c_ssize_t(operands[0].size), pointer(operands[0]), pointer(operands[-1]))
        if out is not None:
            filled = partial(filled, pointer(out))
            return into(lambda _: filled(), np, work, operands, out)
        reference, first = ctypes.byref, ctypes.c_char.from_buffer
        return into(lambda result: filled(reference(first(result))), np, work, operands, out)

    return [replace(peer("C -O3", "numpy", prepare), is_compiled=True)] if _c_compiler() else []


def c_sum(works: tuple[Work, ...], x: Any) -> list[Contender]:
    def prepare(np: Any) -> Any:
        function = c_function("affine_sum", works)
        if function is None:
            return None
        function.restype = ctypes.c_double
        return partial(function, ctypes.c_ssize_t(x.size), pointer(x))

    return [replace(peer("C -O3", "numpy", prepare), is_compiled=True)] if _c_compiler() else []


def pointer(array: Any) -> Any:
    """To the first element; it keeps the array."""
    return ctypes.byref(ctypes.c_char.from_buffer(array if array.base is None else array.base))


def c_function(name: str, works: tuple[Work, ...]) -> Any:
    library = c_library(works)
    return None if library is None else getattr(library, name)


def _c_compiler() -> str | None:
    return _compiler("CC", "cc", "gcc", "clang")


@functools.lru_cache(maxsize=1)
def c_library(works: tuple[Work, ...]) -> Any:
    source = C_LOOP + C_SUMS
    for work in works:
        if work.loop is None:
            types = f"{C_TYPES[work.code]}, {C_TYPES[work.result]}"
            source += f"LOOP({work.name}, {types}, {work.stride}, {work.c or work.text})\n"
    with _folder() as folder:
        path, library = os.path.join(folder, "loops.c"), os.path.join(folder, "loops.so")
        with open(path, "w", encoding="ascii") as file:
            file.write(source)
        try:
            command = [_c_compiler() or "cc", *STRICT, "-std=c11", "-shared", "-fPIC", path, "-o", library, "-lm"]
            subprocess.run(command, check=True, capture_output=True)
            return ctypes.CDLL(library)
        except (OSError, subprocess.CalledProcessError):
            return None


# ---- pythran ----


def pythran(work: Work, works: tuple[Work, ...], operands: tuple[Any, ...], out: Any) -> Contender:
    def prepare(module: Any, np: Any) -> Any:
        library = pythran_library(works, module)
        if library is None:
            return None
        if out is None:
            return partial(getattr(library, f"new_{work.name}"), *operands)
        return into(partial(getattr(library, work.name), *operands), np, work, operands, out)

    return peer("pythran", "pythran numpy", prepare)


def pythran_sum(works: tuple[Work, ...], x: Any) -> Contender:
    def prepare(module: Any) -> Any:
        library = pythran_library(works, module)
        return None if library is None else partial(library.affine_sum, x)

    return peer("pythran", "pythran", prepare)


@functools.lru_cache(maxsize=1)
def pythran_library(works: tuple[Work, ...], module: Any) -> Any:
    if _compiler("CXX", "c++", "g++", "clang++") is None:
        return None
    source = (
        "from numpy import clip, exp, float32, mean, sqrt, std, sum, where\n"
        "#pythran export affine_sum(float64[])\n"
        "def affine_sum(x):\n"
        "    return sum((x*2+3)/5)\n"
    )
    for work in works:
        shape = "[:, :]" if work.dimensions == 2 else "[::]" if work.stride > 1 else "[]"
        names, kind = ", ".join("xy"[: work.operands]), DTYPES[work.code] + shape
        result = DTYPES[work.result] + shape.replace("::", "")
        kinds = ", ".join([kind] * work.operands)
        # Pythran's quotient of float32 is float64, which rounds to the same in the loop.
        new = f"({work.text}).astype(float32)" if work.result == "f" else work.text
        source += (
            f"#pythran export new_{work.name}({kinds})\n"
            f"def new_{work.name}({names}):\n"
            f"    return {new}\n"
            f"#pythran export {work.name}({kinds}, {result})\n"
            f"def {work.name}({names}, out):\n"
            f"    out[:] = {work.text}\n"
        )
    name = "fastcore_bench_loops"
    flags = [*STRICT, "-DUSE_XSIMD", "-w"]
    with _folder() as folder:
        path = os.path.join(folder, f"{name}.so")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pythran's own, of what it calls
                module.compile_pythrancode(name, source, output_file=path, extra_compile_args=flags)
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None
            assert spec.loader is not None
            library = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(library)
        except Exception:  # of pythran's, of distutils' and of the loader's, which have nothing in common
            return None
        return library
