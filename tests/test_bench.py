"""What python -m fastcore.bench measures and says, on made-up times."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import random
import subprocess
import sys
import time

import pytest

from fastcore.bench import cases, estimate, measure, memory, report, results, session, worker
from fastcore.bench.cases import Case, Contender, builtin, contenders, peer
from fastcore.bench.cases.howto.concurrency import can_start_processes
from fastcore.bench.estimate import Ratio
from fastcore.bench.measure import Group, Row
from fastcore.bench.results import Race, Result, Run


def row(times, name="x", role="fastcore", tolerance=None):
    made = Row(Contender(name, role, lambda: lambda: None, tolerance=tolerance))
    made.passes = times
    made.first = times[0][0] if times else 1.0
    return made


def simulated(ratio, noise=0.02, drift=0.5, seed=1, role="builtin", tolerance=None):
    """Two contenders' times on a machine whose speed drifts between passes and jitters between rounds."""
    rng = random.Random(seed)
    mine, others = [], []
    for _ in range(measure.PASSES):
        speed = math.exp(rng.uniform(-drift, drift))
        rounds = [speed * math.exp(rng.gauss(0, noise)) for _ in range(20)]
        mine.append([1000 * s * math.exp(rng.gauss(0, noise)) for s in rounds])
        others.append([1000 * ratio * s * math.exp(rng.gauss(0, noise)) for s in rounds])
    return row(mine), row(others, "rival", role, tolerance)


def compare(mine, other):
    return estimate.paired(mine.passes, other.passes)


def race_between(mine, *rivals, name="a/b", finding=""):
    """The race of a group of rows, as a session makes it."""
    return session.race_of(Group(Case(name, "a title", lambda n: [], finding=finding), 10, [*rivals, mine]))


def group_of(*rivals, n=10, is_exact=True, **keywords):
    """The checked group of a case whose reference and fastcore give 1.0, with these rivals."""
    made = contenders(lambda: 1.0, lambda: 1.0, *rivals)
    return measure.check(Case("x/y", "", lambda n: made, is_exact), n, {}, **keywords)


def run_of(*races):
    """A run as a report is made of."""
    metadata = results.machine({"version": "1.2", "implementation": "native", "isa": "avx2", "numpy": "2.4"}, 1)
    return Run(races=races, metadata=metadata, version="1.2", argv=("x", "-n", "10"), noise=Ratio(1.0, 0.99, 1.01))


# ---- ratios ----


@pytest.mark.parametrize("ratio", (0.5, 1.1, 2.0, 100.0))
def test_a_ratio_is_found_although_the_machine_drifts(ratio):
    found = compare(*simulated(ratio))
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(ratio, rel=0.02)
    assert found.verdict == ("slower" if ratio < 1 else "faster")


@pytest.mark.parametrize("seed", range(20))
def test_a_function_against_itself_shows_no_difference(seed):
    assert compare(*simulated(1.0, seed=seed)).verdict == "no difference shown"


@pytest.mark.parametrize("seed", range(10))
def test_a_tenth_is_found(seed):
    assert compare(*simulated(1.1, seed=seed)).verdict == "faster"
    assert compare(*simulated(1 / 1.1, seed=seed)).verdict == "slower"


def test_a_small_difference_is_not_called_one():
    assert compare(*simulated(1.01, noise=0.001)).verdict == "no difference shown"


def test_few_rounds_prove_a_large_difference_only():
    assert compare(row([[1.0]]), row([[1.4]])).verdict == "no difference shown"
    assert compare(row([[1.0]]), row([[2.0]])).verdict == "faster"
    assert compare(row([[1.0]] * 5), row([[1.05]] * 5)).verdict == "no difference shown"
    assert compare(row([[1.0]] * 5), row([[1.2]] * 5)).verdict == "faster"


def test_rounds_that_one_sat_out_are_left_out():
    found = compare(row([[1.0, 1.0, 1.0]]), row([[3.0, math.nan, math.nan]]))
    assert found.value == pytest.approx(3.0)
    assert compare(row([[1.0]]), row([[math.nan]])) is None
    assert compare(row([]), row([[1.0]])) is None


