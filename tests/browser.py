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


def opened(browser: Any, folder: Path, page: str, **options: Any) -> tuple[Any, list[str]]:
    """Open a page of a folder; returns it with the list of what went wrong, which fills while the test goes on."""
    tab = browser.new_page(**options)
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url))
    tab.goto(Path(folder, f"{page}.html").as_uri())
    return tab, wrong


CUT = """() => {
  const found = [];
  for (const element of document.querySelectorAll('.bd-article *')) {
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;  // for screen readers only
    for (let around = element.parentElement; around; around = around.parentElement) {
      const flow = getComputedStyle(around).overflowX;
      if (flow === 'auto' || flow === 'scroll') break;
      if (flow === 'visible' && around !== document.body) continue;
      const edge = around === document.body ? innerWidth : around.getBoundingClientRect().right;
      if (getComputedStyle(around).clipPath !== 'none' || box.right <= edge + 1) break;
      found.push(`${element.tagName} ${element.className}: ${Math.round(box.right - edge)} pixels lost`);
      break;
    }
  }
  return found;
}"""


def cut(page: Any) -> list[str]:
    """What reaches beyond the window, or beyond a box that hides the rest, and cannot be scrolled to."""
    return page.evaluate(CUT)
