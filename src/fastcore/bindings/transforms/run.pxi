# One run of a machine: over blocks, on one thread or several.

cdef enum:
    # Bytes of a result from which it is written past the caches, into an array that is there and no operand.
    STREAM_FROM = 12582912
    # Elements times what one costs from which a second thread is worth its waking.
    THREADED_FROM = 100000
    # Elements that one thread runs through without a look for Ctrl-C.
    MOST_AT_ONCE = 4194304
    FEW_BYTES = 2048
    FEW_SCRATCH = 8192


# An operand of a call as a run sees it.
cdef struct View:
    const char *data  # NULL: a number
    int step  # elements between two that are taken: 1, or 0 for one that is taken again and again
    Py_ssize_t stride  # bytes, if its elements do not lie side by side; else 0


# Where the leaves and the result of a run are. A leaf with a stride has a row of scratch, into which it is gathered.
cdef struct Run:
    const char **leaf
    int *step
    Py_ssize_t *stride
    char **filled  # of a leaf that a tile takes again and again: a tile of it
    fc_tile_step *tile_step
    int gathered
    char *out
    int out_kind
    Py_ssize_t n


cdef int _gathered_before(const Run *run, int leaf) noexcept nogil:
    cdef int i, count = 0
    for i in range(leaf):
        count += run.stride[i] != 0
    return count


# ---- scratch ----

cdef inline bint _is_direct(_Machine machine, const Run *run) noexcept nogil:
    """Whether one tile program goes from the operands to the result."""
    return machine.is_single_tile and run.gathered == 0 and (
        run.out_kind == machine.kind or (run.out_kind == FC_FLOAT32 and machine.kind == FC_FLOAT64))


# A thread's scratch: rows for values, one for a result of another type, rows for gathered operands; slots of tiles;
# their operands; and what they need themselves.
cdef size_t _scratch_size(_Machine machine, const Run *run) noexcept nogil:
    cdef size_t size = 64 + machine.most_slots * FC_TILE_SIZE
    if not _is_direct(machine, run):
        size += (machine.row_count + 1 + run.gathered) * ROW_SIZE
    return (size + machine.most_tile_operands * sizeof(fc_tile_operand)
            + fc_tile_scratch_size(machine.most_tile_operands))


