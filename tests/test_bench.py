"""python -m fastcore.bench: its statistics on made-up times, and its command line."""

from __future__ import annotations

import gc
import json
import math
import os
import random
import subprocess
import sys

import pytest

from fastcore.bench import __main__ as command
from fastcore.bench import cases, measure, report
from fastcore.bench.cases import Case, Contender, builtin, contenders, decks, joins, loops, peer, sorting, transforms
from fastcore.bench.measure import Group, Row

HAS_PYPERF = True
try:
    import pyperf  # noqa: F401
except ImportError:
    HAS_PYPERF = False


def row(times, name="x", role="fastcore", tolerance=None):
    made = Row(Contender(name, role, lambda: lambda: None, tolerance=tolerance))
    made.passes = times
    made.first = times[0][0]
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


def group_of(*rivals, n=10, is_exact=True):
    """The checked group of a case whose reference and fastcore give 1.0, with these rivals."""
    made = contenders(lambda: 1.0, lambda: 1.0, *rivals)
    return measure.check(Case("x/y", "", lambda n: made, is_exact), n, {})


# ---- statistics ----


@pytest.mark.parametrize("ratio", (0.5, 1.1, 2.0, 100.0))
def test_a_ratio_is_found_although_the_machine_drifts(ratio):
    found = measure.compare(*simulated(ratio))
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(ratio, rel=0.02)
    assert found.verdict == ("slower" if ratio < 1 else "faster")


def test_a_function_against_itself_shows_no_difference():
    for seed in range(20):
        assert measure.compare(*simulated(1.0, seed=seed)).verdict == "no difference shown"


def test_a_small_difference_is_not_called_one():
    assert measure.compare(*simulated(1.01, noise=0.001)).verdict == "no difference shown"


def test_one_round_alone_proves_a_large_difference_only():
    assert measure.compare(row([[1.0]]), row([[1.4]])).verdict == "no difference shown"
    assert measure.compare(row([[1.0]]), row([[2.0]])).verdict == "faster"


def test_a_canary_that_differs_from_itself_is_noise():
    assert not measure.is_noisy(measure.Ratio(1.0, 0.98, 1.02))
    assert measure.is_noisy(measure.Ratio(1.0, 0.9, 1.02))
    assert measure.is_noisy(measure.Ratio(1.1, 1.05, 1.15))


def test_a_contender_that_would_take_too_long_is_skipped():
    def make(n):
        return contenders(lambda: 1, lambda: 1, builtin("slow", lambda: 1))

    known = {("x/y", "slow"): (100, 1.0)}
    group = measure.check(Case("x/y", "", make), 1000, known)
    assert [r.status for r in group.rows] == ["=", "skipped (est. 10 s)", "="]


def test_a_contender_that_gives_another_result_is_named_and_not_timed():
    group = group_of(builtin("wrong", lambda: 2.0))
    measure.run([group], 0.01, lambda part: None)
    assert [r.status for r in group.rows] == ["=", "differs", "="]
    assert [r.is_timed for r in group.rows] == [True, False, True]
    assert group.best_rival() is None
    assert "results differ: x/y n=10 (wrong)" in report.summary([group], {0: report.comparison(group)})


def test_the_timing_keeps_the_loops_of_a_block_near_a_millisecond():
    values = list(range(1000))
    fast = row([[1.0]])
    fast.call = lambda: sum(values)
    fast.first = 10_000.0
    loops = measure._calibrate(fast)
    assert 1 < loops < measure.MOST_LOOPS


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.5, "1.5 s"), (0.9996, "1 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.5 µs"), (1.2e-8, "12 ns"), (math.nan, "–")],
)
def test_durations_have_three_digits_and_a_unit(seconds, text):
    assert report.duration(seconds) == text


def test_the_summary_names_losses_and_ties():
    groups = []
    for name, ratio in (("a/win", 2.0), ("a/loss", 0.5), ("a/tie", 1.0)):
        mine, rival = simulated(ratio)
        groups.append(Group(Case(name, "", lambda n: []), 10, [rival, mine]))
    text = report.summary(groups, {i: report.comparison(group) for i, group in enumerate(groups)})
    assert (
        text == "Summary: fastcore first in 1 of 3; not first: a/loss n=10 (rival 2.00x); "
        "no difference shown: a/tie n=10 (rival)"
    )


# ---- peers ----


