"""A real server and a real Chromium, with a camera that shows whatever a test holds before it.

The server runs in this process on the worker's own copy of the database and on a free port, so tests may
run side by side. It lives in real time: the cast's day is moved so that `cast.NOW` is this minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import qrcode
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from sqlalchemy import update
from werkzeug.serving import make_server

from config import TestConfig
from tests import cast
from training_app import create_app
from training_app.core import clock
from training_app.core.db import Model, UtcDateTime, db, transaction
from training_app.people.models import Person
from training_app.registration import seats, tickets

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ENABLE = "the browser tests need Chromium and ffmpeg; `apt-get install -y chromium ffmpeg` enables them"
#: In milliseconds. Machines that run tests side by side are slow; a test that passes does not wait.
PATIENCE = 45_000
expect.set_options(timeout=PATIENCE)
PHONE, DESKTOP, PROJECTOR = (360, 740), (1280, 800), (1600, 900)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked `browser`."""
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


class LiveServer:
    """The application, served over HTTP while a test runs."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        app.config["PUBLIC_URL"] = self.url
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join(timeout=10)
        self.server.server_close()

    def cookie(self, key: str) -> dict[str, str]:
        """The session cookie of one of the cast, or of "volunteer"."""
        return self.cookie_of(f"{key}-token")

    def cookie_of(self, token: str) -> dict[str, str]:
        """The session cookie of the device that has this login's token."""
        signer: Any = self.app.session_interface
        value = signer.get_signing_serializer(self.app).dumps({"_user_id": token, "_fresh": True})
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": value, "url": self.url}


def _move_to_now() -> None:
    """Move every instant in the database by the time that has passed since `cast.NOW`."""
    gone = datetime.now(UTC).replace(second=0, microsecond=0) - cast.NOW
    with transaction() as session:
        for table in Model.metadata.sorted_tables:
            moments = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
            keys = list(table.primary_key.columns)
            for row in session.execute(table.select()).mappings().all() if moments else ():
                moved = {c.name: row[c.name] + gone for c in moments if row[c.name] and row[c.name].year < 2090}
                if moved:
                    session.execute(update(table).where(*(c == row[c.name] for c in keys)).values(moved))


@pytest.fixture
def live(databases: Callable[[str], Any], tmp_path: Path) -> Iterator[LiveServer]:
    """A server on a fresh copy of the cast's database; CSRF is on, as in real life."""
    kept = databases("sqlite")
    kept.reset()
    path = kept.folder / f"{tmp_path.name}.db"
    shutil.copyfile(kept.template, path)
    config = TestConfig(instance=tmp_path, database_url=f"sqlite:///{path}")
    config.WTF_CSRF_ENABLED = True
    app = create_app(config)
    with app.app_context():
        _move_to_now()
        db.session.remove()
        server = LiveServer(app)
        try:
            yield server
        finally:
            server.stop()
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers, started once a worker."""
    if CHROMIUM is None or shutil.which("ffmpeg") is None:
        pytest.skip(ENABLE)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def launched(playwright: Playwright) -> Iterator[Callable[[Path | None], Browser]]:
    """Starts browsers: one a film, and one for the whole session without, as a start costs more than most tests."""
    kept: list[Browser] = []

    def launch(video: Path | None) -> Browser:
        if video is None and kept and kept[-1].is_connected():
            return kept[-1]
        args = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        if video is not None:
            args.append(f"--use-file-for-fake-video-capture={video}")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        if video is None:
            kept.append(browser)
        return browser

    yield launch
    for browser in kept:
        browser.close()


@pytest.fixture
def chromium(launched: Callable[[Path | None], Browser]) -> Iterator[Callable[..., Browser]]:
    """`chromium(video=None)`: a browser whose camera shows an .mjpeg file over and over; its devices go with the test."""
    opened: list[tuple[Browser, bool]] = []

    def launch(video: Path | None = None) -> Browser:
        opened.append((launched(video), video is not None))
        return opened[-1][0]

    yield launch
    for browser, own in opened:
        if own:
            browser.close()
        else:
            for device in list(browser.contexts):
                device.close()


@pytest.fixture
def page_as(live: LiveServer, chromium: Callable[..., Browser]) -> Iterator[Callable[..., Page]]:
    """`page_as("volunteer", size=PHONE)`: a page of a fresh device, logged in as one of the cast, or "visitor".

    Relative addresses open on the live server. A script error on a page fails the test.
    """
    errors: list[str] = []

    def open_(
        key: str,
        *,
        size: tuple[int, int] = PHONE,
        language: str = "zh_Hans",
        dark: bool = False,
        browser: Browser | None = None,
        **context: Any,
    ) -> Page:
        device = (browser or chromium()).new_context(
            base_url=live.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            has_touch=size[0] < 700,
            permissions=["camera"],
            **context,
        )
        device.add_cookies([{"name": "language", "value": language, "url": live.url}])  # type: ignore[list-item]
        if key != "visitor":
            device.add_cookies([live.cookie(key)])  # type: ignore[list-item]
        page = device.new_page()
        page.set_default_timeout(PATIENCE)

        device.on("weberror", lambda event: errors.append(f"{page.url}: {event.error}"))
        return page

    yield open_
    assert errors == []


def answered(page: Page) -> Any:
    """`with answered(page): …`: until the server has answered a scan of the door's page."""
    return page.expect_response(
        lambda reply: reply.url.endswith("/scans") and '"nonce"' in (reply.request.post_data or "")
    )


def close_answer(page: Page) -> None:
    """Close the door's or the kiosk's answer as a tap does; on a slow machine it may have gone by itself."""
    page.locator("#answer").dispatch_event("click")


@pytest.fixture
def camera(tmp_path: Path) -> Callable[..., Path]:
    """`camera(text, …)`: a video for `chromium(video=…)`: phones that show these texts as QR codes, half a second each."""

    def film(*texts: str) -> Path:
        room = tmp_path / f"film-{os.urandom(4).hex()}"
        room.mkdir()
        for number, text in enumerate(texts):
            code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=8, border=6)
            code.add_data(text)
            code.make_image().resize((520, 520)).save(room / f"{number:03}.png")
        pad = "pad=1280:720:(ow-iw)/2:(oh-ih)/2:gray"
        stills = ["-framerate", "1/1.5", "-i", str(room / "%03d.png")]
        command = ["ffmpeg", "-loglevel", "error", "-y", *stills, "-r", "10", "-vf", pad, "-pix_fmt", "yuvj420p"]
        subprocess.run([*command, "-q:v", "3", str(room / "codes.mjpeg")], check=True)
        return room / "codes.mjpeg"

    return film


@pytest.fixture
def token_of(live: LiveServer) -> Callable[..., str]:
    """`token_of("chen", event=4)`: registers one of the cast and gives the ticket's address."""

    def make(key: str, event: int = cast.TODAY_EVENT) -> str:
        with transaction() as session:
            person = session.get(Person, cast.CAST[key].id)
            person.pinyin = {"chen": "chenlihua clh", "lin": "linxiaoyan lxy"}.get(key, "")
            row = seats.register(event, person.id, source="organiser", actor_id=2, now=clock.now())
            return f"{live.url}/t/{tickets.token_of(row)}"

    return make
