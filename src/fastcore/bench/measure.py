"""The measuring protocol: contenders interleaved in blocks of a millisecond, in passes over several cases.

Of two contenders timed apart, one may meet a slower machine than the other; timed in turn, block by block, both meet
the same one. What is kept is the time of each by pass and round, from which `estimate` takes ratios within rounds.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import platform
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from fastcore.bench import estimate
from fastcore.bench.cases import RIVALS, Call, Case, Contender, builtin
from fastcore.bench.estimate import Ratio

PASSES = 20  # of 5 and 10, one that met a busy machine widened the interval to nothing said
FEWEST_PASSES = 3
CANARY = 0.004  # seconds in each pass of a batch
BLOCK = 1_000_000  # ns: longer blocks straddle the scheduler's slices, shorter ones measured less repeatably
SLOW = 20_000_000  # ns: from here on a contender that the comparison needs runs once in a pass
BRIEF = 5_000_000  # ns: a first call that is longer is made again only if it may have set up a library
NEAR = 1.5  # a rival within this factor of the best may turn out to be the best
OTHERS = 0.5  # the part of the time that goes to contenders which the comparison does not need
COMPILED = "skipped (compiled first)"
MOST_LOOPS = 2**24
MOST_SECONDS = 5.0  # a contender that is expected to take longer for one call is skipped
REFERENCE = 1 / 3  # of the limit: nobody would go its way, and others can be compared with each other
SCOUTED = 10_000  # a first size beyond is preceded by a smaller one, which predicts its times
STEADY = 0.05  # three blocks this near to each other are no longer being compiled
MOST_WARMING = 500_000_000  # ns
HAS_JIT = platform.python_implementation() != "CPython"
# What peers read when they are imported: NumPy's linear algebra and polars would take all processors.
THREADS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(eq=False)
class Row:
    """A contender at one size: what it gave, and its times by pass and round, ns a call; NaN where it sat out."""

    contender: Contender
    call: Call | None = None
    status: str = "="  # "=", "differs", "not installed", "failed (…)" or "skipped (…)"
    loops: int = 1
    first: float = math.nan  # ns of the check's call
    passes: list[list[float]] = field(default_factory=list)
    is_calibrated: bool = False
    peak_bytes: int | None = None

    @property
    def is_timed(self) -> bool:
        return any(self.passes)

    @property
    def seconds(self) -> float:
        """Median seconds a call; of a contender too slow to be timed again, those of the check."""
        times = [t for rounds in self.passes for t in rounds if t > 0] or [self.first]
        return estimate.median(times) / 1e9


@dataclass
class Group:
    """The contenders of a case at one size, and the name of the one that all are held against."""

    case: Case
    n: int
    rows: list[Row]
    base: str = ""
    expected: Any = None  # the result that others were compared with, while it is needed

    @property
    def fastcore(self) -> Row | None:
        return next((row for row in self.rows if row.contender.role == "fastcore"), None)

    def best_rival(self) -> Row | None:
        """The fastest builtin, NumPy or peer row that gives the right result."""
        rivals = [row for row in self.rows if row.contender.role in RIVALS and row.status == "="]
        return min(rivals, key=lambda row: row.seconds, default=None)

    def base_row(self) -> Row | None:
        """The row that all are held against: the one asked for, by name or role, or else the fastest rival."""
        right = [row for row in self.rows if row.status == "="]
        named = [row for row in right if self.base in (row.contender.name, row.contender.role)]
        return min(named, key=lambda row: row.seconds, default=None) or self.best_rival()

    def needed(self) -> list[Row]:
        """The rows that every round must have."""
        wanted = {id(self.fastcore), id(self.base_row()), id(self.best_rival() if self.fastcore else None)}
        return [row for row in self.rows if id(row) in wanted and row.status == "="]


Known = dict[tuple[str, str], tuple[int, float]]  # by case and contender, the last size and its seconds


def check(
    case: Case,
    n: int,
    known: Known,
    limit: float = MOST_SECONDS,
    *,
    has_compiled: bool = True,
    may_fail: Sequence[str] = ("peer",),
) -> Group:
    """Run every contender once and compare its result with the reference's, or, if that is skipped, an exact one's.

    `known` times predict the next; what would take more than `limit` seconds is skipped, but for fastcore and the
    fastest exact rivals, and, if so wanted, what must be compiled first. Contenders of some roles may fail, as other
    people's libraries do; the others' errors are raised.
    """
    if n in case.sizes:
        limit = math.inf  # as its own sizes are those that a case is known to be done with in time
    elif n > SCOUTED and not any(name == case.name for name, _ in known):
        check(case, n // 100, known, limit, has_compiled=has_compiled, may_fail=may_fail)
    with quiet(is_clean=True):
        return _checked(case, n, known, limit, has_compiled, may_fail)


def _checked(case: Case, n: int, known: Known, limit: float, has_compiled: bool, may_fail: Sequence[str]) -> Group:
    rows = [Row(contender) for contender in case.make(n)]
    predicted = {row.contender.name: _predicted(case, row.contender, n, known) for row in rows}
    of_exact = [predicted[row.contender.name] for row in rows if _is_exact_rival(row.contender)]
    fastest = min(filter(None, of_exact), default=0.0)
    expected: Any = None
    # Those that are less exact by nature come last, as what others are compared with must not be of them.
    for row in sorted(rows, key=lambda row: row.contender.tolerance is not None):
        if row.contender.is_compiled and not has_compiled:
            row.status = COMPILED
            continue
        seconds = predicted[row.contender.name]
        if seconds > _most_seconds(row.contender, limit, fastest):
            row.status = f"skipped (est. {seconds:.{1 if seconds < 1 else 0}f} s)"
            continue
        is_new = (case.name, row.contender.name) not in known
        result = _first_result(row, may_fail, is_new)
        if row.status != "=":
            continue
        known[case.name, row.contender.name] = (n, row.first / 1e9)
        if expected is None:
            expected = case.kept(result)
        elif not case.agree(expected, result, row.contender.tolerance):
            row.status = "differs"
    return Group(case, n, rows, case.base, expected)


def _most_seconds(contender: Contender, limit: float, fastest: float) -> float:
    """How long a contender's call may take, of which the fastest exact rival's takes about so many seconds."""
    if contender.role == "reference":
        return limit * REFERENCE
    if contender.role == "fastcore":
        return max(limit, MOST_SECONDS)
    if _is_exact_rival(contender):
        return max(limit, min(NEAR * fastest, MOST_SECONDS))
    return limit


def _is_exact_rival(contender: Contender) -> bool:
    return contender.role in RIVALS and contender.tolerance is None


def _predicted(case: Case, contender: Contender, n: int, known: Known) -> float:
    """Seconds for a call; 0 if nothing is known."""
    before, seconds = known.get((case.name, contender.name), (n, 0.0))
    # Of a short call most is overhead, which grows with nothing.
    return float(seconds * (n / before) ** (case.growth if seconds > 1e-3 else min(case.growth, 1)))


def _first_result(row: Row, may_fail: Sequence[str], is_new: bool) -> Any:
    """A contender's result, which is timed: by a second call if the first may have set up a library."""
    try:
        row.call = row.contender.call()
        if row.call is None:
            row.status = "not installed"
            return None
        start = time.perf_counter_ns()
        result = row.call()
        row.first = float(time.perf_counter_ns() - start)
        if row.first < BRIEF or (is_new and row.contender.needs):
            row.first = min(row.first, _time_block(row))
    except Exception as error:
        if row.contender.role not in may_fail:
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


