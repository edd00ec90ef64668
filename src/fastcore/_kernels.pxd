# What other Cython packages may cimport from fastcore: C loops on contiguous memory, without the GIL. Their meaning is
# that of the public functions of the same names.
cdef double sum_float64(const double *x, Py_ssize_t n) noexcept nogil
cdef int fsum_float64(const double *x, Py_ssize_t n, double *out) noexcept nogil  # 0; 1 out of range; 2 both infinities
