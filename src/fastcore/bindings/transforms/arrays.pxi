# Calls on ndarrays of any layout, shape and byte order: NumPy's iterator goes over them in the order of memory.

cdef extern from "numpy/arrayobject.h" nogil:
    """
    #define FC_ITERATOR(count, operands, op_flags, types)                                                            \\
        NpyIter_MultiNew(count, (PyArrayObject **)(operands),                                                        \\
                         NPY_ITER_EXTERNAL_LOOP | NPY_ITER_ZEROSIZE_OK | NPY_ITER_BUFFERED | NPY_ITER_GROWINNER |    \\
                             NPY_ITER_COPY_IF_OVERLAP,                                                               \\
                         NPY_KEEPORDER, NPY_SAME_KIND_CASTING, op_flags, (PyArray_Descr **)(types))
    #define FC_INPUT_FLAGS                                                                                           \\
        (NPY_ITER_READONLY | NPY_ITER_NBO | NPY_ITER_ALIGNED | NPY_ITER_OVERLAP_ASSUME_ELEMENTWISE)
    #define FC_OUTPUT_FLAGS                                                                                          \\
        (NPY_ITER_WRITEONLY | NPY_ITER_NBO | NPY_ITER_ALIGNED | NPY_ITER_CONTIG | NPY_ITER_ALLOCATE |                \\
         NPY_ITER_NO_BROADCAST | NPY_ITER_NO_SUBTYPE | NPY_ITER_OVERLAP_ASSUME_ELEMENTWISE)
    #define FC_RESULT(iterator, position) ((PyObject *)NpyIter_GetOperandArray(iterator)[position])
    """
    ctypedef struct NpyIter:
        pass
    ctypedef bint NpyIter_IterNextFunc(NpyIter *iterator) noexcept nogil
    uint32_t FC_INPUT_FLAGS, FC_OUTPUT_FLAGS
    NpyIter *FC_ITERATOR(int count, PyObject **operands, uint32_t *op_flags, PyObject **types) except NULL
    PyObject *FC_RESULT(NpyIter *iterator, int position)
    NpyIter_IterNextFunc *NpyIter_GetIterNext(NpyIter *iterator, char **error) except NULL
    char **NpyIter_GetDataPtrArray(NpyIter *iterator)
    Py_ssize_t *NpyIter_GetInnerStrideArray(NpyIter *iterator)
    Py_ssize_t *NpyIter_GetInnerLoopSizePtr(NpyIter *iterator)
    Py_ssize_t NpyIter_GetIterSize(NpyIter *iterator)
    int NpyIter_Deallocate(NpyIter *iterator) except 0

cdef enum:
    # Elements between two looks for Ctrl-C.
    ITERATED_BETWEEN_SIGNALS = 4194304


# A walk over operands of a run.
cdef struct Walk:
    NpyIter *iterator
    int count  # arrays among the operands
    int[MOST_PLAIN] position  # of each among the operands
    int[MOST_PLAIN] size  # of an element


cdef object _call_arrays(_Callable f, tuple operands, object out, int threads):
    """Numbers, and ndarrays and NumPy's numbers of any layout, which broadcast; _no_result for others."""
    cdef PyObject *array_of[MOST_PLAIN + 1]
    cdef PyObject *type_of[MOST_PLAIN + 1]
    cdef uint32_t[MOST_PLAIN + 1] flags
    cdef Walk walk
    cdef Py_ssize_t i, count = len(operands)
    cdef uint64_t key = 1
    cdef int code, kind
    cdef _Machine machine
    cdef list arrays = [], types = []
    if count > MOST_PLAIN or count != f.count or not _numpy_is_bound or (out is not None and not _is_ndarray(out)):
        return _no_result
    numpy = sys.modules["numpy"]
    walk.count = 0
    for i in range(count):
        a = operands[i]
        code = _number_code(<PyObject *>a)
        if code == 0:
            if not PyArray_CheckExact(a):
                if not isinstance(a, numpy.generic):
                    return _no_result
                a = numpy.asarray(a)
            kind = _kind_of_ndarray(a)
            if kind < 0 or kind == FC_FLOAT16:
                return _no_result
            code = kind
            arrays.append(a)
            array_of[walk.count] = <PyObject *>a
            types.append(_descriptor(kind))
            flags[walk.count] = FC_INPUT_FLAGS
            walk.position[walk.count] = i
            walk.size[walk.count] = fc_kind_size(kind)
            walk.count += 1
        key = key << 4 | <uint64_t>code
    if walk.count == 0:
        return _no_result
    machine = _array_machine(f, key, operands, arrays)
    if not machine.is_complete:
        return _no_result
    if out is not None:
        shape = _pure_transforms.broadcast_shape([a.shape for a in arrays])
        _pure_transforms.check_out(out, _KIND_NAMES[machine.kind], shape)
        array_of[walk.count] = <PyObject *>out
    else:
        array_of[walk.count] = NULL
    types.append(_descriptor(machine.kind))
    for i in range(walk.count + 1):
        type_of[i] = PyList_GET_ITEM(types, i)
    flags[walk.count] = FC_OUTPUT_FLAGS
    try:
        walk.iterator = FC_ITERATOR(walk.count + 1, array_of, flags, type_of)
    except ValueError:
        # Shapes that do not broadcast: the error has a text of our own.
        _pure_transforms.broadcast_shape([a.shape for a in arrays])
        return _no_result
    try:
        _walk_arrays(machine, &walk, operands, threads)
        result = <object>FC_RESULT(walk.iterator, walk.count)
    finally:
        NpyIter_Deallocate(walk.iterator)
    if out is not None:
        return out
    return result if FC_NDIM(<PyObject *>result) > 0 else result[()]


