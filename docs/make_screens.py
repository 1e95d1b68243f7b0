"""Photograph every page of the admin at two widths: ``python docs/make_screens.py``.

Walks through the pages as their test does, from the URL conf. Writes docs/images/screens/ and docs/screens.md.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCREENS = HERE / "images" / "screens"
WALK = HERE.parent / "tests" / "functional" / "test_admin_pages.py"

if __name__ == "__main__":
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir(parents=True)
    os.environ["FSARSITE_SCREENS"] = str(HERE)
    sys.exit(pytest.main(["-q", str(WALK)]))
