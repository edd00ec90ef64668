# The one place where work is split over threads: a team that is shared, made on first use, and made anew after a fork.
#
# A piece of work comes in parts, which are numbered and given to whoever is free: to the caller from the first on, to
# the others from the last backwards, so that in a series of calls each finds its part of the data in its own cache.
# What they write must depend on their number alone.
#
# The team serves one caller at a time; for another who comes meanwhile there is no thread to spare, and it does its
# parts itself. Threads of the team wait for work without the GIL: they spin for some tens of microseconds after they
# have had some, as calls come in series and to wake a thread takes as long as a hundred thousand additions, and then
# sleep. A thread that wakes too late finds the work closed, and nobody waits for it. Where there is but one processor
# to run on, they would only stand in each other's way, and are not asked.

cdef extern from "pythread.h" nogil:
    ctypedef void *PyThread_type_lock
    PyThread_type_lock PyThread_allocate_lock()
    int PyThread_acquire_lock(PyThread_type_lock lock, int waits)
    void PyThread_release_lock(PyThread_type_lock lock)

cdef extern from *:
    """
    #if defined(__linux__)
    #include <sched.h>
    /* Processors that this thread may run on. */
    static int fc_processor_count(void) {
        cpu_set_t set;
        return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2;
    }
    #else
    static int fc_processor_count(void) { return 2; }
    #endif
    """
    int fc_processor_count() nogil

cdef extern from "counter.h" nogil:
    ctypedef int64_t fc_counter
    int64_t fc_counter_get(fc_counter *c)
    void fc_counter_set(fc_counter *c, int64_t x)
    int64_t fc_counter_add(fc_counter *c, int64_t x)
    bint fc_counter_replace(fc_counter *c, int64_t old, int64_t new)
    void fc_pause()

cdef enum:
    MOST_MEMBERS = 256
    # Looks before a thread sleeps, of 15 to 45 ns each.
    SPINS = 2000


# Where one thread sleeps until another rings. The lock is held but while a ring is on its way.
cdef struct Bell:
    PyThread_type_lock lock
    fc_counter is_asleep


cdef struct Team:
    fc_counter is_busy
    fc_counter round  # of work: one more each time
    fc_counter is_open  # whether threads may still join
    fc_counter seats  # for those who join
    fc_counter inside  # who have joined and not left
    fc_counter given  # parts
    fc_counter given_last  # of those, from the last backwards
    fc_counter has_failed
    Py_ssize_t count  # of parts
    void *work
    int size  # threads beside the caller
    Bell caller
    Bell[MOST_MEMBERS] member


cdef Team team
memset(&team, 0, sizeof(Team))


cdef class _Work:
    """Work in parts, which several threads do at a time."""

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        """Do a part; returns -1 if that fails, and there is no need for others."""
        return -1

    cdef int share(self, Py_ssize_t count, int threads) except -1:
        """Do all parts, on the calling thread and at most `threads - 1` others."""
        cdef Py_ssize_t number = 0
        cdef int status = 0
        if threads > 1 and count > 1 and fc_processor_count() > 1 and fc_counter_replace(&team.is_busy, 0, 1):
            try:
                status = _share(self, count, <int>min_size(threads, count) - 1)
            finally:
                fc_counter_set(&team.is_busy, 0)
        else:
            while number < count and status == 0:
                with nogil:
                    status = self.part(number)
                PyErr_CheckSignals()
                number += 1
        if status != 0:
            self.fail()
        return 0

    cdef int fail(self) except -1:
        """Raise the error of a part that failed."""
        raise MemoryError


cdef void _ring(Bell *bell) noexcept nogil:
    if fc_counter_replace(&bell.is_asleep, 1, 0):
        PyThread_release_lock(bell.lock)


cdef void _wait(Bell *bell, fc_counter *counter, int64_t value, bint is_until) noexcept nogil:
    """Wait until a counter is a value, or while it is."""
    cdef int spin = 0
    while (fc_counter_get(counter) == value) != is_until:
        if spin < SPINS:
            spin += 1
            fc_pause()
            continue
        fc_counter_set(&bell.is_asleep, 1)
        # Who changes the counter rings afterwards: a change that is not seen here is followed by a ring.
        if (fc_counter_get(counter) == value) != is_until or not fc_counter_replace(&bell.is_asleep, 1, 0):
            PyThread_acquire_lock(bell.lock, 1)


