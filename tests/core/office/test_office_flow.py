"""The one sentence of the flow line: the right next action at every point of the year, at both sites."""

from __future__ import annotations

from typing import Any

from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Role

DICE = "08365512907744019283"
TAKE_IN = "送受信で届いた束を取り込む"


def said(bench: Any) -> tuple[str, str]:
    return bench.contractor.office.flow.status().sentence, bench.ward.office.flow.status().sentence


def test_the_sentence_follows_the_year(bench: Any) -> None:
    c, w = bench.contractor.office, bench.ward.office
    card = "相手の鍵を登録する（ikiiki partner trust）"
    assert said(bench) == (card, card)
    bench.pair()
    assert said(bench) == ("応募を取り込む、または入力する", "送受信で委託先からの事業の設定を取り込む")
    bench.sync()
    assert said(bench) == ("応募を取り込む、または入力する", "委託先からの応募者データを待つ")

    made = [bench.contractor.key(kana) for kana in ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ")]
    held = bench.contractor.key("ヤマモト イワオ", phone="")
    assert said(bench)[0] == "保留を確かめ、応募者データを区へ送る"
    c.records.send()
    assert said(bench)[0] == "保留の応募を確かめる"
    c.intake.edit(held.number, {Field.PHONE: "03-5273-0009"})
    assert said(bench)[0] == "応募者データを区へ送る"
    c.records.send()
    assert said(bench) == ("抽選の封印をつくる（区の点検を待つ間に）", "委託先からの応募者データを待つ")
    c.lottery.seal()
    assert said(bench)[0] == "区の点検を待つ（送受信で受け取る）"
    bench.carry(bench.contractor)
    assert said(bench)[1] == TAKE_IN
    bench.sync()

    bench.ward.key("イケダ トオル")
    assert said(bench)[1] == "窓口の応募を媒体で委託先へ渡す"
    w.records.seal_desk()
    for name, *files in w.records.desk_on_the_way():
        c.records.take_in_desk(name, *files)
    assert said(bench) == ("応募者データを区へ送る", "応募者を点検する")
    c.records.send()
    bench.sync()

    assert said(bench) == ("区の点検を待つ（送受信で受け取る）", "応募者を点検する")
    w.review.return_(APPLICANTS, [made[0].record], "unclear")
    assert said(bench)[1] == "応募者を点検する"
    w.review.confirm_rest(APPLICANTS)
    assert said(bench)[1] == "点検の結果を委託先へ送る"
    w.review.send()
    bench.sync()
    assert said(bench) == ("区が差し戻した応募を訂正する、または不受理にする", "抽選: 封印をつくる")
    c.intake.edit(made[0].number, {Field.PREFERENCE: "A"})
    assert said(bench)[0] == "応募者データを区へ送る"
    c.records.send()
    bench.sync()
    assert said(bench) == ("区の点検を待つ（送受信で受け取る）", "応募者を点検する")
    w.review.confirm(APPLICANTS, [made[0].record])
    w.review.send()
    bench.sync()
    assert said(bench) == ("抽選: 区が封印をつくるのを待つ", "抽選: 封印をつくる")
    w.lottery.seal()
    bench.sync()

    handler = bench.contractor.office_of(Role.HANDLER).flow
    for act, mine, theirs in (
        (c.lottery.freeze, "抽選: 抽選名簿を確定する", "抽選: 委託先が抽選名簿を確定するのを待つ"),
        (w.lottery.freeze, "抽選: 区が抽選名簿を確かめて署名するのを待つ", "抽選: 抽選名簿を確かめて署名する"),
        (c.lottery.open_seals, "抽選: 封印を開ける", "抽選: 委託先が封印を開けるのを待つ"),
        (w.lottery.open_seals, "抽選: 区が開封を確かめて署名するのを待つ", "抽選: 開封を確かめて署名する"),
        (lambda: c.lottery.dice(DICE), "抽選: さいころの数字を入力する", "抽選: さいころの数字を入力する"),
        (lambda: w.lottery.dice(DICE), "抽選: 区がさいころの数字を入力するのを待つ", "抽選: さいころの数字を入力する"),
        (c.lottery.draw, "抽選: 抽選結果を計算して署名する", "抽選: 委託先が抽選結果を計算して署名するのを待つ"),
    ):  # fmt: skip
        assert said(bench) == (mine, theirs)
        if not mine.endswith("待つ"):
            assert handler.status().sentence == f"抽選: 取扱責任者が{mine.removeprefix('抽選: ')}のを待つ"
        act()
        bench.sync()

    assert said(bench) == ("参加者データを区へ送る", "委託先からの参加者データを待つ")
    c.participants.send()
    bench.sync()
    assert said(bench) == ("区の点検と承認を待つ（送受信で受け取る）", "参加者を点検する")
    first = w.review.rows(PARTICIPANTS)[0]
    w.review.return_(PARTICIPANTS, [first.record], "not_resident")
    assert said(bench)[1] == "参加者を点検する"
    w.review.confirm_rest(PARTICIPANTS)
    assert said(bench)[1] == "点検の結果を委託先へ送る"
    w.review.send()
    assert said(bench)[1] == "差し戻した参加者を委託先が取り消すのを待つ"
    bench.sync()
    assert said(bench)[0] == "区が差し戻した参加者を失格にする"
    c.participants.disqualify(c.participants.find(first.number))
    assert said(bench)[0] == "参加者データを区へ送る"
    c.participants.send()
    bench.sync()
    assert said(bench) == ("区の点検と承認を待つ（送受信で受け取る）", "参加者を点検する")
    w.review.confirm_rest(PARTICIPANTS)
    assert said(bench)[1] == "参加者を承認し、委託先へ送る"
    assert bench.ward.office_of(Role.HANDLER).flow.status().sentence == "点検の結果を委託先へ送る"
    w.participants.approve()
    bench.sync()
    assert said(bench) == ("参加証と落選通知をつくって発送する", "通知の発送の知らせを待つ")
    cards = c.notices.prepare()
    assert {one.notice.kind for one in cards[:1]} != {one.notice.kind for one in cards[-1:]}
    c.notices.dispatch(cards[:-1])
    bench.sync()
    assert said(bench) == ("参加証と落選通知をつくって発送する", "通知の発送の知らせを待つ"), "one is missing"
    c.notices.dispatch(c.notices.prepare())
    bench.sync()
    assert said(bench) == ("辞退と当日の出欠を記録する", "辞退と繰上げの知らせを受け取る")

    c.participants.cancel(c.participants.list("A")[0].unit_id)
    assert said(bench)[0] == "参加者データを区へ送る"
    c.participants.send()
    bench.sync()
    promoted = c.notices.prepare()
    # a promotion needs no new ⑩, but its card
    assert said(bench)[1] == ("通知の発送の知らせを待つ" if promoted else "辞退と繰上げの知らせを受け取る")
    assert said(bench)[0] == (
        "参加証と落選通知をつくって発送する" if promoted else "辞退と当日の出欠を記録する"
    )


def test_an_auditor_is_not_told_to_take_in(bench: Any) -> None:
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    assert bench.ward.office.flow.status().sentence == TAKE_IN
    assert bench.ward.office_of(Role.AUDITOR).flow.status().sentence == "応募者を点検する"
