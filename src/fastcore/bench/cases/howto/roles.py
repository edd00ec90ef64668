"""The first and the last of a technique's contenders."""

from __future__ import annotations

from fastcore.bench.cases import Call, Contender


def slow(name: str, call: Call, *needs: str) -> Contender:
    """What one meets in programs, and what all else is held against."""
    return Contender(name, "reference", lambda *_: call, needs)


def kernel(call: Call, *needs: str) -> Contender:
    return Contender("fastcore", "fastcore", lambda *_: call, needs)
