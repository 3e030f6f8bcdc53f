"""Attendance: who looks, who corrects, who asks for leave."""

from tests.security.table import row

SEES = {"administrator": 200, "organiser": 200, "supervisor": 200, "auditor": 200, "visitor": 302}
#: The facilitator's grant is for event 4 alone.
SEES_TODAY = SEES | {"facilitator": 200}
RUNS = {"administrator": 302, "organiser": 302}
CORRECTION = {"slot": "4", "person": "7", "status": "present", "reason": "签到表上有签名"}

ROWS = {
    "attendance.index": [row("/attendance", anyone=403, **SEES_TODAY)],
    "attendance.phase": [
        row("/phases/4/attendance", anyone=403, facilitator=404, foreign="/phases/7/attendance", **SEES)
    ],
    "attendance.programme": [
        row("/programmes/1/attendance", anyone=403, facilitator=404, foreign="/programmes/2/attendance", **SEES)
    ],
    "attendance.event": [row("/events/4/attendance", anyone=403, foreign="/events/7/attendance", **SEES_TODAY)],
    # Nobody is registered in this table's database, so whoever may correct is told that there is no such person.
    "attendance.correct": [
        row(
            "/events/4/attendance",
            method="POST",
            data=CORRECTION,
            anyone=403,
            administrator=404,
            organiser=404,
            foreign="/events/7/attendance",
        ),
    ],
    "attendance.person": [
        row(
            "/events/4/attendance/7",
            anyone=403,
            foreign="/events/7/attendance/7",
            **dict.fromkeys(("administrator", "organiser", "facilitator", "supervisor", "auditor"), 404),
            visitor=302,
        )
    ],
    "attendance.close": [
        row("/events/4/attendance/close", method="POST", anyone=403, foreign="/events/7/attendance/close", **RUNS)
    ],
    "attendance.reconcile": [
        row(
            "/events/4/reconciliation",
            anyone=403,
            administrator=200,
            organiser=200,
            visitor=302,
            foreign="/events/7/reconciliation",
        )
    ],
    "attendance.settle": [
        row(
            "/events/4/reconciliation",
            method="POST",
            data={"scan": "999", "decision": "void", "reason": "重复"},
            anyone=403,
            administrator=404,
            organiser=404,
            foreign="/events/7/reconciliation",
        )
    ],
    "attendance.reopen": [
        row(
            "/events/4/attendance/reopen",
            method="POST",
            data={"reason": "漏签"},
            anyone=403,
            foreign="/events/7/attendance/reopen",
            **RUNS,
        )
    ],
    "attendance.decide_leave": [
        row(
            "/events/4/attendance/leave",
            method="POST",
            data={"person": "7", "slots": "4", "answer": "grant"},
            anyone=403,
            administrator=404,
            organiser=404,
            foreign="/events/7/attendance/leave",
        )
    ],
    "attendance.leave": [row("/events/4/leave", anyone=404, volunteer=403, visitor=302, foreign="/events/7/leave")],
    "attendance.ask_leave": [
        row(
            "/events/4/leave",
            method="POST",
            data={"slots": "4", "reason": "家中有事"},
            anyone=404,
            volunteer=403,
            visitor=403,
            foreign="/events/7/leave",
        )
    ],
    "attendance.leave_for": [
        row(
            "/events/4/attendance/7/leave",
            anyone=403,
            administrator=404,
            organiser=404,
            supervisor=404,
            visitor=302,
            foreign="/events/7/attendance/7/leave",
        ),
        row(
            "/events/4/attendance/7/leave",
            method="POST",
            data={"slots": "4", "reason": "家中有事"},
            anyone=403,
            administrator=404,
            organiser=404,
            supervisor=404,
            foreign="/events/7/attendance/7/leave",
        ),
    ],
    "attendance.phase_file": [
        row("/phases/4/attendance.xlsx", anyone=403, facilitator=404, foreign="/phases/7/attendance.xlsx", **SEES)
    ],
    "attendance.programme_file": [
        row("/programmes/1/attendance.csv", anyone=403, facilitator=404, foreign="/programmes/2/attendance.csv", **SEES)
    ],
    "attendance.event_file": [
        row("/events/4/attendance.xlsx", anyone=403, foreign="/events/7/attendance.xlsx", **SEES_TODAY)
    ],
}
