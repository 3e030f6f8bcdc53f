"""The project's commands: `flask --app training_app …`."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade

from .core import queue
from .web import catalogs

translations = AppGroup("translations", help="The catalogs of both languages.")


@translations.command("update")
def translations_update() -> None:
    """Bring every room's catalog in line with its messages."""
    for room in catalogs.update():
        click.echo(f"changed: {room}")


@translations.command("compile")
def translations_compile() -> None:
    """Write the compiled catalog."""
    catalogs.compile_all()


@translations.command("check")
@click.option("--room", help="Only this room.")
def translations_check(room: str | None) -> None:
    """List what is not translated; fails when there is any."""
    found = [line for line in catalogs.problems() if not room or line.startswith(f"{room}:")]
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)


@click.command("init")
@with_appcontext
def init() -> None:
    """Bring the database to the newest version."""
    upgrade()


@click.command("jobs")
@with_appcontext
def work() -> None:
    """Do the jobs that wait, until stopped."""
    queue.work(current_app._get_current_object())  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(work)
    app.cli.add_command(translations)
    app.cli.add_command(init)