def test_a_peer_that_is_missing_reads_not_installed_and_is_no_rival():
    missing = peer("missing", "sys no_such_module.part", lambda *modules: lambda: 1.0)
    group = group_of(missing, builtin("sum", lambda: 1.0))
    assert not missing.is_installed
    assert [r.status for r in group.rows] == ["=", "not installed", "=", "="]
    measure.run([group], 0.01, lambda part: None)
    assert group.best_rival().contender.name == "sum"
    assert report.table([group], {})[1] == ("    not installed: missing",)
    assert "missing" not in report.summary([group], {0: report.comparison(group)})


def test_a_peer_is_given_the_modules_that_it_needs():
    installed = peer("installed", "math os.path", lambda math, path: lambda: math.floor(len(path.sep)) / 1)
    group = group_of(installed)
    assert installed.is_installed
    assert [r.status for r in group.rows] == ["=", "=", "="]


def test_a_peer_that_differs_is_named_and_not_timed():
    group = group_of(
        peer("wrapped", "math", lambda math: lambda: -1.0), peer("right", "math", lambda math: lambda: 1.0)
    )
    measure.run([group], 0.01, lambda part: None)
    assert [r.status for r in group.rows] == ["=", "differs", "=", "="]
    assert [r.is_timed for r in group.rows] == [True, False, True, True]
    assert group.best_rival().contender.name == "right"
    assert report.table([group], {})[0][-1] == "differs"
    assert report.table([group], {})[1][0].endswith("differs: wrapped")
    assert "results differ: x/y n=10 (wrapped)" in report.summary([group], {0: report.comparison(group)})


@pytest.mark.parametrize("fails_when", ("prepared", "called"))
def test_a_peer_that_fails_is_named_and_ends_nothing(fails_when):
    def fail(*_):
        raise LookupError("no such type")

    group = group_of(peer("broken", "math", fail if fails_when == "prepared" else lambda math: fail))
    measure.run([group], 0.01, lambda part: None)
    assert [r.status for r in group.rows] == ["=", "failed (LookupError)", "="]
    assert report.problems([group]) == ["failed: x/y n=10 (broken)"]


def test_only_a_peer_may_fail():
    with pytest.raises(ZeroDivisionError):
        group_of(builtin("broken", lambda: 1 / 0))


def test_a_contender_with_a_tolerance_may_be_less_exact_and_is_marked():
    rough = builtin("rough", lambda: 1.0001, tolerance=1e-3)
    group = group_of(rough, builtin("equal", lambda: 1.0), builtin("too rough", lambda: 1.01, tolerance=1e-3))
    assert [r.status for r in group.rows] == ["=", "=", "=", "differs", "="]
    assert [r.contender.label for r in group.rows[1:4]] == ["~rough", "equal", "~too rough"]


def test_a_tolerance_is_for_the_contender_that_has_it():
    assert group_of(builtin("rough", lambda: 1.0 + 1e-12)).rows[1].status == "differs"
    assert group_of(builtin("rough", lambda: 1.0 + 1e-12), is_exact=False).rows[1].status == "="
    assert group_of(builtin("too rough", lambda: 1.0 + 1e-6), is_exact=False).rows[1].status == "differs"


@pytest.mark.parametrize(
    ("result", "agrees"),
    [
        ([1.0, 2.0], True),
        ([1.0, 2.0 + 1e-12], True),
        ([1.0, 2.1], False),
        ([1.0], False),
        ([1.0, 2.0, 3.0], False),
        (1.0, False),
        (["1", "2"], False),
    ],
)
def test_lists_of_floats_are_compared_element_by_element(result, agrees):
    assert Case("x/y", "", lambda n: [], is_exact=False).agree([1.0, 2.0], result) is agrees


def test_results_of_libraries_are_compared_as_python_values():
    class Scalar:
        def as_py(self):
            return 3

    class Series:
        def to_list(self):
            return [1, 2]

    case = Case("x/y", "", lambda n: [])
    assert case.agree((3, [1, 2]), (Scalar(), Series()))
    assert not case.agree((3, [1, 2]), (Scalar(), [1, 3]))


def test_the_summary_names_a_peer_as_the_best_rival():
    mine, fast = simulated(0.5, role="peer", tolerance=1e-9)
    _, slow = simulated(2.0)
    group = Group(Case("a/loss", "", lambda n: []), 10, [slow, fast, mine])
    ratios = {0: report.comparison(group)}
    assert group.best_rival() is fast
    assert report.summary([group], ratios) == "Summary: fastcore first in 0 of 1; not first: a/loss n=10 (~rival 2.00x)"
    line, rest = report.table([group], ratios)
    assert line[6].startswith("0.50x slower [0.")
    assert line[6].endswith("] ~rival")
    assert rest == (f"    ~rival {report.duration(fast.seconds)} (0.50x)",)


