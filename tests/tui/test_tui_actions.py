"""The table of actions: complete, reachable, and on keys every terminal sends."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import tui
from core.roles import Actor, Role, Site
from tui.action import NO_KEY
from tui.actions import ACTIONS, PANES, Action, actions_of
from tui.place import Place

UNSENDABLE = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+left_square_bracket", "ctrl+j", "ctrl+z"}
PLAIN_KEY = re.compile(
    r"[a-z]|f([1-9]|1[0-2])|enter|escape|space|slash|up|down|home|end|pageup|pagedown|ctrl\+[a-z]"
)


def classes() -> Iterator[type[DOMNode]]:
    """Every widget class of the screens."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__.startswith("tui."):
                yield value


PLACES = {cls.PLACE: cls for cls in classes() if issubclass(cls, Place) and cls.PLACE}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_each_action_is_a_method_of_its_place(action: Action) -> None:
    assert callable(getattr(PLACES[action.place], f"action_{action.name}", None))


def test_each_place_has_its_actions_in_the_table() -> None:
    assert set(PLACES) == {action.place for action in ACTIONS}
    assert {place for _, place, _ in PANES} <= set(PLACES)


def test_ids_are_unique_and_each_binding_has_one() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for cls in classes():
        for binding in cls.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding) and binding.id, f"{cls.__name__} {binding}"


def test_no_key_needs_a_clever_terminal() -> None:
    for cls in classes():
        for binding in cls.__dict__.get("BINDINGS", ()):
            for key in binding.key.split(","):
                assert key not in UNSENDABLE
                assert key == NO_KEY or PLAIN_KEY.fullmatch(key), key


@pytest.mark.parametrize("site", Site)
@pytest.mark.parametrize("role", Role)
def test_no_two_actions_of_a_person_share_a_key_in_one_place(site: Site, role: Role) -> None:
    actor = Actor("x", "x", role, site)
    for place in PLACES:
        keys = [key for action in actions_of(place, actor) for key in action.keys.split(",") if key]
        assert len(keys) == len(set(keys)), place


def test_every_action_has_a_sentence_of_help() -> None:
    assert all(action.words and action.help for action in ACTIONS)
