"""A run of the bench: cases in small batches, each checked, timed in passes, and given out when it is done."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from fastcore.bench import estimate, measure, memory
from fastcore.bench.cases import Case
from fastcore.bench.estimate import Growth, Passes, Ratio
from fastcore.bench.measure import Group, Pin, Row
from fastcore.bench.results import Race, Result
from fastcore.bench.worker import Worker, digest_of

ROUGH = 1.5  # what the interval of a ratio from a single call is wider by
BATCH = 0.5  # seconds: long enough for passes to meet the machine's moods, short enough to wait for

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Plan:
    """What is to be run, for how long, and what is to be found besides the times."""

    cases: Sequence[Case]
    sizes: Sequence[int] | None  # None: each case's own, or the run's
    default_sizes: Sequence[int]
    seconds: float
    limit: float = measure.MOST_SECONDS  # for a call
    is_timed: bool = True
    has_compiled: bool = True  # also what must be compiled first
    has_memory: bool = False
    base: str = ""
    bases: dict[tuple[str, int], str] = field(default_factory=dict)  # by case and size, before all else
    wanted: Sequence[str] = ()  # contenders

    def sizes_of(self, case: Case) -> Sequence[int]:
        return self.sizes or case.sizes or self.default_sizes

    @property
    def count(self) -> int:
        """Of groups."""
        return sum(len(self.sizes_of(case)) for case in self.cases)

    def base_of(self, case: Case, n: int) -> str:
        return self.bases.get((case.name, n)) or self.base or case.base


def races(
    plan: Plan, canary: Group, pin: Pin, workers: Sequence[Worker] = (), progress: Progress = lambda part, text: None
) -> Iterator[list[Race]]:
    """The races of each batch once they are run; on Ctrl-C those of the batch so far, and then the interrupt."""
    known: measure.Known = {}
    done = 0
    left = plan.seconds
    for batch in _batches(plan):
        groups: list[Group] = []
        interrupt = None
        try:
            for case in batch:
                for n in plan.sizes_of(case):
                    progress(done / plan.count, f"{case.name} n={n}")
                    pin.use(case.processors)
                    groups.append(_checked(plan, case, n, known, workers))
                    done += 1
            if plan.is_timed:
                # What some batches took too much, the rest has less, but for half of its part at least.
                part = len(groups) / plan.count
                seconds = max(left * len(groups) / (plan.count - done + len(groups)), plan.seconds * part / 2)
                left -= _time(groups, canary, seconds, pin, workers)
            if plan.has_memory:
                for group in groups:
                    memory.measure(group, plan.limit)
                    for worker in workers:
                        worker.measure_memory(group, plan.limit)
        except KeyboardInterrupt as error:
            interrupt = error  # what is done is worth showing
        yield [race_of(group, workers) for group in groups]
        if interrupt is not None:
            raise interrupt


def _batches(plan: Plan) -> Iterator[list[Case]]:
    """The cases, as many at a time as are timed for long enough; the first, which is waited for, alone."""
    batch: list[Case] = []
    for case in plan.cases:
        batch.append(case)
        seconds = plan.seconds * sum(len(plan.sizes_of(case)) for case in batch) / plan.count
        if seconds >= BATCH or case is plan.cases[0]:
            yield batch
            batch = []
    if batch:
        yield batch


def _checked(plan: Plan, case: Case, n: int, known: measure.Known, workers: Sequence[Worker]) -> Group:
    group = measure.check(case, n, known, plan.limit, has_compiled=plan.has_compiled)
    group.base = plan.base_of(case, n)
    digest = digest_of(case, group.expected) if workers else None
    group.expected = None
    for worker in workers:
        worker.check(case, n, plan.wanted, plan.limit, digest)
    return group


def _time(groups: list[Group], canary: Group, seconds: float, pin: Pin, workers: Sequence[Worker]) -> float:
    """Time groups for about this many seconds; returns how many it were."""
    start = time.perf_counter()

    def in_turn(group: Group, share: float, number: int) -> None:
        for worker in workers:
            worker.run_pass(group, share, number)

    measure.run(groups, seconds, in_turn, parties=1 + len(workers), canary=canary, pin=pin)
    return time.perf_counter() - start


# ---- what the rows come to ----


def race_of(group: Group, workers: Sequence[Worker] = (), *, is_paired: bool = True) -> Race:
    """`is_paired` says that the rows were timed side by side."""
    base, rival = group.base_row(), group.best_rival()
    # Where a case has a base of its own, its contenders are ways of different worth, and not in a race.
    mine = group.fastcore if not group.case.base else None
    compare = estimate.paired if is_paired else estimate.unpaired
    results = [_result(row, base, compare, is_paired) for row in group.rows]
    for worker in workers:
        rows = worker.groups.get((group.case.name, group.n), [])
        results += [_result_of_worker(row, worker.interpreter, base) for row in rows]
    return Race(
        case=group.case.name,
        title=group.case.title,
        n=group.n,
        results=tuple(results),
        rival=rival.contender.name if rival is not None and mine is not None else "",
        ratio=compare(mine.passes, rival.passes) if rival is not None and mine is not None else None,
        finding=group.case.finding,
    )


def _result(row: Row, base: Row | None, compare: Callable[[Passes, Passes], Ratio | None], is_paired: bool) -> Result:
    ratio = None
    if base is not None and row is not base and row.status == "=":
        ratio = compare(row.passes, base.passes) or _rough_ratio(row.first, base)
    return Result(
        contender=row.contender.name,
        role=row.contender.role,
        status=row.status,
        is_rough=row.contender.tolerance is not None,
        loops=row.loops,
        passes=_seconds(row.passes),
        first=row.first / 1e9,
        base=base.contender.name if base is not None else "",
        ratio=ratio,
        is_paired=is_paired and row.is_timed,
        peak_bytes=row.peak_bytes,
    )


def _result_of_worker(row: dict[str, Any], interpreter: str, base: Row | None) -> Result:
    passes = [[math.nan if t is None else t for t in rounds] for rounds in row.get("passes", [])]
    first = row.get("first")
    ratio = None
    if base is not None and row["status"] == "=":
        ratio = estimate.unpaired(passes, base.passes)
        if ratio is None and first is not None:
            ratio = _rough_ratio(first, base)
    return Result(
        contender=row["name"],
        role=row["role"],
        status=row["status"],
        is_rough=row.get("rough", False),
        interpreter=interpreter,
        loops=row.get("loops", 1),
        passes=_seconds(passes),
        first=math.nan if first is None else first / 1e9,
        base=base.contender.name if base is not None else "",
        ratio=ratio,
        is_paired=False,
        peak_bytes=row.get("peak_bytes"),
    )


def _rough_ratio(first: float, base: Row) -> Ratio | None:
    """Of one that was too slow to be timed again, and so has the check's call alone, which proves little."""
    found = estimate.unpaired([[first]], [[t for rounds in base.passes for t in rounds]])
    return None if found is None else Ratio(found.value, found.low / ROUGH, found.high * ROUGH)


def _seconds(passes: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Of the rounds that it took part in."""
    return tuple(tuple(t / 1e9 for t in rounds if not math.isnan(t)) for rounds in passes)


def growths(races: Sequence[Race]) -> dict[str, Growth]:
    """How the time of each contender grows with n, by case/contender."""
    times: dict[str, dict[int, float]] = {}
    for race in races:
        for result in race.results:
            if result.status == "=" and result.seconds > 0:
                times.setdefault(f"{race.case}/{result.key}", {})[race.n] = result.seconds
    found = {name: estimate.growth(by_size) for name, by_size in times.items()}
    return {name: growth for name, growth in found.items() if growth is not None}
