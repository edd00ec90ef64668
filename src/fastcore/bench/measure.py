"""The measuring protocol: contenders interleaved in blocks of a millisecond, paired, in passes spread over the run.

Of two contenders timed apart, one may meet a slower machine than the other; timed in turn, block by block, both meet
the same one, so what is kept is the ratio within a round. The estimate is the median over passes of the median over a
pass's rounds; its 95 % interval is a bootstrap over passes and, within each, over rounds (A. C. Davison, D. V. Hinkley,
"Bootstrap Methods and their Application", 1997, section 3.8), as rounds of one pass resemble each other.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Callable

from fastcore.bench.cases import Case, Contender

PASSES = 5
BLOCK = 1_000_000  # ns: longer blocks straddle the scheduler's slices, shorter ones measured less repeatably
SLOW = 20_000_000  # ns: from here on a contender that the comparison needs runs in some passes only
MOST_LOOPS = 2**24
MOST_SECONDS = 5.0  # a contender that is expected to take longer for one call is skipped
DRAWS = 400
BAND = 0.02  # differences within it are not called one
CANARY_BAND = 0.03
FEW_ROUNDS_MARGIN = math.log(1.5)


@dataclass
class Row:
    """A contender at one size: what it gave, and its times by pass and round, ns a call."""

    contender: Contender
    status: str = "="  # "=", "differs", "not installed", or "skipped (…)"
    loops: int = 1
    first: float = math.nan  # ns of the first call, which the check makes
    passes: list[list[float]] = field(default_factory=list)

    @property
    def is_timed(self) -> bool:
        return any(self.passes)

    @property
    def seconds(self) -> float:
        """Median seconds a call; of a contender too slow to be timed again, those of the check."""
        times = [t for rounds in self.passes for t in rounds] or [self.first]
        return statistics.median(times) / 1e9


@dataclass
class Group:
    """The contenders of a case at one size."""

    case: Case
    n: int
    rows: list[Row]
    is_calibrated: bool = False

    def row(self, role: str) -> Row | None:
        return next((row for row in self.rows if row.contender.role == role), None)

    def best_rival(self) -> Row | None:
        """The fastest builtin or NumPy row that gives the right result."""
        rivals = [row for row in self.rows if row.contender.role in ("builtin", "numpy") and row.status == "="]
        return min(rivals, key=lambda row: row.seconds, default=None)


@dataclass(frozen=True)
class Ratio:
    """How many times faster than a base, with the 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        if self.low > 1 + BAND:
            return "faster"
        return "slower" if self.high < 1 - BAND else "no difference shown"


def check(case: Case, n: int, known: dict[tuple[str, str], tuple[int, float]]) -> Group:
    """Run every contender once and compare its result with the reference's; `known` times predict the next."""
    contenders = case.make(n)
    rows = [Row(contender) for contender in contenders]
    expected: Any = None
    for row in rows:
        if row.contender.call is None:
            row.status = "not installed"
            continue
        key = (case.name, row.contender.name)
        if key in known:
            before, seconds = known[key]
            estimate = seconds * (n / before) ** (2 if seconds > 1e-3 and case.family == "fibonacci" else 1)
            if estimate > MOST_SECONDS:
                row.status = f"skipped (est. {estimate:.0f} s)"
                continue
        start = time.perf_counter_ns()
        result = row.contender.call()
        row.first = float(time.perf_counter_ns() - start)
        known[key] = (n, row.first / 1e9)
        if expected is None:
            expected = result
        elif not case.agree(expected, result):
            row.status = "differs"
    return Group(case, n, rows)


def canary() -> Group:
    """One function twice: what differs between the two is the machine."""
    values = [float(i) for i in range(1000)]

    def total() -> float:
        return sum(values)

    twins = [Contender("canary a", "builtin", total), Contender("canary b", "fastcore", total)]
    return check(Case("canary", "a function against itself", lambda n: twins), 1000, {})


