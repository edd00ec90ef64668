# The transforms family: a traced program (pure/transforms.py) as a list of loops over blocks.

_OPERATIONS = {
    "add": FC_ADD, "subtract": FC_SUBTRACT, "multiply": FC_MULTIPLY, "divide": FC_DIVIDE, "negative": FC_NEGATIVE,
    "absolute": FC_ABSOLUTE, "sqrt": FC_SQRT, "less": FC_LESS, "less_equal": FC_LESS_EQUAL, "equal": FC_EQUAL,
    "not_equal": FC_NOT_EQUAL, "logical_and": FC_LOGICAL_AND, "logical_or": FC_LOGICAL_OR,
    "logical_not": FC_LOGICAL_NOT, "where": FC_WHERE,
}

cdef enum:
    ROW_SIZE = FC_TRANSFORM_BLOCK * 8


# One loop of a program. Its operands are leaves (numbered from 0) or, from leaf_count on, rows of scratch.
cdef struct Instruction:
    int operation  # of fc_operation, or FC_OPERATION_COUNT: a cast
    int kind
    int result_kind
    int[3] operand
    int operand_count
    int row  # of scratch, for the result


cdef class _Machine:
    """A program made ready to run: its instructions, with as few rows of scratch as their lifetimes allow."""
    cdef Instruction *instructions
    cdef int count
    cdef int leaf_count
    cdef int row_count
    cdef int kind
    cdef char *constants  # 8 bytes a leaf
    cdef int *leaf_kind
    cdef int *leaf_operand  # the position of the operand, -1 for a constant
    cdef bint *leaf_is_scalar
    cdef readonly bint is_complete  # False: some loop does not exist

    def __cinit__(self, program):
        cdef int i, k, row, value
        steps, leaves = program.steps, program.leaves
        # The result must come out of a loop, to go where it belongs.
        if program.result < len(leaves) or program.result != len(leaves) + len(steps) - 1:
            steps = [*steps, _pure_transforms.Step("cast", program.kind, program.kind, (program.result,))]
        if len(leaves) > MOST_LEAVES:
            raise ValueError(f"vectorize: more than {MOST_LEAVES} operands and constants in one function")
        self.count = len(steps)
        self.leaf_count = len(leaves)
        self.kind = _KINDS[program.kind]
        self.is_complete = True
        self.instructions = <Instruction *>_allocate(self.count * sizeof(Instruction))
        self.constants = <char *>_allocate(self.leaf_count * 8)
        self.leaf_kind = <int *>_allocate(self.leaf_count * sizeof(int))
        self.leaf_operand = <int *>_allocate(self.leaf_count * sizeof(int))
        self.leaf_is_scalar = <bint *>_allocate(self.leaf_count * sizeof(bint))
        for i, leaf in enumerate(leaves):
            self.leaf_kind[i] = _KINDS[leaf.kind]
            self.leaf_is_scalar[i] = leaf.source == "scalar"
            self.leaf_operand[i] = -1 if leaf.source == "constant" else leaf.value
            if leaf.source == "constant":
                self.set_constant(i, leaf.value)
        last_use = {}
        for i, step in enumerate(steps):
            for value in step.arguments:
                last_use[value] = i
        free_rows = []
        rows = {}
        self.row_count = 0
        for i, step in enumerate(steps):
            self.instructions[i].operand_count = len(step.arguments)
            for k, value in enumerate(step.arguments):
                self.instructions[i].operand[k] = (
                    value if value < self.leaf_count else self.leaf_count + rows[value])
            self.instructions[i].result_kind = _KINDS[step.result]
            self.instructions[i].operation = _OPERATIONS.get(step.operation, FC_OPERATION_COUNT)
            self.instructions[i].kind = _KINDS.get(step.kind, -1)
            if self.instructions[i].kind < 0 or self.find_loop(&self.instructions[i]) == NULL:
                self.is_complete = False
            # A loop may write over a row that it reads last, element by element: but not of another size.
            for value in set(step.arguments):
                if value >= self.leaf_count and last_use[value] == i and _same_size(step):
                    free_rows.append(rows.pop(value))
            if free_rows:
                row = free_rows.pop()
            else:
                row = self.row_count
                self.row_count += 1
            for value in set(step.arguments):
                if value in rows and last_use[value] == i:
                    free_rows.append(rows.pop(value))
            self.instructions[i].row = row
            rows[self.leaf_count + i] = row

    def __dealloc__(self):
        PyMem_RawFree(self.instructions)
        PyMem_RawFree(self.constants)
        PyMem_RawFree(self.leaf_kind)
        PyMem_RawFree(self.leaf_operand)
        PyMem_RawFree(self.leaf_is_scalar)

    cdef int set_constant(self, int i, object value) except -1:
        _write_number(self.constants + 8 * i, self.leaf_kind[i], value)
        return 0

    cdef fc_loop find_loop(self, Instruction *instruction) noexcept nogil:
        if instruction.operation == FC_OPERATION_COUNT:
            return fc_transforms.cast[instruction.kind][instruction.result_kind]
        return fc_transforms.loop[instruction.operation][instruction.kind]


