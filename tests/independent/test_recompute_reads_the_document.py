"""The second reading against the document's own vectors, and its independence from the product."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from tests.independent import recompute as R

OWN = Path(R.__file__)


def test_it_imports_the_standard_library_and_cryptography_for_signatures_alone() -> None:
    found: dict[str, set[str]] = {"": set()}

    def walk(node: ast.AST, function: str) -> None:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef) else function
            if isinstance(child, ast.Import):
                found.setdefault(inside, set()).update(alias.name.split(".")[0] for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, "no relative import"
                found.setdefault(inside, set()).add(str(child.module).split(".")[0])
            elif isinstance(child, ast.Call) and isinstance(child.func, ast.Name):
                assert child.func.id not in ("__import__", "exec", "eval")
            walk(child, inside)

    walk(ast.parse(OWN.read_text()), "")
    assert found.pop("signatures") == {"cryptography"}
    imported = set().union(*found.values())
    assert imported <= sys.stdlib_module_names
    assert not imported & {"core", "storage", "cli", "tui", "importlib", "runpy"}


def test_seed_and_draw_values_are_the_documents() -> None:
    seed_input = f"hkr1 seed\ndraw=hiking-2026-1\nopened={'ab' * 32}\ndice=08365512907744019283\n"
    seed = R.sha(seed_input)
    assert seed == "42384f289a64fe53562595fe627aa60f436084a85d8ad283afd828d765b5c6d1"
    one = "b177dd201fb8cbfbc8d6efc021b5990d188fc479da925d4e464a58fdcb2e75af"
    three = "0f743513322b7a9fdc335dd32e8ba100913149d383033c81e144e36f8af9d108"
    assert (R.draw_value(seed, "K7Q29F3MXA", 1), R.draw_value(seed, "K7Q29F3MXA", 3)) == (one, three)


def test_leaves_and_commitments_are_the_documents() -> None:
    hanako = ("00" * 31 + "01", "0123456789", "サトウ ハナコ", "1950-03-04")
    taro = ("00" * 31 + "02", "9876543210", "サトウ タロウ", "1948-12-31")
    assert R.leaf(*hanako) == "4b1d20d71a618a01995e990c561d2abf75ede3625363101340101d14626aacc3"
    assert R.leaf(*taro) == "56925f9f40185a6e1fba6db413c2b9a230e20ad995f83c18ed2b4a001c7acc5e"
    assert R.opens("5e2505591cbc6a2a0b9ebc6d771743382d98eb806c9310e695e3f4edea000684", [hanako])
    both = "118117d8d0369efef44c89a47a4bcd0d05d85d67fabbfa11dc06e0ce3fb87b16"
    assert R.opens(both, [hanako, taro]) and R.opens(both, [taro, hanako])
    assert not R.opens(both, [hanako])


def test_seal_and_event_line_are_the_documents() -> None:
    reveal = f"hkr1 reveal\ndraw=hiking-2026-1\nparty=ward\nsecret={'cd' * 32}\n"
    assert R.REVEAL.fullmatch(reveal)
    assert R.sha(reveal) == "9d5326803e715ba4aee205effe965e84c9cddacf4210ee0d52f79fb2bc042736"
    event = f"000001 {'ef' * 32} cancel K7Q29F3MXA\n"
    assert R.EVENT_LINE.fullmatch(event)
    assert R.sha(event) == "e0138616426d27707d02726d60bab2dd6c5cf5b50100c218816183b2c6f14410"


def test_groups_go_together_by_the_lowest_receipt_number() -> None:
    params = R.Params(
        "hiking-2026-1", 1, "none", 2, 3, "public", None, {"A": 5, "B": 5, "C": 5}, {"A": 0, "B": 0, "C": 0}
    )
    people = [
        R.Application(4, ("A", "B", "C"), 3, "g"),
        R.Application(2, ("C", "A"), 2, "g"),
        R.Application(7, ("B",)),
        R.Application(1, ("A",), 1, "none in common"),
        R.Application(3, ("B",), 1, "none in common"),
        *(R.Application(number, ("A",), 1, "too many") for number in (10, 11, 12)),
    ]
    formed, held = R.units(people, params)
    assert formed == [R.Together((2, 4), ("C", "A"), 2), R.Together((7,), ("B",), 1)]
    assert held == [(1, 3), (10, 11, 12)]
