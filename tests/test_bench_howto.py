"""The bench's family howto: its contenders agree, its findings fit a line, and what it starts it also ends."""

from __future__ import annotations

import gc
import http.client
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from fastcore.bench import measure
from fastcore.bench.cases import howto
from fastcore.bench.cases.howto import caching, concurrency, containers, server, text

CASES = {case.name.partition("/")[2]: case for case in howto.CASES}
OWN_SIZES = [(case, n) for case in howto.CASES for n in case.sizes]
TECHNIQUES = [
    "sum-range",
    "compute-sum",
    "squares-list",
    "squares-sum",
    "sum-list",
    "max-list",
    "process-data",
    "even-squares",
    "nested-loops",
    "in-place",
    "membership",
    "queue",
    "queue-100",
    "sort",
    "sort-input",
    "string",
    "string-attribute",
    "read-file",
    "fibonacci",
    "fibonacci-far",
    "memo",
    "cache-cheap",
    "cache-dear",
    "cpu-tasks",
    "kernel-tasks",
    "waiting",
]

try:
    import numpy

    HAS_NUMPY = True
except ImportError:
    HAS_NUMPY = False
needs_processes = pytest.mark.skipif(not concurrency.can_start_processes(), reason="PyPy's executor would fork")
needs_numpy = pytest.mark.skipif(not HAS_NUMPY, reason="NumPy is not installed")


def statuses(case, n):
    return {row.contender.name: row.status for row in measure.check(case, n, {}).rows}


def contender(case, name, n):
    return next(made for made in CASES[case].make(n) if made.name == name)


def wait_until(is_true):
    """Collecting meanwhile, as what nobody holds any more is found late by some collectors."""
    end = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < end
        gc.collect()
        time.sleep(0.01)


def no_process_is_left():
    return multiprocessing.active_children() == []


@pytest.fixture
def threads_before():
    wait_until(no_process_is_left)
    return set(threading.enumerate())


# ---- every case ----


def test_there_is_a_case_for_every_technique():
    assert list(CASES) == TECHNIQUES


@pytest.mark.parametrize(("case", "n"), OWN_SIZES, ids=[f"{case.name}-{n}" for case, n in OWN_SIZES])
def test_contenders_agree_at_the_sizes_they_are_raced_at(case, n):
    found = statuses(case, n)
    assert set(found.values()) <= {"=", "not installed"}
    assert "=" in found.values() or (case is CASES["in-place"] and not HAS_NUMPY)


@pytest.mark.parametrize("n", (1, 2, 30))
@pytest.mark.parametrize("case", howto.CASES, ids=CASES)
def test_contenders_agree_at_any_size(case, n):
    assert set(statuses(case, n).values()) <= {"=", "not installed"}


@pytest.mark.parametrize("case", [case for case in howto.CASES if case is not CASES["sort"]])  # whose inputs change
def test_calls_may_be_repeated(case):
    group = measure.check(case, 3, {})
    for row in group.rows:
        if row.status == "=":
            assert case.agree(row.call(), row.call())


@pytest.mark.parametrize("case", howto.CASES, ids=CASES)
def test_all_is_held_against_the_slow_form_that_comes_first(case):
    for n in (1, *(n for n in case.sizes if n <= text.MOST_COPIES)):
        made = case.make(n)
        assert (made[0].name, made[0].role) == (case.base, "reference")
        assert [i for i, one in enumerate(made) if one.role == "reference"] == [0]
        assert all(one.role != "fastcore" for one in made[:-1])
        assert len({one.name for one in made}) == len(made)


@pytest.mark.parametrize("case", howto.CASES, ids=CASES)
def test_a_finding_is_a_line(case):
    assert 0 < len(case.finding) <= 120
    assert case.finding.endswith(".")
    assert case.finding.isprintable()


def test_cases_of_threads_and_processes_use_more_than_one_processor():
    assert [name for name, case in CASES.items() if case.processors > 1] == ["cpu-tasks", "kernel-tasks", "waiting"]


# ---- what the comparison of results is for ----


@needs_numpy
@pytest.mark.parametrize(("n", "status"), [(65_536, "="), (65_537, "differs"), (100_000, "differs")])
def test_a_sum_typed_as_a_c_int_is_rejected_once_it_overflows(n, status):
    found = statuses(CASES["compute-sum"], n)
    assert found.pop("np.sum in int32") == status
    assert set(found.values()) == {"="}


