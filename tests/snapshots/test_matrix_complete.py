"""The matrix holds all there is. What is missing from it is named, so that whoever adds a window knows which row to write."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.screen import Screen

import tui
from core.roles import Actor, Role, Site
from tests.snapshots.matrix_errors import PLACES, TOO_SMALL
from tests.snapshots.matrix_kept import FOLDER
from tests.snapshots.matrix_rows_more import WALKS
from tests.snapshots.matrix_walk import SIZES, Walk, actor_of
from tests.snapshots.picture_text import words_of
from tests.snapshots.pictures import words_in
from tests.snapshots.test_matrix import CASES
from tests.snapshots.test_matrix_errors import SCENES_BY_TITLE
from tui.action import Action
from tui.actions import ACTIONS, PANES

ABSTRACT = {"Dialog", "Sheet", "ListSheet", "Typed"}
"""Screens that only others are made from."""
NO_TITLE = {
    "初めて開く保管庫": "comes up at the login on another machine (tests/journeys/test_logins_on_both_faces.py)",
    "ログインの失敗": "comes up at the login after failed ones (tests/journeys/test_logins_on_both_faces.py)",
    "施錠中に終わった作業": "comes up at the login after work went on under the lock (tests/tui/test_tui_login_lock.py)",
}
"""Windows that no picture shows, and why."""


def leads_back(action: Action) -> bool:
    """Back to a place that has its own pictures."""
    return action.name == "back"


def walks_of(actor: Actor, action: Action) -> list[Walk]:
    return [walk for walk in WALKS if walk.place == action.place and walk.open_to(actor)]


def is_pictured(actor: Actor, action: Action, walks: list[Walk]) -> bool:
    """A row shows it; or one says that this person is not offered it, which the walk sees to."""
    rows = [row for walk in walks for row in walk.rows if row.action == action.name]
    mine = [row for walk in walks for row in walk.rows_of(actor) if row.action == action.name]
    return bool(mine) or any(row.needs is not None and not actor.may(row.needs) for row in rows)


def missing(actions: tuple[Action, ...]) -> list[str]:
    """Each action that somebody may use and that no row shows them."""
    places = {walk.place for walk in WALKS}
    lacking = []
    for actor in (actor_of(site, role) for site in Site for role in Role):
        for action in actions:
            if leads_back(action) or not action.open_to(actor):
                continue
            comes = walks_of(actor, action)
            if (comes or action.place not in places) and not is_pictured(actor, action, comes):
                lacking.append(f"{action.id} at {actor.site} for {actor.role}")
    return lacking


def test_every_action_has_a_picture_for_everybody_who_may_use_it() -> None:
    assert missing(ACTIONS) == [], "write a Row for each in matrix_rows.py or matrix_rows_more.py"


@pytest.mark.parametrize("place", ["intake", "balcony"])
def test_an_action_without_a_row_is_named(place: str) -> None:
    found = missing((*ACTIONS, Action(place, "dance", "踊る", "y", "踊る", None, Site.WARD)))
    assert found == [f"{place}.dance at ward for {role}" for role in Role]


def test_every_pane_is_walked_through_by_everybody() -> None:
    for site in Site:
        for role in Role:
            walked = {walk.place for walk in WALKS if not walk.name and walk.open_to(actor_of(site, role))}
            assert {place for _, place, _ in PANES} <= walked, f"{site} {role}"


def screens() -> set[str]:
    """The names of all screens and windows of the product."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        importlib.import_module(module.name)

    def below(cls: type) -> Iterator[type]:
        subclasses: list[type] = cls.__subclasses__()
        for one in subclasses:
            yield one
            yield from below(one)

    return {cls.__name__ for cls in below(Screen) if cls.__module__.startswith("tui.")} - ABSTRACT


def test_every_screen_is_shown_by_a_row() -> None:
    shown = {walk.screen for walk in WALKS} | {"Help"}
    for row in (row for walk in WALKS for row in walk.rows):
        shown |= {*row.shows.split("|"), *(one.shows for one in row.then)}
    shown |= (
        {"Login", "Progress"} if {"windows/login", "windows/working"} <= SCENES_BY_TITLE.keys() else set()
    )
    assert screens() - shown == set(), "no row comes to them"


# -- every question and every message that the code can put ---------------------------------------------------


def titles() -> Iterator[tuple[str, str]]:
    """(where, the words that cannot vary) of every window's title in the code of the screens."""
    for file in sorted(Path(tui.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in {"Choice", "Prompt", "Message", "FileChoice", "confirm"} and node.args:  # type: ignore[attr-defined]
                for words in fixed(node.args[0]):  # type: ignore[attr-defined]
                    yield f"{file.name}:{node.lineno}", words  # type: ignore[attr-defined]


def fixed(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as words):
            yield words
        case ast.JoinedStr(values=parts):
            constant = [one.value for one in parts if isinstance(one, ast.Constant)]
            yield max((str(one).strip() for one in constant), key=len)
        case ast.IfExp(body=yes, orelse=no):
            yield from fixed(yes)
            yield from fixed(no)


@pytest.fixture(scope="module")
def pictured() -> str:
    """The words of every kept picture."""
    kept = (FOLDER.parent / "__snapshots__").rglob("*.svg")
    texts = [words_of(file.read_text(encoding="utf-8")) for file in FOLDER.rglob("*-80x24-*.txt")]
    return "\n".join([*texts, *(words_in(file.read_text(encoding="utf-8")) for file in kept)])


def test_every_window_the_code_can_open_is_in_a_picture(pictured: str) -> None:
    found = list(titles())
    assert len(found) > 60
    absent = [f"{where} {words}" for where, words in found if words not in pictured and words not in NO_TITLE]
    assert absent == []


def test_nothing_is_kept_that_no_row_shows() -> None:
    titles = {walk.title for walk, _ in CASES} | SCENES_BY_TITLE.keys()
    titles |= {f"too_small/{place}-{size}" for place in PLACES for size in TOO_SMALL}
    assert {str(file.parent.relative_to(FOLDER)) for file in FOLDER.rglob("*.txt")} == titles


def test_every_picture_is_kept_in_both_sizes() -> None:
    """But for a role that sees something of its own in one of them."""
    kept = {size: {str(file).replace(size, "") for file in FOLDER.rglob(f"*-{size}-*.txt")} for size in SIZES}
    alone = kept["80x24"] ^ kept["120x40"]
    assert {file for file in alone if not file.endswith(tuple(f"-{role}.txt" for role in Role))} == set()