def run(groups: list[Group], seconds: float, progress: Callable[[float], None]) -> None:
    """Time all groups within about this many seconds, reporting the part done."""
    rng = random.Random(1)
    share = seconds * 1e9 / (PASSES * len(groups))
    done = 0
    for number in range(PASSES):
        order = groups[:]
        rng.shuffle(order)
        with quiet():
            for group in order:
                _run_group(group, share, number, rng)
                done += 1
                progress(done / (PASSES * len(groups)))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the garbage collector, whose runs would fall on whoever allocates at the wrong moment."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def pinned(cpu: int | None = None) -> Iterator[int | None]:
    """On one processor, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    chosen = max(allowed) if cpu is None else cpu
    try:
        os.sched_setaffinity(0, {chosen})
        yield chosen
    finally:
        os.sched_setaffinity(0, allowed)


def _run_group(group: Group, share: float, number: int, rng: random.Random) -> None:
    end = time.perf_counter_ns() + share
    rows = [row for row in group.rows if row.status == "="]
    needed = [row for row in rows if row.contender.role == "fastcore" or row is group.best_rival()]
    # What the comparison does not need, and would eat up the group's time, keeps the time of its check.
    rows = [row for row in rows if row in needed or row.first < share / 4]
    if not group.is_calibrated:
        for row in rows:
            row.loops = _calibrate(row)
        group.is_calibrated = True
    for row in rows:
        row.passes.append([])
    fast = [row for row in rows if row.first < SLOW]
    slow = [row for row in rows if row.first >= SLOW and number % 2 == 0]
    is_first = True
    while is_first or time.perf_counter_ns() < end:
        turn = fast + slow if is_first else fast[:]
        rng.shuffle(turn)
        for row in turn:
            row.passes[-1].append(_time_block(row))
        is_first = False
        if not fast:
            break


def _time_block(row: Row) -> float:
    call = row.contender.call
    assert call is not None
    loops = range(row.loops)
    start = time.perf_counter_ns()
    for _ in loops:
        call()
    return (time.perf_counter_ns() - start) / row.loops


def _calibrate(row: Row) -> int:
    """How many calls make a block: the fewer of two tries, as a slow moment makes them seem more than they are."""
    if row.first >= BLOCK:
        return 1
    found = []
    for _ in range(2):
        row.loops = max(1, int(BLOCK / 8 / row.first))  # the first call, which this goes by, is the slowest
        while True:
            total = _time_block(row) * row.loops
            if total >= 0.8 * BLOCK or row.loops >= MOST_LOOPS:
                break
            row.loops = min(10 * row.loops, int(row.loops * BLOCK / max(total, 1)) + 1, MOST_LOOPS)
        found.append(row.loops)
    return min(found)


def compare(row: Row, base: Row) -> Ratio:
    """How many times faster `row` is than `base`, from the rounds that both took part in."""
    passes = [
        [math.log(b / a) for a, b in zip(mine, others) if a > 0 and b > 0]
        for mine, others in zip(row.passes, base.passes)
    ]
    passes = [rounds for rounds in passes if rounds]
    if not passes:
        return Ratio(math.nan, math.nan, math.nan)
    rng = random.Random(1)
    draws = []
    for _ in range(DRAWS):
        drawn = [rng.choice(passes) for _ in passes]
        draws.append(_median([_median(rng.choices(rounds, k=len(rounds))) for rounds in drawn]))
    draws.sort()
    value = _median([_median(rounds) for rounds in passes])
    low, high = draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS) - 1]
    if sum(map(len, passes)) < 3:
        # Too few rounds to say how sure this is: only a large difference is one.
        low, high = value - FEW_ROUNDS_MARGIN, value + FEW_ROUNDS_MARGIN
    return Ratio(math.exp(value), math.exp(min(low, value)), math.exp(max(high, value)))


def _median(values: list[float]) -> float:
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def is_noisy(canary_ratio: Ratio) -> bool:
    """Whether a function differs from itself by more than a run may."""
    return not (canary_ratio.low >= 1 - CANARY_BAND and canary_ratio.high <= 1 + CANARY_BAND)
