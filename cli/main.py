"""The command `ikiiki`."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """抽選で参加者を決める区の事業を、応募から消去まで運ぶ。"""


def run() -> None:
    """Entry point of the `ikiiki` script."""
    app()