cdef bint _same_size(object step) except -1:
    cdef int loop_kind = _KINDS.get(step.kind, FC_FLOAT64)
    cdef int result_kind = _KINDS[step.result]
    return step.operation != "where" and fc_kind_size(loop_kind) == fc_kind_size(result_kind)


cdef int _write_number(char *where, int kind, object value) except -1:
    """A Python number as an element of a kind that it has been cast to."""
    cdef double number
    cdef int64_t integer
    if kind == FC_FLOAT64:
        number = value
        memcpy(where, &number, 8)
    elif kind == FC_INT64:
        integer = value
        memcpy(where, &integer, 8)
    elif kind != FC_FLOAT16:  # no loop computes with those
        data = array(_arguments.ARRAY_CODES[_KIND_NAMES[kind]], [value]).tobytes()
        memcpy(where, PyBytes_AS_STRING(data), len(data))
    return 0


# One run of a machine: where its leaves and its result are.
cdef struct Run:
    const char **leaf
    int *step  # 1 or 0 elements
    Py_ssize_t *stride  # bytes between the elements of a leaf that do not lie side by side; 0 for the others
    int gathered  # the number of leaves with a stride, each of which has a row of scratch
    char *out
    int out_kind
    Py_ssize_t n


cdef int _gathered_before(Run *run, int leaf) noexcept nogil:
    cdef int i, count = 0
    for i in range(leaf):
        count += run.stride[i] != 0
    return count


cdef void _gather_block(const char *x, Py_ssize_t stride, size_t size, Py_ssize_t n, char *out) noexcept nogil:
    """Copy n elements of a size from a stride apart to side by side; their bits are all that matters."""
    if size == 8:
        _gather_words[uint64_t](x, stride, n, <uint64_t *>out)
    elif size == 4:
        _gather_words[uint32_t](x, stride, n, <uint32_t *>out)
    elif size == 2:
        _gather_words[uint16_t](x, stride, n, <uint16_t *>out)
    else:
        _gather_words[uint8_t](x, stride, n, <uint8_t *>out)


ctypedef fused Word:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef void _gather_words(const char *x, Py_ssize_t stride, Py_ssize_t n, Word *out) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = (<const Word *>(x + i * stride))[0]


cdef void _run_blocks(_Machine machine, Run *run, Py_ssize_t first, Py_ssize_t end, char *scratch) noexcept nogil:
    """Run the program on the elements from `first` to `end`, a block at a time."""
    cdef const char *operand[3]
    cdef int step[3]
    cdef Py_ssize_t i, n
    cdef int j, k, value, last = machine.count - 1
    cdef Instruction *instruction
    cdef char *target
    cdef fc_loop loop
    i = first
    while i < end:
        n = min_size(FC_TRANSFORM_BLOCK, end - i)
        if run.gathered > 0:
            k = 0
            for j in range(machine.leaf_count):
                if run.stride[j] != 0:
                    _gather_block(run.leaf[j] + i * run.stride[j], run.stride[j], fc_kind_size(machine.leaf_kind[j]), n,
                                  scratch + (machine.row_count + k) * ROW_SIZE)
                    k += 1
        for j in range(machine.count):
            instruction = &machine.instructions[j]
            operand[0] = operand[1] = operand[2] = NULL
            step[0] = step[1] = step[2] = 0
            for k in range(instruction.operand_count):
                value = instruction.operand[k]
                if value < machine.leaf_count and run.gathered > 0 and run.stride[value] != 0:
                    step[k] = 1
                    operand[k] = scratch + (machine.row_count + _gathered_before(run, value)) * ROW_SIZE
                elif value < machine.leaf_count:
                    step[k] = run.step[value]
                    operand[k] = run.leaf[value] + i * step[k] * <Py_ssize_t>fc_kind_size(machine.leaf_kind[value])
                else:
                    step[k] = 1
                    operand[k] = scratch + (value - machine.leaf_count) * ROW_SIZE
            target = scratch + instruction.row * ROW_SIZE
            if j == last and run.out_kind == machine.kind:
                target = run.out + i * fc_kind_size(run.out_kind)
            loop = machine.find_loop(instruction)
            loop(operand[0], step[0], operand[1], step[1], operand[2], step[2], target, n)
        if run.out_kind != machine.kind:
            loop = fc_transforms.cast[machine.kind][run.out_kind]
            loop(target, 1, NULL, 0, NULL, 0, run.out + i * fc_kind_size(run.out_kind), n)
        i += n


