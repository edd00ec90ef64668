"""Sums, vectorized transforms, string joins, Fibonacci numbers and sorting: native kernels with pure-Python twins."""

__version__ = "0.1.0"

from fastcore._backend import *
from fastcore._backend import __all__  # noqa: F401
