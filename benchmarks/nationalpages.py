"""The pages of coverage and attendance at every level, and the plain GROUP BY that answers the nation's question."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter

from flask import Flask
from sqlalchemy import func, select

from benchmarks.door import Device
from benchmarks.load import Order
from benchmarks.servers import Server, send
from training_app.core.clock import local_date
from training_app.core.db import db
from training_app.demo.stage import PASSWORD
from training_app.divisions.rules import DIGITS, within
from training_app.reports import recount, service, totals
from training_app.reports.models import CoverageTotal

#: Requests of one level that are measured, and before them of the warm-up; one client.
COUNT, WARM_UP = 60, 6
#: Divisions of a level that are asked for in turn: the largest, and others from all over the country.
SPREAD = 12
ROUNDS = 20
LEVELS = ("province", "city", "district", "subdistrict")


def places(app: Flask, area: str) -> dict[str, list[str]]:
    """The codes that are asked for, by level, in `area` and above it; the nation is called so."""
    found = {"nation": ["nation"]}
    with app.app_context():
        for level in LEVELS:
            code = CoverageTotal.division_code
            inside = within(code, area[: DIGITS[level]])
            of_level = select(code).where(func.length(code) == DIGITS[level], CoverageTotal.kind == "director", inside)
            by_size = of_level.group_by(code).order_by(func.max(CoverageTotal.posts).desc(), code)
            codes = list(db.session.scalars(by_size))
            found[level] = [codes[len(codes) * n // SPREAD] for n in range(min(SPREAD, len(codes)))]
        db.session.remove()
        db.engine.dispose()
    return found


def measure(server: Server, codes: dict[str, list[str]]) -> dict[str, float]:
    """By level `page_<level>_p50_ms` and `…_p95_ms`, and those of the nation's list of posts to act on."""
    device = Device(server, "administrator", PASSWORD)
    paths = {level: [f"/reports/{code}" for code in chosen] for level, chosen in codes.items()}
    paths["act"] = ["/reports/nation/act?page=1", "/reports/nation/act?page=100", "/reports/nation/act?page=400"]
    figures = {}
    for level, asked in paths.items():
        requests = [device.get(asked[n % len(asked)]) for n in range(COUNT + WARM_UP)]
        outcome = send(Order("127.0.0.1", server.port, 1, requests, WARM_UP))
        figures[f"page_{level}_p50_ms"] = outcome["p50_ms"]
        figures[f"page_{level}_p95_ms"] = outcome["p95_ms"]
    return figures


def from_the_facts(app: Flask) -> dict[str, float]:
    """The nation's coverage and attendance: `facts_s` by GROUP BY over the facts, `kept_ms` as the page asks.

    `facts_to_kept` is their ratio. Raises RuntimeError when the two do not agree.
    """
    with app.app_context():
        now = datetime.now(UTC)
        year = totals.years("")[0]
        began = perf_counter()
        posts = recount.coverage_on("", year, local_date(now), now)
        attended = recount.counted_on("", year, local_date(now), now)
        facts = perf_counter() - began
        db.session.remove()
        began = perf_counter()
        for _ in range(ROUNDS):
            kept = service.overview("", year, now).figures
            db.session.remove()
        page = (perf_counter() - began) / ROUNDS
        db.engine.dispose()
    for kind, ours in (("director", kept.directors), ("supervisor", kept.supervisors)):
        _agree(posts["", kind], {name: getattr(ours, name) for name in recount.COVERAGE})
    _agree(attended, {name: getattr(kept.attended, name) for name in attended})
    return {"facts_s": facts, "kept_ms": 1000 * page, "facts_to_kept": facts / page}


def _agree(facts: dict[str, int], kept: dict[str, int]) -> None:
    if facts != kept:
        raise RuntimeError(f"the facts amount to {facts}, kept is {kept}")
