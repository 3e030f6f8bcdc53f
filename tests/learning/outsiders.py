"""Training elsewhere that tests hand in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests import cast
from training_app.learning import outside
from training_app.learning.outside import Proof
from training_app.learning.outsiderules import Entry

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))
PHOTO = Proof(b"\xff\xd8\xff\xe0 a photo", "证书.jpg")


def entry(**changed):
    said = {
        "level": "province",
        "title": "全省儿童主任骨干培训班",
        "organiser": "福建省民政厅",
        "hours": Decimal(16),
        "counting_year": 2026,
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 3, 4),
    }
    return Entry(**said | changed)


def hand_in(person=CHEN, *, confirmed=False, proof=PHOTO, source="phone", now=cast.NOW, **changed):
    return outside.enter(
        person, entry(**changed), proof=proof, source=source, confirmed=confirmed, actor_id=person, now=now
    )
