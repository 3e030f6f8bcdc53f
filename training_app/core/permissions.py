"""The catalogue of permissions: every endpoint names one of these, and the roles are made of them."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What one may do; each has a sentence for pages and documents."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Permission:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    SYSTEM_MANAGE = "system.manage", "Give grants, manage organisations, see the audit"
    PERSON_VIEW = "person.view", "See persons and posts, with phone numbers, in one's area"
    PERSON_EDIT = "person.edit", "Create and change persons and posts, renew links, decide claims"
    ACCOUNT_RESET = "account.reset", "Give a new password to someone in one's area"
    HANDOVER_SUBMIT = "handover.submit", "Submit changes of post"
    HANDOVER_DECIDE = "handover.decide", "Confirm or refuse changes of post"
    SCHEDULE_VIEW = "schedule.view", "See programmes and events of one's area"
    SCHEDULE_PLAN = "schedule.plan", "Create, copy, move and cancel programmes, phases and events"
    REGISTRATION_VIEW = "registration.view", "See who is registered, in one's area"
    REGISTRATION_MANAGE = "registration.manage", "Register, cancel, import rosters, set quotas, decide nominations"
    NOMINATION_SUBMIT = "nomination.submit", "Nominate directors of one's jurisdiction"
    MAKE_UP_BOOK = "make_up.book", "Book make-up sessions for people of one's area"
    MESSAGE_MANAGE = "message.manage", "Copy, send and tick off messages"
    DOOR_SCAN = "door.scan", "Check people in at the door of an event"
    DOOR_MANAGE = "door.manage", "Make door links, print and attach sign-in sheets, show the projector page"
    DEVICE_MANAGE = "device.manage", "Enrol, limit and revoke scanners and programs of one's organisation"
    ATTENDANCE_VIEW = "attendance.view", "See attendance in one's area"
    LEAVE_ASK = "leave.ask", "Ask for leave for directors of one's jurisdiction"
    ATTENDANCE_CORRECT = "attendance.correct", "Correct attendance with a reason, decide leave, close events"
    SCORE_VIEW = "score.view", "See how the people of one's area did in quizzes"
    SCORE_MANAGE = "score.manage", "Make quizzes, enter and import test scores"
    FEEDBACK_MANAGE = "feedback.manage", "Set what the satisfaction form asks, close it, enter forms on paper"
    OUTSIDE_ENTER = "outside.enter", "Enter and import training held elsewhere, for people of one's area"
    OUTSIDE_DECIDE = "outside.decide", "Confirm or refuse training held elsewhere"
    CERTIFICATE_VIEW = "certificate.view", "See certificates in one's area"
    CERTIFICATE_ISSUE = "certificate.issue", "Set the rule, issue, revoke and reissue certificates"
    REPORT_VIEW = "report.view", "See coverage and figures of one's area"
    LEDGER_EXPORT = "ledger.export", "Take the training ledgers of one's area away as files"
    REPORT_FREEZE = "report.freeze", "Freeze a report sent upward, for one's area"
