"""Every check a person runs, by name: nox -s lint test. The sessions install what they need into their own folders."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "types", "test", "test-pure"]

ROOT = Path(__file__).parent
C_FILES = [str(path) for path in sorted((ROOT / "src/fastcore/native").rglob("*.[ch]"))]
RESULTS = ("<!-- results: written by nox -s results -->", "<!-- end of results -->")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


@nox.session
def lint(session: nox.Session) -> None:
    """Formats and rules of Python, Cython, C and CMake; --fix as an argument mends what can be mended."""
    session.install(*nox.project.dependency_groups(nox.project.load_toml(ROOT / "pyproject.toml"), "lint"))
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []), ".")
    session.run("ruff", "format", *([] if fix else ["--check"]), ".")
    session.run("cython-lint", "src")
    session.run("clang-format", *(["-i"] if fix else ["--dry-run", "--Werror"]), *C_FILES)
    session.run("gersemi", *(["--in-place"] if fix else ["--check"]), "CMakeLists.txt", "cmake")


@nox.session
def types(session: nox.Session) -> None:
    """mypy over the Python parts, and stubtest: the stub against the package as installed."""
    session.install(*nox.project.dependency_groups(nox.project.load_toml(ROOT / "pyproject.toml"), "types"))
    session.install(".", env={"FASTCORE_REQUIRE_NATIVE": "1"})
    session.run("mypy")
    with session.chdir(session.create_tmp()):
        allowed = str(ROOT / "tests/stubtest-allowed.txt")
        for implementation in ("native", "pure"):
            session.run(
                "stubtest",
                "fastcore",
                "--ignore-unused-allowlist",
                "--allowlist",
                allowed,
                env={"FASTCORE_IMPL": implementation},
            )


@nox.session(python=PYTHONS)
def test(session: nox.Session) -> None:
    """The suite: the twin, and native on every ISA of this machine."""
    session.install(".[test]", env={"FASTCORE_REQUIRE_NATIVE": "1"})
    session.run("pytest", *session.posargs)


@nox.session(name="test-pure")
def test_pure(session: nox.Session) -> None:
    """The suite on the pure wheel, as on a machine without a compiler."""
    session.install(".[test]", env={"FASTCORE_BUILD": "pure"})
    session.run("pytest", *session.posargs)


@nox.session(name="test-pypy", python="pypy3")
def test_pypy(session: nox.Session) -> None:
    """The suite on PyPy, without NumPy."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def asan(session: nox.Session) -> None:
    """The suite with the kernels under AddressSanitizer and UndefinedBehaviorSanitizer."""
    session.install(
        ".[test]",
        "pytest-xdist>=3",
        "--config-settings=cmake.define.FASTCORE_SANITIZE=ON",
        "--config-settings=install.strip=false",
        env={"FASTCORE_REQUIRE_NATIVE": "1"},
    )
    compiler = os.environ.get("CC", "cc")
    runtime = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    environment = {
        "LD_PRELOAD": runtime.stdout.strip(),
        # CPython keeps memory to its end; and it, not the kernels, is what LeakSanitizer would report.
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        # Everything takes several times as long; what is random has its many examples in the plain suite.
        "HYPOTHESIS_PROFILE": "brief",
    }
    # What a sanitizer prints before it ends the process must not be captured.
    arguments = ["-p", "no:faulthandler", "--capture=sys", "-n", "auto", *session.posargs]
    # The twins and the bench have no kernels of their own; and AVX2's, where there is AVX-512, are the same sources at
    # another width.
    ask = "import fastcore; print('not pure and not avx2' if 'avx512' in fastcore.available_isas() else 'not pure')"
    which = session.run("python", "-c", ask, env=environment, silent=True)
    assert isinstance(which, str)
    session.run("pytest", *arguments, "-k", which.strip(), "--ignore-glob=*/test_bench*.py", env=environment)


@nox.session
def bench(session: nox.Session) -> None:
    """The bench, with its peers; arguments go to it."""
    session.install(".[bench]", env={"FASTCORE_REQUIRE_NATIVE": "1"})
    session.run("python", "-m", "fastcore.bench", *session.posargs)


@nox.session
def results(session: nox.Session) -> None:
    """Measure what README.md, docs/results and the gate of .ci/run say of machines like this: a quarter of an hour."""
    session.install(".[bench]", env={"FASTCORE_REQUIRE_NATIVE": "1"})
    bench = ("python", "-m", "fastcore.bench")
    isa = session.run("python", "-c", "import fastcore; print(fastcore.info()['isa'])", silent=True)
    assert isinstance(isa, str)
    isa = isa.strip()
    session.run(*bench, "-c", "builtin,numpy,fastcore", "-t", "30", "-q", "--save", f"bench/ratios/{isa}.json")
    session.run(*bench, "headlines", "-t", "60", "-q", "--save", "docs/results/headlines.json")
    pages = []
    for family in ("sums", "transforms", "joins", "fibonacci", "sorting", "howto"):
        page = Path(session.create_tmp()) / f"{family}.md"
        session.run(*bench, "--full", family, "-q", "-o", str(page))
        pages.append(f"## {family.capitalize()}\n\n{page.read_text(encoding='utf-8')}")
    pages.insert(0, f"# Results with {isa}\n\nWritten by `nox -s results`; [how to read them](../bench.md).\n")
    (ROOT / f"docs/results/{isa}.md").write_text("\n".join(pages), encoding="utf-8")
    written = Path(session.create_tmp()) / "headlines.md"
    session.run(*bench, "--from", "docs/results/headlines.json", "-q", "-o", str(written))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    before, _, rest = readme.partition(RESULTS[0])
    after = rest.partition(RESULTS[1])[2]
    text = f"{before}{RESULTS[0]}\n\n{written.read_text(encoding='utf-8')}\n{RESULTS[1]}{after}"
    (ROOT / "README.md").write_text(text, encoding="utf-8")


@nox.session(name="bench-suite")
def bench_suite(session: nox.Session) -> None:
    """The same cases under pytest-benchmark."""
    session.install(".[test]", "pytest-benchmark>=5", env={"FASTCORE_REQUIRE_NATIVE": "1"})
    session.run("pytest", "bench", "-o", "python_files=bench_*.py", "--benchmark-group-by=group", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build sdist and wheels, look into them, and check the workflows that publish them."""
    session.install(*nox.project.dependency_groups(nox.project.load_toml(ROOT / "pyproject.toml"), "packaging"))
    dist = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(dist), env={"FASTCORE_REQUIRE_NATIVE": "1"})
    session.run("python", "-m", "build", "--wheel", "--outdir", str(dist), env={"FASTCORE_BUILD": "pure"})
    session.run("twine", "check", "--strict", *(str(path) for path in sorted(dist.iterdir())))
    session.run("check-wheel-contents", *(str(path) for path in sorted(dist.glob("*.whl"))))
    session.run("validate-pyproject", "pyproject.toml")
    workflows = [str(path) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))]
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *workflows)
    session.run("zizmor", "--offline", *workflows)
    for platform in ("linux", "macos", "windows"):
        session.run("cibuildwheel", "--print-build-identifiers", "--platform", platform)
