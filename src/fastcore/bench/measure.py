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

from fastcore.bench.cases import RIVALS, Call, Case, Contender, builtin

PASSES = 5
BLOCK = 1_000_000  # ns: longer blocks straddle the scheduler's slices, shorter ones measured less repeatably
SLOW = 20_000_000  # ns: from here on a contender that the comparison needs runs in some passes only
BRIEF = 5_000_000  # ns: up to here the check makes a second call, as the first may have paid for what is done once
NEAR = 1.5  # a rival within this factor of the best may turn out to be the best
MOST_LOOPS = 2**24
MOST_SECONDS = 5.0  # a contender that is expected to take longer for one call is skipped
DRAWS = 400
BAND = 0.02  # differences within it are not called one
CANARY_BAND = 0.03
FEW_ROUNDS_MARGIN = math.log(1.5)
# What peers read when they are imported: NumPy's linear algebra and polars would take all processors.
ONE_THREAD = ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(eq=False)
class Row:
    """A contender at one size: what it gave, and its times by pass and round, ns a call."""

    contender: Contender
    call: Call | None = None
    status: str = "="  # "=", "differs", "not installed", "failed (…)" or "skipped (…)"
    loops: int = 1
    first: float = math.nan  # ns of the check's call
    passes: list[list[float]] = field(default_factory=list)
    is_calibrated: bool = False

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

    def row(self, role: str) -> Row | None:
        """The fastest row of a role that gives the right result, or else the first that does not."""
        rows = [row for row in self.rows if row.contender.role == role]
        right = [row for row in rows if row.status == "="]
        return min(right, key=lambda row: row.seconds, default=rows[0] if rows else None)

    def best_rival(self) -> Row | None:
        """The fastest builtin, NumPy or peer row that gives the right result."""
        rivals = [row for row in self.rows if row.contender.role in RIVALS and row.status == "="]
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
    rows = [Row(contender) for contender in case.make(n)]
    expected: Any = None
    for row in rows:
        key = (case.name, row.contender.name)
        if key in known:
            before, seconds = known[key]
            estimate = seconds * (n / before) ** (case.growth if seconds > 1e-3 else min(case.growth, 1))
            if estimate > MOST_SECONDS:
                row.status = f"skipped (est. {estimate:.0f} s)"
                continue
        result = _first_result(row)
        if row.status != "=":
            continue
        known[key] = (n, row.first / 1e9)
        if expected is None:
            expected = result
        elif not case.agree(expected, result, row.contender.tolerance):
            row.status = "differs"
    return Group(case, n, rows)


def _first_result(row: Row) -> Any:
    """A contender's result, which is timed; a peer may fail, as other people's libraries do, but nobody else."""
    try:
        row.call = row.contender.call()
        if row.call is None:
            row.status = "not installed"
            return None
        start = time.perf_counter_ns()
        result = row.call()
        row.first = float(time.perf_counter_ns() - start)
        if row.first < BRIEF:
            row.first = min(row.first, _time_block(row))
    except Exception as error:
        if row.contender.role != "peer":
            raise
        row.status = f"failed ({type(error).__name__})"
        return None
    return result


def canary() -> Group:
    """One function twice: what differs between the two is the machine."""
    values = [float(i) for i in range(1000)]

    def total() -> float:
        return sum(values)

    twins = [builtin("canary a", total), Contender("canary b", "fastcore", lambda: total)]
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
    rows, needed = _timed_rows(group, share)
    for row in group.rows:
        row.passes.append([])
    for row in rows:
        if not row.is_calibrated:
            row.loops, row.is_calibrated = _calibrate(row, tries=2 if row in needed else 1), True
    turn = [row for row in rows if number % 2 == 0 or (row in needed and row.first < SLOW)]
    again = [row for row in needed if row.first < SLOW]
    while turn:
        rng.shuffle(turn)
        for row in turn:
            row.passes[-1].append(_time_block(row))
        turn = again if time.perf_counter_ns() < end else []


def _timed_rows(group: Group, share: float) -> tuple[list[Row], list[Row]]:
    """What is timed, and what of it the comparison needs: the rest takes one round in every other pass.

    What would eat up the group's time and is not needed keeps the time of its check.
    """
    rows = [row for row in group.rows if row.status == "="]
    best = group.best_rival()
    needed = [row for row in rows if row.contender.role == "fastcore" or row is best]
    most = max(share / 4, NEAR * best.seconds * 1e9 if best is not None else 0.0)
    return [row for row in rows if row in needed or row.first < most], needed


def _time_block(row: Row) -> float:
    call = row.call
    assert call is not None
    loops = range(row.loops)
    start = time.perf_counter_ns()
    for _ in loops:
        call()
    return (time.perf_counter_ns() - start) / row.loops


def _calibrate(row: Row, tries: int = 2) -> int:
    """How many calls make a block: the fewer of two tries, as a slow moment makes them seem more than they are."""
    if row.first >= BLOCK:
        return 1
    found = []
    for _ in range(tries):
        row.loops = max(1, int(BLOCK / 8 / row.first))  # the check's call, which this goes by, is a slow one
        while True:
            total = _time_block(row) * row.loops
            if total >= 0.8 * BLOCK or row.loops >= MOST_LOOPS:
                break
            row.loops = min(10 * row.loops, int(row.loops * BLOCK / max(total, 1)) + 1, MOST_LOOPS)
        found.append(row.loops)
    return min(found)


def compare(row: Row, base: Row) -> Ratio:
    """How many times faster `row` is than `base`, from the rounds that both took part in."""
    passes = _log_ratios(row, base)
    if not passes:
        return Ratio(math.nan, math.nan, math.nan)
    rng = random.Random(1)
    draws = []
    for _ in range(DRAWS):
        drawn = [rng.choice(passes) for _ in passes]
        draws.append(_median([_median(rng.choices(rounds, k=len(rounds))) for rounds in drawn]))
    draws.sort()
    value = _median_of_medians(passes)
    low, high = draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS) - 1]
    if sum(map(len, passes)) < 3:
        # Too few rounds to say how sure this is: only a large difference is one.
        low, high = value - FEW_ROUNDS_MARGIN, value + FEW_ROUNDS_MARGIN
    return Ratio(math.exp(value), math.exp(min(low, value)), math.exp(max(high, value)))


def point_ratio(row: Row, base: Row) -> float:
    """How many times faster `row` is than `base`, without an interval."""
    passes = _log_ratios(row, base)
    return math.exp(_median_of_medians(passes)) if passes else base.seconds / row.seconds


def _log_ratios(row: Row, base: Row) -> list[list[float]]:
    passes = [
        [math.log(b / a) for a, b in zip(mine, others) if a > 0 and b > 0]
        for mine, others in zip(row.passes, base.passes)
    ]
    return [rounds for rounds in passes if rounds]


def _median_of_medians(passes: list[list[float]]) -> float:
    return _median([_median(rounds) for rounds in passes])


def _median(values: list[float]) -> float:
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def is_noisy(canary_ratio: Ratio) -> bool:
    """Whether a function differs from itself by more than a run may."""
    return not (canary_ratio.low >= 1 - CANARY_BAND and canary_ratio.high <= 1 + CANARY_BAND)
