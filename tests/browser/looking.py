"""What every page is asked when a browser opens it: accessible, within the screen, and a picture to look at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from config import ROOT

#: Git ignores it; look at what lies here after a run.
SCREENSHOTS = ROOT / "screenshots"
_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page: rule, target and the reason, one line each."""
    page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small_targets(page: Page) -> list[str]:
    """Buttons and links, outside running text and tables, that a thumb misses: lower than 44 px."""
    return list(
        page.evaluate(
            """() => Array.from(document.querySelectorAll("button, .btn, .bar a, input[type=submit], summary"))
            .filter(e => e.offsetParent !== null && e.tabIndex >= 0 && !e.closest("table"))
            .filter(e => e.getBoundingClientRect().height < 43.5 && e.getBoundingClientRect().width > 2)
            .map(e => (e.className || e.tagName) + ": " + e.textContent.trim().slice(0, 30))"""
        )
    )


def look(page: Page, name: str) -> list[str]:
    """Put a picture of the whole page beside the others, and say what is wrong with it; nothing when all is well."""
    target = SCREENSHOTS / f"{name}.png"
    # Where nobody looks at them they are time lost.
    if os.environ.get("PICTURES") != "0":
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target, full_page=True)
    wrong = violations(page)
    if sideways(page) > 0:
        wrong.append(f"{sideways(page)} px wider than the screen")
    if (page.viewport_size or {"width": 0})["width"] < 700:
        wrong += [f"too low for a thumb: {target}" for target in small_targets(page)]
    return [f"{name}: {one}" for one in wrong]
