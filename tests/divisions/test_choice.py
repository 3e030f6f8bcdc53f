"""Subdistrict, then community."""

from __future__ import annotations

from tests import cast
from training_app.divisions.forms import PlaceForm


def _form(app, prefixes, **data):
    with app.test_request_context("/", method="POST", data=data):
        form = PlaceForm()
        form.offer(prefixes)
        return form


def test_the_communities_of_a_subdistrict_are_public(client_as):
    found = client_as("visitor").get(f"/divisions/{cast.KAIYUAN}/communities").get_json()["communities"]
    assert {"code": cast.KAIYUAN_COMMUNITY, "name": "开元社区"} in found


def test_a_wider_code_gives_no_list(client_as):
    for code in ("35", "350502", "x", "350502004011"):
        assert client_as("visitor").get(f"/divisions/{code}/communities").get_json() == {"communities": []}


def test_a_single_subdistrict_is_chosen_already(app):
    form = _form(app, [cast.KAIYUAN])
    assert form.subdistrict.data == cast.KAIYUAN and len(form.division.choices) > 5


def test_a_community_of_another_subdistrict_is_dropped(app):
    form = _form(app, [cast.LICHENG], subdistrict=cast.KAIYUAN, division=cast.FUQIAO_COMMUNITY)
    assert form.place == cast.KAIYUAN


def test_a_place_outside_the_area_is_dropped(app):
    assert _form(app, [cast.KAIYUAN, cast.FUQIAO], subdistrict="350503001").place is None
    assert _form(app, [], subdistrict=cast.KAIYUAN).place is None


def test_subdistricts_of_several_districts_are_grouped(app):
    assert {"鲤城区", "丰泽区"} <= set(_form(app, ["3505"]).subdistrict.choices)
