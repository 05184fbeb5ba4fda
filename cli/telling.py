"""How a command ends that went wrong: a few Japanese lines, or one JSON document, and an exit code; never a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.disk import of_disk
from core.errors import IkiikiError, UsageError


@contextmanager
def telling(*, as_json: bool = False) -> Iterator[None]:
    """Whatever is raised within is told, and the process ends. docs/commands.md lists the exit codes."""
    try:
        yield
    except SystemExit as leaving:
        if as_json and leaving.code == UsageError.exit_code:  # typer has told people why, on stderr
            _document(
                "コマンドの書き方が正しくありません", "", "--help で使い方を確かめてください", leaving.code
            )
        raise
    except IkiikiError as error:
        _tell(as_json, error.what, error.where, error.next_step, error.exit_code, error.done)
    except KeyboardInterrupt:
        _tell(as_json, "中断しました。途中のものは記録されていません", "", "もう一度実行してください", 1)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        told = of_disk(error)
        _tell(as_json, told.what, told.where, told.next_step, told.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort: what it says may hold personal data, so it is not shown
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
        _tell(
            as_json,
            f"予期しない誤りが起きました（{type(error).__name__}）。途中のものは記録されていません",
            where,
            "同じことが続くときは、この表示を保守担当に知らせてください",
            1,
        )


def _tell(
    as_json: bool, what: str, where: str, next_step: str, code: int, done: Mapping[str, Any] | None = None
) -> None:
    if as_json:
        _document(what, where, next_step, code, done)
    place = f"（{where}）" if where else ""
    print(f"誤り: {what}{place}", file=sys.stderr)
    if next_step:
        print(f"次にすること: {next_step}", file=sys.stderr)
    sys.exit(code)


def _document(
    what: str, where: str, next_step: str, code: int, done: Mapping[str, Any] | None = None
) -> None:
    """`report` has what was done all the same."""
    error = {"what": what, "where": where, "next_step": next_step, "exit_code": code}
    document = {"error": error} if done is None else {"error": error, "report": done}
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
