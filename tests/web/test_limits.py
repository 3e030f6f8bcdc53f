"""The limits of single views, counted by the views themselves."""

from __future__ import annotations

from config import TestConfig
from training_app import create_app


class Limited(TestConfig):
    """As the tests have it, but counting."""

    __test__ = False

    def __init__(self, **where: object) -> None:
        super().__init__(**where)
        self.RATELIMIT_ENABLED = True


def test_a_limited_view_is_limited_and_others_are_not(database, tmp_path):
    app = create_app(Limited(instance=tmp_path, database_url=f"sqlite:///{database.path}"))
    browser = app.test_client()
    answers = [browser.post("/verify", data={"serial": "x", "code": "y"}).status_code for _ in range(31)]
    assert answers[-1] == 429 and 429 not in answers[:30]
    assert {browser.get("/login").status_code for _ in range(40)} == {200}
