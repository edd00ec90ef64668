"""pytest-benchmark over the cases of `python -m fastcore.bench`: pytest bench/ --benchmark-group-by=group."""

from __future__ import annotations

import pytest

from fastcore.bench import cases

SIZES = (100, 10_000)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A family's suite runs each of its cases with each contender at each size."""
    if "contender" not in metafunc.fixturenames:
        return
    family = metafunc.module.__name__.partition("_")[2]
    found = []
    for case in cases.all_cases():
        if case.family == family:
            for n in case.sizes or SIZES:
                for position, contender in enumerate(case.make(n)):
                    found.append(pytest.param((case, n, position), id=f"{case.name}-{n}-{contender.name}"))
    metafunc.parametrize("contender", found)


@pytest.fixture
def race(benchmark):
    """Times one contender, whose result must be the reference's, in the group of its case and size."""

    def run(contender):
        case, n, position = contender
        contenders = case.make(n)
        reference, call = contenders[0].call(), contenders[position].call()
        if reference is None or call is None:
            pytest.skip("not installed")
        benchmark.group = f"{case.name} n={n}"
        result = benchmark(call)
        assert case.agree(reference(), result, contenders[position].tolerance)

    return run
