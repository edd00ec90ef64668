"""The command line of the bench."""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import os
import sys
import time
from typing import Any, Callable

import fastcore
from fastcore.bench import cases, measure, report
from fastcore.bench.cases import Case
from fastcore.bench.measure import Group

PROGRAM = "fastcore.bench"
SIZES = [100, 10_000, 100_000]
OK, USAGE, DIFFERS, NOTHING, INTERRUPTED = 0, 2, 3, 5, 130


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
        epilog="Exit codes: 0 done, 2 bad usage, 3 results differ, 5 no case matches, 130 interrupted.",
    )
    made.add_argument(
        "case", nargs="*", metavar="CASE", help="family, name or pattern: sums, joins/list-int, 'sums/fsum*'"
    )
    made.add_argument("-l", "--list", action="store_true", help="list the cases and measure nothing")
    made.add_argument("-n", "--sizes", metavar="LIST", help="such as 100,1e4,1e6 (default 100,1e4,1e5)")
    made.add_argument("-t", "--time", metavar="SEC", default="5", help="seconds for all timing (default 5)")
    made.add_argument("--check-only", action="store_true", help="compare the results, time nothing")
    made.add_argument("--no-pin", action="store_true", help="do not stay on one processor")
    made.add_argument(
        "-o", "--output", metavar="FILE.json", help="write the times for pyperf and other programs; - is stdout"
    )
    made.add_argument("-q", "--quiet", action="store_true", help="print the summary alone")
    return made


def choose(patterns: list[str]) -> list[Case]:
    """The cases that a command line names."""
    known = cases.all_cases()
    if not patterns:
        return known
    chosen = []
    for pattern in patterns:
        name = pattern.rstrip("/")
        found = [case for case in known if fnmatch.fnmatchcase(case.name, name) or case.family == name]
        if not found:
            names = [*cases.FAMILIES, *(case.name for case in known)]
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "; --list names them"
            raise Failure(f"no case matches {pattern!r}{hint}", NOTHING)
        chosen += [case for case in found if case not in chosen]
    return chosen


def parse_sizes(text: str | None) -> list[int]:
    if text is None:
        return SIZES
    sizes = []
    for part in text.split(","):
        try:
            number = float(part)
            size = int(number)
        except (ValueError, OverflowError):
            size, number = 0, 1.0
        if size != number or not 1 <= size <= 10**8:
            raise Failure(f"size must be a whole number from 1 to 1e8, not {part!r}")
        sizes.append(size)
    return sorted(set(sizes))


def parse_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise Failure(f"time must be more than 0 and at most 86400 seconds, not {text!r}")
    return seconds


def check_output(path: str | None) -> None:
    """Find out before measuring whether the output can be written; an existing file stays as it is until then."""
    if path is None or path == "-":
        return
    if not path.endswith(".json"):
        raise Failure(f"cannot write {path!r}: the name must end in .json")
    try:
        with open(path, "a", encoding="utf-8"):
            pass
        if os.path.getsize(path) == 0:
            os.remove(path)
    except OSError as error:
        raise Failure(f"cannot write {path!r}: {error.strerror}") from error


class Progress:
    """The part done: rich's bar in a terminal, a plain line where rich is not installed, nothing when piped."""

    def __init__(self, is_wanted: bool) -> None:
        self._update: Callable[[float, str], None] = lambda part, text: None
        self._close: Callable[[], None] = lambda: None
        if not (is_wanted and sys.stderr.isatty()):
            return
        try:
            from rich.console import Console
            from rich.progress import Progress as Bar
        except ImportError:
            start = time.monotonic()

            def plain(part: float, text: str) -> None:
                left = (time.monotonic() - start) * (1 - part) / part if part > 0 else 0.0
                print(f"\r{text:40} {100 * part:3.0f} %  {left:3.0f} s left", end="", file=sys.stderr, flush=True)

            self._update = plain
            self._close = lambda: print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)
            return
        bar = Bar(console=Console(stderr=True), transient=True)
        task = bar.add_task("", total=1.0)
        bar.start()
        self._update = lambda part, text: bar.update(task, completed=part, description=text)
        self._close = bar.stop

    def __call__(self, part: float, text: str) -> None:
        self._update(part, text)

    def close(self) -> None:
        self._close()


def heading(info: dict[str, Any], cpu: int | None) -> str:
    isa = f", {info['isa']}" if info["isa"] else ""
    pin = "" if cpu is None else f" · cpu {cpu}"
    return f"fastcore {info['version']} ({info['implementation']}{isa}) · {info['python']} · {report.machine()}{pin}"


def print_table(lines: list[tuple[str, ...]]) -> None:
    """In a terminal with colours, where rich is installed."""
    text = report.aligned(lines)
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        try:
            from rich.console import Console
            from rich.text import Text
        except ImportError:
            pass
        else:
            console = Console(highlight=False)
            for line, style in zip(text, ["bold", *map(report.colour, lines)]):
                console.print(Text(line, style=style), soft_wrap=True)
            return
    print("\n".join(text))


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
    options = parser().parse_args(argv)
    chosen = choose(options.case)
    sizes = parse_sizes(options.sizes)
    seconds = parse_seconds(options.time)
    check_output(options.output)
    if options.list:
        for case in chosen:
            rows = ", ".join(c.label + ("" if c.is_installed else " (not installed)") for c in case.make(1))
            print(f"{case.name:26} {case.title:44} {rows}")
        return OK

    info = fastcore.info()
    out = sys.stderr if options.output == "-" else sys.stdout
    with measure.pinned() if not options.no_pin else _unpinned() as cpu:
        if not options.quiet:
            print(heading(info, cpu), file=out, flush=True)
        progress = Progress(not options.quiet)
        groups: list[Group] = []
        canary = measure.canary()
        is_interrupted = False
        try:
            known: dict[tuple[str, str], tuple[int, float]] = {}
            for i, case in enumerate(chosen):
                for n in sizes:
                    progress(0.3 * i / len(chosen), f"checking {case.name}")
                    groups.append(measure.check(case, n, known))
            if not options.check_only:
                measure.run([*groups, canary], seconds, lambda part: progress(0.3 + 0.7 * part, "timing"))
        except KeyboardInterrupt:
            # What is done is worth showing.
            is_interrupted = True
        finally:
            progress.close()

    noise = None
    ratios: dict[int, Any] = {}
    if not options.check_only:
        ratios = {i: report.comparison(group) for i, group in enumerate(groups)}
        if canary.rows[0].is_timed and canary.rows[1].is_timed:
            noise = measure.compare(canary.rows[1], canary.rows[0])
    if not options.quiet and out is sys.stdout:
        print_table(report.table(groups, ratios))
    if options.check_only:
        problems = report.problems(groups) or ["all results are the same"]
        print(f"Checked {len(groups)}: " + "; ".join(problems), file=out)
    else:
        print(report.summary(groups, ratios), file=out)
        if noise is not None and measure.is_noisy(noise):
            width = f"[{noise.low:.3f}, {noise.high:.3f}]"
            print(
                f"Noisy machine: a function against itself came to {width}; small differences mean nothing.", file=out
            )
    if options.output is not None:
        text = report.as_json(groups, ratios, info, argv, noise, cpu)
        if options.output == "-":
            print(text)
        else:
            with open(options.output, "w", encoding="utf-8") as file:
                file.write(text + "\n")
    if is_interrupted:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return INTERRUPTED
    return DIFFERS if any(row.status == "differs" for group in groups for row in group.rows) else OK


class _unpinned:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


if __name__ == "__main__":
    for name in measure.ONE_THREAD:
        os.environ.setdefault(name, "1")
    sys.exit(main())
