"""The same cases under another interpreter, pass by pass in turn with this one: a process, a line of JSON a request.

Its end is `serve`, which `python -m fastcore.bench --worker` runs; this end is `Worker`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any

import fastcore
from fastcore.bench import cases, measure, memory
from fastcore.bench.cases import Case
from fastcore.bench.measure import Group, Pin

MARK = "fastcore.bench: "  # of an answer, as what an interpreter prints when it starts is none
GRACE = 2.0  # seconds to end by itself
LAST_WORDS = 5.0  # seconds until its pipe is at its end
PATIENCE = 60.0  # seconds for an answer; what takes longer is given up
ROLES = ("reference", "builtin", "numpy", "peer", "fastcore")


class Unusable(Exception):
    """An interpreter that cannot be started, or that has no fastcore, or another one."""


class Worker:
    """Another interpreter, and what it measured so far; a context, which ends the process."""

    def __init__(self, executable: str, pin: Pin | None = None) -> None:
        self.executable = executable
        self._pin = Pin(is_wanted=False) if pin is None else pin
        self.groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.interpreter = ""
        self._start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def check(self, case: Case, n: int, wanted: Sequence[str], limit: float, digest: str | None) -> None:
        """Run the case's contenders once; their first result must be this interpreter's, of which a digest is given."""
        self._pin.use(case.processors, self._process.pid)
        answer = self._ask({"do": "check", "case": case.name, "n": n, "wanted": wanted, "limit": limit})
        rows = answer.get("rows", [{"name": case.name, "role": "reference", "status": "failed (no answer)"}])
        if None not in (digest, answer.get("digest")) and digest != answer["digest"]:
            rows[0]["status"] = "differs"
        self.groups[case.name, n] = rows

    def run_pass(self, group: Group, share: float, number: int) -> None:
        """Time the group for about this many seconds."""
        if any(row["status"] == "=" for row in self.groups[group.case.name, group.n]):
            self._pin.use(group.case.processors, self._process.pid)
            self._add_to(group, {"do": "pass", "share": share, "number": number})

    def measure_memory(self, group: Group, limit: float) -> None:
        self._add_to(group, {"do": "memory", "limit": limit})

    def _add_to(self, group: Group, request: dict[str, Any]) -> None:
        """What is known of a group after a request; the same as before if there is no answer."""
        key = (group.case.name, group.n)
        answer = self._ask({**request, "case": group.case.name, "n": group.n})
        self.groups[key] = answer.get("rows", self.groups[key])

    def _start(self) -> None:
        command = [self.executable, "-m", "fastcore.bench", "--worker"]
        try:
            # In a session of its own, so that Ctrl-C is this process's to answer.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise Unusable(f"cannot run {self.executable!r}: {error.strerror}") from error
        self._answers: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, self._answers), daemon=True)
        self._reader.start()
        answer = self._ask({"do": "hello"})
        if "interpreter" not in answer:
            self._stop()
            how = f"{self.executable} -m pip install PATH_OF_FASTCORE"
            raise Unusable(f"{self.executable!r} has no fastcore: install it there, as by {how}")
        if answer["version"] != fastcore.__version__:
            self._stop()
            raise Unusable(f"{self.executable!r} has fastcore {answer['version']}, not {fastcore.__version__}")
        self.interpreter = answer["interpreter"]

    @staticmethod
    def _read(stream: IO[str], answers: queue.Queue[str]) -> None:
        for line in stream:
            if line.startswith(MARK):
                answers.put(line[len(MARK) :])
        answers.put("")

    def _stop(self) -> None:
        """End the process, as it will if there is nothing more to read, and whatever processes it has started."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        self._reader.join(LAST_WORDS)
        if not self._reader.is_alive():  # else a process that it started, and that could not be ended, holds the pipe
            process.stdout.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request; nothing if the process ended or took too long, in which case there is a new one."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=PATIENCE)
        except (OSError, queue.Empty):
            line = ""
        if line:
            return dict(json.loads(line))
        if self.interpreter:
            self._stop()
            self._start()
        return {}


def digest_of(case: Case, result: Any) -> str | None:
    """What is the same for the same numbers and strings on every interpreter; None for other results."""
    if not case.is_exact:
        return None
    digest = hashlib.sha256()

    def add(value: Any) -> None:
        if isinstance(value, (list, tuple)):
            digest.update(b"[%d" % len(value))
            for part in value:
                add(part)
        elif isinstance(value, int):
            digest.update(b"i%x" % value)
        elif isinstance(value, float):
            digest.update(b"f" + value.hex().encode())
        elif isinstance(value, str):
            digest.update(b"s" + value.encode("utf-8", "surrogatepass") + b"\0")
        else:
            raise TypeError

    try:
        add(cases.plain(result))
    except TypeError:
        return None
    return digest.hexdigest()


# ---- the other end ----


def interpreter_name() -> str:
    version = platform.python_version()
    return f"{platform.python_implementation()} {version}"


def serve() -> int:
    """Answer requests on standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a case prints is no answer
    known = {case.name: case for case in cases.all_cases()}
    groups: dict[tuple[str, int], Group] = {}
    times: measure.Known = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        if request["do"] == "hello":
            answer = {"interpreter": interpreter_name(), "version": fastcore.__version__}
        else:
            key = (request["case"], request["n"])
            if request["do"] == "check":
                if groups and next(iter(groups))[0] != request["case"]:
                    groups.clear()
                case = cases.with_contenders(known[request["case"]], request["wanted"])
                group = groups[key] = measure.check(case, request["n"], times, request["limit"], may_fail=ROLES)
                answer["digest"] = digest_of(case, group.expected)
                group.expected = None
            elif request["do"] == "pass":
                with measure.quiet(is_clean=True):
                    measure.run_pass(groups[key], request["share"], request["number"])
            elif request["do"] == "memory":
                memory.measure(groups[key], request["limit"])
            answer["rows"] = [_as_dict(row) for row in groups[key].rows]
        answers.write(f"{MARK}{json.dumps(answer)}\n")
        answers.flush()
    return 0


def _as_dict(row: measure.Row) -> dict[str, Any]:
    return {
        "name": row.contender.name,
        "role": row.contender.role,
        "rough": row.contender.tolerance is not None,
        "status": row.status,
        "loops": row.loops,
        "first": None if math.isnan(row.first) else row.first,
        "passes": [[None if math.isnan(t) else t for t in rounds] for rounds in row.passes],
        "peak_bytes": row.peak_bytes,
    }
