"""A headless Chromium for the tests that look at pages as learners do; where there is none, they say so."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).resolve().parent.parent / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

PLAYWRIGHT = importlib.util.find_spec("playwright")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and PLAYWRIGHT),
    reason="no Chromium here: install it, or name it in CHROMIUM" if PLAYWRIGHT else "no Playwright: embedlab[site]",
)
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: npm install --prefix build/npm axe-core@4")


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; it belongs to the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def findings(page: Any) -> list[str]:
    """What axe-core finds on a page that is serious or worse, a line each."""
    page.wait_for_load_state("load")
    page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished))")  # colours may still be fading
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{finding['id']}: {finding['help']}: {node['target']} {node['failureSummary'][:300]}"
        for finding in found
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"][:3]
    ]
