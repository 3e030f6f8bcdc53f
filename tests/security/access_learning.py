"""Scores, and training held elsewhere."""

from tests.security.table import row

MAY = {"administrator": 200, "organiser": 200}
SENT = {"administrator": 302, "organiser": 302}
WRONG = {"administrator": 422, "organiser": 422}
NOT_THERE = {"administrator": 404, "organiser": 404}
ROWS = {
    "learning.scores": [row("/programmes/1/scores", anyone=403, visitor=302, foreign="/programmes/2/scores", **MAY)],
    "learning.save_scores": [
        row("/programmes/1/scores", method="POST", data={}, anyone=403, foreign="/programmes/2/scores", **SENT)
    ],
    "learning.sheet": [
        row("/programmes/1/scores/sheet", anyone=403, visitor=302, foreign="/programmes/2/scores/sheet", **MAY)
    ],
    "learning.import_scores": [
        row("/programmes/1/scores/import", anyone=403, visitor=302, foreign="/programmes/2/scores/import", **MAY)
    ],
    "learning.preview_import": [
        row("/programmes/1/scores/import", method="POST", anyone=403, foreign="/programmes/2/scores/import", **WRONG)
    ],
    "learning.confirm_import": [
        row(
            "/programmes/1/scores/import/confirm",
            method="POST",
            anyone=403,
            foreign="/programmes/2/scores/import/confirm",
            **WRONG,
        )
    ],
    "learning.history": [
        row("/programmes/1/scores/history", anyone=403, visitor=302, foreign="/programmes/2/scores/history", **MAY)
    ],
    "learning.outside_list": [row("/elsewhere", anyone=403, visitor=302, supervisor=200, **MAY)],
    "learning.outside_whom": [row("/elsewhere/whom?q=陈", anyone=403, visitor=302, supervisor=200, **MAY)],
    "learning.outside_enter": [
        row(
            "/people/7/elsewhere/new",
            anyone=403,
            visitor=302,
            supervisor=200,
            foreign="/people/999/elsewhere/new",
            **MAY,
        ),
        row(
            "/people/7/elsewhere/new",
            method="POST",
            data={},
            anyone=403,
            supervisor=422,
            foreign="/people/999/elsewhere/new",
            **WRONG,
        ),
    ],
    # Nothing is handed in in this table's database.
    "learning.outside_one": [
        row("/elsewhere/7", anyone=403, visitor=302, supervisor=404, foreign="/elsewhere/8", **NOT_THERE)
    ],
    "learning.outside_decide": [
        row("/elsewhere/7", method="POST", data={"answer": "confirm"}, anyone=403, foreign="/elsewhere/8", **NOT_THERE)
    ],
    "learning.outside_proof": [
        row("/elsewhere/7/proof", anyone=404, volunteer=403, visitor=302, foreign="/elsewhere/8/proof")
    ],
    "learning.outside_import": [row("/elsewhere/import", anyone=403, visitor=302, supervisor=200, **MAY)],
    "learning.outside_preview": [row("/elsewhere/import", method="POST", anyone=403, supervisor=422, **WRONG)],
    "learning.outside_import_confirm": [
        row("/elsewhere/import/confirm", method="POST", anyone=403, supervisor=422, **WRONG)
    ],
    "learning.outside_mine": [row("/my/elsewhere", anyone=200, volunteer=403, visitor=302)],
    "learning.outside_propose": [
        row("/my/elsewhere/new", anyone=200, volunteer=403, visitor=302),
        row("/my/elsewhere/new", method="POST", data={}, anyone=422, volunteer=403, visitor=403),
    ],
    "learning.outside_withdraw": [
        row(
            "/my/elsewhere/7/withdraw",
            method="POST",
            anyone=404,
            volunteer=403,
            visitor=403,
            foreign="/my/elsewhere/8/withdraw",
        )
    ],
}