cdef int _do_parts(void *work) noexcept nogil:
    """Do parts until there are none left; returns -1 if one failed."""
    while fc_counter_add(&team.given, 1) < team.count:
        if (<_Work>work).part(team.count - 1 - fc_counter_add(&team.given_last, 1)) != 0:
            fc_counter_set(&team.has_failed, 1)
            fc_counter_set(&team.given, team.count)
            return -1
    return 0


cdef void _join_in(int64_t seen, int number) noexcept nogil:
    """The life of a thread of the team: wait for work, do some, and wait again."""
    while True:
        _wait(&team.member[number], &team.round, seen, False)
        seen = fc_counter_get(&team.round)
        # Either the caller sees that somebody is inside, or it has closed before, which is seen here.
        fc_counter_add(&team.inside, 1)
        if fc_counter_get(&team.is_open) and fc_counter_add(&team.seats, -1) > 0:
            _do_parts(team.work)
        if fc_counter_add(&team.inside, -1) == 1:
            _ring(&team.caller)


def _work_in_team(round, number):
    cdef int64_t seen = round
    cdef int member = number
    with nogil:
        fc_enter_mode()  # not that of the thread which made this one
        _join_in(seen, member)


cdef int _grow(int helpers) except -1:
    """Make the team as large as is asked for, if the system lets it."""
    helpers = <int>min_size(helpers, MOST_MEMBERS)
    if team.caller.lock == NULL:
        _make_bell(&team.caller)
    while team.size < helpers:
        _make_bell(&team.member[team.size])
        try:
            _thread.start_new_thread(_work_in_team, (fc_counter_get(&team.round), team.size))
        except RuntimeError:
            return 0
        team.size += 1
    return 0


cdef int _make_bell(Bell *bell) except -1:
    fc_counter_set(&bell.is_asleep, 0)
    if bell.lock == NULL:
        bell.lock = PyThread_allocate_lock()
        if bell.lock == NULL:
            raise MemoryError
        PyThread_acquire_lock(bell.lock, 1)
    return 0


cdef int _share(_Work work, Py_ssize_t count, int helpers) except -2:
    """Do the parts of a work with the team, which is this caller's."""
    cdef int i
    _grow(helpers)
    team.work = <void *>work
    team.count = count
    fc_counter_set(&team.given, 0)
    fc_counter_set(&team.given_last, 0)
    fc_counter_set(&team.has_failed, 0)
    fc_counter_set(&team.seats, helpers)
    fc_counter_set(&team.is_open, 1)
    fc_counter_add(&team.round, 1)
    for i in range(<int>min_size(helpers, team.size)):
        _ring(&team.member[i])
    try:
        _do_own_parts(work)
    finally:
        # Also after an error, so that nobody is left who looks at the work.
        fc_counter_set(&team.given, count)
        fc_counter_set(&team.is_open, 0)
        with nogil:
            _wait(&team.caller, &team.inside, 0, True)
    return -1 if fc_counter_get(&team.has_failed) else 0


cdef int _do_own_parts(_Work work) except -1:
    """Do parts as a thread of the team does, with a look for Ctrl-C after each."""
    cdef Py_ssize_t number = 0
    cdef int status
    while fc_counter_add(&team.given, 1) < team.count:
        with nogil:
            status = work.part(number)
        if status != 0:
            fc_counter_set(&team.has_failed, 1)
            return 0
        PyErr_CheckSignals()
        number += 1
    return 0


def forget_team():
    """Start with no team: a forked child has the books of its parent's, but not its threads."""
    memset(&team, 0, sizeof(Team))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_team)


# ---- work that is done in Python ----

cdef class _Tasks(_Work):
    """The calls of a function with the numbers of parts."""
    cdef object task
    cdef object error

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        with gil:
            try:
                self.task(number)
            except BaseException as error:
                self.error = error
                return -1
        return 0

    cdef int fail(self) except -1:
        raise self.error


def run_tasks(task, Py_ssize_t count, int threads):
    """Call task(0) … task(count - 1), on the calling thread and at most `threads - 1` others; raise what one of them
    raises when those under way are done."""
    cdef _Tasks tasks = _Tasks.__new__(_Tasks)
    tasks.task = task
    tasks.share(count, threads)
