"""The floor that a check-in is measured against: bare Flask, one Core INSERT a POST, durable.

No session, no login, no form: what the server, the driver and the disk take by themselves. It
is served exactly as the application is, on the same kind of database.
"""

from __future__ import annotations

import os

from flask import Flask, request
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

from training_app.core.db import driver_url

metadata = MetaData()
scans = Table(
    "floor_scans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("slot_id", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
)


def floor_engine(url: str) -> Engine:
    """An engine in autocommit; on SQLite with the journal and durability the application has."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection, _entry: ConnectionPoolEntry) -> None:  # type: ignore[no-untyped-def]
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=15000")

    return engine


def create_app() -> Flask:
    """The bare application on the database that `DATABASE_URL` names; its table must exist."""
    app = Flask("floor")
    engine = floor_engine(driver_url(os.environ["DATABASE_URL"]))
    insert = scans.insert()

    @app.get("/healthz")
    def healthz() -> tuple[str, int]:
        return "ok", 200

    @app.post("/scan")
    def scan() -> tuple[dict[str, str], int]:
        with engine.connect() as connection:
            connection.execute(
                insert,
                {"nonce": request.form["nonce"], "slot_id": 1, "outcome": "accepted"},
            )
        return {"outcome": "accepted"}, 200

    return app