def test_times_that_were_not_taken_side_by_side_are_compared_pass_by_pass():
    mine, other = simulated(3.0)
    shuffled = [sorted(rounds) for rounds in other.passes]
    found = estimate.unpaired(mine.passes, shuffled)
    assert found.value == pytest.approx(3.0, rel=0.05)
    assert found.low < 3.0 < found.high
    assert estimate.unpaired([[]], [[1.0]]) is None


def test_a_canary_that_differs_from_itself_is_noise():
    assert not Ratio(1.0, 0.98, 1.02).is_noise
    assert Ratio(1.0, 0.9, 1.02).is_noise
    assert Ratio(1.1, 1.05, 1.15).is_noise


# ---- growth ----


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("1", lambda n: 5.0),
        ("log n", lambda n: 5 * math.log2(n + 1)),
        ("n", lambda n: 1000 + 2.0 * n),
        ("n log n", lambda n: 3 * n * math.log2(n + 1)),
        ("n²", lambda n: 100.0 * n + n * n),
        ("n³", lambda n: 7.0 * n**3),
    ],
)
def test_growth_is_recognised_beside_a_constant_and_a_little_noise(name, function):
    rng = random.Random(1)
    times = {n: function(n) * math.exp(rng.gauss(0, 0.01)) for n in (10, 100, 1000, 10_000, 100_000)}
    found = estimate.growth(times)
    if name == "n²":  # its first sizes are ruled by what grows with n
        assert found.name in ("n²", "n√n")
    else:
        assert found.name == name
        assert found.error < 0.1
    assert found.constant >= 0
    assert found.factor >= 0


def test_growth_of_two_sizes_is_not_known():
    assert estimate.growth({10: 1.0, 100: 2.0}) is None


def test_growths_are_of_right_results_at_each_size():
    def at(n):
        made = [Result("fast", "fastcore", "=", first=1e-9 * n), Result("bad", "builtin", "differs", first=1e-9 * n)]
        return Race("a/b", "", n, tuple(made))

    found = session.growths([at(10), at(100), at(1000)])
    assert list(found) == ["a/b/fast"]
    assert found["a/b/fast"].name == "n"


# ---- measuring ----


def test_a_contender_that_would_take_too_long_is_skipped():
    def make(n):
        return contenders(lambda: 1, lambda: 1, builtin("slow", lambda: 1), builtin("quick", lambda: 1))

    known = {("x/y", "slow"): (100, 1.0)}
    for n, limit, seconds in ((1000, 5.0, "10"), (200, 1.0, "2"), (100, 0.9, "1"), (50, 0.4, "0.5")):
        group = measure.check(Case("x/y", "", make), n, known, limit)
        assert [r.status for r in group.rows] == ["=", f"skipped (est. {seconds} s)", "=", "="]


def test_fastcore_and_the_fastest_exact_rivals_may_take_longer_than_others():
    def make(n):
        rivals = [builtin(name, lambda: 1) for name in ("fast", "as fast", "slow")]
        return contenders(lambda: 1, lambda: 1, *rivals, builtin("rough", lambda: 1, tolerance=0.0))

    times = {"fast": 1.0, "as fast": 1.4, "slow": 1.6, "rough": 0.9, "fastcore": 4.0}
    known = {("x/y", name): (100, seconds) for name, seconds in times.items()}
    found = {r.contender.name: r.status for r in measure.check(Case("x/y", "", make), 100, dict(known), 0.8).rows}
    assert [name for name, status in found.items() if status == "="] == ["reference", "fast", "as fast", "fastcore"]
    found = {r.contender.name: r.status for r in measure.check(Case("x/y", "", make), 600, dict(known), 0.8).rows}
    assert [name for name, status in found.items() if status == "="] == ["reference"]


def test_a_cases_own_sizes_are_never_too_large():
    case = Case("x/y", "", lambda n: contenders(lambda: 1, lambda: 1), sizes=(50,))
    known = {("x/y", "fastcore"): (1, 1.0)}
    assert [r.status for r in measure.check(case, 50, dict(known)).rows] == ["=", "="]
    assert [r.status for r in measure.check(case, 51, dict(known)).rows] == ["=", "skipped (est. 51 s)"]


def test_a_reference_is_given_a_third_of_the_time_and_others_are_then_compared_with_each_other():
    case = Case("x/y", "", lambda n: contenders(lambda: 1, lambda: 3, builtin("two", lambda: 2)))
    known = {("x/y", name): (10, 1.0) for name in ("reference", "fastcore", "two")}
    found = [r.status for r in measure.check(case, 10, dict(known), limit=2.0).rows]
    assert found == ["skipped (est. 1 s)", "=", "differs"]


