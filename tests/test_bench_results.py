"""The results in README.md are those of the run that is kept beside the manual, as the bench writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastcore.bench import gate, report

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="the tests alone are here")
def test_the_readme_has_the_results_as_the_bench_writes_them():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition("<!-- results: written by nox -s results -->\n")
    written, end, _ = rest.partition("<!-- end of results -->")
    assert end
    run = gate.load(str(ROOT / "docs" / "results" / "headlines.json"))
    assert written.strip() == report.as_markdown(run).strip()


@pytest.mark.parametrize("path", sorted((ROOT / "bench" / "ratios").glob("*.json")), ids=lambda path: path.stem)
def test_the_gate_has_ratios_against_what_every_checkout_has(path):
    run = gate.load(str(path))
    assert run.metadata["isa"] == path.stem
    assert len(gate.bases(run)) >= 40
