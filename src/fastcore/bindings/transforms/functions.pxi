# vectorize, and the functions that are vectorized.

cdef extern from "Python.h":
    """
    /* Calls without a tuple and a dict, for which Cython has no syntax. `type` is a subclass of `base`; its __call__ is
       for those who ask for that. */
    static void fc_use_vectorcall(PyTypeObject *base, PyTypeObject *type, Py_ssize_t offset) {
        base->tp_vectorcall_offset = type->tp_vectorcall_offset = offset;
        base->tp_call = type->tp_call = PyVectorcall_Call;
        base->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
        type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    }
    """
    ctypedef object (*vectorcallfunc)(object callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
    void fc_use_vectorcall(type base, type subtype, Py_ssize_t offset)
    Py_ssize_t PyVectorcall_NARGS(size_t nargsf)

# What a short-cut returns for operands that it does not take.
cdef object _no_result = _no_result

cdef enum:
    MOST_PLAIN = 8  # operands on the short-cuts
    MOST_MACHINES = 256  # of a function, by the kinds of its operands


@cython.auto_pickle(False)
cdef class _Callable:
    """What a vectorized function is called through. Machines stay as long as it, so that they can be looked at without
    being owned."""
    cdef vectorcallfunc call
    cdef Py_ssize_t count  # of operands
    cdef bint is_own  # whether exp and the like are this package's
    cdef PyObject *recent  # the machine of the last call on a short-cut
    cdef dict machines  # by kinds

    def __cinit__(self, *_, **__):
        self.call = _call_vectorized
        self.recent = NULL
        self.machines = {}

    cdef _Machine machine(self, tuple kinds):
        machine = self.machines.get(kinds)
        if machine is None:
            machine = _Machine(self._compiled(kinds), self.is_own)
            if len(self.machines) < MOST_MACHINES:
                machine = self.machines.setdefault(kinds, machine)
        return machine


class vectorize(_Callable, _pure_transforms.vectorize):
    def __new__(cls, function=None, *, accuracy="numpy"):
        if function is None or accuracy != "numpy":
            _pure_transforms.vectorize.__new__(_pure_transforms.vectorize, function, accuracy=accuracy)  # checks it
        return functools.partial(cls, accuracy=accuracy) if function is None else _Callable.__new__(cls)

    def __init__(self, function=None, *, accuracy="numpy"):
        _pure_transforms.vectorize.__init__(self, function, accuracy=accuracy)
        (<_Callable>self).count = self._count
        (<_Callable>self).is_own = accuracy == "1ulp"

    def __call__(self, *operands, out=None, threads=None):
        return _call_operands(self, operands, out, threads)

    __reduce__ = _pure_transforms.vectorize.__reduce__

    def reduce(self, *operands, op=None, threads=None):
        cdef int thread_count = _thread_count("vectorize", threads)
        cdef Py_ssize_t count = len(operands) - 1
        if op is None and count > 0:
            result = _reduce(self, PySequence_Fast_ITEMS(operands), count, operands[count], thread_count)
            if result is not _no_result:
                return result
        return _reduce_any(self, operands, op, thread_count)


fc_use_vectorcall(_Callable, vectorize, <Py_ssize_t><size_t>&(<_Callable>NULL).call)


cdef object _call_vectorized(object f, PyObject *const *args, size_t nargsf, PyObject *kwnames):
    """A call, with its keywords' values after the operands."""
    cdef Py_ssize_t i, count = PyVectorcall_NARGS(nargsf)
    cdef PyObject *out = NULL
    cdef PyObject *threads = NULL
    if kwnames != NULL:
        for i in range(PyTuple_GET_SIZE(<object>kwnames)):
            name = <object>PyTuple_GET_ITEM(<object>kwnames, i)
            if name is "out" or name == "out":
                out = args[count + i]
            elif name == "threads":
                threads = args[count + i]
            else:
                raise TypeError(f"vectorize: a call takes no argument {name!r} by name (accepted: out, threads)")
    if (threads == NULL or <object>threads is None) and _default_threads == 1:
        result = _call_plain(f, args, count, out, 1)
        if result is not _no_result:
            return result
    operands = []
    for i in range(count):
        operands.append(<object>args[i])
    return _call_operands(f, tuple(operands), None if out == NULL else <object>out,
                          None if threads == NULL else <object>threads)


cdef object _call_operands(_Callable f, tuple operands, object out, object threads):
    cdef int thread_count = _thread_count("vectorize", threads)
    result = _call_plain(f, PySequence_Fast_ITEMS(operands), len(operands), <PyObject *>out, thread_count)
    if result is _no_result and out is None:
        result = _call_lists(f, operands, thread_count)
    if result is _no_result:
        result = _call_arrays(f, operands, out, thread_count)
    if result is not _no_result:
        return result
    if _pure_transforms.symbol_of(operands) is not None:
        return f._inside(operands, out)
    return _call(f, operands, out, thread_count)


# ---- short-cuts ----


cdef inline int _number_code(PyObject *operand) noexcept:
    """Which sort of number an operand is, beyond the kinds; 0 if it is none."""
    if PyFloat_CheckExact(operand):
        return FC_KIND_COUNT + 1
    if PyLong_CheckExact(operand):
        return FC_KIND_COUNT + 2
    return FC_KIND_COUNT if PyBool_Check(operand) else 0


cdef _Machine _plain_machine(_Callable f, uint64_t key, PyObject *const *operands):
    """The machine for operands, lists of floats among them, whose kinds the key holds, four bits each."""
    cdef Py_ssize_t i
    cdef PyObject *a
    kinds = []
    for i in range(f.count):
        a = operands[i]
        if type(<object>a) in _pure_transforms.WEAK:
            kinds.append(_pure_transforms.WEAK[type(<object>a)])
        else:
            kinds.append("float64" if PyList_CheckExact(<object>a) else _KIND_NAMES[_kind_of_ndarray(<object>a)])
    return _remembered(f, key, tuple(kinds))


cdef _Machine _remembered(_Callable f, uint64_t key, tuple kinds):
    """The machine for operands of these kinds, as that of the last call if it stays."""
    cdef _Machine machine = f.machine(kinds)
    machine.key = key  # the same for the same kinds
    if kinds in f.machines:
        f.recent = <PyObject *>machine
    return machine


cdef inline _Machine _known_machine(_Callable f, uint64_t key, PyObject *const *operands):
    cdef PyObject *recent = f.recent
    if recent != NULL and (<_Machine>recent).key == key:
        return <_Machine>recent
    return _plain_machine(f, key, operands)


cdef inline bint _view_array(PyObject *a, View *view, int *kind) except -1:
    """View an ndarray of numbers that lies side by side, or has one dimension or none; False for any other object."""
    cdef Source source
    if _open_plain(<object>a, &source):
        view.data = source.data
        view.stride = 0
        view.step = FC_NDIM(a) > 0
        kind[0] = source.kind
        return True
    if not (_numpy_is_bound and PyArray_CheckExact(<object>a)) or FC_NDIM(a) != 1 or not FC_IS_BEHAVED(a):
        return False
    kind[0] = _kind_of_ndarray(<object>a)
    view.data = <const char *>FC_DATA(a)
    view.stride = FC_STRIDES(a)[0]
    view.step = 1
    return kind[0] >= 0 and view.stride != 0


cdef inline bint _is_apart(const View *view, Py_ssize_t n, size_t size, const char *target, Py_ssize_t bytes) noexcept:
    """Whether an operand shares no memory with a result."""
    cdef const char *first = view.data
    cdef const char *end = view.data + n * size
    if view.stride > 0:
        end = view.data + (n - 1) * view.stride + size
    elif view.stride < 0:
        first = view.data + (n - 1) * view.stride
        end = view.data + size
    return end <= target or target + bytes <= first


cdef _Machine _view_plain(_Callable f, PyObject *const *operands, Py_ssize_t count, View *views, PyObject **shaped):
    """View operands that are numbers and ndarrays of one shape, of which `shaped` is one, or of no dimension; None for
    others, and where some loop is missing."""
    cdef Py_ssize_t k
    cdef uint64_t key = 1
    cdef int code, kind
    cdef PyObject *operand
    shaped[0] = NULL
    if count > MOST_PLAIN or count != f.count:
        return None
    for k in range(count):
        operand = operands[k]
        if _view_array(operand, &views[k], &kind):
            if views[k].step == 0:
                pass
            elif shaped[0] == NULL:
                shaped[0] = operand
            elif not _has_shape(operand, FC_NDIM(shaped[0]), FC_DIMS(shaped[0])):
                return None
            key = key << 4 | <uint64_t>kind
        else:
            code = _number_code(operand)
            if code == 0:
                return None
            views[k].data = NULL
            key = key << 4 | <uint64_t>code
    if shaped[0] == NULL:
        return None
    machine = _known_machine(f, key, operands)
    return machine if machine.is_complete else None


cdef object _call_plain(_Callable f, PyObject *const *operands, Py_ssize_t count, PyObject *out, int threads):
    """Numbers and ndarrays of one shape, into a new array or one that lies side by side; _no_result for others."""
    cdef View[MOST_PLAIN] views
    cdef Py_ssize_t k, n, size
    cdef PyObject *shaped
    cdef char *target
    cdef bint may_stream = True
    cdef int out_kind
    cdef _Machine machine = _view_plain(f, operands, count, views, &shaped)
    if machine is None:
        return _no_result
    n = FC_SIZE(shaped)
    out_kind = machine.kind
    if out == NULL or <object>out is None:
        result = PyArray_EMPTY(FC_NDIM(shaped), FC_DIMS(shaped), _type_of_kind[machine.kind], 0)
        target = <char *>FC_DATA(<PyObject *>result)
        may_stream = False
    else:
        if not (PyArray_CheckExact(<object>out) and FC_IS_CARRAY(out) and FC_IS_WRITEABLE(out)
                and _has_shape(out, FC_NDIM(shaped), FC_DIMS(shaped))):
            return _no_result
        out_kind = _kind_of_ndarray(<object>out)
        if out_kind != machine.kind and not _is_same_kind(machine.kind, out_kind):
            return _no_result
        result = <object>out
        target = <char *>FC_DATA(out)
        for k in range(count):
            if views[k].data == NULL:
                continue
            size = fc_kind_size(_kind_of_ndarray(<object>operands[k]))
            if _is_apart(&views[k], n if views[k].step else 1, size, target, n * fc_kind_size(out_kind)):
                continue
            # An operand may be the result, element by element.
            if (views[k].data != target or views[k].stride != 0 or views[k].step == 0
                    or size != <Py_ssize_t>fc_kind_size(out_kind)):
                return _no_result
            may_stream = False
    _run_views(machine, views, operands, n, target, out_kind, may_stream, threads)
    return result


cdef inline int _sort_of_kind(int kind) noexcept:
    """Bool, unsigned, signed and float, in this order."""
    if kind == FC_BOOL:
        return 0
    return 3 if _is_float_kind(kind) else 1 + _is_signed_kind(kind)


cdef inline bint _is_same_kind(int kind, int out_kind) noexcept:
    """Whether a loop casts results to another type, as NumPy's rule "same kind" allows."""
    return (out_kind >= 0 and _sort_of_kind(kind) <= _sort_of_kind(out_kind)
            and fc_transforms.cast[kind][out_kind] != NULL)


cdef inline bint _has_shape(PyObject *a, int dimensions, Py_ssize_t *shape) noexcept:
    return FC_NDIM(a) == dimensions and memcmp(FC_DIMS(a), shape, dimensions * sizeof(Py_ssize_t)) == 0


cdef object _call_lists(_Callable f, tuple operands, int threads):
    """Lists of nothing but floats, of one length, and numbers; _no_result for others."""
    cdef View views[MOST_PLAIN]
    cdef Py_ssize_t i, k, n = -1, count = len(operands)
    cdef uint64_t key = 1
    cdef int code
    cdef PyObject *operand
    cdef double *buffer
    cdef double *column
    cdef _Machine machine
    if count > MOST_PLAIN or count != f.count:
        return _no_result
    for i in range(count):
        operand = PyTuple_GET_ITEM(operands, i)
        if PyList_CheckExact(<object>operand):
            if n >= 0 and PyList_GET_SIZE(<object>operand) != n:
                return _no_result
            n = PyList_GET_SIZE(<object>operand)
            code = FC_FLOAT64
        else:
            code = _number_code(operand)
            if code == 0:
                return _no_result
        key = key << 4 | <uint64_t>code
    if n <= 0:
        return _no_result
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
                    return _no_result
                views[k].data = <const char *>column
        machine = _known_machine(f, key, PySequence_Fast_ITEMS(operands))
        if not machine.is_complete or machine.kind not in (FC_FLOAT64, FC_BOOL):
            return _no_result
        _run_views(machine, views, PySequence_Fast_ITEMS(operands), n, <char *>buffer, machine.kind, False, threads)
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


# ---- any operands ----


cdef object _call(_Callable f, tuple operands, object out, int threads):
    cdef list columns
    cdef _Machine machine
    cdef str container
    columns, machine, shape, container = _read_call(f, operands)
    if out is not None and not _is_ready_out(out, machine.kind, shape):
        _pure_transforms.check_out(out, _KIND_NAMES[machine.kind], shape)
    if not machine.is_complete or (out is not None and _out_kind(out) == FC_FLOAT16):
        return _run_otherwise(f, operands, out, container, shape)
    return _run_machine(machine, columns, shape, out, container, threads)


cdef tuple _read_call(_Callable f, tuple operands):
    """The operands of a call, read, the machine for them, and the shape and container of the result."""
    cdef Py_ssize_t i
    if len(operands) != f.count:
        _pure_transforms.read_columns(operands, f.count)
    columns = [_read_operand(i, operands[i]) for i in range(len(operands))]
    machine = f.machine(tuple([(<_Operand>column).kind for column in columns]))
    shapes = [(<_Operand>column).shape for column in columns if (<_Operand>column).shape is not None]
    shape = ()
    if shapes:
        shape = shapes[0]
        for other in shapes:
            if other != shape:
                shape = _pure_transforms.broadcast_shape(shapes)
                break
    found = {(<_Operand>column).container for column in columns}
    return columns, machine, shape, next(name for name in ("ndarray", "array", "list", "scalar") if name in found)


cdef object _run_otherwise(object f, tuple operands, object out, str container, object shape):
    """Half floats, integers of both signs compared at 64 bits, and what else has no loop: NumPy itself, or the twin
    where it is not needed."""
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


cdef object _run_machine(_Machine machine, list columns, object shape, object out, str container, int threads):
    cdef View *views = <View *>_allocate(len(columns) * sizeof(View))
    cdef int out_kind = machine.kind
    cdef Py_ssize_t n = 1
    cdef object target = None
    cdef list kept = []
    for length in shape:
        n *= length
    try:
        _view_columns(columns, views, shape, kept)
        if out is not None and _is_plain_out(out) and not _overlaps_partly(out, columns):
            target = out
            out_kind = _out_kind(out)
        elif container == "ndarray":
            target = sys.modules["numpy"].empty(shape, _KIND_NAMES[machine.kind])
        else:
            target = array(_arguments.ARRAY_CODES[_KIND_NAMES[machine.kind]], [0]) * n
        numbers = tuple([(<_Operand>column).value for column in columns])
        _run_views(machine, views, PySequence_Fast_ITEMS(numbers), n, <char *>_address(target), out_kind, False,
                   threads)
    finally:
        PyMem_RawFree(views)
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


cdef int _view_columns(list columns, View *views, object shape, list kept) except -1:
    """What a run sees of the operands; copies that it needs are kept in a list."""
    cdef Py_ssize_t i
    cdef _Operand operand
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
    return 0


# ---- functions ----

_functions = _pure_transforms.make_functions(vectorize)
for _name, _function in _functions.items():
    globals()[_name] = _function
    _function.__doc__ = None
    _function.__module__ = __name__

cdef _Callable _clip_between = vectorize(lambda x, low, high: _pure_transforms.record_clip(x, low, high))
cdef _Callable _where_each = vectorize(lambda condition, a, b: _functions["where"](condition, a, b))


def clip(x, low, high, *, out=None, threads=None):
    cdef PyObject *operands[3]
    operands[0], operands[1], operands[2] = <PyObject *>x, <PyObject *>low, <PyObject *>high
    try:
        result = _call_plain(_clip_between, operands, 3, <PyObject *>out, _thread_count("clip", threads))
    except (OverflowError, TypeError, ValueError):  # a bound that is none, or an error of another name
        result = _no_result
    return _functions["clip"](x, low, high, out=out, threads=threads) if result is _no_result else result


def where(condition, a, b, *, out=None, threads=None):
    cdef PyObject *operands[3]
    operands[0], operands[1], operands[2] = <PyObject *>condition, <PyObject *>a, <PyObject *>b
    result = _call_plain(_where_each, operands, 3, <PyObject *>out, _thread_count("vectorize", threads))
    return _functions["where"](condition, a, b, out=out, threads=threads) if result is _no_result else result


# ---- standardize ----

cdef _Callable _distances = vectorize(lambda x, mean, deviation: (x - mean) / deviation)


cdef tuple _mean_and_deviation(object owner, Source *source, object ddof, int threads):
    """The exact mean and the standard deviation of floats."""
    cdef double average, deviation
    cdef bint is_done = False
    cdef uint64_t mode
    if source.data != NULL and 0 <= ddof < source.n:
        mode = fc_enter_mode()
        is_done = _variance_few(source, ddof, True, &average, &deviation)
        fc_leave_mode(mode)
    if not is_done:
        deviation = _variance_array("std", owner, source, ddof, True, threads, &average)
    return average, deviation


def standardize(x, ddof=0, out=None, *, threads=None):
    cdef Source source
    if _is_sequence(x):
        owner = _list_column(x)
        if owner is not None and out is None:
            result = standardize(owner, ddof, threads=threads)
            return result.tolist()
    owner = None
    if type(ddof) is int and not _is_sequence(x):
        owner = _open_array(x, &source)
    if owner is None or source.kind == FC_FLOAT16 or source.n <= ddof:
        return _pure_transforms.standardize(x, ddof, out, threads=threads)
    cdef int thread_count = _thread_count("standardize", threads)
    if not _is_float_kind(source.kind):
        if not _is_ndarray(owner):
            return _pure_transforms.standardize(x, ddof, out, threads=threads)
        owner = _open_array(owner.astype("float64"), &source)
    cdef bint is_single = source.kind == FC_FLOAT32
    cdef int kind = FC_FLOAT32 if is_single else FC_FLOAT64
    shape = owner.shape
    if out is not None:
        if not _is_ready_out(out, kind, shape):
            _pure_transforms.check_out(out, "float32" if is_single else "float64", shape, "standardize")
    elif _is_ndarray(owner):
        out = PyArray_EMPTY(FC_NDIM(<PyObject *>owner), FC_DIMS(<PyObject *>owner), _type_of_kind[kind], 0)
    else:
        out = array("f" if is_single else "d", [0]) * source.n
    # Two numbers that are float64 whatever the elements are; the result is rounded once.
    average, deviation = _mean_and_deviation(owner, &source, ddof, thread_count)
    if is_single:
        average, deviation = array("d", [average]), array("d", [deviation])
        if _is_ndarray(owner):
            average, deviation = (sys.modules["numpy"].array(v[0]) for v in (average, deviation))
    return _distances(owner, average, deviation, out=out, threads=threads)