def test_what_a_librarys_first_call_sets_up_is_not_its_time():
    calls = []

    def slow_at_first():
        calls.append(1)
        time.sleep(0.02 if len(calls) == 1 else 0)
        return 1

    case = Case("x/y", "", lambda n: contenders(lambda: 1, lambda: 1, peer("a", "math", lambda math: slow_at_first)))
    known = {}
    assert measure.check(case, 10, known).rows[1].first < 10e6
    assert len(calls) == 2
    calls.clear()
    assert measure.check(case, 100, known).rows[1].first >= 20e6  # which is the library's time by now
    assert len(calls) == 1


def test_a_large_first_size_is_tried_small_first():
    sizes = []

    def make(n):
        sizes.append(n)
        return contenders(lambda: 1, lambda: 1)

    measure.check(Case("x/y", "", make), 1_000_000, {})
    assert sizes == [1_000_000, 10_000] or sizes == [10_000, 1_000_000]
    assert len(sizes) == 2


def test_what_is_compiled_first_is_left_out_if_so_wanted():
    compiled = peer("compiled", "numba", lambda numba: pytest.fail("was compiled"))
    group = group_of(compiled, has_compiled=False)
    assert [r.status for r in group.rows] == ["=", "skipped (compiled first)", "="]


def test_a_contender_that_gives_another_result_is_named_and_not_timed():
    group = group_of(builtin("wrong", lambda: 2.0))
    measure.run([group], 0.01)
    assert [r.status for r in group.rows] == ["=", "differs", "="]
    assert [r.is_timed for r in group.rows] == [True, False, True]
    assert group.best_rival() is None
    assert "results differ: x/y n=10 (wrong)" in report.summary([session.race_of(group)])


def test_the_loops_of_a_block_take_near_a_millisecond():
    values = list(range(1000))
    fast = row([])
    fast.call = lambda: sum(values)
    fast.first = 10_000.0
    measure._calibrate(fast)
    assert 1 < fast.loops < measure.MOST_LOOPS


def test_loops_that_were_cut_short_are_mended_by_the_shortest_time():
    cut = row([[500_000.0, 10_000.0]])
    cut.loops, cut.is_calibrated = 2, True
    measure._calibrate(cut)
    assert cut.loops == 100


def test_what_the_comparison_does_not_need_takes_few_rounds_or_none():
    group = group_of(
        peer("fast", "math", lambda math: lambda: 1.0),
        *(builtin("slow", lambda: float(sum(range(20_000)) > 0)) for _ in range(9)),
        peer("too slow", "time", lambda time: lambda: time.sleep(0.05) or 1.0),
    )
    measure.run([group], 2.0)
    rounds = {r.contender.name: sum(t > 0 for p in r.passes for t in p) for r in group.rows}
    assert rounds["too slow"] == 0
    assert 3 <= rounds["slow"] < rounds["fast"]
    assert rounds["fast"] == rounds["fastcore"] > 10
    # Rounds are paired, so all have as many, in which some sit out.
    assert len({tuple(map(len, r.passes)) for r in group.rows if r.is_timed}) == 1


def test_the_base_is_what_was_asked_for_by_name_or_role_else_the_fastest_rival():
    slow, fast = row([[2.0]], "slow", "builtin"), row([[1.0]], "fast", "peer")
    group = Group(Case("a/b", "", lambda n: []), 10, [slow, fast, row([[3.0]])])
    assert group.base_row() is fast
    for name, found in (("slow", slow), ("builtin", slow), ("peer", fast), ("absent", fast)):
        group.base = name
        assert group.base_row() is found
    assert slow not in group.needed()
    group.base = "slow"
    assert slow in group.needed()


