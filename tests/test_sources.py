"""The sources that are generated are what their generator writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "tools/powers_of_ten.py"


@pytest.mark.skipif(not TOOL.exists(), reason="not in a checkout")
def test_the_powers_of_ten_are_those_of_exact_integers():
    written = subprocess.run([sys.executable, str(TOOL)], capture_output=True, check=True).stdout
    assert (ROOT / "src/fastcore/native/joins/powers_of_ten.h").read_bytes() == written
