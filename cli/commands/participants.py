"""`ikiiki participants`: who goes, who waits, who came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.office.choices import Callees

if TYPE_CHECKING:
    from core.draw.standing import Promotion

app = typer.Typer(no_args_is_help=True, help="参加者")
Number = Annotated[int, typer.Argument(help="受付番号")]
Outing = Annotated[str, typer.Argument(help="回の符号")]
_WORDS = {"seated": "当選", "reserved": "区優先枠", "waiting": "補欠", "out": "辞退"}
"""By `core.draw.standing.PlaceState`, which `--help` need not import."""


@app.command()
def outings(as_json: Json = False) -> None:
    """回ごとの定員・参加者・補欠の人数と、当日の出欠。"""
    remember(as_json)
    with opened() as session:
        rows = session.office.participants.outings()
    say(
        {
            "outings": [
                {
                    "code": r.code, "capacity": r.capacity, "seated": r.seated, "free": r.free, "waiting": r.waiting,
                    "reserved": r.reserved, "release_on": r.release_on or None, "release_due": r.release_due,
                    "came": r.came, "absent": r.absent, "pending": r.pending,
                }
                for r in rows
            ]
        },
        lambda: columns(
            [
                ("回", "日", "場所", "定員", "優先枠", "参加", "空き", "補欠", "出席", "欠席", "未記録", ""),
                *(
                    (
                        r.code, r.date, r.place, str(r.capacity), str(r.reserved), str(r.seated), str(r.free), str(r.waiting),
                        str(r.came), str(r.absent), str(r.pending), "優先枠の開放日です" if r.release_due else "",
                    )
                    for r in rows
                ),
            ]
        ),
    )  # fmt: skip


@app.command("list")
def list_(outing: Outing, as_json: Json = False) -> None:
    """回の参加者と、抽選順の補欠。"""
    remember(as_json)
    with opened() as session:
        rows = session.office.participants.list(outing)
    say(
        {
            "outing": outing,
            "rows": [
                {"number": r.number, "record": r.record, "unit": r.unit_id, "standing": r.standing.value, "place": r.place, "present": r.present}
                for r in rows
            ],
        },
        lambda: columns(
            [
                (
                    f"{r.number:04}", r.unit_id, r.kana, "" if r.age is None else str(r.age), r.town,
                    _WORDS[r.standing.value] + (str(r.place) if r.place else ""), {None: "", True: "出席", False: "欠席"}[r.present],
                )
                for r in rows
            ]
        ),
    )  # fmt: skip


@app.command()
def cancel(number: Number, as_json: Json = False) -> None:
    """抽選後に全部を辞退した。補欠が抽選順に繰り上がる。"""
    remember(as_json)
    with opened() as session:
        people = session.office.participants
        _promoted(people.withdraw(number))


@app.command()
def decline(number: Number, outing: Outing, as_json: Json = False) -> None:
    """ひとつの回だけ辞退した。ほかの回は待ち続ける。"""
    remember(as_json)
    with opened() as session:
        people = session.office.participants
        _promoted(people.decline(people.find(number, outing), outing))


@app.command()
def disqualify(number: Number, as_json: Json = False) -> None:
    """区が⑨で差し戻した人を取り消す。"""
    remember(as_json)
    with opened() as session:
        people = session.office.participants
        _promoted(people.disqualify(people.find(number)))


@app.command()
def close(outing: Outing, as_json: Json = False) -> None:
    """回を中止する。"""
    remember(as_json)
    with opened() as session:
        _promoted(session.office.participants.close(outing))


@app.command()
def shrink(
    numbers: Annotated[list[int], typer.Argument(help="参加しなくなった人の受付番号。同じ組の人だけ")],
    as_json: Json = False,
) -> None:
    """組のうちの何人かだけが辞退した。残りの人の席はそのまま。"""
    remember(as_json)
    with opened() as session:
        _promoted(session.office.participants.shrink(numbers))


@app.command()
def reserve(number: Number, outing: Outing, as_json: Json = False) -> None:
    """区の指示により、補欠の人（組のときは全員）に区優先枠の席を割り当てる。"""
    remember(as_json)
    with opened() as session:
        people = session.office.participants
        _promoted(people.reserve(people.find(number, outing), outing))


@app.command()
def release(
    outing: Outing,
    seats: Annotated[int | None, typer.Argument(help="席の数。省くと残りの全部")] = None,
    as_json: Json = False,
) -> None:
    """区優先枠の席を補欠の順に開放する。programme.toml に開放日があれば、その日から。"""
    remember(as_json)
    with opened() as session:
        _promoted(session.office.participants.release(outing, seats))


@app.command()
def late(number: Number, as_json: Json = False) -> None:
    """名簿の確定に間に合わなかった応募を、抽選した全員の後ろに加える。区の点検⑤が済んでから。"""
    remember(as_json)
    with opened() as session:
        made = session.office.participants.late(number)
    say(
        {"unit": made.unit_id, "numbers": list(made.numbers), "outing": made.outing or None},
        f"抽選番号 {made.unit_id}（受付番号 {'、'.join(f'{n:04}' for n in made.numbers)}）: "
        + (f"空きがあり、{made.outing} に参加" if made.outing else "補欠の最後")
        + "。次にすること: ikiiki sync",
    )


@app.command()
def attend(
    outing: Outing,
    number: Annotated[int, typer.Argument(help="受付番号")],
    present: Annotated[bool, typer.Option("--present/--absent", help="出席か欠席か")] = True,
    as_json: Json = False,
) -> None:
    """当日の出欠を記録する。"""
    remember(as_json)
    with opened() as session:
        people = session.office.participants
        record = next((p.record for p in people.list(outing) if p.number == number), "")
        people.attend(outing, record, present)
    say({"number": number, "present": present}, f"{number:04} {'出席' if present else '欠席'}")


@app.command()
def send(as_json: Json = False) -> None:
    """⑦ 参加者を区へ送る束にする（運ぶのは sync）。"""
    remember(as_json)
    with opened() as session:
        sent = session.office.participants.send()
    say(
        {"bundle": sent.name if sent else None},
        f"束 {sent.name}。次にすること: ikiiki sync" if sent else "送るものはありません",
    )


def _promoted(promotions: tuple[Promotion, ...]) -> None:
    say(
        {"promoted": [{"unit": p.id, "outing": p.course} for p in promotions]},
        lambda: "繰上げ: " + ("、".join(f"{p.id}（{p.course}）" for p in promotions) or "なし"),
    )


@app.command()
def phones(
    outing: Outing,
    who: Annotated[
        Callees, typer.Option(help="pending（出欠が未記録の人）・seated（参加者）・waiting（補欠）")
    ] = Callees.PENDING,
    as_json: Json = False,
) -> None:
    """電話番号だけの一覧（操作ログに残る）。"""
    remember(as_json)
    with opened() as session:
        calls = session.office.outing_day.phones(outing, who)
    say(
        {"outing": outing, "calls": [{"number": c.number, "kana": c.kana, "phone": c.phone} for c in calls]},
        lambda: columns([(f"{c.number:04}", c.kana, c.phone) for c in calls]),
    )


@app.command()
def no_shows(outing: Outing, as_json: Json = False) -> None:
    """出欠をまだ記録していない参加者を、まとめて欠席にする（開催日から）。"""
    remember(as_json)
    with opened() as session:
        noted = session.office.outing_day.no_shows(outing)
    say({"outing": outing, "absent": list(noted)}, f"{len(noted)}人を欠席にしました")