def test_a_session_gives_out_each_batch_and_keeps_what_was_done_at_an_interrupt():
    def interrupt():
        raise KeyboardInterrupt

    quick = Case("x/quick", "", lambda n: contenders(lambda: 1, lambda: 1, builtin("same", lambda: 1)))
    broken = Case("x/broken", "", lambda n: contenders(lambda: 1, interrupt))
    # So short a run would be one batch, were the first case not given out as soon as it is done.
    plan = session.Plan([quick, broken], None, (5, 50), seconds=0.4)
    with measure.Pin(is_wanted=False) as pin:
        races = session.races(plan, measure.canary(), pin)
        batch = next(races)
        assert [(race.case, race.n) for race in batch] == [("x/quick", 5), ("x/quick", 50)]
        assert all(race.ratio is not None for race in batch)
        assert next(races) == []
        with pytest.raises(KeyboardInterrupt):
            next(races)


def test_sizes_are_those_asked_for_else_the_cases_own_else_the_runs():
    own, other = Case("x/own", "", lambda n: [], sizes=(7,)), Case("x/other", "", lambda n: [])
    plan = session.Plan([own, other], None, (1, 2), seconds=1.0)
    assert (plan.sizes_of(own), plan.sizes_of(other), plan.count) == ((7,), (1, 2), 3)
    plan = session.Plan([own, other], (3,), (1, 2), seconds=1.0)
    assert (plan.sizes_of(own), plan.sizes_of(other), plan.count) == ((3,), (3,), 2)


@pytest.mark.skipif(not measure.allowed_cpus(), reason="this system does not hold processes on processors")
def test_a_pin_holds_on_as_many_processors_as_are_used_and_lets_go():
    before = measure.allowed_cpus()
    with measure.Pin() as pin:
        assert measure.allowed_cpus() == {pin.cpu}
        pin.use(2)
        assert len(measure.allowed_cpus()) == min(2, len(before))
    assert measure.allowed_cpus() == before


# ---- memory ----


@pytest.mark.skipif(memory.tracemalloc is None, reason="this interpreter does not trace allocations")
def test_the_peak_is_that_of_a_known_allocation():
    size = 8_000_000
    assert memory.traced_peak(lambda: bytes(size)) == pytest.approx(size, rel=0.01)
    assert memory.traced_peak(lambda: len(bytes(size))) == pytest.approx(size, rel=0.01)
    assert memory.traced_peak(lambda: None) < 10_000


@pytest.mark.skipif(memory.tracemalloc is None, reason="this interpreter does not trace allocations")
def test_the_peak_counts_a_known_allocation_inside_a_kernel(fc):
    if fc.__name__ == "fastcore.pure":
        pytest.skip("has no kernel")
    n = 300_000
    values = [float(i * 7919 % n) for i in range(n)]
    # Of each element 8 bytes in the result, and in the kernel's own memory 8 for its key, 8 for its place, and where
    # no vectors sort in place 8 more to merge into.
    known = 32 * n if fc.current_isa() == "base" else 24 * n
    assert memory.traced_peak(lambda: fc.sort(values)) == pytest.approx(known, rel=0.05)


@pytest.mark.skipif(memory.tracemalloc is None, reason="this interpreter does not trace allocations")
def test_the_peak_counts_what_kernels_and_numpy_allocate(fc, np):
    if fc.__name__ == "fastcore.pure":
        pytest.skip("has no kernel")
    n = 1_000_000
    a = np.random.default_rng(1).integers(0, 1 << 60, n)
    text = fc.join(a, ",")
    # The result, a byte a digit, and nothing else that matters but the room for digits that turned out shorter.
    assert len(text) <= memory.traced_peak(lambda: fc.join(a, ",")) <= 2.2 * len(text)
    assert memory.traced_peak(lambda: fc.argsort(a)) >= 8 * n
    assert memory.traced_peak(lambda: np.arange(n)) == pytest.approx(8 * n, rel=0.01)


def test_a_peak_that_would_take_too_long_to_find_is_left_out():
    group = group_of(builtin("slow", lambda: 1.0))
    group.rows[1].first = 1e9
    memory.measure(group, limit=5.0)
    assert group.rows[1].peak_bytes is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_a_process_of_its_own_agrees_on_a_large_peak():
    n = 3_000_000
    peak = memory.resident_peak("howto/squares-list", n, "append, i**2")
    assert peak is not None
    assert peak > 8 * n


# ---- text ----


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.5, "1.5 s"), (0.9996, "1 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.5 µs"), (1.2e-8, "12 ns"), (math.nan, "–")],
)
def test_durations_have_three_digits_and_a_unit(seconds, text):
    assert report.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(None, ""), (0, "0 B"), (999, "999 B"), (12_345, "12.3 kB"), (8_000_000, "8 MB")]
)
def test_bytes_have_three_digits_and_a_unit(count, text):
    assert report.memory(count) == text


