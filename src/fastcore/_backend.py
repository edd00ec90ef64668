"""Chooses the implementation, native kernels or pure-Python twins, and copies from it exactly the names of PUBLIC."""

from __future__ import annotations

import importlib
import os

from fastcore import _environment, _threads, pure

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# What each implementation provides, and `import fastcore` with it.
PUBLIC = pure.__all__
__all__ = [*PUBLIC, "available_isas", "get_include", "info"]

IMPLEMENTATIONS = ("auto", "native", "pure")
ISAS = ("avx512", "avx2", "base")

_wanted = _environment.choice("FASTCORE_IMPL", IMPLEMENTATIONS, "auto")
_wanted_isa = _environment.choice("FASTCORE_ISA", ISAS, None)


def _load_kernels() -> tuple[ModuleType | None, str]:
    """The native module, or None and why not."""
    if _wanted == "pure":
        return None, "FASTCORE_IMPL=pure"
    try:
        kernels = importlib.import_module("fastcore._kernels")
    except ModuleNotFoundError as error:
        # Only its absence is a reason to do without it: a broken extension must be seen.
        if error.name != "fastcore._kernels":
            raise
        if _wanted == "native":
            raise ImportError("FASTCORE_IMPL=native, but fastcore was installed without its native kernels") from error
        return None, "no native kernels are installed"
    isas = kernels.available_isas()
    if not isas:
        if _wanted == "native":
            raise ImportError("FASTCORE_IMPL=native, but this processor is older than x86-64-v2")
        return None, "this processor is older than x86-64-v2"
    if _wanted_isa is not None and _wanted_isa not in isas:
        raise ValueError(f"FASTCORE_ISA={_wanted_isa!r} is not available here (available: {', '.join(isas)})")
    kernels.use_isa(_wanted_isa or isas[0])
    return kernels, ""


def _adopt(native: Any, twin: Any) -> None:
    """Give a native function or class the docstrings and annotations of its twin, which are written there once."""
    native.__doc__ = twin.__doc__
    if not isinstance(native, type):
        native.__annotations__ = twin.__annotations__
        return
    for name, member in vars(twin).items():
        if callable(member) or isinstance(member, property):
            native_member = vars(native).get(name)
            if native_member is not None and native_member.__doc__ is None:
                native_member.__doc__ = member.__doc__


def restore_exact_sum(*state: int) -> Any:
    """What an ExactSum is unpickled by: the same for either implementation, so that each reads the other's."""
    restored = globals()["ExactSum"]()
    restored._restore(*state)
    return restored


_kernels, _reason = _load_kernels()
for _name in PUBLIC:
    _twin = getattr(pure, _name)
    if _kernels is not None:
        _chosen = getattr(_kernels, _name)
        if _chosen is not _twin:
            _adopt(_chosen, _twin)
        globals()[_name] = _chosen
    else:
        globals()[_name] = _twin


def available_isas() -> tuple[str, ...]:
    """Return the instruction sets that the kernels can run on here, best first; none for the pure implementation.

    ``FASTCORE_ISA`` set to one of them, before the import, pins it.

    Examples
    --------
    >>> import fastcore as fc
    >>> isinstance(fc.available_isas(), tuple)
    True
    """
    return () if _kernels is None else tuple(_kernels.available_isas())


def get_include() -> str:
    """Return the folder of ``fastcore.h``, for packages that cimport ``fastcore._kernels``.

    Examples
    --------
    >>> import fastcore as fc, os
    >>> os.path.isfile(os.path.join(fc.get_include(), "fastcore.h"))
    True
    """
    return os.path.join(os.path.dirname(__file__), "native")


def info() -> dict[str, Any]:
    """Return what is in use: version, implementation and why, ISA, compiler, Python, NumPy and threads.

    ``python -m fastcore`` prints it.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.info()["implementation"] in ("native", "pure")
    True
    """
    import platform
    from importlib import metadata

    from fastcore import __version__

    try:
        numpy_version: str | None = metadata.version("numpy")
    except metadata.PackageNotFoundError:
        numpy_version = None
    return {
        "version": __version__,
        "implementation": "pure" if _kernels is None else "native",
        "reason": _reason,
        "isa": None if _kernels is None else _kernels.current_isa(),
        "available_isas": available_isas(),
        "compiler": None if _kernels is None else _kernels.compiler(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "numpy": numpy_version,
        "threads": _threads.DEFAULT,
    }
