"""Scores, training held elsewhere, and feedback."""

from tests.security.table import row

MAY = {"administrator": 200, "organiser": 200}
SENT = {"administrator": 302, "organiser": 302}
WRONG = {"administrator": 422, "organiser": 422}
#: Who may look at figures.
SEEN = {"anyone": 403, "supervisor": 200, "auditor": 200} | MAY
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
    "learning.quiz_list": [
        row(
            "/programmes/1/quizzes",
            anyone=403,
            visitor=302,
            supervisor=200,
            auditor=200,
            facilitator=404,
            foreign="/programmes/2/quizzes",
            **MAY,
        )
    ],
    "learning.new_quiz": [
        row("/programmes/1/quiz/new", anyone=403, visitor=302, foreign="/programmes/2/quiz/new", **MAY),
        row("/programmes/1/quiz/new", method="POST", data={}, anyone=403, foreign="/programmes/2/quiz/new", **WRONG),
    ],
    "learning.event_quiz": [
        row(
            "/events/4/quiz",
            anyone=403,
            visitor=302,
            supervisor=302,
            auditor=302,
            facilitator=302,
            foreign="/events/7/quiz",
            **SENT,
        )
    ],
    "learning.new_event_quiz": [
        row("/events/4/quiz/new", anyone=403, visitor=302, foreign="/events/7/quiz/new", **MAY),
        row("/events/4/quiz/new", method="POST", data={}, anyone=403, foreign="/events/7/quiz/new", **WRONG),
    ],
    "learning.quiz_template": [row("/quizzes/template", anyone=403, visitor=302, **MAY)],
    # Nobody has made a quiz in this table's database.
    "learning.quiz": [
        row(
            "/quizzes/7",
            anyone=403,
            visitor=302,
            supervisor=404,
            auditor=404,
            facilitator=404,
            foreign="/quizzes/8",
            **NOT_THERE,
        )
    ],
    "learning.quiz_settings": [
        row("/quizzes/7/settings", anyone=403, visitor=302, foreign="/quizzes/8/settings", **NOT_THERE),
        row("/quizzes/7/settings", method="POST", data={}, anyone=403, foreign="/quizzes/8/settings", **NOT_THERE),
    ],
    "learning.quiz_state": [
        row(
            "/quizzes/7/state",
            method="POST",
            data={"do": "publish"},
            anyone=403,
            foreign="/quizzes/8/state",
            **NOT_THERE,
        )
    ],
    "learning.quiz_questions": [
        row("/quizzes/7/questions", anyone=403, visitor=302, foreign="/quizzes/8/questions", **NOT_THERE)
    ],
    "learning.new_question": [
        row("/quizzes/7/questions/new", anyone=403, visitor=302, foreign="/quizzes/8/questions/new", **NOT_THERE),
        row(
            "/quizzes/7/questions/new",
            method="POST",
            data={},
            anyone=403,
            foreign="/quizzes/8/questions/new",
            **NOT_THERE,
        ),
    ],
    "learning.edit_question": [
        row("/quizzes/7/questions/0", anyone=403, visitor=302, foreign="/quizzes/8/questions/0", **NOT_THERE),
        row(
            "/quizzes/7/questions/0", method="POST", data={}, anyone=403, foreign="/quizzes/8/questions/0", **NOT_THERE
        ),
    ],
    "learning.arrange_question": [
        row(
            "/quizzes/7/questions/0/arrange",
            method="POST",
            data={"do": "up"},
            anyone=403,
            foreign="/quizzes/8/questions/0/arrange",
            **NOT_THERE,
        )
    ],
    "learning.quiz_file": [
        row("/quizzes/7/questions/file", anyone=403, visitor=302, foreign="/quizzes/8/questions/file", **NOT_THERE)
    ],
    "learning.import_questions": [
        row("/quizzes/7/questions/import", anyone=403, visitor=302, foreign="/quizzes/8/questions/import", **NOT_THERE),
        row(
            "/quizzes/7/questions/import",
            method="POST",
            data={},
            anyone=403,
            foreign="/quizzes/8/questions/import",
            **NOT_THERE,
        ),
    ],
    "learning.confirm_questions": [
        row(
            "/quizzes/7/questions/import/confirm",
            method="POST",
            data={},
            anyone=403,
            foreign="/quizzes/8/questions/import/confirm",
            **NOT_THERE,
        )
    ],
    "learning.own_quiz": [
        row("/my/quizzes/7", anyone=404, volunteer=403, visitor=302, foreign="/my/quizzes/8"),
        row("/my/quizzes/7", method="POST", anyone=404, volunteer=403, visitor=403, foreign="/my/quizzes/8"),
    ],
    "learning.own_try": [
        row("/my/tries/7", anyone=404, volunteer=403, visitor=302, foreign="/my/tries/8"),
        row("/my/tries/7", method="POST", data={}, anyone=404, volunteer=403, visitor=403, foreign="/my/tries/8"),
    ],
    "learning.own_answer": [
        row(
            "/my/tries/7/answers",
            method="POST",
            data={},
            anyone=404,
            volunteer=403,
            visitor=403,
            foreign="/my/tries/8/answers",
        )
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
    # The fourth session's form is open; nobody was there.
    "learning.feedback_form": [
        row("/events/4/feedback", anyone=404, volunteer=403, visitor=302, foreign="/events/7/feedback"),
        row(
            "/events/4/feedback",
            method="POST",
            data={},
            anyone=404,
            volunteer=403,
            visitor=403,
            foreign="/events/7/feedback",
        ),
    ],
    "learning.feedback_results": [
        row("/events/4/feedback/results", visitor=302, foreign="/events/7/feedback/results", **SEEN)
    ],
    "learning.feedback_poster": [
        row(
            "/events/4/feedback/poster",
            anyone=403,
            visitor=302,
            facilitator=200,
            foreign="/events/7/feedback/poster",
            **MAY,
        )
    ],
    "learning.feedback_programme": [
        row("/programmes/1/feedback", visitor=302, foreign="/programmes/2/feedback", **SEEN)
    ],
    "learning.feedback_file": [
        row("/programmes/1/feedback.csv", visitor=302, foreign="/programmes/2/feedback.csv", **SEEN)
    ],
    "learning.feedback_items": [
        row("/programmes/1/feedback/items", anyone=403, visitor=302, foreign="/programmes/2/feedback/items", **MAY),
        row(
            "/programmes/1/feedback/items",
            method="POST",
            data={"own": "长" * 21},
            anyone=403,
            foreign="/programmes/2/feedback/items",
            **WRONG,
        ),
    ],
    "learning.feedback_paper": [
        row("/events/4/feedback/paper", anyone=403, visitor=302, foreign="/events/7/feedback/paper", **MAY),
        row(
            "/events/4/feedback/paper",
            method="POST",
            data={"n-overall-0": "x"},
            anyone=403,
            foreign="/events/7/feedback/paper",
            **WRONG,
        ),
    ],
    "learning.feedback_close": [
        row("/events/4/feedback/close", method="POST", data={}, anyone=403, foreign="/events/7/feedback/close", **SENT)
    ],
}