def test_each_rival_without_a_column_has_its_time_and_ratio():
    mine, peer_row = simulated(3.0, noise=0, role="peer")
    _, slow = simulated(5.0, noise=0)
    _, slower = simulated(40.0, noise=0)
    unpaired = row([[30_000.0]], "unpaired", "peer")
    unpaired.passes = []
    group = Group(Case("a/b", "", lambda n: []), 10, [slower, slow, peer_row, unpaired, mine])
    line, rest = report.table([group], {})
    assert line[3] == report.duration(slow.seconds)
    parts = rest[0].strip().split("; ")
    assert parts[0] == f"rival {report.duration(slower.seconds)} (40.0x)"
    assert parts[1] == f"rival {report.duration(peer_row.seconds)} (3.00x)"
    assert parts[2] == f"unpaired 30 µs (~{report.times(unpaired.seconds / mine.seconds)}x)"


def test_what_the_comparison_does_not_need_takes_few_rounds_or_none():
    group = group_of(
        peer("fast", "math", lambda math: lambda: 1.0),
        builtin("slow", lambda: float(sum(range(20_000)) > 0)),
        peer("too slow", "time", lambda time: lambda: time.sleep(0.05) or 1.0),
    )
    measure.run([group], 0.5, lambda part: None)
    rounds = {r.contender.name: sum(map(len, r.passes)) for r in group.rows}
    assert rounds["too slow"] == 0
    assert rounds["reference"] == rounds["slow"] == 3
    assert rounds["fast"] == rounds["fastcore"] > 10
    # Times are paired by pass, in which some have none.
    assert all(len(r.passes) == measure.PASSES for r in group.rows)


# ---- cases ----


@pytest.mark.parametrize("case", cases.all_cases(), ids=lambda case: case.name)
@pytest.mark.parametrize("n", (1, 30))
def test_all_contenders_of_every_case_agree(case, n):
    group = measure.check(case, n, {})
    assert {r.status for r in group.rows} <= {"=", "not installed"}
    assert group.rows[0].contender.role == "reference"
    assert group.rows[-1].contender.role == "fastcore"


def test_orders_agree_if_stable_or_if_marked_and_of_the_same_elements():
    case = next(case for case in cases.all_cases() if case.name == "sorting/argsort-int-few")
    stable = case.make(30)[0].call()().tolist()
    a = sorting.lists("int", "few", 30)[0]
    i = next(i for i in range(29) if a[stable[i]] == a[stable[i + 1]])
    unstable = [*stable[:i], stable[i + 1], stable[i], *stable[i + 2 :]]
    assert case.agree(stable, list(stable))
    assert not case.agree(stable, unstable)
    assert case.agree(stable, unstable, sorting.OTHER)
    assert not case.agree(stable, stable[::-1], sorting.OTHER)
    assert not case.agree(stable, [*stable[:i], stable[i], stable[i], *stable[i + 2 :]], sorting.OTHER)


def test_lists_agree_if_of_the_same_objects_or_if_marked_and_equal():
    case = next(case for case in cases.all_cases() if case.name == "sorting/list-letters")
    mine = case.make(30)[0].call()()
    others = [x[:6] + x[6:] for x in mine]
    assert case.agree(mine, list(mine))
    assert not case.agree(mine, others)
    assert case.agree(mine, others, sorting.OTHER)
    assert not case.agree(mine, others[::-1], sorting.OTHER)


def test_inputs_are_dealt_in_turn_and_the_reference_takes_the_one_before():
    deck = decks.Deck([(1,), (2,), (3,)])
    call, again = deck.call(lambda x: -x), deck.call_again(lambda x: x)
    assert [call() for _ in range(4)] == [-1, -2, -3, -1]
    assert call() == -2
    assert [again() for _ in range(3)] == [2, 1, 2]
    assert deck.call(lambda x: x, "text", lambda x: (str(x),))() == "1"


def test_peers_of_one_library_hold_inputs_in_forms_of_their_own():
    deck = decks.Deck([(1,)])
    doubled = decks.peer("math", deck, lambda math: math.floor, lambda math: lambda x: (2 * x,), form="doubled")
    tripled = decks.peer("math", deck, lambda math: math.floor, lambda math: lambda x: (3 * x,), form="tripled")
    assert doubled.call()() == 2
    assert tripled.call()() == 3


