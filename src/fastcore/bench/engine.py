"""The same cases by pyperf: each contender by itself, in several processes of its own, so without a pairing of rounds.

pyperf runs this module in each of its processes.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from fastcore.bench import cases, measure, session
from fastcore.bench.measure import Row
from fastcore.bench.results import Race

OPTIONS = ("--processes", "5", "--values", "5", "--warmups", "1", "--min-time", "0.02", "--quiet")


def is_installed() -> bool:
    return importlib.util.find_spec("pyperf") is not None


def races(plan: session.Plan, progress: session.Progress) -> Iterator[list[Race]]:
    """Each case's races, once pyperf has run all of their contenders."""
    known: measure.Known = {}
    done = 0
    for case in plan.cases:
        groups = []
        for n in plan.sizes_of(case):
            group = measure.check(case, n, known, plan.limit)
            group.base, group.expected = plan.base_of(case, n), None
            for row in group.rows if plan.is_timed else ():
                progress(done / plan.count, f"{case.name} n={n} {row.contender.name}")
                if row.status == "=":
                    _time(case.name, n, row)
            groups.append(group)
            done += 1
        yield [session.race_of(group, is_paired=False) for group in groups]


def _time(case: str, n: int, row: Row) -> None:
    with tempfile.TemporaryDirectory(prefix="fastcore-bench-") as folder:
        path = os.path.join(folder, "times.json")
        command = [sys.executable, "-m", __name__, case, str(n), row.contender.name, *OPTIONS, "--output", path]
        done = subprocess.run(command, capture_output=True)
        if done.returncode != 0:
            row.status = "failed (pyperf)"
            return
        with open(path, encoding="utf-8") as file:
            runs = json.load(file)["benchmarks"][0]["runs"]
    row.passes = [[t * 1e9 for t in run["values"]] for run in runs if "values" in run]


def main() -> None:
    pyperf = importlib.import_module("pyperf")
    case, n, name = sys.argv[1:4]
    runner = pyperf.Runner(program_args=("-m", __spec__.name, case, n, name))
    for argument in ("case", "n", "contender"):
        runner.argparser.add_argument(argument)
    found = next(known for known in cases.all_cases() if known.name == case)
    call = next(contender for contender in found.make(int(n)) if contender.name == name).call()
    runner.bench_func(f"{case}/n={n}/{name}", call)


if __name__ == "__main__":
    main()