def test_the_summary_names_losses_and_ties():
    races = []
    for name, ratio in (("a/win", 2.0), ("a/loss", 0.5), ("a/tie", 1.0)):
        mine, rival = simulated(ratio)
        races.append(race_between(mine, rival, name=name))
    assert (
        report.summary(races)
        == "fastcore first in 1 of 3 (geometric mean 1.00x); not first: a/loss n=10 (rival 2.00x); "
        "no difference shown: a/tie n=10 (rival)"
    )


def test_the_summary_names_the_sizes_of_a_case_together():
    def race(case, n, name, ratio):
        rows = (Result(name, "peer", "=", first=1.0), Result("fastcore", "fastcore", "=", first=1 / ratio))
        return Race(case, "", n, rows, name, Ratio(ratio, ratio - 0.001, ratio + 0.001))

    races = [
        *(race("a/b", n, name, 0.5) for n, name in ((10, "one"), (100, "one"), (1000, "two"))),
        race("a/c", 10, "one", 0.25),
        *(race("a/d", n, name, 1.0) for n, name in ((10, "one"), (100, "one"), (1000, "two"))),
    ]
    assert report.summary(races).partition("; ")[2] == (
        "not first: a/b n=10, 100, 1000 (one 2.00x, 2.00x, two 2.00x), a/c n=10 (one 4.00x); "
        "no difference shown: a/d n=10, 100, 1000 (one, two)"
    )


def test_a_race_is_a_line_and_with_all_contenders_one_for_each():
    mine, rival = simulated(0.5, role="peer", tolerance=1e-9)
    _, slow = simulated(5.0)
    slow.contender = builtin("slow", None)
    race = race_between(mine, slow, rival)
    assert race.rival == "rival"
    (line,) = report.lines([race], has_all=False)
    assert "] ~rival" in line.text
    assert line.kind == "loss"
    assert line.text.split()[:2] == ["a/b", "10"]
    assert "0.50x slower [0." in line.text
    title, *rows = report.lines([race], has_all=True)
    assert title.text == "a/b · a title"
    assert [r.text.split()[0] for r in rows] == ["~rival", "x", "slow"]
    assert [" base " in r.text for r in rows] == [True, False, False]


def test_a_rival_that_was_not_timed_again_has_a_rough_ratio():
    mine, rival = simulated(2.0, noise=0)
    unpaired = row([[30_000.0]], "unpaired", "peer")
    unpaired.passes = []
    race = race_between(mine, rival, unpaired)
    line = next(line for line in report.lines([race], has_all=True) if "unpaired" in line.text)
    assert "30 µs" in line.text
    assert f"~{report.times(rival.seconds / 3e-5)}x slower" in line.text


def test_one_call_proves_a_large_difference_only():
    mine, rival = simulated(2.0, noise=0, drift=0)
    for first, said in ((3000.0, "~no difference shown"), (6000.0, "~0.33x slower")):
        once = row([[first]], "once", "builtin")
        once.passes = []
        result = race_between(mine, rival, once).result("once")
        assert report.against_base(result).startswith(said)


def test_all_contenders_are_timed_where_a_case_has_a_base_of_its_own():
    made = [builtin("slow", lambda: sum(range(100_000))), builtin("fast", lambda: 4999950000)]
    group = measure.check(Case("x/y", "", lambda n: made, base="fast"), 1, {})
    measure.run([group], 0.01)
    assert [sum(map(len, r.passes)) >= 3 for r in group.rows] == [True, True]


def test_a_case_without_fastcore_is_held_against_its_base_and_says_what_it_teaches():
    slow, fast = row([[2000.0] * 20], "slow", "reference"), row([[1000.0] * 20], "fast", "builtin")
    case = Case("a/b", "a title", lambda n: [], base="slow", finding="Fast is faster.")
    race = session.race_of(Group(case, 10, [slow, fast], "slow"))
    text = [line.text for line in report.lines([race], has_all=False)]
    assert "2.00x faster" in text[1]
    assert " base" in text[2]
    assert text[3] == "  Fast is faster."


