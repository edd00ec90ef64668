"""The command line of python -m fastcore.bench: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from fastcore.bench import __main__ as command
from fastcore.bench import cases, gate, measure, memory, report, results, session
from fastcore.bench.cases import Case, builtin, contenders
from fastcore.bench.estimate import Ratio


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    """What is saved under a name is saved here."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))


@pytest.fixture
def steady(monkeypatch):
    """A machine without noise, as this one may have some."""
    monkeypatch.setattr(command, "_noise", lambda canary, pin: Ratio(1.0, 0.99, 1.01))


def make_cases(monkeypatch, microseconds):
    """One case alone, whose fastcore takes this time where its rival takes 2000, whatever the machine does."""

    def run_pass(group, share, number, rng=None):
        for row in group.rows:
            taken = 1000.0 * (microseconds if row.contender.name == "fastcore" else 2000)
            row.passes.append([taken * (1 + (i + number) % 3 / 1000) for i in range(4)])

    made = Case("sums/made-up", "a title", lambda n: contenders(lambda: 1, lambda: 1, builtin("rival", lambda: 1)))
    monkeypatch.setattr(cases, "all_cases", lambda: [made])
    monkeypatch.setattr(measure, "run_pass", run_pass)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


# ---- bad input ----


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["sumz"], 5, "no case matches 'sumz'; did you mean 'sums'?"),
        (["qqqq"], 5, "no case matches 'qqqq'; --list names them"),
        (["-n", "0"], 2, "size must be 1…1e8, a whole number, not '0'"),
        (["-n", "10,x"], 2, "size must be 1…1e8, a whole number, not 'x'"),
        (["-n", "1e12"], 2, "size must be 1…1e8, a whole number, not '1e12'"),
        (["-n", "1.5"], 2, "size must be 1…1e8, a whole number, not '1.5'"),
        (["-n", "nan"], 2, "size must be 1…1e8, a whole number, not 'nan'"),
        (["-n", ""], 2, "size must be 1…1e8, a whole number, not ''"),
        (["-t", "0"], 2, "time must be a number from 0.001 to 86400, not '0'"),
        (["-t", "soon"], 2, "time must be a number from 0.001 to 86400, not 'soon'"),
        (["--threads", "0"], 2, "threads must be a whole number from 1 to 1024, not '0'"),
        (["--threads", "1.5"], 2, "threads must be a whole number from 1 to 1024, not '1.5'"),
        (["--fail-above", "x"], 2, "fail-above must be a number from 0 to 100, not 'x'"),
        (["-c", "builtin,pears"], 2, "no contender 'pears'; did you mean 'peers'?"),
        (["--base", "refrence"], 2, "no contender 'refrence' to hold others against; did you mean 'reference'?"),
        (["-o", "times.txt"], 2, "cannot write 'times.txt': the name must end in .json, .md, .html or .csv"),
        (["--save", "a/b"], 2, "cannot save as 'a/b': a name of letters, digits and .+-_, or a file"),
        (["-n", "10,20", "--fit"], 2, "--fit needs at least 3 sizes, not 2"),
        (["--fast"], 2, "unrecognized arguments: --fast"),
        (["--ful"], 2, "unrecognized arguments: --ful"),
        (["--engine", "x"], 2, "argument --engine: invalid choice: 'x' (choose from "),
        (["-n"], 2, "argument -n/--sizes: expected one argument"),
    ],
)
def test_a_bad_command_line_is_one_line_and_an_exit_code(capsys, arguments, code, text):
    assert command.main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"fastcore.bench: {text}")
    assert captured.err.count("\n") == 1


