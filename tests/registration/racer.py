"""One process of the race: registers its people for the session ahead as soon as it is told to go.

Reads the settings from its arguments: instance folder, database, first person, last person. Says "ready",
waits for a line, then says how many were confirmed and how many wait.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from config import TestConfig
from tests import cast
from tests.registration.people import AHEAD
from training_app import create_app
from training_app.registration import seats


def main(instance: str, url: str, first: str, last: str) -> None:
    """Register everyone from `first` to `last`, both included."""
    app = create_app(TestConfig(instance=Path(instance), database_url=url))
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        found = Counter(
            seats.register(AHEAD, person, source="self", actor_id=person, now=cast.NOW).state
            for person in range(int(first), int(last) + 1)
        )
        print(found["confirmed"], found["waiting"], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
