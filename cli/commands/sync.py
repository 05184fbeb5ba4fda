"""`ikiiki sync`: whatever is due, any number of times. By a person at a terminal, or by a timer."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cli.command_vault import opened, vault_folder
from cli.erased import refuse_survivor
from cli.options import CHOICE, Json, remember
from cli.progress import progress_line
from cli.saying import note, say
from core.errors import IkiikiError, Stopped, UsageError


def register(app: typer.Typer) -> None:
    app.command("sync")(sync)


def sync(
    remote: Annotated[
        str, typer.Option(help="受渡しの場所を替える。例 folder:/mnt/box（以後も使われる）")
    ] = "",
    medium: Annotated[
        Path | None,
        typer.Option("--medium", help="この回だけ、運んできた媒体（フォルダ）と受け渡す。--staff が要る"),
    ] = None,
    as_json: Json = False,
) -> None:
    """届いた束を受け取り、送る束を送る。--staff があれば取り込みもする。何度行ってもよい。端末でなければJSONで答える。"""
    remember(as_json or not sys.stdout.isatty())
    from cli.carrying import courier_run

    refuse_survivor(vault_folder())
    if remote:
        from cli.exchange_place import set_remote

        set_remote(vault_folder(), remote)
    if medium is not None and CHOICE.staff is None:
        raise UsageError("媒体での受渡しは、人が行って管理簿に残します", next_step="--staff を付けてください")
    try:
        with _stopped_by_signals():
            if CHOICE.staff is None:
                with progress_line("送受信しています") as progress:
                    report = courier_run(vault_folder(), progress)
            else:
                with opened() as session, progress_line("送受信しています") as progress:
                    report = session.sync(progress, medium=medium)
    except IkiikiError as error:
        if error.done is not None and not CHOICE.json:
            for sentence in error.done["sentences"]:
                note(sentence)
        raise
    say(report.document(), lambda: "\n".join(report.sentences))


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM (a timer's unit being stopped) and Ctrl+C end the sync alike: `Stopped`, with nothing lost."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, stop) if here else None
    try:
        yield
    except KeyboardInterrupt:  # before the first round, or after the last
        raise Stopped("送受信を止めました", next_step="もう一度実行してください") from None
    finally:
        if here:
            signal.signal(signal.SIGTERM, before)
