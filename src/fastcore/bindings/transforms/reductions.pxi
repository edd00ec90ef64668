# What a program makes, reduced without being written down.

cdef enum:
    # Elements that are made before they are reduced: a block of the float sum.
    REDUCED = FC_SUM_BLOCK
    # Blocks of a reduction that is done with at once.
    FEW_BLOCKS = 4


# A reduction of what a run makes.
cdef struct ReducedRun:
    Run run
    Reduction reduction
    double *sums  # of the blocks, for a float sum
    Running *parts  # else one for each chunk


cdef bint _sums_tiles(_Machine machine, const ReducedRun *reduced) noexcept nogil:
    """Whether the tile program adds what it makes itself."""
    return (reduced.reduction == FLOAT_SUM and machine.kind == FC_FLOAT64 and machine.phase[0].kind == FC_FLOAT64
            and _is_direct(machine, &reduced.run)
            and reduced.run.tile_step[machine.tile_step_count - 1].operation == FC_TILE_STORE_LAST)


cdef void _sum_tiles(_Machine machine, const ReducedRun *reduced, Py_ssize_t first, Py_ssize_t end,
                     char *scratch) noexcept nogil:
    """The block sums of the elements from `first` to `end`, which are in no memory."""
    cdef Run run = reduced.run
    cdef char *slots = _aligned(scratch)
    cdef fc_tile_step *steps = <fc_tile_step *>slots
    cdef fc_tile_operand *operand
    cdef fc_tile_program program, rest
    cdef fc_tile_step *last
    cdef int result
    cdef uint64_t mode = fc_enter_mode()
    slots = <char *>(steps + machine.tile_step_count)
    slots = _aligned(slots)
    operand = _tile_operands(machine, slots)
    result = _point_operands(machine, &run, machine.phase, 0, NULL, slots, NULL)
    _tile_program(machine, &run, machine.phase, &rest)
    memcpy(steps, run.tile_step, machine.tile_step_count * sizeof(fc_tile_step))
    last = &steps[machine.tile_step_count - 1]
    last.operation = FC_TILE_SUM_LAST
    last.run = fc_tiles.operation[1][FC_TILE_SUM_LAST]
    program = rest
    program.step = steps
    fc_tiles.sum_blocks(&program, &rest, operand, result, first, end, reduced.sums + first // REDUCED,
                        operand + machine.most_tile_operands)
    fc_leave_mode(mode)


