from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model, UtcDateTime


class VenueKey(Model):
    """The secret from which a slot's venue codes are made; never leaves the server."""

    __tablename__ = "venue_key"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetScan(Model):
    """The signed sign-in sheet of a slot, scanned and attached to the event."""

    __tablename__ = "sheet_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    attached_by_id: Mapped[int]
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)
