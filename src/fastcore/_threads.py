"""How many threads there are by default and at most; what they do is bindings/threads.pxi's."""

from __future__ import annotations

import os

from fastcore import _environment

DEFAULT = _environment.positive("FASTCORE_NUM_THREADS", 1)
# More would only wait for processors.
MOST = max(16, 2 * (os.cpu_count() or 1))
