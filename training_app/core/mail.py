"""E-mail: what waits in `outgoing` is sent by the job process through the server of the MAIL_ settings.

A message is claimed before it is sent and marked when the server took it, so a process that dies
between the two sends it again rather than never; its Message-ID is the same then.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from flask import current_app
from sqlalchemy import or_, select, update

from . import tasks
from .db import db, transaction
from .outgoing import Channel, Outgoing, OutgoingState

#: Waits before the second try, the third …; after the last one the message has failed.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
#: A claimed message belongs to its process for so long.
CLAIM = timedelta(minutes=10)
TIMEOUT_S = 15
#: So few that a slow server does not outlast the claim.
BATCH = 20
TASK = "core.mail"
#: The port on which TLS begins at once.
_TLS_PORT = 465


def is_set_up() -> bool:
    """Whether a server is given; without one nobody is promised an e-mail."""
    return bool(current_app.config["MAIL_SERVER"])


def _sender() -> str:
    config = current_app.config
    return str(config["MAIL_FROM"] or config["MAIL_USERNAME"] or f"noreply@{config['MAIL_SERVER']}")


def _message(row: Outgoing) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    name = current_app.config["PRODUCT_NAME_EN" if row.language == "en" else "PRODUCT_NAME_ZH"]
    message["From"] = Address(name, addr_spec=_sender())
    message["To"] = row.to
    message["Subject"] = " ".join(row.title.split())
    message["Message-ID"] = f"<outgoing-{row.id}@{_sender().rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.text)
    return message


def _connect() -> smtplib.SMTP:
    config = current_app.config
    server, port = config["MAIL_SERVER"], config["MAIL_PORT"]
    context = ssl.create_default_context()
    if port == _TLS_PORT:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server, port, timeout=TIMEOUT_S, context=context)
    else:
        line = smtplib.SMTP(server, port, timeout=TIMEOUT_S)
        if config["MAIL_STARTTLS"]:
            line.starttls(context=context)
    if config["MAIL_USERNAME"]:
        line.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"])
    return line


def _claim(now: datetime) -> list[Outgoing]:
    """Take what is due for this process alone."""
    with transaction() as session:
        rows = session.scalars(
            select(Outgoing)
            .where(
                Outgoing.state == OutgoingState.WAITING.value,
                Outgoing.channel == Channel.EMAIL.value,
                or_(Outgoing.next_try_at.is_(None), Outgoing.next_try_at <= now),
            )
            .order_by(Outgoing.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.next_try_at = now + CLAIM
        return list(rows)


@tasks.task(TASK, every_minutes=1)
def send_waiting(now: datetime) -> int:
    """Send what waits, over one connection; gives how many the server took.

    What fails for now is tried again after a growing pause; what the server refuses for good has failed.
    """
    sent = 0
    while is_set_up() and (rows := _claim(now)):
        sent += _send_batch(rows, now)
    return sent


def _send_batch(rows: list[Outgoing], now: datetime) -> int:
    sent = 0
    try:
        line = _connect()
    except (OSError, smtplib.SMTPException) as fault:
        for row in rows:
            _put_off(row, fault, now)
        return 0
    try:
        for row in rows:
            sent += _send(line, row, now)
    finally:
        try:
            line.quit()
        except (OSError, smtplib.SMTPException):
            line.close()
    return sent


def _send(line: smtplib.SMTP, row: Outgoing, now: datetime) -> bool:
    try:
        line.send_message(_message(row), from_addr=_sender(), to_addrs=[row.to])
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        _put_off(row, smtplib.SMTPResponseException(code, words), now)
        return False
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        _put_off(row, fault, now)
        return False
    _settle(row, now, state=OutgoingState.DONE.value, done_at=now, problem=None, tries=row.tries + 1)
    return True


def _put_off(row: Outgoing, fault: Exception, now: datetime) -> None:
    # 5xx is the server's last word, a ValueError ours: the address cannot stand in a header.
    code = fault.smtp_code if isinstance(fault, smtplib.SMTPResponseException) else 0
    final = code >= 500 or isinstance(fault, ValueError) or row.tries >= len(PAUSES)
    words = fault.smtp_error if isinstance(fault, smtplib.SMTPResponseException) else str(fault)
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    _settle(
        row,
        now,
        state=OutgoingState.FAILED.value if final else OutgoingState.WAITING.value,
        next_try_at=None if final else now + PAUSES[row.tries],
        problem=f"{code or type(fault).__name__} {text}".strip()[:300],
        tries=row.tries + 1,
    )


def _settle(row: Outgoing, now: datetime, **values: object) -> None:
    # Dropped meanwhile: it stays dropped.
    with transaction() as session:
        session.execute(
            update(Outgoing)
            .where(Outgoing.id == row.id, Outgoing.state == OutgoingState.WAITING.value)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def try_again(event_id: int) -> int:
    """Put an event's failed e-mails in line once more, in the open transaction; gives how many."""
    done = db.session.execute(
        update(Outgoing)
        .where(
            Outgoing.event_id == event_id,
            Outgoing.channel == Channel.EMAIL.value,
            Outgoing.state == OutgoingState.FAILED.value,
        )
        .values(state=OutgoingState.WAITING.value, tries=0, next_try_at=None)
    )
    tasks.wake(TASK)
    return int(done.rowcount)  # type: ignore[attr-defined]
