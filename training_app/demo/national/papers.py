"""What a phase ends with: the test, and certificates for those who passed. Their files are one placeholder."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from training_app.certificates.codes import CHECK_LENGTH, VERIFY_LENGTH, serial
from training_app.certificates.models import Certificate, Serial, SerialCounter
from training_app.certificates.records import kept
from training_app.certificates.wording import COMPLETION, CertificateFacts
from training_app.core import files
from training_app.core.clock import at, local_date
from training_app.learning.models import Score

from .courses import CONDITIONS, HALF_DAY, City, Course, Session
from .rows import Rows
from .townsfolk import Member

#: Of the phases that are over, those whose papers were issued; and of their people, who passes the test at once.
ISSUED, PASSES = 0.6, 0.93
_LONG, _TYPED = "23456789abcdefghjkmnpqrstuvwxyz", "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_NAME = "@@"


def placeholder(now: datetime) -> tuple[str, str]:
    """Write the page and the picture that stand for every certificate; gives their SHA-256."""
    import pypdfium2
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfgen.canvas import Canvas

    page = io.BytesIO()
    canvas = Canvas(page, pagesize=landscape(A4), invariant=True)
    canvas.setFont("Helvetica", 24)
    canvas.drawCentredString(A4[1] / 2, A4[0] / 2, "Specimen: the national demo draws no certificates")
    canvas.save()
    picture = io.BytesIO()
    pypdfium2.PdfDocument(page.getvalue())[0].render(scale=1).to_pil().save(picture, "PNG")
    found = []
    for data, kind, end in ((page, "application/pdf", "pdf"), (picture, "image/png", "png")):
        content = data.getvalue()
        found.append(files.write(content))
        files.remember(found[-1], media_type=kind, size=len(content), name=f"specimen.{end}", now=now)
    return found[0], found[1]


class Press:
    """Tests members and issues their papers."""

    def __init__(self, rows: Rows, today: date, files_of: tuple[str, str]) -> None:
        self._rows, self._today, self._files = rows, today, files_of

    def finish(
        self, city: City, course: Course, number: int, sessions: Sequence[Session], members: Sequence[Member],
        chance: random.Random,
    ) -> None:  # fmt: skip
        """Write the scores of a phase that is over, and its papers where they were issued. `number` is the phase's."""
        if not sessions[-1].over:
            return
        tested_at = sessions[-1].visit.ends_at
        issued_on = local_date(tested_at) + timedelta(days=9)
        issued = chance.random() < ISSUED and issued_on < self._today
        texts: dict[int, str] = {}
        for member in members:
            if member.came.bit_count() < CONDITIONS.sessions_needed:
                continue
            passed = self._test(course.id, member, city.organiser_id, tested_at, chance)
            if passed and issued:
                if member.came not in texts:
                    texts[member.came] = self._facts(city, course, number, sessions, member.came, issued_on)
                self._issue(city, course, member, texts[member.came], issued_on, chance)

    def _test(self, course_id: int, member: Member, organiser: int, when: datetime, chance: random.Random) -> bool:
        add, person_id = self._rows.add, member.person_id
        first = chance.random() < PASSES
        points = Decimal(chance.randrange(60, 101) if first else chance.randrange(35, 60))
        add(Score, course_id, person_id, 1, points, "paper", organiser, when)
        if first or chance.random() < 0.3:
            return first
        again = Decimal(chance.randrange(52, 90))
        add(Score, course_id, person_id, 2, again, "paper", organiser, when + timedelta(days=3))
        return again >= CONDITIONS.pass_mark

    def _facts(
        self, city: City, course: Course, number: int, sessions: Sequence[Session], came: int, issued_on: date
    ) -> str:
        """The facts of everyone who came to the same sessions, as JSON with a mark where the name goes."""
        visits = [session.visit for bit, session in enumerate(sessions) if came >> bit & 1]
        facts = CertificateFacts(
            kind=COMPLETION,
            name=_NAME,
            starts_on=local_date(visits[0].starts_at),
            ends_on=local_date(visits[-1].ends_at),
            programme_title=course.title,
            host=city.bureau,
            bodies=(city.bureau,),
            hours=HALF_DAY * len(visits),
            tested=True,
            serial="",
            check_code="",
            verify_url="",
            issued_on=issued_on,
            phase_number=number,
            specimen=True,
        )
        return json.dumps(kept(facts, visits), ensure_ascii=False)

    def _issue(
        self, city: City, course: Course, member: Member, facts: str, issued_on: date, chance: random.Random
    ) -> None:
        course.papers += 1
        number = serial(course.prefix, course.papers)
        verify = "".join(chance.choices(_LONG, k=VERIFY_LENGTH))
        check = "".join(chance.choices(_TYPED, k=CHECK_LENGTH))
        when = at(issued_on, time(15))
        person_id = member.person_id
        self._rows.of[Serial].append((number, person_id, course.id, verify, check, when, "used", ""))
        text = facts.replace(_NAME, member.name)
        values = (number, verify, check, person_id, course.id, 1, 1, 1, COMPLETION, text, *self._files, when)
        self._rows.add(Certificate, *values, city.organiser_id, "")

    def close(self, course: Course) -> None:
        """Write the number that the programme's next paper gets."""
        self._rows.of[SerialCounter].append((course.prefix, course.papers + 1))