@needs_numpy
def test_squares_whose_sum_does_not_fit_an_int64_are_not_raced():
    names = [made.name for made in CASES["squares-sum"].make(10**7)]
    assert "fastcore" not in names
    assert "(np.arange(n)**2).sum()" not in names
    for n, fits in ((howto.arithmetic.MOST_SQUARES, True), (10**7, False)):
        assert (int((numpy.arange(n) ** 2).sum()) == (n - 1) * n * (2 * n - 1) // 6) is fits


# ---- what is limited ----


@pytest.mark.parametrize("case", ("fibonacci", "memo", "cache-cheap", "sort", "waiting", "read-file"))
def test_what_grows_too_fast_is_limited(case):
    assert "at most" in CASES[case].title
    start = time.perf_counter()
    CASES[case].make(10**8)
    assert time.perf_counter() - start < 5


def test_naive_recursion_is_not_called_beyond_its_limit():
    assert contender("fibonacci", "recursion", 10**8).call()() == 832_040


def test_copies_that_pile_up_in_pypy_are_left_out_there(monkeypatch):
    monkeypatch.setattr(text, "MOST_ADDITIONS", 20_000)
    monkeypatch.setattr(text, "MOST_COPIES", 20_000)
    for make in (text.string_building, text.attribute_building):
        assert not any("+=" in made.name for made in make(20_001))
        assert any("+=" in made.name for made in make(20_000))


# ---- the techniques themselves ----


@pytest.mark.parametrize("make", (containers.by_pop, containers.by_popleft, containers.by_bounded_deque))
def test_a_bounded_queue_keeps_the_last(make):
    assert make(7, 3) == [4, 5, 6]
    assert make(2, 3) == [0, 1]


def test_bubble_sort_leaves_its_input_as_it_is():
    values = [3, 1, 2]
    assert containers.bubble_sort(values) == [1, 2, 3]
    assert values == [3, 1, 2]


def test_a_cold_cache_is_empty_at_every_call_and_a_warm_one_is_not(monkeypatch):
    made = []
    monkeypatch.setattr(
        caching, "cached_recursion", lambda make=caching.cached_recursion: made.append(make()) or made[-1]
    )
    calls = [contender.call() for contender in caching.fibonacci(10)[1:3]]
    for _ in range(3):
        assert [call() for call in calls] == [55, 55]
    cold, warm = (function.cache_info() for function in made)
    assert (cold.misses, cold.hits) == (11, 8)  # of the last call alone
    assert (warm.misses, warm.hits) == (11, 10)


def test_hits_hit_and_misses_miss(monkeypatch):
    computed = []
    monkeypatch.setattr(caching, "multiply", lambda x, y: computed.append(x) or x * y)
    hits, misses = (contender.call() for contender in caching.cheap_function(20)[2:])
    hits()
    computed.clear()
    hits()
    assert computed == []
    for _ in range(2):
        misses()
    assert computed == [*range(20), *range(20)]


# ---- what is started is ended ----


def test_a_file_is_written_when_it_is_called_for_and_goes_with_its_contenders():
    made = CASES["read-file"].make(10)
    lines = text.Lines(10)
    assert lines._path == ""
    path = lines.path()
    with open(path, encoding="ascii") as file:
        assert len(file.readlines()) == 10
    assert lines.path() == path
    del lines
    wait_until(lambda: not os.path.exists(path))
    assert made[0].call()() > 0


def test_nothing_is_started_before_a_contender_is_prepared(threads_before):
    made = [CASES[name].make(4) for name in ("cpu-tasks", "kernel-tasks", "waiting")]
    assert set(threading.enumerate()) <= threads_before
    assert no_process_is_left()
    assert made


@needs_processes
@pytest.mark.parametrize("name", ("2 processes", "4 processes"))
def test_processes_end_with_their_call(threads_before, name):
    call = contender("cpu-tasks", name, 10).call()
    assert call() == (285, 385, 506, 650)
    assert len(multiprocessing.active_children()) == int(name[0])
    del call
    wait_until(no_process_is_left)
    wait_until(lambda: set(threading.enumerate()) <= threads_before)


@needs_processes
def test_processes_that_are_made_for_a_call_end_with_it(threads_before):
    assert contender("cpu-tasks", "4 processes, new", 10).call()() == (285, 385, 506, 650)
    assert no_process_is_left()
    wait_until(lambda: set(threading.enumerate()) <= threads_before)


def test_threads_end_with_their_call(threads_before):
    call = contender("cpu-tasks", "4 threads", 10).call()
    assert call() == (285, 385, 506, 650)
    assert not set(threading.enumerate()) <= threads_before
    del call
    wait_until(lambda: set(threading.enumerate()) <= threads_before)


def test_processes_are_started_without_a_fork(monkeypatch):
    assert concurrency.start_method() in {"forkserver", "spawn"}
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["fork", "spawn"])
    assert concurrency.start_method() == "spawn"


@needs_processes
@pytest.mark.parametrize("method", [name for name in multiprocessing.get_all_start_methods() if name != "fork"])
def test_tasks_can_be_sent_to_processes_however_they_are_started(monkeypatch, method):
    monkeypatch.setattr(concurrency, "start_method", lambda: method)
    with concurrency.processes(1) as executor:
        assert concurrency.at_once(executor, concurrency.sum_of_squares, [3, 4]) == (5, 14)


def test_requests_wait_and_are_answered_in_order(capfd):
    ask = partial(concurrency.request, concurrency.Server())
    start = time.perf_counter()
    assert concurrency.by_new(concurrency.threads, ask, [3, 1, 2, 0]) == (3, 1, 2, 0)
    assert time.perf_counter() - start >= server.WAIT
    assert capfd.readouterr() == ("", "")


def test_the_server_stops_with_its_contenders(threads_before):
    made = CASES["waiting"].make(2)
    call = made[0].call()
    assert call() == (0, 1)
    assert not set(threading.enumerate()) <= threads_before
    port = call.args[0].args[0].port()
    del made, call
    wait_until(lambda: set(threading.enumerate()) <= threads_before)
    connection = http.client.HTTPConnection(concurrency.HOST, port, timeout=1)
    with pytest.raises(OSError):  # noqa: PT011
        connection.connect()


def test_there_are_no_processes_where_they_cannot_be_started(monkeypatch):
    monkeypatch.setattr(concurrency, "can_start_processes", lambda: False)
    assert statuses(CASES["cpu-tasks"], 10) == {"one by one": "=", "4 threads": "=", "formula, one by one": "="}


def test_a_program_ends_in_silence_with_all_of_it_still_there():
    program = (
        "from fastcore.bench.cases.howto import concurrency, text\n"
        "if __name__ == '__main__':\n"
        "    made = [c for make in (concurrency.cpu_tasks, concurrency.waiting, text.read_file) for c in make(2)]\n"
        "    calls = [c.call() for c in made]\n"
        "    results = [call() for call in calls]\n"
        "    print(len(results) - len(made))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
