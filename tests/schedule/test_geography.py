"""Points on Chinese maps. The pairs WGS-84 and GCJ-02 are those of eviltransform's own tests."""

from __future__ import annotations

import pytest

from training_app.schedule.geography import Point, gcj_of_bd, gcj_of_wgs, metres, parse, wgs_of_gcj

PAIRS = [
    (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),
    (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),
    (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs", "gcj"), PAIRS)
def test_the_maps_shift_is_made_and_taken_back_to_within_half_a_metre(wgs, gcj):
    assert metres(gcj_of_wgs(wgs), gcj) < 0.5
    assert metres(wgs_of_gcj(gcj), wgs) < 0.5


def test_quanzhou_is_drawn_half_a_kilometre_from_where_it_lies():
    here = Point(24.9073, 118.5869)
    assert 500 < metres(here, gcj_of_wgs(here)) < 620


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres(Point(24, 118), Point(25, 118)) == pytest.approx(111_195, rel=1e-3)


@pytest.mark.parametrize(
    "typed",
    [
        "24.9073,118.5869",
        " 24.9073 , 118.5869 ",
        "24.9073，118.5869",
        "118.5869,24.9073",
        "https://uri.amap.com/marker?position=118.5869,24.9073&coordinate=wgs84&name=x",
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:24.9073,118.5869;title:x&coord_type=1",
        "http://api.map.baidu.com/marker?location=24.9073,118.5869&coord_type=wgs84&output=html",
    ],
)
def test_degrees_as_a_phone_has_them_are_kept_in_either_order(typed):
    assert parse(typed) == Point(24.9073, 118.5869)


@pytest.mark.parametrize(
    "link",
    [
        "https://uri.amap.com/marker?position=118.591349,24.9043&name=x",
        "uri.amap.com/marker?position=118.591349,24.9043",
        "https://wb.amap.com/?q=24.9043,118.591349,x",
        "https://wb.amap.com/?p=B02570D5Z8,24.9043,118.591349,x",
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:24.9043,118.591349;title:x;addr:y&referer=myapp",
        "https://map.qq.com/?type=marker&pointx=118.591349&pointy=24.9043",
        "http://api.map.baidu.com/marker?location=24.9043,118.591349&coord_type=gcj02&output=html",
    ],
)
def test_a_link_of_amap_or_tencent_is_read_in_their_shifted_degrees(link):
    assert metres(parse(link), Point(24.9073, 118.5869)) < 1


def test_baidus_degrees_are_shifted_twice():
    drawn = Point(24.910276, 118.597827)
    link = f"http://api.map.baidu.com/marker?location={drawn.latitude},{drawn.longitude}&title=x&output=html"
    assert metres(parse(link), wgs_of_gcj(gcj_of_bd(drawn))) < 1
    assert metres(gcj_of_bd(drawn), drawn) > 700


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "新华北路 1 号",
        "1,2",
        "51.5,-0.12",
        "24.9",
        "https://surl.amap.com/4bXyZ",
        "https://example.org/?position=118.58,24.90",
        "http://api.map.baidu.com/marker?location=24.9,118.6&coord_type=bd09mc",
        "https://[",
        "//",
        "9" * 2000,
    ],
)
def test_what_is_no_place_in_china_is_none(typed):
    assert parse(typed) is None
