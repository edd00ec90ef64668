"""The how-to's techniques, each against the slow form that it replaces."""

from __future__ import annotations

from fastcore.bench.cases import Case

CASES: list[Case] = []