def test_files_that_are_missing_or_foreign_are_one_line(capsys, tmp_path):
    foreign = tmp_path / "x.json"
    foreign.write_text('{"a": 1}', encoding="utf-8")
    binary = tmp_path / "y.json"
    binary.write_bytes(b"\xff\xfe\x00")
    missing = tmp_path / "z.json"
    for option in ("--compare", "--from"):
        for path, end in ((foreign, ""), (binary, ""), (missing, ": No such file or directory")):
            assert command.main([option, str(path)]) == 2
            captured = capsys.readouterr()
            assert captured.err == f"fastcore.bench: {path} is not a fastcore or pyperf file{end}\n"
            assert captured.out == ""
    assert command.main(["--compare", "never"]) == 2
    assert "never is not a fastcore or pyperf file: No such file" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_found_before_measuring(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(session, "races", lambda *_: pytest.fail("measured"))
    path = tmp_path / "no" / "x.json"
    for option in ("-o", "--save"):
        assert command.main([option, str(path), "sums/range"]) == 2
        assert capsys.readouterr().err == f"fastcore.bench: cannot write {str(path)!r}: No such file or directory\n"


def test_an_interpreter_that_is_missing_or_has_no_fastcore_is_one_line(capsys, tmp_path):
    assert command.main(["--python", str(tmp_path / "nothing"), "sums/range"]) == 2
    assert capsys.readouterr().err.startswith("fastcore.bench: cannot run '")
    if os.name == "posix":
        script = tmp_path / "python"
        script.write_text("#!/bin/sh\necho No module named fastcore >&2\nexit 1\n", encoding="ascii")
        script.chmod(0o755)
        assert command.main(["--python", str(script), "sums/range", "-q"]) == 2
        error = capsys.readouterr().err
        assert "has no fastcore: install it there" in error
        assert error.count("\n") == 1


@pytest.mark.skipif(not measure.allowed_cpus(), reason="this system does not hold processes on processors")
def test_a_processor_that_is_not_there_is_one_line(capsys):
    assert command.main(["--cpu", "65535", "sums/range"]) == 2
    assert capsys.readouterr().err.startswith("fastcore.bench: cpu 65535 is not one of those allowed: ")


def test_pyperf_that_is_missing_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr(command.engine, "is_installed", lambda: False)
    assert command.main(["--engine", "pyperf", "sums/range"]) == 2
    assert capsys.readouterr().err == "fastcore.bench: pyperf is not installed: pip install pyperf\n"


# ---- what is run ----


def test_cases_are_listed_with_sizes_and_contenders(capsys):
    assert command.main(["--list", "sums/fsum*", "-n", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "sums/fsum-array",
        "sums/fsum-list",
        "sums/fsum-float32",
        "sums/fsum-wide20",
        "sums/fsum-wide100",
        "sums/fsum-bits",
        "sums/fsum-cancel",
    ]
    assert all(" 7 " in line and "math.fsum" in line for line in lines)


def test_without_a_name_the_headlines_are_run_and_in_full_everything():
    assert [case.name for case in command.choose([])] == list(cases.HEADLINES)
    assert command.choose(["headlines"]) == command.choose([])
    assert command.choose([], is_full=True) == cases.all_cases()
    assert {name.partition("/")[0] for name in cases.HEADLINES} == set(cases.FAMILIES) - {"howto"}


def test_listing_the_cases_imports_no_peer():
    program = (
        "import sys; from fastcore.bench.__main__ import main; main(['--list', '--full']); "
        "peers = {'bottleneck', 'flint', 'gmpy2', 'msgspec', 'numba', 'numexpr', 'numkong', 'orjson', 'pandas', "
        "'polars', 'pyarrow', 'pythran', 'sympy', 'xsum'}; "
        "print(sorted(peers & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    lines = done.stdout.splitlines()
    assert lines[-1] == "[]"
    assert any(line.startswith("sums/array-float ") and "numkong" in line for line in lines)


def test_results_alone_can_be_checked(capsys):
    assert command.main(["--check-only", "-n", "3,40", "joins/list-*"]) == 0
    assert "Checked 12: all results are the same" in capsys.readouterr().out


def test_a_run_prints_a_table_and_a_summary(capsys):
    assert command.main(["sums/list-int", "sorting/list-int", "-n", "50", "-t", "0.2", "-c", "builtin,fastcore"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("fastcore ")
    assert lines[1].split()[:3] == ["case", "n", "time"]
    assert lines[2].startswith("sums/list-int")
    assert any(line.startswith("Summary: fastcore first in ") for line in lines)
    assert captured.err == ""
    assert "\x1b" not in captured.out


def test_memory_and_growth_are_shown_and_written(capsys, tmp_path):
    path = tmp_path / "x.json"
    arguments = ["joins/list-int", "-n", "10,100,1000", "-t", "0.2", "-c", "builtin,fastcore", "--memory", "--fit"]
    assert command.main([*arguments, "-o", str(path)]) == 0
    out = capsys.readouterr().out
    assert "  growth: " in out
    document = read(path)
    assert "joins/list-int/fastcore" in document["fastcore"]["growths"]
    peaks = {b["metadata"]["name"]: b["metadata"].get("peak_bytes") for b in document["benchmarks"]}
    least = 1000 if memory.tracemalloc is not None else 0  # else in pages, of which a process may have some to spare
    assert peaks["joins/list-int/n=1000/fastcore"] >= least
    assert all(peak is not None for peak in peaks.values())


def test_ratios_are_against_the_base_that_is_named(capsys, tmp_path):
    path = tmp_path / "x.json"
    assert command.main(["sums/list-int", "-n", "50", "-t", "0.1", "--base", "reference", "-q", "-o", str(path)]) == 0
    bases = {b["metadata"].get("ratio_base") for b in read(path)["benchmarks"]}
    assert bases == {"reference"}


def test_threads_start_a_process_that_has_them(capfd):
    assert command.main(["sums/range", "-n", "5", "-t", "0.05", "--threads", "2", "-q"]) == 0
    assert "Summary: " in capfd.readouterr().out


def test_results_that_differ_give_their_own_exit_code(capsys, monkeypatch):
    wrong = Case("sums/wrong", "", lambda n: contenders(lambda: 1, lambda: 2))
    monkeypatch.setattr(cases, "all_cases", lambda: [wrong])
    assert command.main(["sums", "--check-only", "-n", "5"]) == 3
    assert "results differ: sums/wrong n=5 (fastcore)" in capsys.readouterr().out


def test_an_interrupt_keeps_and_writes_what_is_done(capsys, monkeypatch, tmp_path):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    path = tmp_path / "x.json"
    monkeypatch.setattr(measure, "run", interrupt)
    assert command.main(["sums/range", "-n", "5", "-o", str(path)]) == 130
    captured = capsys.readouterr()
    assert "sums/range" in captured.out
    assert captured.err == "fastcore.bench: interrupted\n"
    assert read(path)["fastcore"]["skipped"][0]["case"] == "sums/range"


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_ends_a_process_with_its_exit_code_and_what_is_done(tmp_path):
    path = tmp_path / "x.json"
    arguments = ["sums/range", "sums/list-int", "-n", "5,50,500", "-t", "60", "-c", "builtin,fastcore", "-o", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "fastcore.bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Which a shell has its background jobs ignore, and they their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Summary: " in out
    assert error.endswith("fastcore.bench: interrupted\n")
    assert read(path)["version"] == "1.0"


# ---- what is written ----


def test_every_format_is_written_of_the_same_run(capsys, tmp_path):
    paths = [tmp_path / f"x{suffix}" for suffix in (".json", ".md", ".csv", ".html")]
    outputs = [argument for path in paths for argument in ("-o", str(path))]
    assert command.main(["sums/list-int", "-n", "50", "-t", "0.1", "-q", *outputs]) == 0
    run = results.from_json(paths[0].read_text(encoding="utf-8"))
    assert paths[1].read_text(encoding="utf-8") == report.as_markdown(run)
    assert "sums/list-int" in paths[2].read_text(encoding="utf-8")
    assert "sums/list-int" in paths[3].read_text(encoding="utf-8")


def test_the_output_may_be_stdout(capsys):
    assert command.main(["sums/range", "-n", "10", "-t", "0.1", "-o", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["version"] == "1.0"
    assert "Summary: " in captured.err


def test_a_run_that_was_kept_is_reported_on_again(capsys, tmp_path):
    first, again = tmp_path / "x.json", tmp_path / "y.json"
    assert command.main(["sums/list-int", "-n", "50", "-t", "0.1", "-o", str(first)]) == 0
    shown = capsys.readouterr().out
    assert command.main(["--from", str(first), "-o", str(again)]) == 0
    assert again.read_bytes() == first.read_bytes()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(("sums/", "Summary"))] == [
        line for line in shown.splitlines() if line.startswith(("sums/", "Summary"))
    ]


def test_an_existing_file_is_kept_if_the_run_fails(tmp_path):
    path = tmp_path / "times.json"
    path.write_text("before", encoding="utf-8")
    assert command.main(["sumz", "-o", str(path)]) == 5
    assert path.read_text(encoding="utf-8") == "before"


def test_a_page_is_opened(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(command.webbrowser, "open", opened.append)
    path = tmp_path / "x.html"
    assert command.main(["sums/range", "-n", "5", "-t", "0.05", "-q", "--open", "-o", str(path)]) == 0
    assert opened == [path.as_uri()]


# ---- the gate ----


def test_a_loss_is_confirmed_in_a_fresh_process_before_it_counts(capsys, monkeypatch, steady):
    make_cases(monkeypatch, 500)
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "--save", "before", "-q"]) == 0
    make_cases(monkeypatch, 1000)
    seen = []

    def again(race, base):
        seen.append((race.case, base))
        with measure.Pin() as pin:
            (found,) = next(session.races(plan, measure.canary(), pin))
        return found

    plan = session.Plan(cases.all_cases(), (5,), (), seconds=0.3, base="rival")
    monkeypatch.setattr(gate, "run_again", again)
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "--compare", "before", "-q"]) == 1
    out = capsys.readouterr().out
    assert "1 lost 30 % or more, confirmed in a fresh process" in out
    assert "sums/made-up n=5 against rival: " in out
    assert seen == [("sums/made-up", "rival")] * 2
    # Much less than half is let pass.
    assert command.main(["-t", "0.3", "--compare", "before", "-q", "--fail-above", "80"]) == 0


def test_a_loss_that_a_fresh_process_does_not_show_does_not_count(capsys, monkeypatch, steady):
    make_cases(monkeypatch, 500)
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "--save", "before", "-q"]) == 0
    before = gate.load("before")
    make_cases(monkeypatch, 1000)
    monkeypatch.setattr(gate, "run_again", lambda race, base: before.races[0])
    assert command.main(["-t", "0.3", "--compare", "before", "-q"]) == 0
    assert "0 lost 30 % or more" in capsys.readouterr().out


@pytest.mark.skipif(not measure.allowed_cpus(), reason="this system does not hold processes on processors")
def test_a_second_look_at_the_noise_lets_go_of_the_processor(monkeypatch):
    monkeypatch.setattr(measure, "noise", lambda canary: Ratio(1.0, 0.5, 1.5))
    before = measure.allowed_cpus()
    assert command.main(["sums/range", "-n", "5", "-t", "0.05", "-q"]) == 0
    assert measure.allowed_cpus() == before


def test_a_noisy_machine_judges_nothing(capsys, monkeypatch):
    make_cases(monkeypatch, 500)
    monkeypatch.setattr(command, "_noise", lambda canary, pin: Ratio(1.0, 0.5, 1.5))
    assert command.main(["-n", "5", "-t", "0.1", "sums/made-up", "--save", "before", "-q"]) == 0
    make_cases(monkeypatch, 1000)
    assert command.main(["-t", "0.1", "--compare", "before", "-q"]) == 4
    assert "Noisy machine: a function against itself came to [0.500, 1.500]" in capsys.readouterr().out


def test_another_machine_is_compared_by_force_alone(capsys, monkeypatch, steady):
    make_cases(monkeypatch, 500)
    assert command.main(["-n", "5", "-t", "0.1", "sums/made-up", "--save", "before", "-q"]) == 0
    path = gate.path_of("before")
    text = path.read_text(encoding="utf-8")
    model = json.loads(text)["metadata"]["cpu_model_name"]
    path.write_text(text.replace(json.dumps(model), '"Another One"'), encoding="utf-8")
    capsys.readouterr()
    assert command.main(["-t", "0.1", "--compare", "before", "-q"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("fastcore.bench: before is of another processor: Another One there, ")
    assert error.count("\n") == 1
    assert command.main(["-t", "0.1", "--compare", "before", "-q", "--force"]) == 0


def test_a_comparison_is_of_the_cases_and_sizes_that_were_kept(capsys, monkeypatch, steady):
    arguments = ["sums/list-int", "sums/range", "-n", "20,50", "-t", "0.2", "-c", "builtin,fastcore"]
    assert command.main([*arguments, "--save", "before", "-q"]) == 0
    assert command.main(["--compare", "before", "-t", "0.2", "-v", "--fail-above", "99"]) == 0
    out = capsys.readouterr().out
    assert "Compared 4 ratios with before" in out
    assert out.count("Change: ") == 4


def test_a_rival_that_is_faster_in_a_fresh_process_too_can_fail_a_run(capsys, monkeypatch, steady):
    make_cases(monkeypatch, 8000)
    slower = []

    def again(race, base):
        slower.append(race)
        return race

    monkeypatch.setattr(gate, "run_again", again)
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "-q"]) == 0
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "-q", "--fail-if-slower"]) == 1
    assert "Slower than a rival, confirmed in a fresh process: 1" in capsys.readouterr().out
    make_cases(monkeypatch, 200)
    assert command.main(["-n", "5", "-t", "0.3", "sums/made-up", "-q", "--fail-if-slower"]) == 0
    assert len(slower) == 2


