"""Every test that takes `fc` runs once for the twin and once for native on every ISA of this machine."""

from __future__ import annotations

import importlib
import os
import types

import pytest
from hypothesis import HealthCheck, settings

import fastcore
from fastcore import pure

settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("brief", deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ALL_ISAS = ("avx512", "avx2", "base")
ISAS = fastcore.available_isas()
IMPLEMENTATIONS = ("pure", *(f"native-{isa}" for isa in ISAS))


def pytest_report_header() -> list[str]:
    info = fastcore.info()
    absent = [isa for isa in ALL_ISAS if isa not in ISAS]
    header = [f"fastcore {info['version']}: {info['python']}, NumPy {info['numpy']}, {', '.join(IMPLEMENTATIONS)}"]
    if absent:
        why = info["reason"] or "not on this machine"
        header.append(f"fastcore: not tested here: native on {', '.join(absent)} ({why})")
    return header


def implementation(name: str) -> types.ModuleType:
    """The module that provides an implementation, switched to its ISA."""
    if name == "pure":
        return pure
    kernels = importlib.import_module("fastcore._kernels")
    kernels.use_isa(name.partition("-")[2])
    return kernels


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def fc(request: pytest.FixtureRequest):
    """An implementation: each in turn."""
    yield implementation(request.param)
    if ISAS:
        implementation(f"native-{fastcore.info()['available_isas'][0]}")


@pytest.fixture(scope="session")
def np():
    """NumPy, which the pure implementation does without."""
    return pytest.importorskip("numpy", reason="NumPy is not installed")


@pytest.fixture(scope="session")
def recent_numpy(np):
    """For rules that older releases have otherwise: whole numbers stay integers when they are rounded, powers, clip."""
    if tuple(map(int, np.__version__.split(".")[:2])) < (2, 4):
        pytest.skip("NumPy 2.4 and later have these rules")
