"""The command line of the bench."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import difflib
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Callable

import fastcore
from fastcore.bench import cases, engine, estimate, gate, html, measure, memory, report, results, session
from fastcore.bench.cases import Case
from fastcore.bench.estimate import Growth, Ratio
from fastcore.bench.measure import Pin
from fastcore.bench.results import Race, Run
from fastcore.bench.terminal import Screen
from fastcore.bench.worker import Unusable, Worker, serve

PROGRAM = "fastcore.bench"
ALL_HEADLINES = "headlines"
SIZES = (100, 10_000, 100_000)
FULL_SIZES = (10, 100, 1000, 10_000, 100_000, 1_000_000)
SECONDS, FULL_SECONDS = 6.0, 30.0
# Seconds that a contender's call may take; in full hundreds take nearly so long.
LIMIT, BRIEF_LIMIT, FULL_LIMIT = 2.0, 0.5, 0.15
AGAIN = 0.5  # seconds for a second look at the noise
THREADS = 1024
FAIL_ABOVE = 30.0  # per cent: ratios of what the memory bounds move by nearly as much between runs
OK, WORSE, USAGE, DIFFERS, NOISY, NOTHING, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
WRITERS: dict[str, Callable[[Run], str]] = {
    ".json": lambda run: results.as_json(run) + "\n",
    ".md": report.as_markdown,
    ".csv": report.as_csv,
    ".html": html.page,
}


class Failure(Exception):
    """Ends the program with one line and an exit code."""

    def __init__(self, text: str, code: int = USAGE) -> None:
        super().__init__(text)
        self.code = code


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise Failure(message)


def parser() -> Parser:
    made = Parser(
        prog=f"python -m {PROGRAM}",
        description="Compare the pure-Python reference, builtins, NumPy, peers and fastcore, interleaved in one run.",
        epilog="Exit codes: 0 done; 1 confirmed loss (--compare, --fail-if-slower); 2 bad usage; 3 results differ; "
        "4 too noisy to judge; 5 no case matches; 130 interrupted (what is done is shown and written).",
        allow_abbrev=False,
    )
    add = made.add_argument
    add("case", nargs="*", metavar="CASE", help="family or pattern: sums, howto, 'sums/list-*' (default: headlines)")
    add("-l", "--list", action="store_true", help="list cases, sizes and contenders, and measure nothing")
    add("-n", "--sizes", metavar="LIST", help="such as 100,1e4,1e6 (default 100,1e4,1e5)")
    add("-c", "--contenders", metavar="LIST", help="reference,builtin,numpy,peers,fastcore,peer:NAME (default all)")
    add("-t", "--time", metavar="SEC", help=f"for all timing (default {SECONDS:.0f}; with --full {FULL_SECONDS:.0f})")
    add("--full", action="store_true", help="all cases (of the families named), all sizes from 10 to 1e6")
    add("-p", "--python", metavar="EXE", action="append", default=[], help="run under this interpreter too")
    add("--base", metavar="NAME", help="a contender or role that ratios are against (default: the fastest rival)")
    add("--threads", metavar="N", help="the default number of threads, of fastcore and the peers (default 1)")
    add("--cpu", metavar="N", help="stay on this processor (default: the last that is allowed)")
    add("--no-pin", action="store_true", help="do not stay on one processor")
    add("--memory", action="store_true", help="find the peak memory of a call too")
    add("--fit", action="store_true", help="say how the time of each contender grows with n")
    add("--check-only", action="store_true", help="compare the results, time nothing")
    add("--save", metavar="NAME", help="keep the run under a name, or in a file that ends in .json")
    add("--compare", metavar="NAME", help="hold the ratios against a kept run's; exit 1 if some are lost")
    add("--fail-above", metavar="PCT", help=f"the loss that --compare lets pass (default {FAIL_ABOVE:.0f})")
    add("--fail-if-slower", action="store_true", help="exit 1 if a rival is faster, in a fresh process too")
    add("--force", action="store_true", help="compare with a run on another processor or Python too")
    add("-o", "--output", metavar="FILE", action="append", default=[], help=".json .md .html .csv; - is JSON on stdout")
    add("--from", dest="source", metavar="FILE", help="measure nothing: report on a run that was kept")
    add("--open", action="store_true", help="open the HTML report")
    add("-q", "--quiet", action="store_true", help="print the summary alone")
    add("-v", "--verbose", action="store_true", help="print a line for every contender")
    add("--no-color", action="store_true", help="print no colours (as with NO_COLOR)")
    add("--engine", choices=("own", "pyperf"), default="own", help="pyperf: each contender by itself, for minutes")
    return made


# ---- arguments ----


def choose(patterns: Sequence[str], is_full: bool = False) -> list[Case]:
    """The cases that a command line names; of those of no name, a selection."""
    known = cases.all_cases()
    if not patterns:
        return [case for case in known if is_full or case.name in cases.HEADLINES]
    chosen: list[Case] = []
    for pattern in patterns:
        name = pattern.rstrip("/")
        found = [case for case in known if is_meant(case, name)]
        if not found:
            names = [*cases.FAMILIES, ALL_HEADLINES, *(case.name for case in known)]
            raise Failure(f"no case matches {pattern!r}{did_you_mean(name, names, '--list names them')}", NOTHING)
        chosen += [case for case in found if case not in chosen]
    return chosen


def is_meant(case: Case, name: str) -> bool:
    """Whether a name, which may be a pattern, is that of a case, its family, or the selection."""
    return (
        fnmatch.fnmatchcase(case.name, name)
        or case.family == name
        or (name == ALL_HEADLINES and case.name in cases.HEADLINES)
    )


def did_you_mean(name: str, names: Sequence[str], otherwise: str = "") -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; {otherwise}" if otherwise else ""


def parse_sizes(text: str) -> list[int]:
    sizes = []
    for part in text.split(","):
        try:
            number = float(part)
            size = int(number)
        except (ValueError, OverflowError):
            size, number = 0, 1.0
        if size != number or not 1 <= size <= 10**8:
            raise Failure(f"size must be 1…1e8, a whole number, not {part!r}")
        sizes.append(size)
    return sorted(set(sizes))


def parse_number(name: str, text: str, least: float, most: float, *, is_whole: bool = False) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most or (is_whole and number != int(number)):
        kind = "a whole number" if is_whole else "a number"
        raise Failure(f"{name} must be {kind} from {least:g} to {most:g}, not {text!r}")
    return number


def parse_contenders(text: str | None, chosen: Sequence[Case]) -> list[str]:
    """Roles and peers, each of which takes part in some case."""
    if text is None:
        return []
    wanted = [part.strip() for part in text.split(",")]
    known = {name for case in chosen for contender in case.make(1) for name in cases.names_of(contender)}
    for name in wanted:
        if name not in known:
            roles = ("reference", "builtin", "numpy", "peers", "fastcore")
            raise Failure(f"no contender {name!r}{did_you_mean(name, sorted(known.union(roles)))}")
    return wanted


def check_base(name: str | None, chosen: Sequence[Case]) -> str:
    if name is None:
        return ""
    known = sorted({x for case in chosen for contender in case.make(1) for x in (contender.name, contender.role)})
    if name not in known:
        raise Failure(f"no contender {name!r} to hold others against{did_you_mean(name, known)}")
    return name


def check_output(path: str) -> None:
    """Find out before measuring whether a file can be written; one that exists stays as it is until then."""
    if path == "-":
        return
    if Path(path).suffix not in WRITERS:
        raise Failure(f"cannot write {path!r}: the name must end in .json, .md, .html or .csv")
    try:
        with open(path, "a", encoding="utf-8"):
            pass
        if os.path.getsize(path) == 0:
            os.remove(path)
    except OSError as error:
        raise Failure(f"cannot write {path!r}: {error.strerror}") from error


def check_cpu(text: str | None) -> int | None:
    if text is None:
        return None
    allowed = sorted(measure.allowed_cpus())
    if not allowed:
        raise Failure("this system cannot hold a process on a processor: leave out --cpu")
    cpu = int(parse_number("cpu", text, 0, 65535, is_whole=True))
    if cpu not in allowed:
        raise Failure(f"cpu {cpu} is not one of those allowed: {', '.join(map(str, allowed))}")
    return cpu


def check_saved(name: str) -> None:
    if name.endswith(".json"):
        check_output(name)
    elif not re.fullmatch(r"[\w.+-]+", name):
        raise Failure(f"cannot save as {name!r}: a name of letters, digits and .+-_, or a file that ends in .json")


def fail_above(options: argparse.Namespace) -> float:
    """The loss that is let pass."""
    text = options.fail_above
    return FAIL_ABOVE / 100 if text is None else parse_number("fail-above", text, 0, 100) / 100


def load(name: str) -> Run:
    try:
        return gate.load(name)
    except results.Unreadable as error:
        raise Failure(str(error)) from error


# ---- the run ----


def main(argv: list[str] | None = None) -> int:
    """Run the bench; returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show µ shows ?
    try:
        return _main(argv)
    except Failure as failure:
        print(f"{PROGRAM}: {failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _main(argv: list[str]) -> int:
    if argv[:1] == ["--worker"]:
        return serve()
    if argv[:1] == ["--resident"]:
        return memory.serve_resident(*argv[1:])
    options = parser().parse_args(argv)
    for path in options.output:
        check_output(path)
    fail_above(options)
    if options.source is not None:
        return _report(options, load(options.source))
    if options.threads is not None:
        code = _with_threads(argv, int(parse_number("threads", options.threads, 1, THREADS, is_whole=True)))
        if code is not None:
            return code
    chosen = choose(options.case, options.full)
    plan = _plan(options, chosen)
    before = None if options.compare is None else load(options.compare)
    if before is not None:
        plan = _against(plan, before, has_names=bool(options.case))
    if options.save is not None:
        check_saved(options.save)
    if options.list:
        _list(plan)
        return OK
    if options.fit and plan.sizes is not None and len(plan.sizes) < estimate.FEWEST_SIZES:
        raise Failure(f"--fit needs at least {estimate.FEWEST_SIZES} sizes, not {len(plan.sizes)}")
    if options.engine == "pyperf" and not engine.is_installed():
        raise Failure("pyperf is not installed: pip install pyperf")
    try:
        return _measure(options, argv, plan, before)
    except Unusable as error:
        raise Failure(str(error)) from error


def _plan(options: argparse.Namespace, chosen: Sequence[Case]) -> session.Plan:
    wanted = parse_contenders(options.contenders, chosen)
    seconds = parse_number("time", options.time, 0.001, 86_400) if options.time is not None else None
    is_brief = not (options.full or options.case or wanted)
    return session.Plan(
        cases=[cases.with_contenders(case, wanted) for case in chosen],
        sizes=None if options.sizes is None else parse_sizes(options.sizes),
        default_sizes=FULL_SIZES if options.full else SIZES,
        seconds=seconds or (FULL_SECONDS if options.full else SECONDS),
        limit=FULL_LIMIT if options.full else BRIEF_LIMIT if is_brief else LIMIT,
        is_timed=not options.check_only,
        has_compiled=not is_brief,
        has_memory=options.memory,
        base=check_base(options.base, chosen),
        wanted=wanted,
    )


def _against(plan: session.Plan, before: Run, has_names: bool) -> session.Plan:
    """The plan with the bases of an earlier run; of no case named, with its cases and sizes too."""
    plan = dataclasses.replace(plan, bases=gate.bases(before))
    if has_names:
        return plan
    sizes: dict[str, list[int]] = {}
    for race in before.races:
        sizes.setdefault(race.case, []).append(race.n)
    known = [cases.with_contenders(case, plan.wanted) for case in cases.all_cases() if case.name in sizes]
    return dataclasses.replace(
        plan, cases=[dataclasses.replace(case, sizes=tuple(sorted(sizes[case.name]))) for case in known]
    )


def _list(plan: session.Plan) -> None:
    for case in plan.cases:
        rows = ", ".join(c.label + ("" if c.is_installed else " (not installed)") for c in case.make(1))
        sizes = ",".join(map(str, plan.sizes_of(case)))
        print(f"{case.name:30} {case.title:48} {sizes:16} {rows}")


def _with_threads(argv: list[str], count: int) -> int | None:
    """Start anew with this default number of threads, which is read at import; None if it is this one's."""
    if os.environ.get("FASTCORE_NUM_THREADS") == str(count):
        return None
    environment = {**os.environ, "FASTCORE_NUM_THREADS": str(count), **dict.fromkeys(measure.THREADS, str(count))}
    return subprocess.call([sys.executable, "-m", PROGRAM, *argv], env=environment)


def _measure(options: argparse.Namespace, argv: list[str], plan: session.Plan, before: Run | None) -> int:
    threads = 1 if options.threads is None else int(float(options.threads))
    pin = Pin(check_cpu(options.cpu), is_wanted=not options.no_pin, least=threads)
    metadata = results.machine(fastcore.info(), pin.cpu)
    if before is not None:
        different = gate.mismatch(before, metadata)
        if different is not None and not options.force:
            raise Failure(f"{options.compare} is of {different}; --force compares all the same")
    out = sys.stderr if "-" in options.output else sys.stdout
    found: list[Race] = []
    canary = measure.canary()
    is_interrupted = False
    with contextlib.ExitStack() as stack:
        stack.enter_context(pin)
        workers = [stack.enter_context(Worker(executable, pin)) for executable in options.python]
        interpreters = [worker.interpreter for worker in workers]
        screen = stack.enter_context(Screen(out, has_bar=not options.quiet, has_colour=not options.no_color))
        if not options.quiet:
            screen.line(report.Line(report.heading(metadata), "head"))
            screen.line(report.head(interpreters))
        has_all = options.verbose or options.memory or options.fit or bool(workers)
        measured = (
            engine.races(plan, screen.progress)
            if options.engine == "pyperf"
            else session.races(plan, canary, pin, workers, screen.progress)
        )
        try:
            for batch in measured:
                found += batch
                if not options.quiet:
                    growths = session.growths(batch) if options.fit else {}
                    _show(screen, batch, growths, interpreters, has_all=has_all)
        except KeyboardInterrupt:
            is_interrupted = True
    noise = None if is_interrupted or not plan.is_timed else _noise(canary, pin)
    run = Run(
        races=tuple(found),
        metadata=metadata,
        version=fastcore.__version__,
        argv=tuple(argv),
        noise=noise,
        growths=session.growths(found) if options.fit else {},
    )
    _say(run, plan, out)
    code = _judge(options, run, before, out) if not is_interrupted else INTERRUPTED
    if options.save is not None and not is_interrupted:
        print(f"Saved as {gate.save(run, options.save)}", file=out)
    _write(options, run)
    if is_interrupted:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
    return code


def _show(
    screen: Screen, races: Sequence[Race], growths: dict[str, Growth], interpreters: Sequence[str], *, has_all: bool
) -> None:
    for case in dict.fromkeys(race.case for race in races):
        mine = [race for race in races if race.case == case]
        for line in report.lines(mine, has_all=has_all, growths=growths, interpreters=interpreters):
            screen.line(line)


def _noise(canary: measure.Group, pin: Pin) -> Ratio | None:
    """How far a function differs from itself; measured once more if by too much."""
    noise = measure.noise(canary)
    if noise is None or noise.is_noise:
        again = measure.canary()
        with pin:
            measure.run([again], AGAIN)
        noise = measure.noise(again)
    return noise


def _say(run: Run, plan: session.Plan, out: IO[str]) -> None:
    if not plan.is_timed:
        problems = report.problems(run.races) or ["all results are the same"]
        print(f"Checked {len(run.races)}: " + "; ".join(problems), file=out)
        return
    print("Summary: " + report.summary(run.races), file=out)
    left_out = {r.contender for race in run.races for r in race.results if r.status == measure.COMPILED}
    if left_out:
        names = ", ".join(sorted(left_out))
        print(f"Left out, as they are compiled first: {names}; name a case, or --full, for a race with them.", file=out)
    if run.noise is not None and run.noise.is_noise:
        width = f"[{run.noise.low:.3f}, {run.noise.high:.3f}]"
        print(f"Noisy machine: a function against itself came to {width}; small differences mean nothing.", file=out)


def _judge(options: argparse.Namespace, run: Run, before: Run | None, out: IO[str]) -> int:
    """The exit code: of a result that differs, and, where it was asked for, of what is lost."""
    if any(result.status == "differs" for race in run.races for result in race.results):
        return DIFFERS
    if before is None and not options.fail_if_slower:
        return OK
    if run.noise is None or run.noise.is_noise:
        return NOISY
    lost = [] if before is None else _compared(options, run, before, out)
    if options.fail_if_slower:
        lost += _slower(options, run, out)
    return WORSE if lost else OK


def _compared(options: argparse.Namespace, run: Run, before: Run, out: IO[str]) -> list[Race]:
    limit = fail_above(options)
    changes = list(gate.changes(before, run.races))
    suspects = [change for change in changes if change.is_worse(limit)]
    old = {(change.race.case, change.race.n): change for change in changes}

    def is_bad(race: Race) -> bool:
        return any(change.is_worse(limit) for change in gate.changes(before, [race]))

    for change in sorted(changes, key=lambda change: -change.loss):
        if options.verbose or change in suspects:
            print(("Suspect: " if change in suspects else "Change: ") + str(change), file=out)
    lost = gate.confirmed([c.race for c in suspects], lambda race: old[race.case, race.n].base, is_bad)
    missing = len(gate.bases(before)) - len(changes)
    text = f"Compared {len(changes)} ratios with {options.compare}"
    text += f" ({missing} of its ratios have none here)" if missing else ""
    text += f": {len(lost)} lost {100 * limit:g} % or more, confirmed in a fresh process"
    print(text + "".join(f"\n  {change}" for change in gate.changes(before, lost)), file=out)
    return lost


def _slower(options: argparse.Namespace, run: Run, out: IO[str]) -> list[Race]:
    def is_slower(race: Race) -> bool:
        return race.ratio is not None and race.ratio.verdict == "slower"

    lost = gate.confirmed([race for race in run.races if is_slower(race)], lambda race: race.rival, is_slower)
    print(f"Slower than a rival, confirmed in a fresh process: {len(lost)}", file=out)
    for race in lost:
        print(f"  {report.place(race)} ({race.rival})", file=out)
    return lost


def _write(options: argparse.Namespace, run: Run) -> None:
    for path in options.output:
        if path == "-":
            print(results.as_json(run))
        else:
            Path(path).write_text(WRITERS[Path(path).suffix](run), encoding="utf-8")
    if options.open:
        page = next((path for path in options.output if path.endswith(".html")), None)
        if page is None:
            page = os.path.join(tempfile.mkdtemp(prefix="fastcore-bench-"), "report.html")
            Path(page).write_text(html.page(run), encoding="utf-8")
        print(f"Opening {page}", file=sys.stderr)
        webbrowser.open(Path(page).absolute().as_uri())


def _report(options: argparse.Namespace, run: Run) -> int:
    """Of a run that was kept: what was shown then."""
    out = sys.stderr if "-" in options.output else sys.stdout
    with Screen(out, has_bar=False, has_colour=not options.no_color) as screen:
        if not options.quiet:
            screen.line(report.Line(report.heading(run.metadata), "head"))
            found = [result.interpreter for race in run.races for result in race.results]
            interpreters = [name for name in dict.fromkeys(found) if name]
            has_all = options.verbose or bool(interpreters or run.growths)
            screen.line(report.head(interpreters))
            _show(screen, run.races, run.growths, interpreters, has_all=has_all)
        screen.line(report.Line("Summary: " + report.summary(run.races)))
    _write(options, run)
    return OK


if __name__ == "__main__":
    for name in measure.THREADS:
        os.environ.setdefault(name, "1")
    sys.exit(main())
