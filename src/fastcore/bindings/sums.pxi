# The sums family: reductions of arrays by the C loops, along an axis too, and of lists by walking their items.

include "sums/arrays.pxi"
include "sums/lists.pxi"
include "sums/axes.pxi"
include "sums/functions.pxi"
include "sums/accumulator.pxi"
