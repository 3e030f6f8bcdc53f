"""E-mail leaves by a real SMTP server on loopback; what fails is tried again, then kept as failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.smtp import mailbox
from training_app.core import mail, tasks
from training_app.core.db import db, transaction
from training_app.core.outgoing import Outgoing


@pytest.fixture
def server(app):
    with mailbox() as running:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=running.port, MAIL_FROM="office@example.org")
        yield running
        app.config.update(MAIL_SERVER="", MAIL_PORT=25, MAIL_FROM="")


def _write(*addresses, channel="email"):
    with transaction() as session:
        session.add_all(
            Outgoing(
                kind="confirmed",
                subject=f"registration:{n}:0",
                event_id=4,
                channel=channel,
                person_key=n,
                to=address,
                title="已报名：儿童服务社会工作技巧",
                text="陈丽华，您好！\n时间：6月14日",
                created_at=cast.NOW,
            )
            for n, address in enumerate(addresses, start=1)
        )


def _rows():
    db.session.expire_all()
    return list(db.session.scalars(select(Outgoing).order_by(Outgoing.id)))


def test_what_waits_is_sent_once_over_one_connection(server):
    _write("chen@example.org", "lin@example.org")
    assert mail.send_waiting(cast.NOW) == 2
    assert mail.send_waiting(cast.NOW) == 0
    assert server.connections == 1
    first = server.taken[0]
    assert (first["To"], first["Subject"]) == ("chen@example.org", "已报名：儿童服务社会工作技巧")
    assert "office@example.org" in first["From"]
    assert "陈丽华，您好！" in first.get_content()
    assert [(row.state, row.done_at) for row in _rows()] == [("done", cast.NOW)] * 2


def test_a_call_list_is_never_mailed(server):
    _write("chen@example.org", channel="call")
    assert mail.send_waiting(cast.NOW) == 0
    assert server.taken == []


def test_a_refused_address_has_failed_and_the_others_are_sent(server):
    server.refuse["gone@example.org"] = "550 no such user"
    _write("gone@example.org", "lin@example.org")
    assert mail.send_waiting(cast.NOW) == 1
    gone, lin = _rows()
    assert (gone.state, gone.problem) == ("failed", "550 no such user")
    assert lin.state == "done"


def test_a_full_box_is_tried_again_later_and_not_before(server):
    server.refuse["full@example.org"] = "452 box full"
    _write("full@example.org")
    mail.send_waiting(cast.NOW)
    [row] = _rows()
    assert (row.state, row.tries, row.next_try_at) == ("waiting", 1, cast.NOW + timedelta(minutes=1))
    server.refuse.clear()
    assert mail.send_waiting(cast.NOW + timedelta(seconds=30)) == 0
    assert mail.send_waiting(cast.NOW + timedelta(minutes=1)) == 1


def test_without_an_answer_the_pauses_grow_until_it_has_failed(app):
    with mailbox() as gone:
        port = gone.port
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    _write("chen@example.org")
    now, pauses = cast.NOW, []
    while (row := _rows()[0]).state == "waiting":
        now = row.next_try_at or now
        mail.send_waiting(now)
        after = _rows()[0].next_try_at
        pauses.append(after and after - now)
    app.config.update(MAIL_SERVER="", MAIL_PORT=25)
    assert pauses == [*mail.PAUSES, None]
    assert row.state == "failed"
    assert "Refused" in row.problem


def test_failed_ones_can_be_sent_once_more(server):
    server.refuse["chen@example.org"] = "550 no"
    _write("chen@example.org")
    mail.send_waiting(cast.NOW)
    server.refuse.clear()
    with transaction():
        assert mail.try_again(4) == 1
    assert mail.send_waiting(cast.NOW) == 1


def test_a_line_break_in_a_title_or_an_address_makes_no_header(server):
    _write("chen@example.org\nBcc: all@example.org")
    assert mail.send_waiting(cast.NOW) == 0
    assert server.taken == []
    assert _rows()[0].state == "failed"


def test_without_a_server_nothing_is_touched(app):
    _write("chen@example.org")
    assert mail.send_waiting(cast.NOW) == 0
    assert _rows()[0].next_try_at is None


def test_tasks_are_called_by_the_minute_and_a_fault_ends_only_its_own(app, now, caplog):
    called = []

    @tasks.task("test.broken", every_minutes=7)
    def broken(_now):
        raise ZeroDivisionError

    @tasks.task("test.sound", every_minutes=7)
    def sound(moment):
        called.append(moment)

    try:
        minute = cast.NOW + timedelta(minutes=-(int(cast.NOW.timestamp()) // 60) % 7)
        assert {"test.broken", "test.sound"} <= set(tasks.due(minute))
        assert "test.sound" not in tasks.due(minute + timedelta(minutes=1))
        for name in ("test.broken", "test.sound"):
            tasks.run(name)
        assert called == [cast.NOW]
        assert "test.broken" in caplog.text
    finally:
        for name in ("test.broken", "test.sound"):
            tasks._tasks.pop(name)
