"""How many certificates one process draws in a second, Chinese text embedded, each with its own name and code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from time import perf_counter

from training_app.certificates.drawing import draw
from training_app.certificates.wording import CertificateFacts

#: Drawn before the clock starts (the faces are read once), and while it runs.
WARM_UP, COUNT = 5, 500
_FAMILIES, _GIVEN = "陈林黄张李王吴刘蔡杨许郑谢郭洪", "丽华晓燕淑英秀兰美玲雅婷志强文静春梅玉珍"


def measure() -> dict[str, float]:
    """`certificates_per_s`: PDF pages a second, A4, title, border, text and QR, subset faces included."""
    facts = CertificateFacts(
        kind="completion",
        name="陈丽华",
        starts_on=date(2026, 3, 15),
        ends_on=date(2026, 8, 16),
        programme_title="2026 年儿童主任培训计划",
        host="鲤城区民政局",
        bodies=("泉州市鲤城区民政局",),
        hours=Decimal(24),
        tested=True,
        serial="LC2026-0001",
        check_code="7Q4F-K2MX",
        verify_url="https://fulei.example/c/abcdefghjkmnpqrstvwxyz2345",
        issued_on=date(2026, 8, 20),
    )
    each = [
        replace(
            facts,
            name=_FAMILIES[n % len(_FAMILIES)] + _GIVEN[n % len(_GIVEN)] + _GIVEN[n * 7 % len(_GIVEN)],
            serial=f"LC2026-{n:04}",
            verify_url=f"https://fulei.example/c/abcdefghjkmnpqrstvwxyz{n:04}",
        )
        for n in range(WARM_UP + COUNT)
    ]
    for one in each[:WARM_UP]:
        draw(one)
    start = perf_counter()
    for one in each[WARM_UP:]:
        draw(one)
    return {"certificates_per_s": COUNT / (perf_counter() - start)}
