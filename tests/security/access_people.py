"""Logging in, links, persons, posts, grants."""

from tests.security.table import row

ACCOUNT_HOLDERS = dict.fromkeys(("administrator", "organiser", "facilitator", "supervisor", "auditor"), 200)
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
}
