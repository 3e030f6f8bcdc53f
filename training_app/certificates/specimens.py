"""Made-up facts for a picture of a design: nobody's name, a number that no paper has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from training_app.schedule.models import Programme

from .codes import CHECK_LENGTH, VERIFY_LENGTH, VERIFY_PATH, printed, serial
from .design import Design, issuer_of, look_of
from .look import COMPLETION
from .wording import CertificateFacts


def specimen_of(programme: Programme, design: Design, kind: str, *, base_url: str) -> CertificateFacts:
    """What a paper of this kind would say in this design, about 张三. Raises NotFound when a picture is gone."""
    year, issuer = programme.counting_year, issuer_of(programme)
    return CertificateFacts(
        kind=kind,
        name="张三",
        starts_on=date(year, 3, 15),
        ends_on=date(year, 8, 16),
        programme_title=programme.title,
        host=issuer.host,
        bodies=issuer.bodies,
        hours=Decimal(24),
        tested=kind == COMPLETION,
        serial=serial(design.prefix, 0),
        check_code=printed("X" * CHECK_LENGTH),
        verify_url=f"{base_url}{VERIFY_PATH}{'x' * VERIFY_LENGTH}",
        issued_on=date(year, 8, 20),
        phase_number=1 if programme.preset == "one_class" else None,
        specimen=design.specimen,
        with_english=design.with_english,
        offset_mm=(float(design.offset_x), float(design.offset_y)),
        framed=design.framed,
        look=look_of(design, kind),
        latin_name="Zhang San",
    )
