"""The fields of the keyed form, and beside which field a problem stands."""

from __future__ import annotations

from core.applicant import PROBLEM_WORDS, Problem, Reading, Warning_
from core.office.form_check import FormCheck
from core.office.grouping import Hint
from core.people.fields import Field
from tui.widgets.form import Entry, Form
from tui.words import WARNING_WORDS, era, no

ROUTE = "route"

ENTRIES: tuple[Entry, ...] = (
    Entry(Field.POSTAL_CODE.value, "郵便番号", "1600023", 14),
    Entry(Field.ADDRESS.value, "住所", "西新宿2-8-1", 44),
    Entry(Field.KANA.value, "カナ氏名", "さとう はなこ", 30),
    Entry(Field.BIRTH_DATE.value, "生年月日", "S25.3.4 または 250304", 26),
    Entry(Field.PHONE.value, "電話番号", "03-0000-0000", 18),
    Entry(Field.EMAIL.value, "メール", "hanako@example.jp（なければ空欄）", 36),
    Entry(Field.PREFERENCE.value, "希望の回", "A、C", 18),
    Entry(Field.GROUP.value, "グループ", "G1", 18),
)

PROBLEM_FIELD: dict[Problem, Field] = {
    Problem.MISSING_NAME: Field.KANA,
    Problem.NAME_NOT_KANA: Field.KANA,
    Problem.DUPLICATE: Field.KANA,
    Problem.CONTROL_CHARACTERS: Field.KANA,
    Problem.MISSING_BIRTH_DATE: Field.BIRTH_DATE,
    Problem.UNREADABLE_BIRTH_DATE: Field.BIRTH_DATE,
    Problem.UNDERAGE: Field.BIRTH_DATE,
    Problem.LATE: Field.BIRTH_DATE,
    Problem.MISSING_ADDRESS: Field.ADDRESS,
    Problem.OUTSIDE_WARD: Field.ADDRESS,
    Problem.MISSING_PHONE: Field.PHONE,
    Problem.UNREADABLE_PHONE: Field.PHONE,
    Problem.UNREADABLE_EMAIL: Field.EMAIL,
    Problem.UNKNOWN_OUTING: Field.PREFERENCE,
    Problem.GROUP_INCOMPLETE: Field.GROUP,
    Problem.GROUP_TOO_LARGE: Field.GROUP,
    Problem.GROUP_NO_COMMON: Field.GROUP,
}

WARNING_FIELD: dict[Warning_, Field] = {
    Warning_.SHARED_PHONE: Field.PHONE,
    Warning_.UNUSUAL_EMAIL: Field.EMAIL,
    Warning_.UNKNOWN_TOWN: Field.ADDRESS,
    Warning_.POSTAL_CODE_MISMATCH: Field.POSTAL_CODE,
}


def given(values: dict[str, str]) -> dict[Field, str]:
    """The form's values as the use cases want them."""
    return {Field(entry.key): values[entry.key] for entry in ENTRIES if entry.key in values}


def understood(field: Field, check: FormCheck) -> str:
    """How a field is read, as it will be stored; "" when there is nothing to say."""
    applicant = check.reading.applicant
    if field is Field.KANA:
        return applicant.kana
    if field is Field.BIRTH_DATE and applicant.birth_date:
        return f"{era(applicant.birth_date)} {check.age}歳"
    if field is Field.POSTAL_CODE and applicant.postal_code:
        return f"〒{applicant.postal_code[:3]}-{applicant.postal_code[3:]}"
    if field is Field.PHONE:
        return applicant.phone
    if field is Field.PREFERENCE:
        return "・".join(applicant.preferences)
    return ""


def group_words(check: FormCheck) -> str:
    """Who may belong to the same group, beside its field; "" when there is nobody."""
    numbers = "、".join(no(one.number) for one in check.companions[:3])
    if not check.companions:
        return ""
    if check.reading.applicant.group and all(Hint.CODE in one.hints for one in check.companions):
        return f"{numbers} と同じ組になります"
    return f"{numbers} の人が相手かもしれません"


def note_field(form: Form, field: Field, check: FormCheck) -> None:
    """Put beside one field what is wrong with it, else what is odd, else how it was understood."""
    if field is Field.GROUP and (words := group_words(check)):
        form.note(field.value, words)
        return
    problem = problem_at(check.reading, field)
    if problem is not None:
        form.note(field.value, PROBLEM_WORDS[problem], problem=True)
        return
    if field is Field.KANA and check.duplicates:
        words = "、".join(no(number) for number in check.duplicates)
        form.note(field.value, f"同じ人の応募があります: {words}", problem=True)
        return
    for warning in check.reading.warnings:
        if WARNING_FIELD.get(warning) is field:
            form.note(field.value, f"注意: {WARNING_WORDS[warning]}")
            return
    form.note(field.value, understood(field, check))


def problem_at(reading: Reading, field: Field) -> Problem | None:
    return next((problem for problem in reading.problems if PROBLEM_FIELD[problem] is field), None)
