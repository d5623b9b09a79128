"""What a page must not put in anybody's way, asked of a real browser; CHOPMARK_PICTURES names a folder for pictures."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = {1280: 900, 390: 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Only what is wrong comes back: all that is right would take longer to bring over than to find.
_ASK = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations
  .map(one => `axe ${one.id} at ${one.nodes[0].html.slice(0, 120)}`)"""
_SMALL = """() => [...document.querySelectorAll('a[href],button,input,select,summary')]
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width && (r.height < 24 || r.width < 24) && getComputedStyle(e).display != 'inline'
                      && !e.closest('.skip-link'))
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} is ${Math.round(r.width)} x ${Math.round(r.height)}`)"""


def barriers(page: Page, name: str, rules: list[str]) -> Iterator[str]:
    """What axe finds by these rules, and targets under 24 px, at both widths; leaves the page narrow."""
    page.evaluate(_AXE)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        if kept := os.environ.get("CHOPMARK_PICTURES"):
            page.screenshot(path=Path(kept) / f"{name}.{width}.png", full_page=True)
        found: list[Any] = [*page.evaluate(_ASK, rules), *page.evaluate(_SMALL)]
        yield from (f"at {width}: {one}" for one in found)
