"""Every figure that this project claims, measured now: `make bench` prints them and writes latest.json.

Each figure comes from the server as `make run` starts it, or from the named function in one process;
nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks import certificates, door, floor, hall, issuing, pages, servers, start
from benchmarks.kinds import databases
from config import ROOT
from training_app.core.db import driver_url

LATEST = ROOT / "benchmarks" / "latest.json"
#: Registered for one event while its page and its export are measured.
REGISTERED = 5000
CLASS = 120


def at_the_door(kind: str, folder: Path, product_url: str, floor_url: str) -> dict[str, float]:
    """Check-ins against the floor, and how much memory a worker then has."""
    instance = folder / kind
    instance.mkdir()
    app = hall.application(instance, product_url)
    hall.fill(app, door.needed())
    tokens = hall.ticket_tokens(app)
    engine = create_engine(driver_url(floor_url))
    floor.metadata.create_all(engine)
    engine.dispose()
    with servers.production(instance, product_url) as product, servers.floor(instance, floor_url) as bare:
        figures = door.measure(kind, product, bare, tokens)
        return figures | {f"{kind}_worker_rss_mb": product.worker_rss_mb()}


def on_pages(folder: Path) -> dict[str, float]:
    """Heavy pages of a full hall, then the start on the same database."""
    instance = folder / "pages"
    instance.mkdir()
    app = hall.application(instance, "")
    hall.fill(app, REGISTERED)
    hall.a_class(app, CLASS)
    with servers.production(instance, "") as server:
        figures = pages.measure(server)
        figures["worker_rss_mb"] = server.worker_rss_mb()
    return figures | start.measure(instance)


def shown(figures: dict[str, float]) -> dict[str, float]:
    """Print figures as soon as they are known."""
    for key, value in figures.items():
        print(f"{key:32} {value:12.3f}", flush=True)
    return figures


def main() -> None:
    os.environ.pop("DATABASE_URL", None)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="fulei-bench-") as name:
        folder = Path(name)
        with databases(("", f"sqlite:///{folder / 'floor.db'}"), ("product", "floor")) as found:
            for kind, (product_url, floor_url) in found.items():
                figures |= shown(at_the_door(kind, folder, product_url, floor_url))
        with databases(("", ""), ("issuing", "spare")) as found:
            for kind, (url, _spare) in found.items():
                figures |= shown(issuing.measure(kind, folder, url))
        # The slower database counts.
        beside = min(value for key, value in figures.items() if key.endswith("_checkin_beside_issuing_ratio"))
        figures |= shown({"checkin_beside_issuing_ratio": beside})
        figures |= shown(on_pages(folder))
    figures |= shown(certificates.measure())
    # The largest that was seen: after check-ins, and after pages and an export.
    figures["worker_rss_mb"] = max(value for key, value in figures.items() if key.endswith("worker_rss_mb"))
    LATEST.write_text(json.dumps({key: round(value, 3) for key, value in figures.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
