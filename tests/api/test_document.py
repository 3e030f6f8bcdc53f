"""The OpenAPI document, and that the API does what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig

from tests import cast
from training_app.checkin.api_document import described
from training_app.checkin.api_operations import OPERATIONS
from training_app.checkin.devices import SCOPES

TOKEN = {"Authorization": f"Bearer {cast.PROGRAM_TOKEN}"}
CALM = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    # The database goes with the test: nothing is kept for another day.
    "database": None,
}
QUICK = settings(max_examples=6, **CALM)
DEEP = settings(max_examples=60, **CALM)
# What no pattern can say: real names, numbers that a network gives out, codes of the tree.
schemathesis.openapi.format("person-name", st.sampled_from(["来人甲", "王 芳", "Anna Berg", "阿依古丽·买买提"]))
schemathesis.openapi.format("phone", st.sampled_from(["13700000001", "137 0000 0002", "+86 137 0000 0003"]))
schemathesis.openapi.format("division-code", st.sampled_from([cast.LICHENG, cast.KAIYUAN, cast.MEISHAN]))


class _Served:
    """The application of the running test, each request in a context of its own."""

    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self.app.app_context():
            return self.app(environ, start_response)


served = _Served()
# The right token is sent with each request (and taken away by the check that it is needed), so none is made up.
CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
schema = schemathesis.openapi.from_dict(described(), config=CONFIG)
schema.app = served


@pytest.fixture
def running(app, now, ticket_of):
    """Someone has a ticket."""
    ticket_of("chen")
    served.app = app


@schema.parametrize()
@QUICK
def test_it_answers_as_it_is_described(running, case):
    case.call_and_validate(headers=TOKEN)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@schema.parametrize()
@DEEP
def test_it_answers_as_it_is_described_whatever_is_sent(running, case):
    case.call_and_validate(headers=TOKEN)


@pytest.fixture
def document(app):
    return app.test_client().get("/api/v1/openapi.json").get_json()


def _operations(document):
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def test_it_is_openapi_3_and_names_every_address_of_the_api(app, document):
    assert document["openapi"].startswith("3.")
    served = {
        (method, rule.rule.replace("<int:slot_id>", "{slot_id}"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.describe"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for method, path, _operation in _operations(document).values()} == served


def test_every_operation_says_its_scope_and_its_errors(document):
    for name, (_method, path, operation) in _operations(document).items():
        assert operation.get("x-scope") in (*SCOPES, None) and operation["summary"], name
        said = set(operation["responses"])
        assert {"200", "401", "403", "429"} <= said and "default" not in said, name
        assert ("404" in said) == ("{slot_id}" in path), name
    assert set(_operations(document)) == set(OPERATIONS)


def test_every_error_has_the_one_shape(document):
    for name, response in document["components"]["responses"].items():
        assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, name


def test_it_asks_for_a_bearers_token_and_for_nothing_from_elsewhere(document):
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    assert "http://" not in json.dumps(document) and "https://" not in json.dumps(document)


def test_a_worker_that_no_program_asked_has_not_loaded_what_the_api_needs():
    """So that it starts as quickly and stays as small as before."""
    loaded = (
        "import sys, training_app; print([m for m in ('marshmallow', 'flask_smorest', 'apispec') if m in sys.modules])"
    )
    room = {"cwd": Path(__file__).parents[2], "capture_output": True, "text": True, "check": True}
    assert subprocess.run([sys.executable, "-c", loaded], **room).stdout.strip() == "[]"
