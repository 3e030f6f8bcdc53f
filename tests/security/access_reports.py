"""Reports: one's own area."""

from tests.security.table import row

SEES = {"administrator": 200, "organiser": 200, "supervisor": 200, "auditor": 200, "visitor": 302}
#: The supervisor of Kaiyuan has nothing to look for above her subdistrict.
SEES_DISTRICT = SEES | {"supervisor": 404}
#: The nation is for who sees everywhere.
SEES_NATION = dict.fromkeys(SEES, 404) | {"administrator": 200, "visitor": 302}

ROWS = {
    "reports.index": [
        row(
            "/reports",
            anyone=403,
            **dict.fromkeys(("administrator", "organiser", "supervisor", "auditor"), 302),
            visitor=302,
        )
    ],
    "reports.division": [
        row("/reports/350502004", anyone=403, **SEES),
        row("/reports/350502", anyone=403, **SEES_DISTRICT),
        row("/reports/350502005", anyone=403, **SEES_DISTRICT),
        row("/reports/nowhere", anyone=403, **dict.fromkeys(SEES, 404) | {"visitor": 302}),
        row("/reports/nation", anyone=403, **SEES_NATION),
    ],
    "reports.act": [
        row("/reports/350502004/act", anyone=403, **SEES),
        row("/reports/350502/act", anyone=403, **SEES_DISTRICT),
        row("/reports/nation/act", anyone=403, **SEES_NATION),
    ],
    "reports.behind": [
        row("/reports/350502004/behind", anyone=403, **SEES),
        row("/reports/350502/behind", anyone=403, **SEES_DISTRICT),
    ],
    "reports.file": [row("/reports/350502004/communities.xlsx", anyone=403, **SEES)],
}
