"""The how-to's techniques, each against the slow form that it replaces."""

from __future__ import annotations

from fastcore.bench.cases import Case
from fastcore.bench.cases.howto import arithmetic, caching, concurrency, containers, text

CASES: list[Case] = [*arithmetic.CASES, *containers.CASES, *text.CASES, *caching.CASES, *concurrency.CASES]
