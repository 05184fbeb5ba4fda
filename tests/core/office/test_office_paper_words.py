"""A printed ledger says in words what a line refers to, for every form a reference may have."""

from __future__ import annotations

import re

import pytest

from core.ledger.codes import Act, Content, Unit
from core.ledger.line import _REF, LedgerLine
from core.office.choices import DECLINE_REASONS
from core.office.paper_words import ref_words
from core.roles import Site

ID, HASH = "KTQM7Z2XWA", "ab" * 32
WORDS = {
    "": "",
    f"sha256:{HASH}": "記録 abababab",
    "bundle:1-cw-00000007": "束 1-cw-00000007",
    f"aside:1-wc-00000007:{HASH}:content": "束 1-wc-00000007",
    "draw:hiking-2026-1": "抽選 hiking-2026-1",
    "line:ward:47": "区の47行目",
    "measure:C11": "項目 C11",
    f"medium:{ID}": f"控 {ID}",
    f"batch:{ID}": f"控 {ID}",
    f"unit:{ID}": f"抽選番号 {ID}",
    f"erasure:{ID}": f"消去 {ID}",
    f"second:erase:{ID}:{HASH}": f"発議 {ID}",
    "outing:A": "回 A",
    "staff:c-manager": "c-manager",
    "undo:12:count": "12行目",
    f"declined:unproven:{HASH}": f"記録 abababab {DECLINE_REASONS['unproven']}",
}


def line(ref: str) -> LedgerLine:
    return LedgerLine(
        1,
        "2026-06-10T09:00:00+09:00",
        Site.WARD,
        "w-manager",
        "manager",
        Act.ERASE,
        Content.APPLICATIONS,
        1,
        Unit.PEOPLE,
        ref=ref,
    )


@pytest.mark.parametrize("ref", WORDS)
def test_a_reference_in_words(ref: str) -> None:
    assert _REF.fullmatch(ref) and ref_words(line(ref)) == WORDS[ref]


def test_none_of_the_forms_is_left_out() -> None:
    forms = {form.partition(":")[0] for form in re.findall(r"(?:^|\|)([a-z0-9]+:)", _REF.pattern)}
    assert forms == {ref.partition(":")[0] for ref in WORDS if ref}


def test_the_reasons_of_a_decline_are_those_the_ledger_knows() -> None:
    ((told,),) = (re.findall(r"declined:\(\?:([a-z_|]+)\)", _REF.pattern),)
    assert told.split("|") == list(DECLINE_REASONS)
