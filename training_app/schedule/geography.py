"""Where a venue lies: what is typed or pasted of it, and how far two points are apart. Pure.

Kept are degrees of WGS-84, which a phone's GPS speaks. Maps published in China are shifted by law: Amap and
Tencent show GCJ-02, Baidu BD-09 upon it, some 500 m beside. The shift is not published; the formula is the one
that everyone uses, https://github.com/googollee/eviltransform (checked there against the maps, off by less than
a metre), turned back by iteration as its `gcj2wgs_exact` does. Addresses of maps as their makers describe them:
https://lbs.amap.com/api/uri-api/guide/mobile-web/point, https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebMarker,
https://lbsyun.baidu.com/index.php?title=uri/api/web.
"""

from __future__ import annotations

import re
from math import asin, atan2, cos, pi, radians, sin, sqrt
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

_AXIS, _ECCENTRICITY = 6378137.0, 0.00669342162296594323
_EARTH_M = 6371008.8
_PAIR = re.compile(r"(?<![\w.])(-?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*(-?\d{1,3}(?:\.\d+)?)")
#: China, generously: outside it nothing is shifted, and nothing is accepted as a venue.
_LATITUDES, _LONGITUDES = (3.0, 54.0), (73.0, 136.0)


class Point(NamedTuple):
    """Degrees, latitude first."""

    latitude: float
    longitude: float


def parse(text: str) -> Point | None:
    """The place, in WGS-84, of "24.9073, 118.5869" in either order or of a map's address; None where there is none.

    A bare pair is taken for WGS-84; an address says by its host and parameters what its numbers mean.
    """
    plain = text.strip()
    if "//" not in plain and not re.match(r"[\w-]+\.[a-z]+[\w.]*/", plain):
        pair = _PAIR.fullmatch(plain)
        return _within(pair, "wgs84") if pair else None
    try:
        address = urlsplit(plain if "//" in plain else f"https://{plain}")
    except ValueError:
        return None
    host, query = address.hostname or "", parse_qs(address.query)

    def first(*names: str) -> str:
        return next((query[name][0] for name in names if name in query), "")

    if host.endswith(("amap.com", "gaode.com")):
        found = first("position", "q", "p", "location", "dest") or f"{first('lat')},{first('lng', 'lon')}"
        datum = "wgs84" if first("coordinate") == "wgs84" else "gcj02"
    elif host.endswith("baidu.com"):
        found, datum = first("location", "latlng"), first("coord_type") or "bd09ll"
    elif host.endswith("qq.com"):
        found = first("marker", "coord", "center") or f"{first('pointy')},{first('pointx')}"
        datum = "wgs84" if first("coord_type") == "1" else "gcj02"
    else:
        return None
    pair = _PAIR.search(found)
    return _within(pair, datum) if pair else None


def _within(pair: re.Match[str], datum: str) -> Point | None:
    """Two numbers as a point; in China the greater one is always the longitude."""
    small, great = sorted((float(pair[1]), float(pair[2])))
    if not (_LATITUDES[0] <= small <= _LATITUDES[1] and _LONGITUDES[0] <= great <= _LONGITUDES[1]):
        return None
    point = Point(small, great)
    if datum in ("bd09ll", "bd09"):
        point, datum = gcj_of_bd(point), "gcj02"
    if datum == "gcj02":
        point = wgs_of_gcj(point)
    elif datum != "wgs84":
        return None
    return Point(round(point.latitude, 6), round(point.longitude, 6))


def gcj_of_wgs(point: Point) -> Point:
    """A point as Amap and Tencent draw it."""
    x, y = point.longitude - 105.0, point.latitude - 35.0
    waves = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = (
        waves + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi) + 160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y / 30.0 * pi)
    )
    east = (
        waves + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi) + 150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)
    )
    north = north * 2.0 / 3.0 - 100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    east = east * 2.0 / 3.0 + 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    slope = radians(point.latitude)
    magic = 1.0 - _ECCENTRICITY * sin(slope) ** 2
    north = north * 180.0 / (_AXIS * (1.0 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_AXIS / sqrt(magic) * cos(slope) * pi)
    return Point(point.latitude + north, point.longitude + east)


def wgs_of_gcj(point: Point) -> Point:
    """The point that is drawn at this one."""
    guess = point
    for _ in range(10):
        drawn = gcj_of_wgs(guess)
        guess = Point(
            guess.latitude + point.latitude - drawn.latitude, guess.longitude + point.longitude - drawn.longitude
        )
    return guess


def gcj_of_bd(point: Point) -> Point:
    """A point of Baidu's map as Amap and Tencent draw it."""
    x, y = point.longitude - 0.0065, point.latitude - 0.006
    turn = pi * 3000.0 / 180.0
    far = sqrt(x * x + y * y) - 0.00002 * sin(y * turn)
    angle = atan2(y, x) - 0.000003 * cos(x * turn)
    return Point(far * sin(angle), far * cos(angle))


def metres(one: Point, other: Point) -> float:
    """The distance of two points along the ground."""
    north = radians(other.latitude - one.latitude) / 2.0
    east = radians(other.longitude - one.longitude) / 2.0
    part = sin(north) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east) ** 2
    return 2.0 * _EARTH_M * asin(sqrt(min(1.0, part)))
