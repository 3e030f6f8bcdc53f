"""Scores."""

from tests.security.table import row

MAY = {"administrator": 200, "organiser": 200}
SENT = {"administrator": 302, "organiser": 302}
WRONG = {"administrator": 422, "organiser": 422}
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
}
