"""Threads: results do not depend on their number, exceptions come through, a fork does no harm."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from common import normal


@pytest.fixture
def run_tasks():
    return pytest.importorskip("fastcore._kernels", reason="the twins run on one thread").run_tasks


@pytest.mark.parametrize("name", ("sum", "fsum", "mean", "min", "max"))
@pytest.mark.parametrize("dtype", ("float64", "float32", "int64", "uint8"))
def test_reductions_do_not_depend_on_the_number_of_threads(fc, np, name, dtype):
    from fastcore import pure

    if fc is pure:
        pytest.skip("the twin runs on one thread and checks the argument only")
    a = (np.random.default_rng(1).standard_normal(1_200_000) * 50).astype("int8").astype(dtype)
    if dtype.startswith("float"):
        a += np.random.default_rng(2).standard_normal(a.size).astype(dtype)
    expected = normal(getattr(fc, name)(a))
    for threads in (1, 2, 3, 8, 10**6):
        assert normal(getattr(fc, name)(a, threads=threads)) == expected


def test_vectorized_functions_do_not_depend_on_the_number_of_threads(fc, np):
    from fastcore import pure

    n = 1000 if fc is pure else 1_000_001
    x = np.random.default_rng(1).standard_normal(n)
    f = fc.vectorize(lambda x: fc.where(x > 0, fc.sqrt(abs(x)), x * x / 3) + x)
    expected = f(x)
    for threads in (1, 2, 5):
        assert f(x, threads=threads).tobytes() == expected.tobytes()
        assert f(x[::2], threads=threads).tobytes() == expected[::2].tobytes()


@pytest.mark.parametrize("threads", (1, 2, 4))
def test_every_task_runs_once(run_tasks, threads):
    done = []
    run_tasks(done.append, 1000, threads)
    assert sorted(done) == list(range(1000))


@pytest.mark.parametrize("threads", (1, 2, 4))
def test_an_exception_of_a_task_is_raised_and_ends_the_rest(run_tasks, threads):
    done = []

    def task(number):
        if number == 5:
            raise KeyError(number)
        done.append(number)

    with pytest.raises(KeyError):
        run_tasks(task, 100_000, threads)
    assert len(done) < 100_000


def test_short_work_of_many_callers_at_once(fc, np):
    """The team serves one of them at a time, and the others do without."""
    from fastcore import pure

    if fc is pure:
        pytest.skip("the twin runs on one thread")
    x = np.arange(60_000.0)
    f = fc.vectorize(lambda x: (x * 2 + 3) / 7)
    expected, wrong = f(x).tobytes(), []

    def caller():
        for _ in range(100):
            if f(x, threads=2).tobytes() != expected or fc.sum(x, threads=2) != 60_000 * 59_999 / 2:
                wrong.append(1)

    callers = [threading.Thread(target=caller) for _ in range(6)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join()
    assert not wrong


def test_the_team_sleeps_and_is_woken(run_tasks):
    for pause in (0, 0.001, 0.05) * 5:
        time.sleep(pause)
        done = []
        run_tasks(done.append, 50, 2)
        assert sorted(done) == list(range(50))


def test_an_interrupt_of_the_caller_ends_the_rest(run_tasks):
    done = []

    def task(number):
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        time.sleep(0.001)
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        run_tasks(task, 100_000, 2)
    assert len(done) < 100_000
    run_tasks(done.append, 3, 2)


def test_many_callers_at_once(run_tasks):
    totals = []

    def caller():
        done = []
        run_tasks(done.append, 200, 3)
        totals.append(len(done))

    callers = [threading.Thread(target=caller) for _ in range(8)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join()
    assert totals == [200] * 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_the_team_works_in_a_forked_child(run_tasks):
    run_tasks(lambda number: None, 10, 2)
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # which ends it, should it wait for ever
        done = []
        run_tasks(done.append, 100, 3)
        os._exit(0 if len(done) == 100 else 1)
    assert os.waitpid(child, 0)[1] == 0
