"""The fields a source can have. Anything else in it is dropped at the door."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.people.text import Value


class Field(StrEnum):
    """What a column can hold; the values are the words of a mapping file."""

    KANA = "kana"
    KANA_FAMILY = "kana_family"
    KANA_GIVEN = "kana_given"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    BUILDING = "building"
    PHONE = "phone"
    EMAIL = "email"
    PREFERENCE = "preference"
    GROUP = "group"
    RECEIPT = "receipt"
    SUBMITTED_AT = "submitted_at"


FIELD_WORDS: dict[Field, str] = {
    Field.KANA: "カナ氏名",
    Field.KANA_FAMILY: "セイ",
    Field.KANA_GIVEN: "メイ",
    Field.BIRTH_DATE: "生年月日",
    Field.POSTAL_CODE: "郵便番号",
    Field.ADDRESS: "住所",
    Field.BUILDING: "建物名",
    Field.PHONE: "電話番号",
    Field.EMAIL: "メールアドレス",
    Field.PREFERENCE: "希望",
    Field.GROUP: "グループ",
    Field.RECEIPT: "受付番号",
    Field.SUBMITTED_AT: "申込日時",
}

Fields = Mapping[Field, Value | tuple[Value, ...]]
"""One row, or one keyed form. Several cells (`Field.PREFERENCE`: first wish first) stand as a tuple."""


def cells_of(fields: Fields, field: Field) -> tuple[Value, ...]:
    """The cells of a field, none when it is absent."""
    value = fields.get(field)
    return value if isinstance(value, tuple) else (value,)
