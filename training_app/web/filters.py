"""How dates, times and numbers look in each language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, current_app
from flask_babel import format_date, format_decimal, get_locale

from training_app.core import clock, qr


def _chinese() -> bool:
    return str(get_locale()) != "en"


def day(value: date | datetime) -> str:
    """7月12日 周日 · Sun 12 Jul; the year where it is not this one."""
    moment = clock.local_date(value) if isinstance(value, datetime) else value
    year = "" if moment.year == clock.local_date(clock.now()).year else ("y年" if _chinese() else " y")
    pattern = f"{year}M月d日 EEE" if _chinese() else f"EEE d MMM{year}"
    return str(format_date(moment, pattern))


def short_day(value: date | datetime) -> str:
    """7月12日 · 12 Jul, where there is no room for more."""
    moment = clock.local_date(value) if isinstance(value, datetime) else value
    return str(format_date(moment, "M月d日" if _chinese() else "d MMM"))


def full_day(value: date | datetime) -> str:
    """2026年7月12日 · 12 July 2026."""
    moment = clock.local_date(value) if isinstance(value, datetime) else value
    return str(format_date(moment, "y年M月d日" if _chinese() else "d MMMM y"))


def hour(value: datetime) -> str:
    """08:30."""
    return clock.local(value).strftime("%H:%M")


def clock_time(value: datetime) -> str:
    """08:30:05, where seconds matter."""
    return clock.local(value).strftime("%H:%M:%S")


def moment(value: datetime) -> str:
    """Day and time."""
    return f"{day(value)} {hour(value)}"


def span(start: datetime, end: datetime) -> str:
    """08:30–11:30 on one day; with days where it is more."""
    if clock.local_date(start) == clock.local_date(end):
        return f"{day(start)} {hour(start)}–{hour(end)}"
    return f"{moment(start)} – {moment(end)}"


def number(value: int | float | Decimal) -> str:
    """A number by locale, without idle zeros."""
    return str(format_decimal(value))


def product_name() -> str:
    """The product's name in the reader's language."""
    return str(current_app.config["PRODUCT_NAME_ZH" if _chinese() else "PRODUCT_NAME_EN"])


def place(name: str | None) -> str:
    """A community as people say it: 开元社区居委会 → 开元社区, 浮桥村委会 → 浮桥村."""
    if not name:
        return ""
    return name.removesuffix("居委会") if name.endswith("居委会") else name.removesuffix("委会")


def utc_offset() -> int:
    """Minutes that the academy's clock is ahead of UTC now, for scripts that show its time on any phone."""
    offset = clock.local(clock.now()).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def init_app(app: Flask) -> None:
    """Give the filters to the templates."""
    for name in (day, short_day, full_day, hour, clock_time, moment, number, place):
        app.jinja_env.filters[name.__name__] = name
    app.jinja_env.filters["qr"] = qr.svg
    app.jinja_env.globals.update(span=span, product_name=product_name, now=clock.now, local_date=clock.local_date)
    app.jinja_env.globals["utc_offset"] = utc_offset
    app.jinja_env.globals["has_endpoint"] = lambda name: name in app.view_functions