def test_texts_agree_if_equal_or_in_brackets_or_if_marked_and_of_the_same_numbers():
    case = joins.TextCase("x/y", "", lambda n: [])
    text = "0.5,-0.0,1e-05,1e+16,nan"
    assert case.agree(text, text)
    assert case.agree(text, f"[{text}]")
    assert not case.agree(text, None)
    for other in ("[0.5,-0.0,0.00001,1e16,null]", "0.5\n-0\n0.00001\n10000000000000000\nNaN\n"):
        assert not case.agree(text, other)
        assert case.agree(text, other, joins.OTHER)
    for wrong in ("0.5,-0.0,1e-05,1e+16", "0.5,-0.0,1e-05,1e+16,0", "0.5,-0.0,1.0000000000000002e-05,1e+16,nan"):
        assert not case.agree(text, wrong, joins.OTHER)
    assert case.agree("1,2\n3,4\n", "[[1.0,2.0],[3.0,4.0]]", joins.OTHER)
    assert not case.agree("9007199254740992", "9007199254740993", joins.OTHER)


def test_strings_agree_if_equal_or_if_marked_and_the_same_in_json():
    case = joins.TextCase("x/y", "", lambda n: [], values=joins.items)
    assert case.agree("7,8.5,ä,None", '[7,8.5,"ä",null]', joins.OTHER)
    assert not case.agree("7,8.5,ä,None", '[7,8.5,"ä",null]')
    assert not case.agree("7,8.5,ä,None", '[7,8.5,"a",null]', joins.OTHER)


def test_a_file_that_is_written_to_goes_with_its_contender():
    target = joins.Target()
    for text in (b"before", b"now"):
        file = target.rewound()
        file.write(text)
        file.flush()
    path = target._path
    assert target.text() == "now"
    assert os.path.exists(path)
    del target
    gc.collect()
    assert not os.path.exists(path)


def test_loops_in_c_are_left_out_without_a_compiler(monkeypatch):
    case = next(case for case in cases.all_cases() if case.name == "transforms/affine")
    monkeypatch.setattr(loops.shutil, "which", lambda name: None)
    assert "C -O3" not in [contender.name for contender in case.make(3)]
    assert loops.pythran_library.__wrapped__(transforms.WORKS, None) is None


def test_a_compiler_that_fails_gives_no_loops_and_no_error(monkeypatch):
    monkeypatch.setattr(loops.shutil, "which", lambda name: os.path.join("no", "such", name))
    assert loops.c_library.__wrapped__(transforms.WORKS) is None
    assert loops.pythran_library.__wrapped__(transforms.WORKS, math) is None  # which compiles nothing


def test_exponentials_agree_if_a_few_units_in_the_last_place_apart():
    case = transforms.NearCase("x/y", "", lambda n: [])
    assert case.agree([1.0, 1e-300], [1.0 + 2**-51, 1e-300 * (1 + 2**-51)])
    assert not case.agree([1.0, 1e-300], [1.0 + 2**-49, 1e-300])
    assert not case.agree([1.0, 1e-300], [1.0, 0.0])
    assert not case.agree([1.0], [1.0, 1.0])
    assert case.agree([1.0], [1.0 + 1e-10], 1e-9)


def test_every_family_has_cases():
    assert {case.family for case in cases.all_cases()} == set(cases.FAMILIES)


# ---- command line ----


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["sumz"], 5, "fastcore.bench: no case matches 'sumz'; did you mean 'sums'?"),
        (["qqqq"], 5, "fastcore.bench: no case matches 'qqqq'; --list names them"),
        (["-n", "0"], 2, "fastcore.bench: size must be a whole number from 1 to 1e8, not '0'"),
        (["-n", "10,x"], 2, "fastcore.bench: size must be a whole number from 1 to 1e8, not 'x'"),
        (["-n", "1e12"], 2, "fastcore.bench: size must be a whole number from 1 to 1e8, not '1e12'"),
        (["-n", "1.5"], 2, "fastcore.bench: size must be a whole number from 1 to 1e8, not '1.5'"),
        (["-n", "nan"], 2, "fastcore.bench: size must be a whole number from 1 to 1e8, not 'nan'"),
        (["-t", "0"], 2, "fastcore.bench: time must be more than 0 and at most 86400 seconds, not '0'"),
        (["-t", "soon"], 2, "fastcore.bench: time must be more than 0 and at most 86400 seconds, not 'soon'"),
        (["-o", "times.txt"], 2, "fastcore.bench: cannot write 'times.txt': the name must end in .json"),
        (
            ["-o", "/no/such/folder/x.json"],
            2,
            "fastcore.bench: cannot write '/no/such/folder/x.json': No such file or directory",
        ),
        (["--fast"], 2, "fastcore.bench: unrecognized arguments: --fast"),
    ],
)
def test_a_bad_command_line_is_one_line_and_an_exit_code(capsys, arguments, code, text):
    assert command.main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == text + "\n"


