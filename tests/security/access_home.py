"""The first page and what gathers from every room."""

from tests.security.table import row

IDENTIFIED = {"volunteer": 403, "visitor": 302}
STAFF = dict.fromkeys(("administrator", "organiser", "supervisor", "auditor"), 200)
ROWS = {
    "home.today": [row("/", anyone=200, volunteer=302, visitor=302)],
    "home.own_today": [row("/mine", anyone=200, **IDENTIFIED)],
    "home.schedule": [row("/dates", anyone=200, **IDENTIFIED)],
    "home.passport": [row("/passport", anyone=200, **IDENTIFIED)],
    "home.why": [row("/passport/why", anyone=200, **IDENTIFIED)],
    "home.me": [row("/me", anyone=200, **IDENTIFIED)],
    "home.feed": [row("/dates/calendar", anyone=200, **IDENTIFIED)],
    "home.renew_feed": [row("/dates/calendar", method="POST", anyone=302, **(IDENTIFIED | {"visitor": 403}))],
    "home.person_feed": [row("/feeds/person/7-AAAAAAAAAAAAAAAAAAAAAAAAAAA.ics", anyone=404)],
    "home.phase": [row("/phases/4", anyone=403, foreign="/phases/7", facilitator=404, visitor=302, **STAFF)],
    "home.person": [row("/people/7", anyone=403, foreign="/people/10", visitor=302, **STAFF)],
    "home.search": [row("/search?q=clh", anyone=403, facilitator=200, visitor=302, **STAFF)],
}