cdef inline char *_aligned(char *p) noexcept nogil:
    return <char *>((<size_t>p + 63) // 64 * 64)


# ---- blocks ----


cdef inline fc_tile_operand *_tile_operands(_Machine machine, char *slots) noexcept nogil:
    return <fc_tile_operand *>(slots + machine.most_slots * FC_TILE_SIZE)


cdef int _point_operands(_Machine machine, const Run *run, const Phase *phase, Py_ssize_t offset, char *rows,
                         char *slots, char *target) noexcept nogil:
    """Say where the operands of a tile program are, whose elements count from `offset`; `target` takes the result, the
    operand whose number is returned."""
    cdef fc_tile_operand *operand = _tile_operands(machine, slots)
    cdef const TileOperand *source
    cdef int k, value, result = 0
    cdef bint is_direct = _is_direct(machine, run)
    for k in range(phase.tile_operand_count):
        source = &machine.tile_operand[phase.first_operand + k]
        value = source.value
        operand[k].step = source.size
        if value < 0:
            operand[k].base = slots + source.slot * FC_TILE_SIZE
        elif value == machine.result:
            result = k
            operand[k].base = target
            if is_direct:
                operand[k].step = fc_kind_size(run.out_kind)
        elif value >= machine.leaf_count:
            operand[k].base = rows + machine.row[value] * ROW_SIZE
        elif run.step[value] == 0:
            operand[k].base = run.filled[value]
            operand[k].step = 0
        elif run.stride[value] != 0:
            operand[k].base = rows + (machine.row_count + 1 + _gathered_before(run, value)) * ROW_SIZE
        else:
            operand[k].base = <char *>run.leaf[value] + offset * source.size
    return result


cdef inline void _tile_program(_Machine machine, const Run *run, const Phase *phase,
                               fc_tile_program *program) noexcept nogil:
    program.kind = phase.kind
    program.step = run.tile_step + phase.first_step
    program.operand_count = phase.tile_operand_count
    program.uses = machine.tile_uses + phase.first_operand
    program.is_streaming = run.tile_step[phase.first_step + phase.step_count - 1].operation == FC_TILE_STREAM_LAST


cdef void _run_tiles(_Machine machine, const Run *run, const Phase *phase, Py_ssize_t offset, Py_ssize_t start,
                     Py_ssize_t end, char *rows, char *slots, char *target) noexcept nogil:
    """Run a tile program on the elements from `start` to `end`."""
    cdef fc_tile_operand *operand = _tile_operands(machine, slots)
    cdef fc_tile_program program
    _point_operands(machine, run, phase, offset, rows, slots, target)
    _tile_program(machine, run, phase, &program)
    fc_tiles.run(&program, operand, start, end, <char *>(operand + machine.most_tile_operands))


cdef void _run_loop(_Machine machine, const Run *run, const Phase *phase, Py_ssize_t offset, Py_ssize_t n, char *rows,
                    char *target) noexcept nogil:
    """Run a loop on n elements from `offset` on."""
    cdef const char *operand[4]
    cdef int step[3]
    cdef Py_ssize_t steps[4]
    cdef int k, value
    cdef Py_ssize_t size
    cdef fc_loop loop
    operand[0] = operand[1] = operand[2] = NULL
    step[0] = step[1] = step[2] = 0
    for k in range(phase.operand_count):
        value = phase.operand[k]
        step[k] = 1
        if value >= machine.leaf_count:
            operand[k] = rows + machine.row[value] * ROW_SIZE
            # NumPy's loops are told of a number that is the same for all, and some make use of it.
            if machine.origin[value] >= 0:
                step[k] = run.step[machine.origin[value]]
        elif run.stride[value] != 0:
            operand[k] = rows + (machine.row_count + 1 + _gathered_before(run, value)) * ROW_SIZE
        else:
            step[k] = run.step[value]
            operand[k] = run.leaf[value] + offset * step[k] * machine.value_size[value]
    if phase.result != machine.result:
        target = rows + machine.row[phase.result] * ROW_SIZE
    if phase.sort == UFUNC_PHASE:
        for k in range(phase.operand_count):
            size = machine.value_size[phase.operand[k]]
            steps[k] = step[k] * size
        operand[phase.operand_count] = target
        steps[phase.operand_count] = machine.value_size[phase.result]
        phase.loop(<char **>operand, &n, steps, phase.data)
        return
    if phase.operation == FC_OPERATION_COUNT:
        loop = fc_transforms.cast[phase.kind][phase.result_kind]
    else:
        loop = fc_transforms.loop[phase.operation][phase.kind]
    loop(operand[0], step[0], operand[1], step[1], operand[2], step[2], target, n)


cdef void _run_blocks(_Machine machine, const Run *run, Py_ssize_t first, Py_ssize_t end, char *scratch) noexcept nogil:
    """Run the program on the elements from `first` to `end`, a block at a time."""
    cdef char *rows = _aligned(scratch)
    cdef char *slots = rows
    cdef char *target
    cdef Py_ssize_t i, n, size
    cdef int j, k = 0
    cdef fc_loop loop
    cdef uint64_t mode = fc_enter_mode()
    if _is_direct(machine, run):
        _run_tiles(machine, run, machine.phase, 0, first, end, rows, slots, run.out)
        fc_leave_mode(mode)
        return
    slots += (machine.row_count + 1 + run.gathered) * ROW_SIZE
    i = first
    while i < end:
        # The first block ends where a cache line of the result does.
        size = fc_kind_size(run.out_kind)
        n = min_size(FC_TRANSFORM_BLOCK - <Py_ssize_t>(<size_t>(run.out + i * size) % 64) // size, end - i)
        k = 0
        if run.gathered > 0:
            for j in range(machine.leaf_count):
                if run.stride[j] != 0:
                    fc_transforms.gather[machine.leaf_kind[j]](run.leaf[j] + i * run.stride[j], run.stride[j],
                                                               rows + (machine.row_count + 1 + k) * ROW_SIZE, n)
                    k += 1
        target = rows + machine.row_count * ROW_SIZE
        if run.out_kind == machine.kind:
            target = run.out + i * <Py_ssize_t>fc_kind_size(run.out_kind)
        for j in range(machine.phase_count):
            if machine.phase[j].sort == TILE_PHASE:
                _run_tiles(machine, run, &machine.phase[j], i, 0, n, rows, slots, target)
            else:
                _run_loop(machine, run, &machine.phase[j], i, n, rows, target)
        if run.out_kind != machine.kind:
            loop = fc_transforms.cast[machine.kind][run.out_kind]
            loop(target, 1, NULL, 0, NULL, 0, run.out + i * <Py_ssize_t>fc_kind_size(run.out_kind), n)
        i += n
    fc_leave_mode(mode)


# ---- threads ----


cdef class _RunParts(_Work):
    """Chunks of a run for the threads, each with scratch of its own."""
    cdef _Machine machine
    cdef Run *run
    cdef Py_ssize_t chunk

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        cdef Py_ssize_t first = number * self.chunk
        cdef Py_ssize_t end = min_size(first + self.chunk, self.run.n)
        cdef char *scratch = <char *>PyMem_RawMalloc(_scratch_size(self.machine, self.run))
        if scratch == NULL:
            return -1
        _run_blocks(self.machine, self.run, first, end, scratch)
        PyMem_RawFree(scratch)
        return 0


cdef int _execute(_Machine machine, Run *run, int threads) except -1:
    cdef _RunParts parts
    cdef Py_ssize_t count, chunk = THREAD_CHUNK
    cdef char[FEW_SCRATCH] few
    cdef char *scratch
    cdef size_t size
    if run.n * machine.cost < THREADED_FROM:
        threads = 1
    if run.n < RELEASE_FROM or (threads == 1 and run.n <= MOST_AT_ONCE):
        size = _scratch_size(machine, run)
        scratch = few
        if size > FEW_SCRATCH:
            scratch = <char *>_allocate(size)
        if run.n < RELEASE_FROM:
            _run_blocks(machine, run, 0, run.n, scratch)
        else:
            with nogil:
                _run_blocks(machine, run, 0, run.n, scratch)
        if scratch != few:
            PyMem_RawFree(scratch)
        return 0
    if threads > 1:
        # Eight chunks a run at least, of whole blocks, so that threads end together.
        chunk = min_size(chunk, (run.n // 8 + FC_TRANSFORM_BLOCK) // FC_TRANSFORM_BLOCK * FC_TRANSFORM_BLOCK)
    parts = _RunParts.__new__(_RunParts)
    parts.machine = machine
    parts.run = run
    parts.chunk = chunk
    count = (run.n + chunk - 1) // chunk
    parts.share(count, threads)
    return 0


# ---- setting up ----

# Memory of a run's own: a little on the stack, more where that is not enough.
cdef struct Prepared:
    char[FEW_BYTES] few
    char *more
    char *filled


cdef void _release(Prepared *prepared) noexcept:
    PyMem_RawFree(prepared.more)
    PyMem_RawFree(prepared.filled)


cdef int _prepare(_Machine machine, const View *views, PyObject *const *numbers, Py_ssize_t n, char *out, int out_kind,
                  bint may_stream, Run *run, Prepared *prepared) except -1:
    """Make a run of a machine on operands; `numbers` has those that are numbers, by position."""
    cdef int i, position, fills = 0
    cdef char *numbers_written
    cdef char *memory = prepared.few
    cdef fc_tile_step *step
    cdef size_t size = (machine.leaf_count * (4 * sizeof(void *) + 8)
                        + machine.tile_step_count * sizeof(fc_tile_step))
    prepared.more = NULL
    prepared.filled = NULL
    if size > FEW_BYTES:
        memory = prepared.more = <char *>_allocate(size)
    run.leaf = <const char **>memory
    run.stride = <Py_ssize_t *>(run.leaf + machine.leaf_count)
    run.filled = <char **>(run.stride + machine.leaf_count)
    numbers_written = <char *>(run.filled + machine.leaf_count)
    run.tile_step = <fc_tile_step *>(numbers_written + 8 * machine.leaf_count)
    run.step = <int *>(run.tile_step + machine.tile_step_count)
    run.gathered = 0
    run.n = n
    run.out = out
    run.out_kind = out_kind
    for i in range(machine.leaf_count):
        run.step[i] = 0
        run.stride[i] = 0
        run.leaf[i] = machine.constants + 8 * i
        position = machine.leaf_operand[i]
        if position < 0:
            continue
        if machine.leaf_is_scalar[i]:
            run.leaf[i] = numbers_written + 8 * i
            try:
                _write_scalar(numbers_written + 8 * i, machine.leaf_kind[i], <object>numbers[position])
            except BaseException:
                _release(prepared)
                raise
        else:
            run.leaf[i] = views[position].data
            run.step[i] = views[position].step
            run.stride[i] = views[position].stride
            run.gathered += run.stride[i] != 0
            fills += run.step[i] == 0
    memcpy(run.tile_step, machine.tile_step, machine.tile_step_count * sizeof(fc_tile_step))
    for i in range(machine.patch_count):
        step = &run.tile_step[machine.patch[i].step]
        position = machine.patch[i].leaf
        _set_leaf(step, machine.step_kind[machine.patch[i].step], machine.leaf_kind[position], run.leaf[position],
                  machine.patch[i].use, machine.patch[i].is_second)
    if _is_direct(machine, run):
        step = &run.tile_step[machine.tile_step_count - 1]
        if out_kind == FC_FLOAT32 and machine.kind == FC_FLOAT64:
            step.operation = FC_TILE_STORE_FLOAT32_LAST
        elif may_stream and step.operation == FC_TILE_STORE_LAST and (
                n * <Py_ssize_t>fc_kind_size(out_kind) >= STREAM_FROM and <size_t>out % fc_kind_size(out_kind) == 0):
            step.operation = FC_TILE_STREAM_LAST
    for i in range(machine.tile_step_count):
        step = &run.tile_step[i]
        step.run = fc_tiles.operation[machine.step_kind[i] == FC_FLOAT64][step.operation]
    if fills + machine.uniform_tile_operands > 0:
        prepared.filled = <char *>PyMem_RawMalloc(machine.leaf_count * FILLED_SIZE + 64)
        if prepared.filled == NULL:
            _release(prepared)
            raise MemoryError
        for i in range(machine.leaf_count):
            run.filled[i] = _aligned(prepared.filled) + i * FILLED_SIZE
            if run.step[i] == 0:
                _fill(run.filled[i], run.leaf[i], machine.value_size[i])
    return 0


cdef int _run_views(_Machine machine, const View *views, PyObject *const *numbers, Py_ssize_t n, char *out,
                    int out_kind, bint may_stream, int threads) except -1:
    """Run a machine on operands into memory."""
    cdef Run run
    cdef Prepared prepared
    if n <= 0:
        return 0
    _prepare(machine, views, numbers, n, out, out_kind, may_stream, &run, &prepared)
    if prepared.more == NULL and prepared.filled == NULL and n < RELEASE_FROM:
        return _execute(machine, &run, threads)
    try:
        return _execute(machine, &run, threads)
    finally:
        _release(&prepared)


cdef void _fill(char *out, const char *element, size_t size) noexcept nogil:
    """A tile of one element."""
    cdef size_t i
    for i in range(FILLED_SIZE // size):
        memcpy(out + i * size, element, size)


cdef int _write_scalar(char *where, int kind, object value) except -1:
    """A number that is passed as an operand, as a constant of a kind."""
    cdef double number
    cdef float single
    cdef int64_t integer
    if PyFloat_CheckExact(<PyObject *>value) and kind >= FC_FLOAT32:
        number = PyFloat_AS_DOUBLE(<PyObject *>value)
    elif PyLong_CheckExact(<PyObject *>value) and FC_IS_SMALL(<PyObject *>value) and kind in (FC_INT64, FC_FLOAT64):
        integer = FC_SMALL_VALUE(<PyObject *>value)
        number = <double>integer
    else:
        return _write_number(where, kind, _pure_transforms.cast_weak(value, _KIND_NAMES[kind]))
    if kind == FC_FLOAT64:
        memcpy(where, &number, 8)
    elif kind == FC_INT64:
        memcpy(where, &integer, 8)
    else:
        single = <float>number
        memcpy(where, &single, 4)
    return 0