def test_another_interpreter_has_a_column():
    mine, rival = simulated(2.0, noise=0)
    race = race_between(mine, rival)
    there = Result("x", "fastcore", "=", interpreter="PyPy 9", passes=((1e-6,),), base="rival", ratio=Ratio(2, 2, 2))
    race = Race(race.case, race.title, race.n, (*race.results, there), race.rival, race.ratio)
    _, *rows = report.lines([race], has_all=True, interpreters=["PyPy 9"])
    assert report.head(["PyPy 9"]).text.endswith("PyPy 9")
    assert rows[0].text.endswith("1 µs  ~2.00x")
    assert len(rows) == 2


def test_markdown_has_a_table_with_losses_in_bold():
    races = []
    for name, ratio in (("sums/win", 2.0), ("sums/loss", 0.5), ("sums/tie", 1.0)):
        mine, rival = simulated(ratio, noise=0.001)
        races.append(race_between(mine, rival, name=name))
    text = report.as_markdown(run_of(*races))
    assert "| sums | n = 10 |" in text
    assert "| `win`: a title | 2.00x `rival` |" in text
    assert "| `loss`: a title | **0.50x** `rival` |" in text
    assert "| `tie`: a title | = `rival` |" in text


def test_markdown_shows_what_the_how_to_teaches():
    slow, fast = row([[2000.0] * 20], "a|b", "reference"), row([[1000.0] * 20], "fast", "builtin")
    case = Case("howto/x", "a title", lambda n: [], base="a|b", finding="Fast is faster.")
    text = report.as_markdown(run_of(session.race_of(Group(case, 10, [slow, fast], "a|b"))))
    assert "**a title** (`howto/x`): Fast is faster." in text
    assert "| `fast` | 10 | 1 µs | 2.00x faster [" in text
    assert "| `a\\|b` | 10 | 2 µs | base |" in text


def test_csv_has_a_line_for_each_contender():
    mine, rival = simulated(2.0)
    race = race_between(mine, rival)
    rows = list(csv.DictReader(io.StringIO(report.as_csv(run_of(race)))))
    assert [r["contender"] for r in rows] == ["rival", "x"]
    assert float(rows[1]["ratio"]) == race.fastcore.ratio.value
    assert float(rows[1]["seconds"]) == race.fastcore.seconds


# ---- files ----


def test_a_run_is_read_as_it_was_written():
    mine, rival = simulated(2.0)
    missing = row([], "missing", "peer")
    missing.status = "not installed"
    race = race_between(mine, rival, missing, finding="So it is.")
    run = run_of(race)
    growths = session.growths([Race("a/b", "", n, (Result("x", "fastcore", "=", first=1e-9 * n),)) for n in (1, 9, 99)])
    run = Run(run.races, run.metadata, run.version, run.argv, run.noise, growths)
    again = results.from_json(results.as_json(run))
    assert results.as_json(again) == results.as_json(run)
    assert again.noise == run.noise
    assert again.growths == run.growths
    assert again.races[0].fastcore == race.fastcore
    assert {r.key for r in again.races[0].results} == {"x", "rival", "missing"}


def test_metadata_are_flat_and_values_positive_as_pyperf_wants_them():
    mine, rival = simulated(2.0)
    document = json.loads(results.as_json(run_of(race_between(mine, rival))))
    assert document["version"] == "1.0"
    for benchmark in document["benchmarks"]:
        assert all(isinstance(value, (str, int, float)) for value in benchmark["metadata"].values())
        assert all(value > 0 for part in benchmark["runs"] for value in part["values"])
    mine_there = next(b["metadata"] for b in document["benchmarks"] if b["metadata"]["role"] == "fastcore")
    assert mine_there["ratio_lo"] <= mine_there["ratio"] <= mine_there["ratio_hi"]
    assert mine_there["rival"] == "rival"


def test_a_run_is_kept_with_a_time_for_each_pass_and_the_same_ratios():
    mine, rival = simulated(2.0)
    run = run_of(race_between(mine, rival))
    kept = results.condensed(run)
    assert [len(rounds) for r in kept.races[0].results for rounds in r.passes] == [1] * 2 * measure.PASSES
    assert kept.races[0].ratio == run.races[0].ratio
    assert len(results.as_json(kept)) < len(results.as_json(run)) / 2


