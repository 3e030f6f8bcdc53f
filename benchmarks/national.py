"""The figures at the size of the country: `make bench-national` prints them and writes national.json.

On each kind of database (PostgreSQL syncs to disk) the national tree and the national demo are made, then the server
as `make run` starts it, job process included, answers for them: pages of coverage and attendance at every level, a
check-in until it is counted, the ledger of a province, check-ins beside those of an empty database. It takes most of
an hour, some 12 GB in the folder for temporary files, and the machine for itself.

`make bench-national BENCH_NATIONAL_AREA=3505` does all of it for one city in a few minutes and writes nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import hall, nationaldoor, nationalledger, nationalpages, nationaltree, servers
from benchmarks.kinds import databases
from benchmarks.nationaldoor import Runs
from config import ROOT

RESULT = ROOT / "benchmarks" / "national.json"
WHOLE, AREA = Runs(pairs=7, count=600, warm_up=50), Runs(pairs=3, count=150, warm_up=30)
#: What a figure must not exceed, and below what it must not fall, by the end of its name.
AT_MOST = {
    "_tree_s": 900,
    "_demo_s": 900,
    "_counted_after_most_s": 5,
    "_ledger_s": 10,
    **{f"sqlite_page_{level}_p95_ms": 200 for level in ("nation", *nationalpages.LEVELS)},
    **{f"postgresql_page_{level}_p95_ms": 100 for level in ("nation", *nationalpages.LEVELS)},
}
AT_LEAST = {"_checkin_c8_to_empty": 0.85}


def shown(kind: str, figures: dict[str, float]) -> dict[str, float]:
    """Print figures as soon as they are known, each with its goal if it has one; gives them by whole name."""
    named = {f"{kind}_{key}": value for key, value in figures.items()}
    for key, value in named.items():
        most = next((limit for end, limit in AT_MOST.items() if key.endswith(end)), None)
        least = next((limit for end, limit in AT_LEAST.items() if key.endswith(end)), None)
        goal = f"  at most {most}" if most is not None else f"  at least {least}" if least is not None else ""
        missed = (most is not None and value > most) or (least is not None and value < least)
        print(f"{key:40} {value:14,.3f}{goal}{' MISSED' if missed else ''}", flush=True)
    return named


def measure(
    kind: str, folder: Path, package: Path, area: str, nation_url: str, hall_url: str
) -> dict[str, float]:  # fmt: skip
    """Everything on one kind of database."""
    runs = AREA if area else WHOLE
    nation, small = folder / kind / "nation", folder / kind / "hall"
    for one in (nation, small):
        one.mkdir(parents=True)
    app, empty = hall.application(nation, nation_url), hall.application(small, hall_url)
    figures = shown(kind, nationaltree.make(app, package, area))
    figures |= shown(kind, nationalpages.from_the_facts(app))
    codes, province = nationalpages.places(app, area), nationalledger.province(app, area)
    door = nationaldoor.open_hall(app, runs.needed)
    hall.fill(empty, runs.needed)
    tickets = hall.ticket_tokens(empty)
    with servers.production(nation, nation_url) as large:
        figures |= shown(kind, {"settled_s": large.settled()})
        figures |= shown(kind, nationalpages.measure(large, codes))
        figures |= shown(kind, nationaldoor.follow(app, large, door))
        figures |= shown(kind, nationalledger.measure(app, large, province))
        with servers.production(small, hall_url) as other:
            other.settled()
            figures |= shown(kind, nationaldoor.measure(app, large, door, other, tickets, runs))
        figures |= shown(kind, {"worker_rss_mb": large.worker_rss_mb()})
    return figures


def main() -> None:
    """`python -m benchmarks.national PACKAGE [AREA]`: PACKAGE is the folder dist of the national tree."""
    os.environ.pop("DATABASE_URL", None)
    # Servers and databases are stopped by whoever started them, when this ends before its time too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    package, area = Path(sys.argv[1]), "".join(sys.argv[2:3]) or os.environ.get("BENCH_NATIONAL_AREA", "")
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="fulei-nation-") as name, databases(("", ""), ("nation", "hall")) as found:
        for kind, (nation_url, hall_url) in found.items():
            figures |= measure(kind, Path(name), package, area, nation_url, hall_url)
    if not area:
        RESULT.write_text(json.dumps({key: round(value, 3) for key, value in figures.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