def test_a_race_is_run_again_in_a_process_of_its_own():
    case = next(case for case in cases.all_cases() if case.name == "sums/list-int")
    race = session.race_of(measure.check(case, 50, {}))
    again = gate.run_again(race, "sum")
    assert again is not None
    assert (again.case, again.n, again.rival) == (race.case, 50, "sum")
    assert again.ratio is not None
    assert gate.run_again(dataclasses.replace(race, case="sums/none"), "sum") is None


# ---- a terminal ----


def in_a_terminal(arguments, **environment):
    """What a run prints to a terminal of 100 columns."""
    pty = pytest.importorskip("pty", reason="this system has no terminals to make")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fastcore.bench", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "150", **environment},
    )
    os.close(slave)
    printed = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux's word for the end
            break
        if not part:
            break
        printed += part
    os.close(master)
    assert process.wait(timeout=60) == 0
    return printed.decode("utf-8")


RUN = ["sums/list-int", "-n", "50,500", "-t", "0.6", "-c", "builtin,fastcore"]


def test_a_terminal_shows_colours_and_a_bar_that_goes():
    pytest.importorskip("rich")
    text = in_a_terminal(RUN)
    assert "\x1b[32m" in text or "\x1b[1m" in text
    assert "sums/list-int n=50" in text  # beside the bar
    assert text.count("Summary: ") == 1


@pytest.mark.parametrize(("arguments", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_colours_can_be_switched_off(arguments, environment):
    text = in_a_terminal([*RUN, *arguments], **environment)
    assert "\x1b[32m" not in text
    assert "\x1b[1m" not in text
    assert "\x1b[31m" not in text
    assert "Summary: " in text


def test_a_terminal_without_rich_has_a_plain_line_of_progress(tmp_path):
    (tmp_path / "rich.py").write_text("raise ImportError\n", encoding="ascii")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    text = in_a_terminal(RUN, PYTHONPATH=path)
    assert "\x1b[" not in text
    assert " s left" in text
    assert "Summary: " in text