def test_cases_are_listed(capsys):
    assert command.main(["--list", "sums/fsum*", "fibonacci"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "sums/fsum-array",
        "sums/fsum-list",
        "sums/fsum-float32",
        "sums/fsum-wide20",
        "sums/fsum-wide100",
        "sums/fsum-bits",
        "sums/fsum-cancel",
        "fibonacci/number",
        "fibonacci/small",
        "fibonacci/str",
        "fibonacci/lucas",
        "fibonacci/mod",
        "fibonacci/mod-far",
        "fibonacci/mod-far-word",
        "fibonacci/array",
        "fibonacci/array-out",
        "fibonacci/array-mod",
        "fibonacci/array-mod-word",
        "fibonacci/range",
        "fibonacci/recurrence-2",
        "fibonacci/recurrence-10",
        "fibonacci/recurrence-100",
    ]


def test_listing_the_cases_imports_no_peer():
    program = (
        "import sys; from fastcore.bench.__main__ import main; main(['--list']); "
        "peers = {'bottleneck', 'flint', 'gmpy2', 'msgspec', 'numba', 'numexpr', 'numkong', 'orjson', 'pandas', "
        "'polars', 'pyarrow', 'pythran', 'sympy', 'xsum'}; "
        "print(sorted(peers & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    lines = done.stdout.splitlines()
    assert lines[-1] == "[]"
    assert any(line.startswith("sums/array-float ") and "numkong" in line for line in lines)


def test_results_alone_can_be_checked(capsys):
    assert command.main(["--check-only", "-n", "3,40", "joins"]) == 0
    assert "Checked 62: all results are the same" in capsys.readouterr().out


def test_a_run_prints_a_table_and_a_summary(capsys):
    assert command.main(["sums/list-int", "sorting/list-int", "-n", "50", "-t", "0.2"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("fastcore ")
    assert lines[1].split()[:3] == ["case", "n", "reference"]
    assert lines[2].startswith("sums/list-int")
    assert any(line.startswith("Summary: fastcore first in ") for line in lines)
    assert captured.err == ""
    assert "\x1b" not in captured.out


def test_times_are_written_in_pyperfs_format(capsys, tmp_path):
    path = tmp_path / "times.json"
    assert command.main(["sums/list-int", "-n", "50", "-t", "0.3", "-q", "-o", str(path)]) == 0
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["version"] == "1.0"
    names = [b["metadata"]["name"] for b in document["benchmarks"]]
    assert "sums/list-int/n=50/fastcore" in names
    for benchmark in document["benchmarks"]:
        assert all(value > 0 for part in benchmark["runs"] for value in part["values"])
    mine = next(b["metadata"] for b in document["benchmarks"] if b["metadata"]["contender"] == "fastcore")
    assert mine["ratio_low"] <= mine["ratio"] <= mine["ratio_high"]
    assert mine["equal"] is True


@pytest.mark.skipif(not HAS_PYPERF, reason="pyperf is not installed")
def test_pyperf_reads_the_times(tmp_path):
    path = tmp_path / "times.json"
    assert command.main(["sums/list-int", "joins/range", "-n", "50", "-t", "0.3", "-q", "-o", str(path)]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "pyperf", "show", str(path)], capture_output=True, text=True, check=True
    )
    assert "joins/range/n=50/fastcore" in done.stdout


def test_the_output_may_be_stdout(capsys):
    assert command.main(["sums/range", "-n", "10", "-t", "0.1", "-o", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["version"] == "1.0"
    assert "Summary: " in captured.err


def test_an_existing_file_is_kept_if_the_run_fails(tmp_path):
    path = tmp_path / "times.json"
    path.write_text("before", encoding="utf-8")
    assert command.main(["sumz", "-o", str(path)]) == 5
    assert path.read_text(encoding="utf-8") == "before"


def test_results_that_differ_give_their_own_exit_code(capsys, monkeypatch):
    def make(n):
        return contenders(lambda: 1, lambda: 2)

    monkeypatch.setattr(cases, "all_cases", lambda: [Case("sums/wrong", "", make)])
    assert command.main(["sums", "--check-only", "-n", "5"]) == 3
    assert "results differ: sums/wrong n=5 (fastcore)" in capsys.readouterr().out


def test_an_interrupt_keeps_what_is_done(capsys, monkeypatch):
    def interrupt(groups, seconds, progress):
        raise KeyboardInterrupt

    monkeypatch.setattr(measure, "run", interrupt)
    assert command.main(["sums/range", "-n", "5"]) == 130
    captured = capsys.readouterr()
    assert "sums/range" in captured.out
    assert captured.err == "fastcore.bench: interrupted\n"
