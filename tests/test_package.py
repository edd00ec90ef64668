"""The package as installed: what an import loads, what the environment variables do, what is shipped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import fastcore

NATIVE = fastcore.info()["implementation"] == "native"
native_only = pytest.mark.skipif(not NATIVE, reason="no native kernels are in use")


def python(code, **environment):
    """Run code in a fresh interpreter; its output, or the last line of its traceback."""
    cleaned = {k: v for k, v in os.environ.items() if not k.startswith("FASTCORE_")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**cleaned, **environment}, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def test_import_loads_no_numpy_and_nothing_heavy():
    names = ["numpy", "typing", "inspect", "concurrent.futures", "threading", "fastcore.bench", "fastcore.dask"]
    code = (
        "import sys; before = set(sys.modules); import fastcore;"
        f"print(sorted(set({names}) & set(sys.modules) - before))"
    )
    assert python(code) == "[]"


def test_lists_and_buffers_need_no_numpy():
    code = (
        "import sys, fastcore as fc; from array import array; a = array('d', [2, 1]);"
        "fc.sum([1.0]), fc.fsum(a), fc.min(a), fc.join(a), fc.sort(a), fc.argsort(a), fc.sort([2, 1] * 50);"
        "fc.vectorize(lambda x: x + 1)(a), fc.vectorize(lambda x, y: x + y)([1.0, 2.0], [3]);"
        "print('numpy' in sys.modules)"
    )
    assert python(code) == "False"


def test_numpy_may_be_imported_later(np):
    code = (
        "import fastcore as fc; fc.sum([1.0]); import numpy as np;"
        "print(fc.sum(np.arange(4.0)), type(fc.sort(np.array([2, 1]))).__name__)"
    )
    assert python(code) == "6.0 ndarray"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("FASTCORE_IMPL", "ValueError: FASTCORE_IMPL='fast' is not one of ('auto', 'native', 'pure')"),
        ("FASTCORE_ISA", "ValueError: FASTCORE_ISA='fast' is not one of ('avx512', 'avx2', 'base')"),
        ("FASTCORE_NUM_THREADS", "ValueError: FASTCORE_NUM_THREADS='fast' is not a positive integer"),
    ],
)
def test_a_bad_environment_variable_is_a_clear_error(variable, text):
    assert python("import fastcore", **{variable: "fast"}) == text


def test_an_empty_environment_variable_is_none():
    assert python("import fastcore; print('ok')", FASTCORE_IMPL="", FASTCORE_ISA="", FASTCORE_NUM_THREADS="") == "ok"


def test_the_pure_implementation_can_be_asked_for():
    code = "import fastcore as fc; print(fc.info()['implementation'], fc.sum is fc.pure.sum, fc.available_isas())"
    assert python(code, FASTCORE_IMPL="pure") == "pure True ()"


@native_only
def test_native_can_be_asked_for():
    assert python("import fastcore; print(fastcore.info()['implementation'])", FASTCORE_IMPL="native") == "native"


@pytest.mark.skipif(NATIVE, reason="native kernels are installed")
def test_native_fails_loudly_where_it_is_missing():
    if fastcore.info()["reason"] == "FASTCORE_IMPL=pure":
        pytest.skip("pure was asked for")
    assert python("import fastcore", FASTCORE_IMPL="native").startswith("ImportError: FASTCORE_IMPL=native, but ")


@native_only
def test_each_available_isa_can_be_pinned():
    for isa in fastcore.available_isas():
        assert python("import fastcore; print(fastcore.info()['isa'])", FASTCORE_ISA=isa) == isa


@native_only
def test_the_best_isa_is_the_default():
    assert python("import fastcore; print(fastcore.info()['isa'])") == fastcore.available_isas()[0]


@native_only
def test_an_isa_that_is_not_available_is_a_clear_error():
    code = "import fastcore._kernels as k; k.use_isa('avx10')"
    assert python(code) == "ValueError: the instruction set 'avx10' is not available here"


def test_the_number_of_threads_can_be_set():
    assert python("import fastcore; print(fastcore.info()['threads'])", FASTCORE_NUM_THREADS="3") == "3"


def test_what_is_in_use_is_printed():
    done = subprocess.run([sys.executable, "-m", "fastcore"], capture_output=True, text=True, check=True)
    assert f"implementation  {fastcore.info()['implementation']}" in done.stdout
    assert fastcore.__version__ in done.stdout


def test_types_and_the_header_are_shipped():
    folder = os.path.dirname(fastcore.__file__)
    for name in ("py.typed", "__init__.pyi", "_kernels.pxd", os.path.join("native", "fastcore.h")):
        assert os.path.isfile(os.path.join(folder, name)), name
    assert os.path.isfile(os.path.join(fastcore.get_include(), "fastcore.h"))


@native_only
def test_scratch_memory_is_seen_by_tracemalloc(np):
    code = (
        "import tracemalloc, fastcore as fc, numpy as np\n"
        "a = np.random.default_rng(1).standard_normal(10**5).tolist(); fc.sort(a)\n"
        "tracemalloc.start(); fc.sort(a); peak = tracemalloc.get_traced_memory()[1]; print(peak > 20 * 10**5)"
    )
    assert python(code) == "True"


@native_only
def test_nothing_is_leaked(np):
    code = (
        "import gc, tracemalloc, fastcore as fc, numpy as np\n"
        "from array import array\n"
        "x = np.arange(3000.0); l = x.tolist(); f = fc.vectorize(lambda x: x * 2 + 1)\n"
        "def calls():\n"
        "    for a in (x, x[::2], l, array('d', l), range(3000), (v for v in l), x.astype('>f8')):\n"
        "        fc.join(a); fc.fsum(l); fc.sum(a); fc.mean(l); fc.max(x[::-1])\n"
        "    for a in (x, x[::-3], l, array('d', l)): fc.sort(a); fc.argsort(a, descending=True); f(a)\n"
        "    fc.fibonacci(5000), fc.fibonacci_mod(10**30, 97), fc.fibonacci_range(90, 200)\n"
        "    for bad in ('x', [1j], np.zeros(3, complex), 5):\n"
        "        for g in (fc.sum, fc.sort, fc.join, f):\n"
        "            try: g(bad)\n"
        "            except TypeError: pass\n"
        "for _ in range(3): calls()\n"
        "gc.collect(); tracemalloc.start(); calls(); gc.collect(); before = tracemalloc.get_traced_memory()[0]\n"
        "for _ in range(20): calls()\n"
        "gc.collect(); print(tracemalloc.get_traced_memory()[0] - before < 20000)"
    )
    assert python(code) == "True"