@pytest.mark.parametrize("text", ("", "[]", "3", "{}", '{"fastcore": {"schema": 1}}', '{"fastcore": 3}', "\x00"))
def test_another_file_is_not_read(text):
    with pytest.raises(results.Unreadable, match="is not a fastcore or pyperf file"):
        results.from_json(text)


def test_a_file_of_pyperfs_own_or_of_another_schema_is_named():
    with pytest.raises(results.Unreadable, match="is pyperf's own"):
        results.from_json('{"version": "1.0", "benchmarks": []}')
    with pytest.raises(results.Unreadable, match="has schema 2, not 1"):
        results.from_json('{"fastcore": {"schema": 2}}')


def test_pyperf_reads_and_compares_two_runs(tmp_path):
    pytest.importorskip("pyperf")
    paths = []
    for seed in (1, 2):
        mine, rival = simulated(2.0, seed=seed)
        paths.append(tmp_path / f"{seed}.json")
        paths[-1].write_text(results.as_json(run_of(race_between(mine, rival))), encoding="utf-8")
    for arguments in (["show", str(paths[0])], ["compare_to", "--table", *map(str, paths)]):
        command = [sys.executable, "-m", "pyperf", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "a/b/n=10/x" in done.stdout or "Geometric mean" in done.stdout


# ---- peers ----


def test_a_peer_that_is_missing_reads_not_installed_and_is_no_rival():
    missing = peer("missing", "sys no_such_module.part", lambda *modules: lambda: 1.0)
    group = group_of(missing, builtin("sum", lambda: 1.0))
    assert not missing.is_installed
    assert [r.status for r in group.rows] == ["=", "not installed", "=", "="]
    measure.run([group], 0.01)
    assert group.best_rival().contender.name == "sum"
    race = session.race_of(group)
    assert any("missing" in line.text and "not installed" in line.text for line in report.lines([race], has_all=True))
    assert "missing" not in report.summary([race])


def test_a_peer_is_given_the_modules_that_it_needs():
    installed = peer("installed", "math os.path", lambda math, path: lambda: math.floor(len(path.sep)) / 1)
    group = group_of(installed)
    assert installed.is_installed
    assert [r.status for r in group.rows] == ["=", "=", "="]


@pytest.mark.parametrize("fails_when", ("prepared", "called"))
def test_a_peer_that_fails_is_named_and_ends_nothing(fails_when):
    def fail(*_):
        raise LookupError("no such type")

    group = group_of(peer("broken", "math", fail if fails_when == "prepared" else lambda math: fail))
    measure.run([group], 0.01)
    assert [r.status for r in group.rows] == ["=", "failed (LookupError)", "="]
    assert report.problems([session.race_of(group)]) == ["failed: x/y n=10 (broken)"]


def test_only_a_peer_may_fail():
    with pytest.raises(ZeroDivisionError):
        group_of(builtin("broken", lambda: 1 / 0))
    assert group_of(builtin("broken", lambda: 1 / 0), may_fail=("builtin",)).rows[1].status.startswith("failed")


def test_a_contender_with_a_tolerance_may_be_less_exact_and_is_marked():
    rough = builtin("rough", lambda: 1.0001, tolerance=1e-3)
    group = group_of(rough, builtin("equal", lambda: 1.0), builtin("too rough", lambda: 1.01, tolerance=1e-3))
    assert [r.status for r in group.rows] == ["=", "=", "=", "differs", "="]
    assert [r.contender.label for r in group.rows[1:4]] == ["~rough", "equal", "~too rough"]


def test_nothing_is_compared_with_what_is_less_exact_if_something_is_not():
    rough = builtin("rough", lambda: 1.0001, tolerance=1e-3)
    case = Case("x/y", "", lambda n: contenders(lambda: 1.0, lambda: 1.0, rough))
    known = {("x/y", "reference"): (10, 100.0)}
    assert [r.status for r in measure.check(case, 10, known).rows] == ["skipped (est. 100 s)", "=", "="]


def test_a_tolerance_is_for_the_contender_that_has_it():
    assert group_of(builtin("rough", lambda: 1.0 + 1e-12)).rows[1].status == "differs"
    assert group_of(builtin("rough", lambda: 1.0 + 1e-12), is_exact=False).rows[1].status == "="
    assert group_of(builtin("too rough", lambda: 1.0 + 1e-6), is_exact=False).rows[1].status == "differs"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ([], ["reference", "sum", "numpy", "fast", "fastcore"]),
        (["fastcore", "peers"], ["fast", "fastcore"]),
        (["builtin"], ["sum"]),
        (["peer:fast", "reference"], ["reference", "fast"]),
        (["peer:gmpy2"], ["fast"]),
    ],
)
def test_contenders_are_chosen_by_role_and_peers_by_name_or_module(wanted, names):
    made = contenders(
        lambda: 1,
        lambda: 1,
        builtin("sum", lambda: 1),
        cases.numpy("numpy", lambda np: lambda: 1),
        peer("fast", "gmpy2 numpy", lambda *_: lambda: 1),
    )
    case = cases.with_contenders(Case("x/y", "", lambda n: made), wanted)
    assert [c.name for c in case.make(1)] == names


