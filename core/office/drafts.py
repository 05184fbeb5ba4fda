"""What a person left unfinished: forms and lines of input, sealed in the vault with everything else until they are taken up.

They are kept when the screen locks, the line drops, or the person goes elsewhere. A password is never among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.office.desk import Desk
from core.office.ports import Tx
from core.people.company import NAMED, read_company
from core.people.fields import Field
from core.roles import Right

ENTRY = "entry"
"""The form of a new application."""
WRITING = "writing"
"""An entry of the ledger by hand."""
_EDIT, _LINE, _REGISTER = "edit:", "line:", "register:"
_RIGHT = Right.LEDGER_ADD
"""Whoever may change anything at all may have something unfinished; an audit leaves nothing."""


def edit_of(number: int) -> str:
    """The correction of one application."""
    return f"{_EDIT}{number}"


def edited(form: str) -> int | None:
    """Whose correction it is, by 受付番号; None when it is another form."""
    return int(form.removeprefix(_EDIT)) if form.startswith(_EDIT) else None


def line_of(title: str) -> str:
    """The one line typed into a window of this title."""
    return _LINE + title


def register_of(kind: str) -> str:
    """An entry of one of the registers."""
    return _REGISTER + kind


def registered(form: str) -> str:
    """Which register it is of; "" when it is another form."""
    return form.removeprefix(_REGISTER) if form.startswith(_REGISTER) else ""


def titled(form: str) -> str:
    """The title of that window."""
    return form.removeprefix(_LINE)


class Drafts:
    """The use cases of unfinished work, each person's own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def may_keep(self) -> bool:
        """Whether this person's unfinished work is kept at all."""
        return self._desk.actor.may(_RIGHT)

    def kept(self) -> list[str]:
        """The forms that wait, by name, in the order they were left; nothing of what is in them."""
        with self._desk.reading() as tx:
            return list(_all(tx, self._desk.actor.staff_id))

    def take_up(self, form: str) -> dict[str, str] | None:
        """What was in it, which is written to the access log; None when none waits. It is kept until it is forgotten."""
        if form not in self.kept():
            return None
        with self._desk.writing(_RIGHT, meanwhile=True) as tx:
            self._desk.log(tx, "draft", f"form={form.split(':')[0]}{_whose(form)}")
            return _all(tx, self._desk.actor.staff_id).get(form)

    def keep(self, form: str, fields: Mapping[str, str]) -> None:
        """Keep these, in place of what waited of the same form. Of a companion's name only that there is one."""
        if (form == ENTRY or edited(form) is not None) and read_company(fields.get(Field.GROUP)).in_words:
            fields = {**fields, Field.GROUP.value: NAMED}
        with self._desk.writing(_RIGHT, meanwhile=True) as tx:
            _put(tx, self._desk.actor.staff_id, form, fields)

    def forget(self, form: str) -> None:
        """It is finished, or was given up."""
        if form in self.kept():
            with self._desk.writing(_RIGHT, meanwhile=True) as tx:
                forget(tx, self._desk.actor.staff_id, form)


def forget(tx: Tx, staff_id: str, form: str) -> None:
    """Within the transaction that makes it needless."""
    if form in _all(tx, staff_id):
        _put(tx, staff_id, form, None)


def _put(tx: Tx, staff_id: str, form: str, fields: Mapping[str, str] | None) -> None:
    forms = _all(tx, staff_id)
    forms.pop(form, None)
    if fields is not None:
        forms[form] = dict(fields)
    tx.drafts.put(staff_id, {"forms": list(forms.items())} if forms else None)


def _all(tx: Tx, staff_id: str) -> dict[str, dict[str, str]]:
    """By form, the one left last at the end. A vault of before there were several holds the entry form's fields alone."""
    body: dict[str, Any] | None = tx.drafts.get(staff_id)
    if body is None:
        return {}
    forms = body.get("forms")
    return dict(forms) if isinstance(forms, list) else {ENTRY: body}


def _whose(form: str) -> str:
    number = edited(form)
    return "" if number is None else f" no={number}"