def noise(group: Group) -> Ratio | None:
    """How much the canary's two functions, which are one, differ."""
    return estimate.paired(group.rows[1].passes, group.rows[0].passes)


def run(
    groups: Sequence[Group],
    seconds: float,
    after: Callable[[Group, float, int], None] = lambda group, share, number: None,
    *,
    parties: int = 1,
    canary: Group | None = None,
    pin: Pin | None = None,
) -> None:
    """Time groups within about this many seconds, and the canary beside them.

    `after` is called after each group's share of each pass, and takes `parties` - 1 shares.
    """
    rng = random.Random(1)
    share = seconds / (PASSES * parties * len(groups))
    spent = dict.fromkeys(map(id, groups), 0.0)
    with quiet():
        for number in range(PASSES):
            if canary is not None:
                run_pass(canary, CANARY, number, rng)
            for group in rng.sample(groups, len(groups)):
                # One that is slow has fewer passes, so that the others have their time.
                if number >= FEWEST_PASSES and spent[id(group)] > share * (number + 1):
                    continue
                if pin is not None:
                    pin.use(group.case.processors)
                start = time.perf_counter()
                run_pass(group, share, number, rng)
                spent[id(group)] += time.perf_counter() - start
                after(group, share, number)


def run_pass(group: Group, share: float, number: int, rng: random.Random | None = None) -> None:
    """One pass over a group, of about this many seconds, and of one round at least."""
    start = time.perf_counter_ns()
    rng = random.Random(number) if rng is None else rng
    share *= 1e9
    needed = group.needed()
    rows = _worth_timing(group, needed, share)
    for row in group.rows:
        row.passes.append([])
    for row in rows:
        _calibrate(row)
    fast = [row for row in rows if row.first < SLOW]
    turn = [row for row in rows if row in needed or row in fast or number < FEWEST_PASSES]
    spent_on_others = 0
    while turn:
        rng.shuffle(turn)
        before = time.perf_counter_ns()
        times = {id(row): _time_block(row) for row in turn}
        for row in rows:
            row.passes[-1].append(times.get(id(row), math.nan))
        now = time.perf_counter_ns()
        spent_on_others += int(sum(times[id(row)] * row.loops for row in turn if row not in needed))
        if now - start + (now - before) / 2 > share:
            break
        turn = [row for row in fast if row in needed or spent_on_others < OTHERS * (now - start)]


