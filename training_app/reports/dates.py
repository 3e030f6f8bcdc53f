"""Days and months of the programme's zone in SQL: each is a function that both databases spell their own way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

# China has one zone, eight hours before UTC, and no summer time since 1991 (training_app/core/clock.py names it).


class local_month(GenericFunction[Any]):
    """`local_month(instant)`: the first day of the month in which an instant falls."""

    type = Date()
    inherit_cache = True


class local_day(GenericFunction[Any]):
    """`local_day(instant)`: the day on which an instant falls."""

    type = Date()
    inherit_cache = True


class days_after(GenericFunction[Any]):
    """`days_after(day, count)`: the day so many days later."""

    type = Date()
    inherit_cache = True


class earliest(GenericFunction[Any]):
    """`earliest(one, another, …)`: the first of several days, none of them null."""

    type = Date()
    inherit_cache = True


class as_tenths(GenericFunction[Any]):
    """`as_tenths(hours)`: credit hours as whole tenths."""

    type = Integer()
    inherit_cache = True


def _arguments(element: Any, compiler: Any, **kw: Any) -> list[str]:
    return [compiler.process(argument, **kw) for argument in element.clauses]


@compiles(local_month, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({_arguments(element, compiler, **kw)[0]}, '+8 hours', 'start of month')"


@compiles(local_month, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date_trunc('month', timezone('Asia/Shanghai', {_arguments(element, compiler, **kw)[0]}))::date"


@compiles(local_day, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({_arguments(element, compiler, **kw)[0]}, '+8 hours')"


@compiles(local_day, "postgresql")
def _day_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"timezone('Asia/Shanghai', {_arguments(element, compiler, **kw)[0]})::date"


@compiles(days_after, "sqlite")
def _after_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    day, count = _arguments(element, compiler, **kw)
    return f"date({day}, '+' || {count} || ' days')"


@compiles(days_after, "postgresql")
def _after_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    day, count = _arguments(element, compiler, **kw)
    return f"({day} + CAST({count} AS integer))"


@compiles(earliest, "sqlite")
def _earliest_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"min({', '.join(_arguments(element, compiler, **kw))})"


@compiles(earliest, "postgresql")
def _earliest_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"least({', '.join(_arguments(element, compiler, **kw))})"


@compiles(as_tenths, "sqlite")
@compiles(as_tenths, "postgresql")
def _tenths(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(round({_arguments(element, compiler, **kw)[0]} * 10) AS integer)"