# ---- another interpreter ----


def test_a_worker_runs_the_same_case_and_agrees():
    case = next(case for case in cases.all_cases() if case.name == "sums/list-int")
    group = measure.check(case, 50, {})
    digest = worker.digest_of(case, group.expected)
    with worker.Worker(sys.executable) as other:
        assert other.interpreter == worker.interpreter_name()
        other.check(case, 50, [], 1.0, digest)
        other.run_pass(group, 0.02, 0)
        race = session.race_of(group, [other])
        assert other.groups[case.name, 50][0]["status"] == "="
        other.check(case, 50, [], 1.0, "another result")
        assert other.groups[case.name, 50][0]["status"] == "differs"
    there = [r for r in race.results if r.interpreter]
    assert {r.contender for r in there} == {r.contender for r in race.results}
    assert any(r.is_timed and r.seconds > 0 and not r.is_paired for r in there)


def test_digests_tell_results_apart_but_not_interpreters():
    exact, near = Case("x/y", "", lambda n: []), Case("x/y", "", lambda n: [], is_exact=False)
    values = [1, [2.5, "text"], (True, -0.0)]
    assert worker.digest_of(exact, values) == worker.digest_of(exact, [1, (2.5, "text"), [1, -0.0]])
    end = (True, -0.0)
    for other in ([1, [2.5, "text"], (True, 0.0)], [1, [2.5], "text", end], [1.0, [2.5, "text"], end]):
        assert worker.digest_of(exact, values) != worker.digest_of(exact, other)
    assert worker.digest_of(near, values) is None
    assert worker.digest_of(exact, object()) is None


def test_a_worker_that_dies_is_replaced(monkeypatch):
    case = next(case for case in cases.all_cases() if case.name == "sums/list-int")
    with worker.Worker(sys.executable) as other:
        other._process.kill()
        other._process.wait()
        other.check(case, 5, [], 1.0, None)
        assert other.groups[case.name, 5][0]["status"] == "failed (no answer)"
        other.check(case, 5, [], 1.0, None)
        assert other.groups[case.name, 5][0]["status"] == "="


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of processes")
@pytest.mark.skipif(not can_start_processes(), reason="PyPy's executor would fork")
def test_a_worker_leaves_no_processes(monkeypatch):
    monkeypatch.setattr(worker, "GRACE", 0.0)
    case = next(case for case in cases.all_cases() if case.name == "howto/cpu-tasks")
    with worker.Worker(sys.executable) as other:
        other.check(case, 10, [], 1.0, None)
        session_of_worker = other._process.pid
        assert len(processes_of(session_of_worker)) > 1
    end = time.monotonic() + 10
    while processes_of(session_of_worker):
        assert time.monotonic() < end
        time.sleep(0.01)


def processes_of(session_id):
    """The processes of a session, but for those that have ended and are not yet waited for."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
            state, _, _, session, *_ = file.read().rpartition(")")[2].split()
            if int(session) == session_id and state != "Z":
                found.append(int(name))
    return found


def test_interpreters_that_cannot_be_used_say_why(tmp_path):
    with pytest.raises(worker.Unusable, match="cannot run '.*nothing': "):
        worker.Worker(str(tmp_path / "nothing"))
    if os.name == "posix":
        script = tmp_path / "python"
        script.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
        script.chmod(0o755)
        with pytest.raises(worker.Unusable, match="has no fastcore: install it there"):
            worker.Worker(str(script))