def _worth_timing(group: Group, needed: list[Row], share: float) -> list[Row]:
    """All but what would eat up the group's time and is not needed, which keeps the time of its check.

    Where a case has a base of its own, it is about all of its contenders.
    """
    best = group.best_rival()
    most = math.inf if group.case.base else max(share / 4, NEAR * best.seconds * 1e9 if best is not None else 0.0)
    return [row for row in group.rows if row.status == "=" and (row in needed or row.first < most)]


@contextlib.contextmanager
def quiet(*, is_clean: bool = False) -> Iterator[None]:
    """Without the garbage collector, whose runs would fall on whoever allocates at the wrong moment.

    Where all memory is the collector's, as PyPy's is, it goes on, and has done its work before, if that is not clean.
    """
    was_enabled = gc.isenabled()
    if not HAS_JIT:
        gc.disable()  # a collection first, through the inputs of all cases, took a third of a second
    elif not is_clean:
        gc.collect()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Pin:
    """Holds the process on as many processors as the work at hand uses, where the system can; a context."""

    def __init__(self, cpu: int | None = None, *, is_wanted: bool = True, least: int = 1) -> None:
        self._least = least
        self._allowed = sorted(allowed_cpus()) if is_wanted else []
        self.cpu = cpu if cpu is not None else self._allowed[-1] if self._allowed else None

    def __enter__(self) -> Pin:
        self.use(1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._allowed:
            os.sched_setaffinity(0, self._allowed)

    def use(self, processors: int, pid: int = 0) -> None:
        """Give so many processors to this process, or to another, which an interpreter cannot always do itself."""
        if self._allowed and self.cpu is not None:
            others = [cpu for cpu in self._allowed if cpu != self.cpu]
            os.sched_setaffinity(pid, {self.cpu, *others[: max(processors, self._least) - 1]})


def allowed_cpus() -> set[int]:
    """The processors that this process may run on; empty where the system does not say."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _time_block(row: Row) -> float:
    call = row.call
    assert call is not None
    loops = range(row.loops)
    start = time.perf_counter_ns()
    for _ in loops:
        call()
    return (time.perf_counter_ns() - start) / row.loops


def _calibrate(row: Row) -> None:
    """Find how many calls make a block, and mend it in later passes by the shortest time so far.

    Blocks of one length are as likely to be cut by the scheduler; and a cut block seems to need fewer calls.
    """
    if row.is_calibrated:
        best = min((t for rounds in row.passes for t in rounds if t > 0), default=row.first)
        row.loops = max(1, min(int(BLOCK / best), MOST_LOOPS))
        return
    row.is_calibrated = True
    if HAS_JIT:
        _warm(row)
    row.loops = max(1, int(BLOCK / 8 / max(row.first, 1)))  # the check's call, which this goes by, is a slow one
    while row.first < BLOCK:
        total = max(_time_block(row) * row.loops, 1)
        if total >= 0.8 * BLOCK or row.loops >= MOST_LOOPS:
            break
        row.loops = min(10 * row.loops, int(row.loops * BLOCK / total) + 1, MOST_LOOPS)


def _warm(row: Row) -> None:
    """Call until three blocks take the same time, as a just-in-time compiler needs some before it is done."""
    end = time.perf_counter_ns() + MOST_WARMING
    recent: list[float] = []
    while time.perf_counter_ns() < end:
        row.loops = max(1, int(BLOCK / max(row.first, 1)))
        recent = [*recent[-2:], _time_block(row)]
        row.first = min(row.first, recent[-1])
        if len(recent) == 3 and max(recent) <= (1 + STEADY) * min(recent):
            return