cdef class _RunParts:
    """Chunks of a run for the threads, each with scratch of its own."""
    cdef _Machine machine
    cdef Run *run
    cdef Py_ssize_t chunk

    def __call__(self, Py_ssize_t number):
        cdef Py_ssize_t first = number * self.chunk
        cdef Py_ssize_t end = min_size(first + self.chunk, self.run.n)
        cdef char *scratch = <char *>_allocate((self.machine.row_count + self.run.gathered) * ROW_SIZE)
        with nogil:
            _run_blocks(self.machine, self.run, first, end, scratch)
        PyMem_RawFree(scratch)


cdef int _execute(_Machine machine, Run *run, int threads) except -1:
    cdef _RunParts parts
    cdef Py_ssize_t count, chunk = THREAD_CHUNK
    if run.n < RELEASE_FROM:
        return _execute_few(machine, run)
    if threads > 1:
        # Eight chunks a run at least, of whole blocks, so that threads end together.
        chunk = min_size(chunk, (run.n // 8 + FC_TRANSFORM_BLOCK) // FC_TRANSFORM_BLOCK * FC_TRANSFORM_BLOCK)
    parts = _RunParts.__new__(_RunParts)
    parts.machine = machine
    parts.run = run
    parts.chunk = chunk
    count = (run.n + chunk - 1) // chunk
    _threads.run(parts, count, threads)
    return 0


cdef int _execute_few(_Machine machine, Run *run) except -1:
    cdef char[4 * ROW_SIZE] few
    cdef char *scratch = few
    if machine.row_count + run.gathered > 4:
        scratch = <char *>_allocate((machine.row_count + run.gathered) * ROW_SIZE)
    _run_blocks(machine, run, 0, run.n, scratch)
    if scratch != few:
        PyMem_RawFree(scratch)
    return 0


# ---- operands ----


cdef object _list_column(object a):
    """A list of exact floats or of 64-bit ints as an array.array; None for any other."""
    cdef Py_ssize_t i, n = _length(a)
    cdef PyObject *item
    if n == 0:
        return None
    cdef bint is_float = PyFloat_CheckExact(_item(a, 0))
    for i in range(n):
        item = _item(a, i)
        if not (PyFloat_CheckExact(item) if is_float else PyLong_CheckExact(item)):
            return None
    try:
        return array("d" if is_float else "q", a)
    except OverflowError:
        return None


cdef class _Operand:
    """An operand of a call: a number, or memory with a kind and a shape."""
    cdef object value  # the number, or the object that keeps the memory
    cdef str kind
    cdef object shape  # None for a number
    cdef Py_ssize_t stride  # of a one-dimensional operand that does not lie side by side, in bytes; else 0
    cdef str container


cdef _Operand _read_operand(Py_ssize_t position, object a):
    cdef Source source
    cdef _Operand operand = _Operand.__new__(_Operand)
    if type(a) in _pure_transforms.WEAK:
        operand.value = a
        operand.kind = _pure_transforms.WEAK[type(a)]
        operand.container = "scalar"
        return operand
    if _is_sequence(a):
        owner = _list_column(a)
        if owner is not None:
            operand.value = owner
            operand.kind = "float64" if owner.typecode == "d" else "int64"
            operand.shape = (len(owner),)
            operand.container = "list"
            return operand
    owner = _open_array(a, &source)
    if owner is not None:
        operand.kind = _KIND_NAMES[source.kind]
        operand.container = "ndarray" if _is_ndarray(owner) else "array"
        operand.shape = owner.shape
        operand.value = owner
        if source.data == NULL:
            operand.stride = owner.strides[0]
            if operand.stride == 0:  # one element again and again
                _lay_out(operand)
        return operand
    column = _pure_transforms.read_operand(position, a)
    operand.kind = column.kind
    operand.shape = column.shape
    operand.container = column.container
    operand.value = array(_arguments.ARRAY_CODES[column.kind], column.values)
    return operand


cdef const char *_address(object owner) except? NULL:
    """Where the elements of an operand are: of an ndarray, or of a buffer that lies side by side."""
    if _is_ndarray(owner):
        return <const char *>FC_DATA(<PyObject *>owner)
    return <const char *>PyMemoryView_GET_BUFFER(memoryview(owner)).buf


cdef int _lay_out(_Operand operand) except -1:
    """Copy an operand that does not lie side by side so that it does."""
    if _is_ndarray(operand.value):
        operand.value = operand.value.copy()
    else:
        operand.value = memoryview(operand.value.tobytes())
    operand.stride = 0
    return 0


cdef object _broadcast(_Operand operand, object shape):
    """An operand repeated to fill a shape, side by side."""
    numpy = sys.modules.get("numpy")
    if operand.stride != 0:
        _lay_out(operand)
    if numpy is None:
        kind = operand.kind
        values = memoryview(operand.value).cast("B").cast(_arguments.ARRAY_CODES[kind]).tolist()
        return array(_arguments.ARRAY_CODES[kind], _pure_transforms.broadcast_values(values, operand.shape, shape))
    flat = operand.value if _is_ndarray(operand.value) else numpy.frombuffer(operand.value, dtype=operand.kind)
    return numpy.ascontiguousarray(numpy.broadcast_to(flat.reshape(operand.shape), shape))


class vectorize(_pure_transforms.vectorize):
    def __init__(self, function):
        _pure_transforms.vectorize.__init__(self, function)
        self._machines = {}
        self._plain = {}

    def __call__(self, *operands, out=None, threads=None):
        cdef int thread_count = _thread_count("vectorize", threads)
        result = _call_plain(self, operands, out, thread_count)
        if result is _Nothing and out is None:
            result = _call_lists(self, operands, thread_count)
        if result is not _Nothing:
            return result
        for a in operands:
            if type(a) is _pure_transforms.Symbolic:
                return self.reference(*operands)
        return _call(self, operands, out, thread_count)

    def _machine(self, kinds):
        machine = self._machines.get(kinds)
        if machine is None:
            machine = _Machine(self._compiled(kinds))
            if len(self._machines) < 256:
                self._machines[kinds] = machine
        return machine


cdef enum:
    MOST_LEAVES = 64
    MOST_PLAIN = 8


# An operand as a run sees it.
cdef struct View:
    const char *data  # NULL: a number
    int step  # elements between two that are taken: 1, or 0 for one that is taken again and again
    Py_ssize_t stride  # bytes, if its elements do not lie side by side; else 0


cdef int _run_views(_Machine machine, View *views, tuple numbers, Py_ssize_t n, char *out, int out_kind,
                    int threads) except -1:
    """Run a machine on operands; `numbers` are these, for those that are numbers."""
    cdef const char *leaf[MOST_LEAVES]
    cdef int step[MOST_LEAVES]
    cdef Py_ssize_t stride[MOST_LEAVES]
    cdef char constants[MOST_LEAVES * 8]
    cdef Run run
    cdef int i, position
    run.gathered = 0
    for i in range(machine.leaf_count):
        step[i] = 0
        stride[i] = 0
        leaf[i] = machine.constants + 8 * i
        position = machine.leaf_operand[i]
        if position < 0:
            continue
        if machine.leaf_is_scalar[i]:
            leaf[i] = constants + 8 * i
            _write_number(constants + 8 * i, machine.leaf_kind[i], _pure_transforms.cast_weak(
                numbers[position], _KIND_NAMES[machine.leaf_kind[i]]))
        else:
            leaf[i] = views[position].data
            step[i] = views[position].step
            stride[i] = views[position].stride
            run.gathered += stride[i] != 0
    run.leaf = leaf
    run.step = step
    run.stride = stride
    run.n = n
    run.out = out
    run.out_kind = out_kind
    return _execute(machine, &run, threads) if n > 0 else 0


cdef _Machine _plain_machine(object f, uint64_t key, tuple operands):
    """The machine for operands, lists of floats among them, whose kinds the key holds, four bits each."""
    found = (<dict>f._plain).get(key)
    if found is None:
        kinds = []
        for a in operands:
            if type(a) in _pure_transforms.WEAK:
                kinds.append(_pure_transforms.WEAK[type(a)])
            else:
                kinds.append("float64" if type(a) is list else _KIND_NAMES[_kind_of_ndarray(a)])
        found = f._machine(tuple(kinds))
        if len(f._plain) < 256:
            f._plain[key] = found
    return found


cdef object _call_lists(object f, tuple operands, int threads):
    """The short-cut for lists of nothing but floats, of one length, and numbers; _Nothing for others."""
    cdef View views[MOST_PLAIN]
    cdef Py_ssize_t i, k, n = -1, count = len(operands)
    cdef uint64_t key = 1
    cdef PyObject *operand
    cdef double *buffer
    cdef double *column
    cdef _Machine machine
    if count > MOST_PLAIN or count != f._count:
        return _Nothing
    for i in range(count):
        operand = PyTuple_GET_ITEM(operands, i)
        if PyList_CheckExact(<object>operand):
            if n >= 0 and PyList_GET_SIZE(<object>operand) != n:
                return _Nothing
            n = PyList_GET_SIZE(<object>operand)
            key = key << 4 | FC_FLOAT64
        elif PyFloat_CheckExact(operand) or PyLong_CheckExact(operand) or PyBool_Check(operand):
            key = key << 4 | (FC_KIND_COUNT + PyFloat_CheckExact(operand) + 2 * PyLong_CheckExact(operand))
        else:
            return _Nothing
    if n <= 0:
        return _Nothing
    buffer = <double *>_allocate((count + 1) * n * sizeof(double))
    try:
        for k in range(count):
            operand = PyTuple_GET_ITEM(operands, k)
            views[k].data = NULL
            views[k].step = 1
            views[k].stride = 0
            if PyList_CheckExact(<object>operand):
                column = buffer + (k + 1) * n
                if not _copy_floats(<object>operand, n, column):
                    return _Nothing
                views[k].data = <const char *>column
        machine = _plain_machine(f, key, operands)
        if not machine.is_complete or machine.kind not in (FC_FLOAT64, FC_BOOL):
            return _Nothing
        _run_views(machine, views, operands, n, <char *>buffer, machine.kind, threads)
        if machine.kind == FC_BOOL:
            return [(<char *>buffer)[i] != 0 for i in range(n)]
        return [buffer[i] for i in range(n)]
    finally:
        PyMem_RawFree(buffer)


cdef bint _copy_floats(list items, Py_ssize_t n, double *out) noexcept:
    """Copy the values of a list of n exact floats; False if it is none."""
    cdef Py_ssize_t i
    cdef PyObject **item
    cdef bint is_done = False
    with cython.critical_section(items):
        if PyList_GET_SIZE(items) == n:
            item = PySequence_Fast_ITEMS(items)
            for i in range(n):
                if not PyFloat_CheckExact(item[i]):
                    break
                out[i] = PyFloat_AS_DOUBLE(item[i])
            else:
                is_done = True
    return is_done


cdef object _call_plain(object f, tuple operands, object out, int threads):
    """The short-cut: numbers and plain ndarrays of one shape, into a new array or a plain one; _Nothing for others."""
    cdef View views[MOST_PLAIN]
    cdef Source source
    cdef Py_ssize_t i, k, count = len(operands)
    cdef uint64_t key = 1
    cdef int dimensions = 0
    cdef Py_ssize_t *shape = NULL
    cdef Py_ssize_t n = 0, size
    cdef char *target
    cdef _Machine machine
    cdef PyObject *operand
    if count > MOST_PLAIN or count != f._count:
        return _Nothing
    for i in range(count):
        operand = PyTuple_GET_ITEM(operands, i)
        if _open_plain(<object>operand, &source):
            if FC_NDIM(operand) == 0:
                return _Nothing
            if shape == NULL:
                shape = FC_DIMS(operand)
                dimensions = FC_NDIM(operand)
                n = source.n
            elif not _has_shape(operand, dimensions, shape):
                return _Nothing
            views[i].data = source.data
            views[i].step = 1
            views[i].stride = 0
            key = key << 4 | <uint64_t>source.kind
        elif PyFloat_CheckExact(operand) or PyLong_CheckExact(operand) or PyBool_Check(operand):
            views[i].data = NULL
            key = key << 4 | (FC_KIND_COUNT + PyFloat_CheckExact(operand) + 2 * PyLong_CheckExact(operand))
        else:
            return _Nothing
    if shape == NULL:
        return _Nothing
    machine = _plain_machine(f, key, operands)
    if not machine.is_complete:
        return _Nothing
    if out is None:
        out = PyArray_EMPTY(dimensions, shape, _type_of_kind[machine.kind], 0)
        target = <char *>FC_DATA(<PyObject *>out)
    else:
        operand = <PyObject *>out
        if not (PyArray_CheckExact(out) and FC_IS_CARRAY(operand) and FC_IS_WRITEABLE(operand)
                and _kind_of_ndarray(out) == machine.kind and _has_shape(operand, dimensions, shape)):
            return _Nothing
        target = <char *>FC_DATA(operand)
        size = n * fc_kind_size(machine.kind)
        for k in range(count):
            operand = PyTuple_GET_ITEM(operands, k)
            if views[k].data != NULL and not (
                views[k].data >= target + size
                or views[k].data + n * fc_kind_size(_kind_of_ndarray(<object>operand)) <= target
                or (views[k].data == target and _kind_of_ndarray(<object>operand) == machine.kind)
            ):
                return _Nothing
    _run_views(machine, views, operands, n, target, machine.kind, threads)
    return out


cdef inline bint _has_shape(PyObject *a, int dimensions, Py_ssize_t *shape) noexcept:
    return FC_NDIM(a) == dimensions and memcmp(FC_DIMS(a), shape, dimensions * sizeof(Py_ssize_t)) == 0


cdef object _call(object f, tuple operands, object out, int threads):
    cdef _Operand operand
    cdef _Machine machine
    cdef list columns = []
    cdef Py_ssize_t i
    if len(operands) != f._count:
        _pure_transforms.read_columns(operands, f._count)
    for i in range(len(operands)):
        columns.append(_read_operand(i, operands[i]))
    kinds = tuple([(<_Operand>column).kind for column in columns])
    machine = f._machine(kinds)
    shapes = [(<_Operand>column).shape for column in columns if (<_Operand>column).shape is not None]
    shape = ()
    if shapes:
        shape = shapes[0]
        for other in shapes:
            if other != shape:
                shape = _pure_transforms.broadcast_shape(shapes)
                break
    found = {(<_Operand>column).container for column in columns}
    container = next(name for name in ("ndarray", "array", "list", "scalar") if name in found)
    if out is not None and not _is_ready_out(out, machine.kind, shape):
        _pure_transforms.check_out(out, _KIND_NAMES[machine.kind], shape)
    if not machine.is_complete or (out is not None and _out_kind(out) == FC_FLOAT16):
        return _run_otherwise(f, operands, out, container, shape)
    size = 1
    for length in shape:
        size *= length
    return _run_machine(machine, columns, shape, size, out, container, threads)


cdef int _out_kind(object out) except -1:
    if _is_ndarray(out):
        return _kind_of_ndarray(out)
    view = memoryview(out)
    return _KINDS[_arguments.kind_of_format(view.format, view.itemsize)]


cdef object _run_otherwise(object f, tuple operands, object out, str container, object shape):
    """Half floats, and integers of both signs compared at 64 bits: NumPy itself, or the twin where it is not needed."""
    if container != "ndarray":
        return _pure_transforms.vectorize.__call__(f, *operands, out=out)
    result = _pure_transforms.run_with_numpy(f._graph, f._result, operands)
    result = sys.modules["numpy"].broadcast_to(result, shape)
    if out is None:
        return result.copy() if shape else result[()]
    if _is_ndarray(out):
        sys.modules["numpy"].copyto(out, result, casting="same_kind")
        return out
    return _pure_transforms.write_out(out, result.ravel().tolist())


cdef object _run_machine(_Machine machine, list columns, object shape, Py_ssize_t n, object out, str container,
                         int threads):
    cdef View *views = <View *>_allocate(len(columns) * sizeof(View))
    try:
        return _run_columns(machine, columns, views, shape, n, out, container, threads)
    finally:
        PyMem_RawFree(views)


cdef object _run_columns(_Machine machine, list columns, View *views, object shape, Py_ssize_t n, object out,
                         str container, int threads):
    cdef int out_kind = machine.kind
    cdef Py_ssize_t i
    cdef _Operand operand
    cdef object target = None
    cdef list kept = []
    for i in range(len(columns)):
        operand = columns[i]
        views[i].data = NULL
        views[i].step = 0
        views[i].stride = 0
        if operand.shape is None:
            continue
        owner = operand.value
        if operand.shape == shape:
            views[i].step = 1
            views[i].stride = operand.stride
        elif not _is_single(operand.shape):
            owner = _broadcast(operand, shape)
            kept.append(owner)
            views[i].step = 1
        views[i].data = _address(owner)
    if out is not None and _is_plain_out(out) and not _overlaps_partly(out, columns):
        target = out
        out_kind = _out_kind(out)
    elif container == "ndarray":
        target = sys.modules["numpy"].empty(shape, _KIND_NAMES[machine.kind])
    else:
        target = array(_arguments.ARRAY_CODES[_KIND_NAMES[machine.kind]], [0]) * n
    numbers = tuple([(<_Operand>column).value for column in columns])
    _run_views(machine, views, numbers, n, <char *>_address(target), out_kind, threads)
    if out is not None:
        if target is out:
            return out
        if _is_ndarray(target) and _is_ndarray(out):
            sys.modules["numpy"].copyto(out, target, casting="same_kind")
            return out
        return _pure_transforms.write_out(out, _as_list(target, machine.kind))
    if container == "ndarray":
        return target if shape else target[()]
    if container == "array":
        return target
    values = _as_list(target, machine.kind)
    return values if container == "list" else values[0]


cdef object _as_list(object target, int kind):
    values = target.ravel().tolist() if _is_ndarray(target) else target.tolist()
    return [v != 0 for v in values] if kind == FC_BOOL else values


cdef bint _is_single(object shape) except -1:
    for length in shape:
        if length != 1:
            return False
    return True


cdef bint _is_plain_out(object out) except -1:
    """Whether the loops can write straight into it."""
    if _is_ndarray(out):
        return FC_IS_CARRAY(<PyObject *>out)
    view = memoryview(out)
    return view.c_contiguous and <size_t>_address(out) % view.itemsize == 0


cdef bint _overlaps_partly(object out, list columns) except -1:
    """Whether an operand shares memory with `out` other than element by element."""
    cdef _Operand operand
    cdef const char *start = _address(out)
    cdef const char *data
    cdef Py_ssize_t size = _nbytes(out), other_size
    for column in columns:
        operand = column
        if operand.shape is None:
            continue
        if operand.stride != 0:
            return True
        data = _address(operand.value)
        other_size = _nbytes(operand.value)
        if data < start + size and start < data + other_size:
            if data != start or other_size != size or _itemsize(operand.value) != _itemsize(out):
                return True
    return False


cdef Py_ssize_t _nbytes(object a) except -1:
    return a.nbytes if _is_ndarray(a) else memoryview(a).nbytes


cdef Py_ssize_t _itemsize(object a) except -1:
    return a.itemsize if _is_ndarray(a) else memoryview(a).itemsize


def sqrt(x):
    if type(x) is _pure_transforms.Symbolic:
        return x.graph.add("sqrt", x)
    return _vectorized(sqrt)(x)


def where(condition, a, b):
    for operand in (condition, a, b):
        if type(operand) is _pure_transforms.Symbolic:
            return operand.graph.add("where", condition, a, b)
    return _vectorized(where)(condition, a, b)


_functions = {}


cdef object _vectorized(object function):
    """`sqrt` or `where` by itself."""
    if function not in _functions:
        _functions[function] = vectorize(function)
    return _functions[function]
