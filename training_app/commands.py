"""The project's commands are loaded when one is asked for: a web worker never pays for them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from flask.cli import AppGroup


class Commands(AppGroup):
    """The group `flask --app training_app …`, filled from `training_app.cli` at its first use."""

    _filled = False

    def _fill(self) -> None:
        if not self._filled:
            self._filled = True
            import_module("training_app.cli").fill(self)

    def get_command(self, ctx: click.Context, name: str) -> Any:
        self._fill()
        return super().get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._fill()
        return list(super().list_commands(ctx))
