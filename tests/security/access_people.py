"""Logging in, links, persons, posts, grants."""

from tests.security.table import row

ACCOUNT_HOLDERS = dict.fromkeys(("administrator", "organiser", "facilitator", "supervisor", "auditor"), 200)
#: Those who look after persons of Licheng.
EDITORS = ("administrator", "organiser")
SEERS = (*EDITORS, "supervisor", "auditor")
MEMBERS = ("administrator", "organiser", "facilitator", "supervisor", "auditor", "director", "stranger")
KAIYUAN, FUQIAO, FENGZE = "350502004", "350502005", "350503001"


def _for(roles, status, visitor, **more):
    return dict.fromkeys(roles, status) | {"visitor": visitor} | more


def _page(path, roles=EDITORS, status=200, **more):
    return row(path, anyone=403, **_for(roles, status, 302), **more)


def _post(path, roles=EDITORS, status=302, **more):
    return row(path, method="POST", anyone=403, **_for(roles, status, 403), **more)


#: One change of Kaiyuan's post in Meishan; person 8 holds it.
CHANGE = {"350502004001-name": "新人", "350502004001-old": "8", "from_on": "2026-06-01"}

ROWS = {
    "people.login": [
        row("/login", anyone=302, volunteer=200, director=200, stranger=200, visitor=200),
        row("/login", method="POST", data={"name": "organiser", "password": "wrong"}, anyone=422),
    ],
    "people.logout": [row("/logout", method="POST", anyone=302)],
    "people.password": [
        row("/password", anyone=403, visitor=302, **ACCOUNT_HOLDERS),
        row("/password", method="POST", anyone=403, **dict.fromkeys(ACCOUNT_HOLDERS, 422)),
    ],
    "people.personal_link": [row("/p/7-AAAAAAAAAAAAAAAAAAAAAAAAAAA", anyone=404)],
    "people.use_personal_link": [row("/p/7-AAAAAAAAAAAAAAAAAAAAAAAAAAA", method="POST", anyone=404)],
    "people.index": [_page("/people", SEERS)],
    "people.person_new": [
        _page("/people/new"),
        _post("/people/new", data={"name": "新人"}),
    ],
    # Person 10 works in another district, 6 is the auditor, 2 the organiser herself, 1 the administrator.
    "people.person_edit": [
        _page("/people/7/edit", foreign="/people/10/edit"),
        _post("/people/7/edit", data={"name": "陈丽华", "phone": "13800000007"}, foreign="/people/10/edit"),
    ],
    "people.person_posts": [
        _page("/people/7/posts", foreign="/people/10/posts"),
        _post(
            "/people/7/posts",
            data={"subdistrict": KAIYUAN, "division": "350502004010", "from_on": "2026-06-01", "appointed": "elected"},
            foreign="/people/10/posts",
        ),
    ],
    "people.end_post": [_post("/people/7/posts/3/end", foreign="/people/10/posts/3/end")],
    "people.merge": [_page("/people/7/merge", foreign="/people/10/merge")],
    "people.do_merge": [_post("/people/7/merge", data={"into": "8"}, foreign="/people/10/merge")],
    "people.link": [_page("/people/7/link", foreign="/people/10/link")],
    "people.link_png": [_page("/people/7/link.png", foreign="/people/10/link.png")],
    "people.renew_link": [_post("/people/7/link/renew", foreign="/people/10/link/renew")],
    "people.revoke_device_of": [_post("/people/7/devices/7/revoke", foreign="/people/10/devices/10/revoke")],
    "people.link_sheet": [
        _page("/people/links"),
        _page(f"/people/links?subdistrict={KAIYUAN}", foreign=f"/people/links?subdistrict={FENGZE}"),
    ],
    "people.devices": [row("/me/devices", anyone=403, **_for(MEMBERS, 200, 302))],
    # Each revokes the supervisor's device: only she has it.
    "people.revoke_device": [
        row(
            "/me/devices/4/revoke",
            method="POST",
            anyone=403,
            **_for(MEMBERS, 404, 403, supervisor=302),
            foreign="/me/devices/10/revoke",
        )
    ],
    "people.group_links": [
        _page("/people/group-links"),
        _post("/people/group-links", data={"subdistrict": KAIYUAN, "days": "30"}),
    ],
    "people.group_link_page": [_page("/people/group-links/1", status=404, foreign="/people/group-links/2")],
    "people.renew_group_link": [
        _post("/people/group-links/1/renew", status=404, foreign="/people/group-links/2/renew")
    ],
    "people.revoke_group_link": [
        _post("/people/group-links/1/revoke", status=404, foreign="/people/group-links/2/revoke")
    ],
    "people.waiting_claims": [_page("/people/claims")],
    "people.decide_claim": [_post("/people/claims/1", status=404, foreign="/people/claims/2")],
    "people.group_link": [
        row("/g/1-AAAAAAAAAAAAAAAAAAAAAAAAAAA", anyone=404),
        row("/g/1-AAAAAAAAAAAAAAAAAAAAAAAAAAA", method="POST", anyone=404),
    ],
    "people.claim": [row("/claim", anyone=302)],
    "people.enter_claim": [row("/claim", method="POST", anyone=302)],
    "people.claim_state": [row("/claim/state", anyone=200)],
    "people.staff": [_page("/people/staff")],
    "people.account_new": [
        _page("/people/staff/new"),
        _page("/people/staff/new?person=7", foreign="/people/staff/new?person=10"),
        _post("/people/staff/new", status=200, data={"name": "新人"}),
    ],
    "people.reset_account": [
        _post("/people/accounts/4/reset", status=200, foreign="/people/accounts/10/reset"),
        # An auditor and a fellow organiser are seen, and out of reach.
        _post("/people/accounts/6/reset", ("administrator",), 200, foreign="/people/accounts/1/reset"),
        _post("/people/accounts/2/reset", ("administrator",), 200, foreign="/people/accounts/10/reset"),
    ],
    "people.disable_account": [
        _post("/people/accounts/4/disable", foreign="/people/accounts/10/disable"),
        _post("/people/accounts/6/disable", ("administrator",), foreign="/people/accounts/1/disable"),
    ],
    "people.enable_account": [
        _post("/people/accounts/4/enable", foreign="/people/accounts/10/enable"),
        _post("/people/accounts/6/enable", ("administrator",), foreign="/people/accounts/1/enable"),
    ],
    "people.roles": [
        _page("/people/accounts/4/roles", foreign="/people/accounts/10/roles"),
        _post(
            "/people/accounts/4/roles",
            data={"role": "supervisor", "division_code": FUQIAO},
            foreign="/people/accounts/10/roles",
        ),
        # Roles that an organiser does not give are not offered to her, areas that are not hers are not there.
        row(
            "/people/accounts/4/roles",
            method="POST",
            anyone=403,
            data={"role": "administrator"},
            administrator=302,
            organiser=422,
            foreign="/people/accounts/1/roles",
        ),
        row(
            "/people/accounts/4/roles",
            method="POST",
            anyone=403,
            data={"role": "supervisor", "division_code": FENGZE},
            administrator=302,
            organiser=404,
            foreign="/people/accounts/1/roles",
        ),
        row(
            "/people/accounts/4/roles",
            method="POST",
            anyone=403,
            data={"role": "facilitator", "event_id": "7"},
            administrator=302,
            organiser=404,
            foreign="/people/accounts/1/roles",
        ),
    ],
    # Grant 4 is Kaiyuan's supervisor's, 7 the foreign organiser's, 1 the administrator's.
    "people.end_role": [
        _post("/people/roles/4/end", foreign="/people/roles/7/end"),
        row(
            "/people/roles/2/end",
            method="POST",
            anyone=403,
            administrator=302,
            organiser=404,
            foreign="/people/roles/1/end",
        ),
    ],
    "people.organisation_list": [_page("/organisations", ("administrator",))],
    "people.organisation_new": [
        _page("/organisations/new", ("administrator",)),
        _post("/organisations/new", ("administrator",), data={"name": "新机构", "kind": "office", "division": FENGZE}),
    ],
    "people.organisation_edit": [
        _page("/organisations/3", ("administrator",), foreign="/organisations/4"),
        _post(
            "/organisations/3",
            ("administrator",),
            data={"name": "新机构", "kind": "office", "division": "350502"},
            foreign="/organisations/4",
        ),
    ],
    "people.handovers": [_page("/handovers", SEERS)],
    "people.handover_new": [
        _page("/handovers/new", ("administrator", "supervisor")),
        _page(
            f"/handovers/new?subdistrict={KAIYUAN}",
            ("administrator", "supervisor"),
            foreign=f"/handovers/new?subdistrict={FUQIAO}",
        ),
        _post(
            f"/handovers/new?subdistrict={KAIYUAN}",
            ("administrator", "supervisor"),
            data=CHANGE,
            foreign=f"/handovers/new?subdistrict={FUQIAO}",
        ),
    ],
    "people.handover": [_page("/handovers/1", SEERS, 404, foreign="/handovers/2")],
    "people.confirm_handover": [_post("/handovers/1/confirm", status=404, foreign="/handovers/2/confirm")],
    "people.refuse_handover": [_post("/handovers/1/refuse", status=404, foreign="/handovers/2/refuse")],
}
