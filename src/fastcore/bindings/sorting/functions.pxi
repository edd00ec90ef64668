# Sorting, the public functions: what is the argument, and who serves it?


cdef inline int _sort_threads(str function, object a, object threads) except -1:
    """The threads for an argument; the default is only asked for where it matters."""
    if threads is None and not (_is_ndarray(a) and FC_SIZE(<PyObject *>a) >= SORT_THREADS_FROM):
        return 1
    return _thread_count(function, threads)


def sort(a, *, axis=-1, descending=False, out=None, threads=None):
    cdef Source source
    cdef int count
    cdef bint is_descending = descending if type(descending) is bool else _arguments.flag(
        "sort", "'descending'", descending)
    count = _sort_threads("sort", a, threads)
    if PyList_CheckExact(a) and out is a:
        _pure_sorting.check_list_axis("sort", axis)
        if not _sort_list(a, is_descending):
            (<list>a).sort(reverse=is_descending)
        return a
    if not _is_sequence(a) and type(a) is not range:
        if _is_ndarray(a):
            if _is_masked(a) or FC_NDIM(<PyObject *>a) == 0:
                return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
            if _kind_of_ndarray(a) >= 0:
                return _sort_ndarray(a, axis, is_descending, out, count)
            if a.dtype.kind in "mM":
                return _sort_times(a, axis, is_descending, out, count)
            if a.dtype.kind in "SU" and (axis is None or -a.ndim <= _arguments.index("sort", "'axis'", axis) < a.ndim):
                return _sort_text(a, axis, is_descending, out)
            return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
        owner = _open_array(a, &source)
        if owner is not None and not _is_ndarray(owner) and owner.ndim == 1:
            if axis is not None:
                _arguments.axis("sort", axis, 1)
            result = _sort_buffer(owner, &source, is_descending, out)
            if result is not None:
                return result
            return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
        converted = _arguments.as_ndarray(a)
        if converted is not a:
            return sort(converted, axis=axis, descending=is_descending, out=out, threads=threads)
        if owner is not None or _needs_twin(a):
            return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
    if axis is not None and not (type(axis) is int and axis == -1):
        _pure_sorting.check_list_axis("sort", axis)
    cdef list items = list(a)
    if out is not None:
        _pure_sorting.check_list_out("sort", out, len(items))
    if not _sort_list(items, is_descending):
        items.sort(reverse=is_descending)
    if out is None:
        return items
    out[:] = items
    return out


def argsort(a, *, axis=-1, descending=False, threads=None):
    cdef Source source
    cdef int count
    cdef bint is_descending = descending if type(descending) is bool else _arguments.flag(
        "argsort", "'descending'", descending)
    count = _sort_threads("argsort", a, threads)
    if not _is_sequence(a) and type(a) is not range:
        if _is_ndarray(a):
            if _is_masked(a) or FC_NDIM(<PyObject *>a) == 0 or a.size > FC_ORDER_MOST:
                return _pure_sorting.argsort(a, axis=axis, descending=is_descending)
            if _kind_of_ndarray(a) >= 0:
                return _argsort_ndarray(a, axis, is_descending, count)
            if a.dtype.kind in "mM":
                return _argsort_times(a, axis, is_descending, count)
            if a.dtype.kind in "SU" and a.size > 0:
                return _argsort_text(a, axis, is_descending)
            return _pure_sorting.argsort(a, axis=axis, descending=is_descending)
        owner = _open_array(a, &source)
        if owner is not None and not _is_ndarray(owner) and owner.ndim == 1 and source.data != NULL:
            if axis is not None:
                _arguments.axis("argsort", axis, 1)
            result = array("q", [0]) * source.n
            if source.n > 0:
                _argsort_into(result, &source, is_descending, count)
            return result
        converted = _arguments.as_ndarray(a)
        if converted is not a:
            return argsort(converted, axis=axis, descending=is_descending, threads=threads)
        if owner is not None or _needs_twin(a):
            return _pure_sorting.argsort(a, axis=axis, descending=is_descending)
    if axis is not None and not (type(axis) is int and axis == -1):
        _pure_sorting.check_list_axis("argsort", axis)
    cdef list items = a if PyList_CheckExact(a) else list(a)
    order = _argsort_list(items, is_descending)
    if order is None:
        order = sorted(range(len(items)), key=items.__getitem__, reverse=is_descending)
    return order
