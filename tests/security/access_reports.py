"""Reports: one's own area."""

from tests.security.table import row

SEES = {"administrator": 200, "organiser": 200, "supervisor": 200, "auditor": 200, "visitor": 302}
#: The supervisor of Kaiyuan has nothing to look for above her subdistrict.
SEES_DISTRICT = SEES | {"supervisor": 404}
#: The nation is for who sees everywhere.
SEES_NATION = dict.fromkeys(SEES, 404) | {"administrator": 200, "visitor": 302}
NOBODYS = dict.fromkeys(("administrator", "organiser", "supervisor", "auditor"), 404)

FREEZE = {"as_of": "2026-06-14", "year": "2026", "programme": "0", "replaces": "0", "note": ""}
FREEZES = {"administrator": 302, "organiser": 302, "supervisor": 302, "visitor": 403}

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
    "reports.ledgers_of": [
        row("/reports/350502004/ledgers", anyone=403, **SEES),
        row("/reports/350502/ledgers", anyone=403, **SEES_DISTRICT),
        row("/reports/350502005/ledgers", anyone=403, **SEES_DISTRICT),
        row("/reports/nation/ledgers", anyone=403, **SEES_NATION),
    ],
    "reports.make_ledger": [
        row(
            f"/reports/{code}/ledgers",
            method="POST",
            data={"kind": "persons", "format": "csv", "year": "2026"},
            anyone=403,
            **statuses | {"visitor": 403},
        )
        for code, statuses in (("350502004", SEES), ("350502", SEES_DISTRICT), ("nation", SEES_NATION))
    ],
    "reports.export_progress": [row("/reports/exports/progress", anyone=403, **SEES)],
    # Nobody has one yet; whose they are is shown in tests/reports.
    "reports.export_file": [
        row("/reports/exports/1/file", anyone=403, **NOBODYS, visitor=302, foreign="/reports/exports/2/file")
    ],
    "reports.drop_export": [
        row(
            "/reports/exports/1/drop",
            method="POST",
            anyone=403,
            **NOBODYS,
            visitor=403,
            foreign="/reports/exports/2/drop",
        )
    ],
    "reports.retry_export": [
        row(
            "/reports/exports/1/retry",
            method="POST",
            anyone=403,
            **NOBODYS,
            visitor=403,
            foreign="/reports/exports/2/retry",
        )
    ],
    # A supervisor's own; nobody else has one.
    "reports.digest": [row("/reports/digest", anyone=403, **NOBODYS | {"supervisor": 200, "visitor": 302})],
    "reports.digest_mail": [
        row(
            "/reports/digest/mail",
            method="POST",
            data={"wanted": "off"},
            anyone=403,
            **NOBODYS | {"supervisor": 302, "visitor": 403},
        )
    ],
    "reports.file": [row("/reports/350502004/communities.xlsx", anyone=403, **SEES)],
    "reports.programmes": [
        row("/reports/350502004/programmes", anyone=403, **SEES),
        row("/reports/350502/programmes", anyone=403, **SEES_DISTRICT),
        row("/reports/nation/programmes", anyone=403, **SEES_NATION),
    ],
    **{
        f"reports.{what}_figures{ending}": [
            row(f"/{what}s/{mine}/figures{suffix}", anyone=403, **SEES, foreign=f"/{what}s/{other}/figures{suffix}"),
        ]
        for what, mine, other in (("programme", 1, 2), ("phase", 4, 7), ("event", 4, 7))
        for ending, suffix in (("", ""), ("_file", ".csv"))
    },
    "reports.sent_list": [
        row("/reports/350502004/sent", anyone=403, **SEES),
        row("/reports/350502/sent", anyone=403, **SEES_DISTRICT),
        row("/reports/nation/sent", anyone=403, **SEES_NATION),
    ],
    "reports.freeze": [
        row("/reports/350502004/sent", method="POST", data=FREEZE, anyone=403, **FREEZES),
        row("/reports/350502/sent", method="POST", data=FREEZE, anyone=403, **FREEZES | {"supervisor": 404}),
    ],
    # Nothing was sent yet; tests/reports/test_sent.py opens one, and shows that foreign ones are not found.
    "reports.sent_report": [
        row("/reports/sent/999", anyone=403, foreign="/reports/sent/998", **dict.fromkeys(SEES, 404) | {"visitor": 302})
    ],
}