@functools.cache
def _descriptor(kind):
    """NumPy's dtype of a kind."""
    return sys.modules["numpy"].dtype(_KIND_NAMES[kind])


cdef _Machine _array_machine(_Callable f, uint64_t key, tuple operands, list arrays):
    """The machine for operands, those that are no numbers as arrays."""
    cdef Py_ssize_t k = 0
    cdef PyObject *recent = f.recent
    if recent != NULL and (<_Machine>recent).key == key:
        return <_Machine>recent
    kinds = []
    for a in operands:
        if type(a) in _pure_transforms.WEAK:
            kinds.append(_pure_transforms.WEAK[type(a)])
        else:
            kinds.append(_KIND_NAMES[_kind_of_ndarray(arrays[k])])
            k += 1
    return _remembered(f, key, tuple(kinds))


cdef int _walk_arrays(_Machine machine, Walk *walk, tuple operands, int threads) except -1:
    """Run a machine on all that an iterator goes over."""
    cdef View[MOST_PLAIN] views
    cdef Run run
    cdef Prepared prepared
    cdef int64_t nothing = 0
    cdef int k
    cdef Py_ssize_t size = NpyIter_GetIterSize(walk.iterator)
    if size == 0:
        return 0
    for k in range(walk.count):
        views[walk.position[k]].data = <const char *>&nothing
        views[walk.position[k]].step = 0
        views[walk.position[k]].stride = 0
    _prepare(machine, views, PySequence_Fast_ITEMS(operands), size, NULL, machine.kind, False, &run, &prepared)
    cdef char *scratch = NULL
    try:
        # Rows for as many operands as may have to be gathered.
        run.gathered = machine.leaf_count
        scratch = <char *>_allocate(_scratch_size(machine, &run))
        _walk_prepared(machine, walk, &run, size, scratch, threads)
    finally:
        _release(&prepared)
        PyMem_RawFree(scratch)
    return 0


cdef int _walk_prepared(_Machine machine, Walk *walk, Run *run, Py_ssize_t size, char *scratch, int threads) except -1:
    cdef NpyIter_IterNextFunc *next_part = NpyIter_GetIterNext(walk.iterator, NULL)
    cdef char **data = NpyIter_GetDataPtrArray(walk.iterator)
    cdef Py_ssize_t *stride = NpyIter_GetInnerStrideArray(walk.iterator)
    cdef Py_ssize_t *count = NpyIter_GetInnerLoopSizePtr(walk.iterator)
    cdef Py_ssize_t since = 0
    cdef bint is_more = True
    if threads > 1 or size < RELEASE_FROM:
        while is_more:
            _point(machine, walk, run, data, stride, count[0])
            if threads > 1:
                _execute(machine, run, threads)
            else:
                _run_blocks(machine, run, 0, run.n, scratch)
            is_more = next_part(walk.iterator)
        return 0
    with nogil:
        while is_more:
            _point(machine, walk, run, data, stride, count[0])
            _run_blocks(machine, run, 0, run.n, scratch)
            since += run.n
            if since >= ITERATED_BETWEEN_SIGNALS:
                since = 0
                with gil:
                    PyErr_CheckSignals()
            is_more = next_part(walk.iterator)
    return 0


cdef void _point(_Machine machine, const Walk *walk, Run *run, char **data, const Py_ssize_t *stride,
                 Py_ssize_t n) noexcept nogil:
    """Point a run to the part at which an iterator is."""
    cdef int i, k
    run.n = n
    run.out = data[walk.count]
    run.gathered = 0
    for i in range(machine.leaf_count):
        if machine.leaf_operand[i] < 0 or machine.leaf_is_scalar[i]:
            continue
        for k in range(walk.count):
            if walk.position[k] == machine.leaf_operand[i]:
                run.leaf[i] = data[k]
                run.step[i] = stride[k] != 0 and n > 1
                run.stride[i] = 0
                if run.step[i] == 0:
                    _fill(run.filled[i], data[k], walk.size[k])
                elif stride[k] != walk.size[k]:
                    run.stride[i] = stride[k]
                    run.gathered += 1
