"""Long work: how far it is, and a way to stop it. The work itself runs in a thread and is never killed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core import errors
from tui.safety import plain
from tui.widgets.dialogs import Dialog

MANY = 1_000_000
"""From here on (bytes, say) how many of how many tells nobody anything."""


class Stopped(errors.Stopped):
    """A person stopped the work; it was rolled back, or, where it `resumes`, goes on from there when it is begun again."""

    def __init__(self, *, resumes: bool = False) -> None:
        super().__init__(
            "取りやめました。済んだところまではそのままです"
            if resumes
            else "取りやめました。始める前の状態に戻しました",
            next_step="もう一度はじめると、続きから進みます"
            if resumes
            else "必要なら、もう一度はじめてください",
        )


@dataclass
class Job:
    """A piece of work as both threads see it: the worker writes how far it is, the screen reads it now and then."""

    title: str
    stoppable: bool = True
    resumes: bool = False
    """What was done before it was stopped stays done."""
    done: int = 0
    total: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int) -> None:
        """Handed to the use case. Raises `Stopped` once a person asked to stop: the use case's transaction is undone."""
        if self._stop.is_set():
            raise Stopped(resumes=self.resumes)
        self.done, self.total = done, total

    def stop(self) -> None:
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()


class Progress(Dialog[None]):
    """The bar of a job. Four times a second at most, and only when the figure moved, it is painted anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "取りやめる", show=False, id="progress.stop")
    ]

    def __init__(self, job: Job) -> None:
        super().__init__(
            job.title,
            hint=_hint(job),
        )
        self._job = job
        self._shown = ""

    def body(self) -> ComposeResult:
        yield Static("", id="bar")

    def on_mount(self) -> None:
        self._paint()
        self.set_interval(0.25, self._paint)

    def _paint(self) -> None:
        job = self._job
        if job.stopping:
            words = "取りやめています…" if job.resumes else "取りやめています。元の状態に戻しています…"
        elif job.total:
            width = 40
            filled = width * job.done // job.total
            told = f"{job.done}／{job.total}" if job.total < MANY else f"{100 * job.done // job.total}%"
            words = f"[{'#' * filled}{'.' * (width - filled)}] {told}"
        else:
            words = "作業しています…"
        if words != self._shown:
            self._shown = words
            self.query_one("#bar", Static).update(plain(words))

    def action_back(self) -> None:
        if self._job.stoppable:
            self._job.stop()
            self._paint()


def _hint(job: Job) -> str:
    if not job.stoppable:
        return "しばらくお待ちください"
    return "Esc 取りやめる（次は続きから進みます）" if job.resumes else "Esc 取りやめる（元の状態に戻ります）"
