"""How many certificates one process draws in a second, Chinese text embedded, each with its own name and code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median
from time import perf_counter

from benchmarks import plain
from training_app.certificates.drawing import draw
from training_app.certificates.wording import CertificateFacts

#: Drawn before the clock starts (the faces are read once), and while it runs.
WARM_UP, COUNT = 5, 500
#: Pairs of a plain batch and one of ours, one after the other, so that both meet the same machine.
PAIRS, BATCH = 5, 40
_FAMILIES, _GIVEN = "陈林黄张李王吴刘蔡杨许郑谢郭洪", "丽华晓燕淑英秀兰美玲雅婷志强文静春梅玉珍"


def _rate(draws: Callable[[CertificateFacts], bytes], facts: Sequence[CertificateFacts]) -> float:
    start = perf_counter()
    for one in facts:
        draws(one)
    return len(facts) / (perf_counter() - start)


def measure() -> dict[str, float]:
    """`certificates_per_s`: PDF pages a second, A4, title, border, text and QR, subset faces included.

    `certificates_ratio_to_plain`: how many times as many as the plainest program that draws the same page; the median
    of pairs measured in turn.
    """
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
        plain.draw(one)
    figures = {"certificates_per_s": _rate(draw, each[WARM_UP:])}
    ratios = []
    for pair in range(PAIRS):
        batch = each[WARM_UP + pair * BATCH :][:BATCH]
        slow = _rate(plain.draw, batch)
        ratios.append(_rate(draw, batch) / slow)
    return figures | {"certificates_ratio_to_plain": median(ratios)}