cdef void _reduce_blocks(_Machine machine, const ReducedRun *reduced, Py_ssize_t first, Py_ssize_t end,
                         Running *part, char *scratch) noexcept nogil:
    """Make and reduce the elements from `first` to `end`, a block of the float sum at a time."""
    cdef Run run = reduced.run
    cdef Py_ssize_t n, i = first, size = fc_kind_size(machine.kind)
    cdef char *made = _aligned(scratch)
    cdef uint64_t mode
    if _sums_tiles(machine, reduced):
        _sum_tiles(machine, reduced, first, end, scratch)
        return
    while i < end:
        n = min_size(REDUCED, end - i)
        run.out = made - i * size
        _run_blocks(machine, &run, i, i + n, made + REDUCED * sizeof(double))
        if reduced.reduction == FLOAT_SUM:
            mode = fc_enter_mode()
            fc_floats.sum_blocks(machine.kind, made, n, reduced.sums + i // REDUCED)
            fc_leave_mode(mode)
        else:
            _update(part, machine.kind, made, n)
        i += n


cdef inline size_t _reduction_scratch(_Machine machine, const ReducedRun *reduced) noexcept nogil:
    cdef size_t size = 192 + _scratch_size(machine, &reduced.run)
    if _sums_tiles(machine, reduced):
        return size + machine.tile_step_count * sizeof(fc_tile_step)
    return size + REDUCED * sizeof(double)


cdef class _ReducedParts(_Work):
    """Chunks of a reduction for the threads."""
    cdef _Machine machine
    cdef ReducedRun *reduced
    cdef Py_ssize_t chunk

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        cdef Py_ssize_t first = number * self.chunk
        cdef Py_ssize_t end = min_size(first + self.chunk, self.reduced.run.n)
        cdef Running *part = &self.reduced.parts[number]
        cdef char *scratch = <char *>PyMem_RawMalloc(_reduction_scratch(self.machine, self.reduced))
        if scratch == NULL:
            return -1
        _start(part, self.reduced.reduction, self.machine.kind)
        _reduce_blocks(self.machine, self.reduced, first, end, part, scratch)
        PyMem_RawFree(scratch)
        return 0


cdef object _reduce(_Callable f, PyObject *const *operands, Py_ssize_t count, object op, int threads):
    """Without a result in memory, if the operands are plain; _no_result for others."""
    cdef View[MOST_PLAIN] views
    cdef PyObject *shaped
    cdef Reduction reduction
    cdef _Machine machine
    if type(op) is not str:
        return _no_result
    machine = _view_plain(f, operands, count, views, &shaped)
    if machine is None or FC_SIZE(shaped) == 0:
        return _no_result
    if op == "sum":
        reduction = FLOAT_SUM if _is_float_kind(machine.kind) else INTEGER_SUM
    elif op == "min":
        reduction = MINIMUM
    elif op == "max":
        reduction = MAXIMUM
    elif op == "mean" and _is_float_kind(machine.kind):
        reduction = EXACT_SUM
    elif op == "any" and machine.kind == FC_BOOL:
        reduction = MAXIMUM
    elif op == "all" and machine.kind == FC_BOOL:
        reduction = MINIMUM
    else:
        return _no_result
    return _reduce_plain(machine, views, operands, FC_SIZE(shaped), reduction, threads)


cdef object _reduce_plain(_Machine machine, const View *views, PyObject *const *operands, Py_ssize_t n,
                          Reduction reduction, int threads):
    cdef ReducedRun reduced
    cdef Running total
    cdef Prepared prepared
    cdef double[FEW_BLOCKS] sums
    cdef char[FEW_SCRATCH] few
    cdef char *scratch
    cdef size_t size
    _start(&total, reduction, machine.kind)
    reduced.reduction = reduction
    reduced.sums = sums
    reduced.parts = NULL
    _prepare(machine, views, operands, n, NULL, machine.kind, False, &reduced.run, &prepared)
    try:
        if n <= FEW_BLOCKS * REDUCED:
            size = _reduction_scratch(machine, &reduced)
            scratch = few
            if size > FEW_SCRATCH:
                scratch = <char *>_allocate(size)
            _reduce_blocks(machine, &reduced, 0, n, &total, scratch)
            if scratch != few:
                PyMem_RawFree(scratch)
            if reduction == FLOAT_SUM and n <= REDUCED:
                return sums[0] + 0.0  # as the sum of all blocks starts from zero
            if reduction == FLOAT_SUM:
                _push_blocks(&total.total.floats, sums, n)
        else:
            _reduce_chunks(machine, &reduced, &total, threads)
    finally:
        _release(&prepared)
    if reduction == FLOAT_SUM:
        return _finish_floats(&total)
    if reduction == INTEGER_SUM:
        return _integer_total(&total.total.integers)
    if reduction == EXACT_SUM:
        return _mean_result("mean", &total.total.exact, 0, n)
    return _number(machine.kind, total.best)


cdef int _reduce_chunks(_Machine machine, ReducedRun *reduced, Running *total, int threads) except -1:
    cdef _ReducedParts parts
    cdef Py_ssize_t i, count, n = reduced.run.n, chunk = THREAD_CHUNK
    cdef Py_ssize_t blocks = (n + REDUCED - 1) // REDUCED
    if threads > 1:
        chunk = min_size(chunk, (n // 8 + REDUCED) // REDUCED * REDUCED)
    count = (n + chunk - 1) // chunk
    reduced.sums = <double *>_allocate(blocks * sizeof(double))
    try:
        reduced.parts = <Running *>_allocate(count * sizeof(Running))
        parts = _ReducedParts.__new__(_ReducedParts)
        parts.machine = machine
        parts.reduced = reduced
        parts.chunk = chunk
        parts.share(count, threads)
        if reduced.reduction == FLOAT_SUM:
            _push_blocks(&total.total.floats, reduced.sums, n)
        else:
            for i in range(count):
                _merge(total, &reduced.parts[i])
    finally:
        PyMem_RawFree(reduced.sums)
        PyMem_RawFree(reduced.parts)
    return 0


cdef object _reduce_any(_Callable f, tuple operands, object op, int threads):
    operands, op = _pure_transforms.check_reduction(operands, op)
    result = _reduce(f, PySequence_Fast_ITEMS(operands), len(operands), op, threads)
    if result is not _no_result:
        return result
    result = f(*operands, threads=threads)
    if type(result) in _pure_transforms.WEAK:
        result = [result]
    if op in ("any", "all"):
        return _pure_transforms.reduce_result(op, result)
    return (sum if op == "sum" else min if op == "min" else max if op == "max" else mean)(result)
