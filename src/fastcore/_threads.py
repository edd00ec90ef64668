"""The one place where work is split over threads: a shared pool, made on first use and made anew after a fork."""

from __future__ import annotations

import os
import sys

from fastcore import _environment

TYPE_CHECKING = False  # so that `typing` and `threading` are not loaded at import
if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

DEFAULT = _environment.positive("FASTCORE_NUM_THREADS", 1)
# More would only wait for processors.
MOST = max(16, 2 * (os.cpu_count() or 1))

_pool: ThreadPoolExecutor | None = None


def _forget_pool() -> None:
    """A forked child has the pool's books but not its threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def run(task: Callable[[int], object], count: int, threads: int) -> None:
    """Call task(0) … task(count - 1), on the calling thread and at most `threads - 1` others.

    Tasks are handed out in order to whoever is free, so that what they write must depend on their number alone. An
    exception stops the handing out, and is raised when the tasks under way are done.
    """
    helpers = min(threads, count, MOST) - 1
    if helpers <= 0:
        for number in range(count):
            task(number)
        return

    numbers = iter(range(count))  # next() on it is atomic under the GIL ...
    lock = _lock()  # ... and this makes it so without one

    def work() -> None:
        nonlocal numbers
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                task(number)
            except BaseException:
                with lock:
                    numbers = iter(())
                raise

    pool = _shared_pool()
    futures = [pool.submit(work) for _ in range(helpers)]
    try:
        work()
    finally:
        # A helper that has not started by now would find nothing to do.
        running = [future for future in futures if not future.cancel()]
        errors = [future.exception() for future in running]
    for error in errors:
        if error is not None:
            raise error


def _lock() -> threading.Lock:
    import threading

    return threading.Lock()


def _shared_pool() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        from concurrent.futures import ThreadPoolExecutor

        _pool = ThreadPoolExecutor(max_workers=MOST, thread_name_prefix="fastcore", initializer=_settle)
    return _pool


def _settle() -> None:
    """A thread starts in the floating-point mode of the one that made it, which another library may have changed."""
    kernels = sys.modules.get("fastcore._kernels")
    if kernels is not None:
        kernels.use_default_mode()
