# cython: language_level=3
# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: embedsignature=False, binding=True, freethreading_compatible=True
"""The native kernels: bindings of the C loops in native/, one file or folder a family."""

cimport cython
from cpython.buffer cimport PyBUF_READ
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_CheckExact, PyList_GET_ITEM, PyList_GET_SIZE, PyList_New, PyList_SET_ITEM
from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc, PyMem_RawRealloc
from cpython.object cimport Py_GT, Py_LT, PyObject, PyObject_RichCompareBool
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.math cimport INFINITY, NAN, ldexp
from libc.math cimport sqrt as square_root
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memmove, memset

import _thread
import builtins
import functools
import math
import os
import sys
from array import array

from fastcore import _threads
from fastcore.pure import arguments as _arguments
from fastcore.pure import joins as _pure_joins
from fastcore.pure import sorting as _pure_sorting
from fastcore.pure import sums as _pure_sums
from fastcore.pure import transforms as _pure_transforms
from fastcore.pure.fibonacci import fibonacci_array as _twin_fibonacci_array
from fastcore.pure.fibonacci import fibonacci_mod as _twin_fibonacci_mod
from fastcore.pure.fibonacci import fibonacci_str as _twin_fibonacci_str
from fastcore.pure.fibonacci import index as _fibonacci_index
from fastcore.pure.fibonacci import linear_recurrence as _twin_linear_recurrence
from fastcore.pure.transforms import TraceError  # no-cython-lint

include "bindings/native.pxi"
include "bindings/arguments.pxi"
include "bindings/threads.pxi"
include "bindings/sums/arrays.pxi"
include "bindings/sums/lists.pxi"
include "bindings/sums/axes.pxi"
include "bindings/sums/functions.pxi"
include "bindings/sums/accumulator.pxi"
include "bindings/transforms/machine.pxi"
include "bindings/transforms/program.pxi"
include "bindings/transforms/run.pxi"
include "bindings/transforms/operands.pxi"
include "bindings/transforms/functions.pxi"
include "bindings/transforms/arrays.pxi"
include "bindings/transforms/reductions.pxi"
include "bindings/joins/text.pxi"
include "bindings/joins/lists.pxi"
include "bindings/joins/functions.pxi"
include "bindings/joins/parse.pxi"
include "bindings/fibonacci/numbers.pxi"
include "bindings/fibonacci/modular.pxi"
include "bindings/fibonacci/recurrence.pxi"
include "bindings/sorting/arrays.pxi"
include "bindings/sorting/lists.pxi"
include "bindings/sorting/functions.pxi"
include "bindings/sorting/selection.pxi"


def available_isas():
    """The instruction sets built that this processor can run, best first."""
    cdef const char *const *isa = fc_available_isas()
    names = []
    while isa[0] != NULL:
        names.append(isa[0].decode())
        isa += 1
    return names


def use_isa(str name):
    """Switch every family to an instruction set; for tests, and once at import. Not while kernels run."""
    if fc_use_isa(name.encode()) != 0:
        raise ValueError(f"the instruction set {name!r} is not available here")


def current_isa():
    """The instruction set in use."""
    return fc_current_isa().decode()


def compiler():
    """The C compiler that built the kernels."""
    return fc_compiler().decode()
