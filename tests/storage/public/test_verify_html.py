"""verify.html in a real browser: recomputes what the product publishes, refuses any change, asks nothing of the network."""

import dataclasses
import hashlib
import random
import shutil
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from core.draw.abandoned import REASON_WORDS, Reached, Reason
from core.draw.events import EventLog, Head
from core.draw.rules import Course
from core.draw.standing import Place, PlaceState, Standing, replay
from core.roles import SITE_WORDS, Site
from storage.public import checking_tools
from storage.public.publish import publish
from tests.core.draw.happened import forbidden
from tests.core.draw.played import Played, after_draw, play, rules, with_signatures
from tests.storage.public.folders import (
    ABANDONED,
    BEACON,
    BROKEN,
    FORGED,
    HARMLESS,
    PLACES,
    change,
    differing_dice,
    forge,
    give_up,
    other_dice,
    plain,
    with_events,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HERE = Path(__file__).resolve().parents[3] / "storage" / "public" / "verify.html"
EVENTFUL = with_events(25, 3)


class Resident:
    """Somebody who opened the page, gives it files and numbers, and reads what it says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.given: dict[str, bytes] = {}
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(HERE.as_uri())

    def choose(self, files: Mapping[str, bytes]) -> str:
        """Begins anew with these files; how it ended: good, bad, stopped."""
        self.page.click("#again")
        return self.add(files)

    def add(self, files: Mapping[str, bytes]) -> str:
        """Files besides those that were chosen, or in their place."""
        payload = [
            {"name": name, "mimeType": "text/plain", "buffer": data} for name, data in sorted(files.items())
        ]
        self.page.set_input_files("#files", payload)  # type: ignore[arg-type]
        return self.ended()

    def ended(self) -> str:
        self.page.wait_for_selector(
            "html:not([data-state=working]):not([data-state=empty])", state="attached"
        )
        assert "途中で止まりました" not in self.verdict  # what the page says when it has a fault of its own
        return self.page.locator("html").get_attribute("data-state") or ""

    def ask(self, number: str) -> list[str]:
        """What it says about that number, a sentence each."""
        self.page.fill("#number", number)
        self.page.press("#number", "Enter")
        return self.page.locator("#answer p").all_inner_texts()

    @property
    def verdict(self) -> str:
        return self.page.inner_text("#verdict")

    @property
    def marks(self) -> list[str]:
        return self.page.locator("#steps li b").all_inner_texts()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Resident:
    return Resident(browser.new_page())


@pytest.fixture
def resident(visit: Resident) -> Generator[Resident]:
    """The one visit, begun anew."""
    visit.page.click("#again")
    failures: list[str] = []

    def failed(error: object) -> None:
        failures.append(str(error))

    visit.page.on("pageerror", failed)
    yield visit
    visit.page.remove_listener("pageerror", failed)
    assert failures == []


def test_the_folder_as_published_is_accepted_as_a_whole(resident: Resident, tmp_path: Path) -> None:
    publish(tmp_path / "p", EVENTFUL.files)
    resident.page.set_input_files("#folder", tmp_path / "p")
    assert resident.ended() == "good"
    assert "計算し直した結果、すべて一致しました" in resident.verdict
    assert resident.marks == ["済"] * 13
    assert not resident.page.is_visible("#ignored")
    assert (tmp_path / "p" / "verify.html").read_bytes() == checking_tools()["verify.html"]


SEATS = (Course("A1", 0), Course("B", 7, 7), Course("C", 9, 2))
GOOD = {
    "nobody tied to anybody": lambda: play(rules(max_size=1, max_tickets=1), count=60),
    "groups and several tickets": lambda: play(count=70, seed=11),
    "notes in the rules": lambda: play(rules(notes=("会場の抽選\u3000🎲", "<b>2枚目</b>"))),
    "seats kept and outings without room": lambda: play(rules(courses=SEATS)),
    "a beacon": lambda: play(BEACON),
    "one site absent": lambda: play(absent=frozenset({Site.WARD})),
    "both absent": lambda: play(absent=frozenset(Site)),
    "a single unit": lambda: play(count=1, seed=4),
    "events the ward has not seen": lambda: play(events=EventLog.parse(*_log(EVENTFUL)).events, seed=3),
    "heads without events": lambda: _headed(play()),
}


def _log(played: Played) -> tuple[bytes, str]:
    return played.files["events.txt"], played.result.sha256


def _headed(played: Played) -> Played:
    later = after_draw(played.params, played.result, (), 0)
    heads = {name: data for name, data in later.items() if name.startswith("head-")}
    return dataclasses.replace(played, files=with_signatures(plain(played.files) | heads))


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_of_draw_is_accepted(resident: Resident, kind: str) -> None:
    assert resident.choose(GOOD[kind]().files) == "good", resident.verdict
    assert set(resident.marks) == {"済"}


def headline(standing: Standing, place: Place) -> str:
    """Where a unit stands, as the page begins its answer."""
    match place.state:
        case PlaceState.SEATED:
            return f"いまは、{place.course} の回に当選しています。"
        case PlaceState.RESERVED:
            return f"いまは、{place.course} の回に、区優先枠で席があります。"
        case PlaceState.WAITING:
            lines = [(code, standing.waiting(code).index(place) + 1) for code in place.courses]
            return f"いまは、補欠です（{'、'.join(f'{code} の回の補欠 {at}番目' for code, at in lines)}）。"
        case PlaceState.OUT:
            return "いまは、席も補欠の順番もありません（"


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_it_tells_each_number_where_it_stands_as_the_product_does(resident: Resident, seed: int) -> None:
    played = with_events(30, seed)
    assert resident.choose(played.files) == "good", resident.verdict
    standing = replay(played.params, played.result, EventLog.parse(*_log(played)).events)
    order = {line.id: at for at, line in enumerate(played.result.lines, start=1)}
    for place in standing.places:
        told = resident.ask(place.id)
        assert told[0].startswith(f"番号 {place.id}： {headline(standing, place)}")
        if place.id in order:
            assert f"抽選の順は、{len(order)}組のうち {order[place.id]}番目でした。" in told
        else:
            assert any("抽選のあとに受け付けられた番号です" in sentence for sentence in told)
        promoted = [
            f"できごとの{one.seq}件目: {one.course} の回に繰り上がり、当選しました。"
            for one in standing.promotions
            if one.id == place.id
        ]
        assert [sentence for sentence in told if "繰り上がり、" in sentence] == promoted


def test_before_any_event_the_draw_is_the_answer(resident: Resident) -> None:
    played = play(rules(max_size=1))
    assert resident.choose(played.files) == "good"
    standing = replay(played.params, played.result)
    for place in standing.places[::5]:
        told = resident.ask(place.id)
        assert told[0].startswith(f"番号 {place.id}： {headline(standing, place).removeprefix('いまは、')}")


def test_a_number_may_be_typed_as_people_type(resident: Resident) -> None:
    played = play()
    number = next(unit.line.id for unit in played.units if "0" in unit.line.id and "1" in unit.line.id)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    resident.choose(played.files)
    expected = resident.ask(number)
    assert number in expected[0]
    for typed in (
        number.lower(),
        f" {number[:5]} {number[5:]}\u3000",
        f"{number[:3]}-{number[3:6]}－{number[6:]}",
        wide,
        wide.lower(),
        number.replace("0", "o").replace("1", "l"),
    ):
        assert resident.ask(typed) == expected


def test_a_number_that_is_not_there_or_is_none_is_told_in_a_sentence(resident: Resident) -> None:
    resident.choose(play().files)
    assert "名簿にありません" in resident.ask("0000000000")[0]
    assert "10文字です。いま入力されているのは9文字" in resident.ask("000000000")[0]
    assert "「U」は、番号に使われない文字" in resident.ask("000000000U")[0]
    assert "番号を入力してください" in resident.ask(" ")[0]


@pytest.mark.parametrize("reached", Reached)
def test_an_abandoned_draw_is_told_and_checked_as_far_as_it_went(
    resident: Resident, reached: Reached
) -> None:
    files = give_up(reached, reason=Reason.ROLL_WRONG)
    assert resident.choose(with_signatures(files)) == "stopped", resident.verdict
    assert "この抽選は、取りやめになりました" in resident.verdict
    assert resident.verdict.count(REASON_WORDS[Reason.ROLL_WRONG]) == 2
    assert "すべて一致しました" not in resident.verdict
    assert "済" in resident.marks[:2] and "―" in resident.marks
    told = resident.ask(ABANDONED.units[0].line.id)
    assert ("名簿にあります" in told[0]) is (reached is not Reached.RULES)
    for name in PLACES[reached]:
        assert resident.choose({other: data for other, data in files.items() if other != name}) == "bad", name


def test_what_cannot_be_abandoned_is_refused(resident: Resident) -> None:
    one = give_up(Reached.FREEZE, Site.WARD)
    assert resident.choose(one) == "stopped"
    assert f"{SITE_WORDS[Site.WARD]}が取りやめを申し出て、止まっています" in resident.verdict
    for played in (ABANDONED, play(BEACON)):
        differing = differing_dice(played)
        assert resident.choose(give_up(Reached.DICE, played=played, more=differing)) == "stopped"
        same = {"dice-ward.txt": played.files["dice-ward.txt"]}
        assert resident.choose(give_up(Reached.DICE, played=played, more=same)) == "bad"
        assert "取りやめることができません" in resident.verdict
        for name in ("result.txt", "seed-input.txt"):
            more = differing | {name: played.files[name]}
            assert resident.choose(give_up(Reached.DICE, played=played, more=more)) == "bad"
    early = {"reveal-ward.txt": ABANDONED.files["reveal-ward.txt"]}
    assert resident.choose(give_up(Reached.FREEZE, more=early)) == "bad"
    words = {name: data for name, data in give_up(Reached.DICE).items() if name.startswith("abandoned-")}
    assert resident.choose(give_up(Reached.OPENED) | words) == "bad"


@pytest.mark.parametrize("kind", ["events", "beacon", "abandoned"])
def test_any_changed_character_of_any_file_is_refused(resident: Resident, kind: str) -> None:
    files = {
        "events": lambda: with_events(8).files,
        "beacon": lambda: play(BEACON).files,
        "abandoned": lambda: with_signatures(
            give_up(Reached.DICE, more=other_dice(ABANDONED, digits="1" * 20))
        ),
    }[kind]()
    chance = random.Random(20261124)
    assert resident.choose(files) in {"good", "stopped"}
    before: dict[str, bytes] = {}
    for name in sorted(files):
        for _ in range(3):
            changed = change(files[name], chance)
            if changed == files[name]:
                continue
            assert resident.add(before | {name: changed}) == "bad", (name, changed)
            assert resident.marks.count("×") == 1
            before = {name: files[name]}
    assert resident.add(before) in {"good", "stopped"}  # it was the changes, nothing else


def test_without_signatures_any_change_that_binds_is_refused_all_the_same(resident: Resident) -> None:
    files = plain(with_events(6).files)
    chance = random.Random(7)
    assert resident.choose(files) == "good"
    assert "署名は確かめていません" in resident.verdict
    before: dict[str, bytes] = {}
    for name in sorted(files):
        for _ in range(4):
            changed = change(files[name], chance)
            if changed != files[name]:
                assert resident.add(before | {name: changed}) == "bad", (name, changed)
                before = {name: files[name]}


def test_the_first_thing_that_does_not_fit_is_named_with_what_to_do(resident: Resident) -> None:
    files = EVENTFUL.files
    for name, data, what in (
        ("params.txt", b"\xef\xbb\xbf" + files["params.txt"], "BOM"),
        ("params.txt", files["params.txt"].replace(b"\n", b"\r\n"), "CR"),
        ("params.txt", files["params.txt"] + b"note=\xff\n", "UTF-8"),
        ("params.txt", files["params.txt"] + "note=a\u2028b\n".encode(), "note="),
        ("params.txt", files["params.txt"] + b"note=" + b"a" * 201 + b"\n", "note="),
        ("params.txt", files["params.txt"].replace(b"max_size=3", b"max_size=03"), "max_size"),
        ("params.txt", files["params.txt"].replace(b"course=A 12", b"course=A 00000012"), "course="),
        ("list.txt", files["list.txt"][:-1], "改行"),
        ("list.txt", b"", "空"),
        ("result.txt", files["result.txt"].replace(b" A\n", b" -\n", 1), "計算し直した結果"),
    ):
        assert resident.choose(files | {name: data}) == "bad"
        assert f"ファイル: {name}" in resident.verdict
        assert what in resident.verdict
        assert "どうすればよいか: " in resident.verdict
        assert "調べられ" in resident.ask(EVENTFUL.units[0].line.id)[0]


def test_a_broken_rule_is_refused_though_all_later_hashes_fit(resident: Resident) -> None:
    for allowed in HARMLESS:
        assert resident.choose(forge(FORGED, *allowed)) == "good", resident.verdict
    for kind, forgery in BROKEN.items():
        assert resident.choose(forge(FORGED, *forgery)) == "bad", kind
        assert forgery[0] in resident.verdict or kind == "an opening of another freeze"


def test_any_missing_file_is_named(resident: Resident) -> None:
    for name in EVENTFUL.files:
        if name.startswith("head-ward.txt"):
            continue  # the ward countersigns when it next logs in: until then there is none
        assert (
            resident.choose({other: data for other, data in EVENTFUL.files.items() if other != name}) == "bad"
        )
        assert name in resident.verdict


def test_two_files_of_one_name_are_refused_and_nothing_old_is_answered(resident: Resident) -> None:
    assert resident.choose(EVENTFUL.files) == "good"
    twice = [{"name": "list.txt", "mimeType": "text/plain", "buffer": data} for data in (b"a\n", b"b\n")]
    resident.page.set_input_files("#files", twice)  # type: ignore[arg-type]
    assert resident.ended() == "bad"
    assert "同じ名前のファイルが2つあります" in resident.verdict
    assert "調べられ" in resident.ask(EVENTFUL.units[0].line.id)[0]


def test_an_event_the_rules_forbid_is_refused(resident: Resident) -> None:
    for seed in range(12):
        played = with_events(10, seed)
        log = EventLog.parse(*_log(played))
        worse = log.append(forbidden(played.params, played.result, log.events, random.Random(seed)))
        head = Head(played.params.draw, Site.CONTRACTOR, len(worse.events), worse.head)
        files = plain(played.files) | {"events.txt": worse.to_bytes(), head.file_name: head.to_bytes()}
        assert resident.choose(files) == "bad"
        assert "ファイル: events.txt" in resident.verdict


def test_a_folder_may_be_dropped_onto_the_page(resident: Resident) -> None:
    texts = {name: data.decode() for name, data in plain(EVENTFUL.files).items()}
    dropped = resident.page.evaluate_handle(
        """texts => {
            const made = new DataTransfer();
            for (const [name, text] of Object.entries(texts)) made.items.add(new File([text], name));
            return made;
        }""",
        texts,
    )
    resident.page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    assert resident.ended() == "good"


def test_it_is_usable_with_the_keyboard_alone(resident: Resident) -> None:
    resident.choose(EVENTFUL.files)
    resident.page.focus("#pick-folder")
    reached = ["pick-folder"]
    while reached[-1] != "number":
        resident.page.keyboard.press("Tab")
        reached.append(resident.page.evaluate("() => document.activeElement.id"))
        assert len(reached) < 8
    assert reached == ["pick-folder", "pick-files", "again", "number"]
    with resident.page.expect_file_chooser():
        resident.page.press("#pick-files", "Enter")
    resident.page.focus("#number")
    resident.page.keyboard.type("0000000000")
    resident.page.keyboard.press("Enter")
    assert "名簿にありません" in resident.page.inner_text("#answer")


def test_the_keys_hashes_are_shown_as_the_script_prints_them(resident: Resident) -> None:
    resident.choose(EVENTFUL.files)
    for site in Site:
        shown = resident.page.locator(f"#hash-{site}").text_content()
        assert shown == hashlib.sha256(EVENTFUL.files[f"{site}.pem"]).hexdigest()


LACKING = {
    "no cryptography": "Object.defineProperty(crypto, 'subtle', { value: undefined })",
    "no Ed25519": "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))",
}


@pytest.mark.parametrize("lacking", LACKING)
def test_a_browser_without_ed25519_recomputes_and_says_that_signatures_were_not_checked(
    browser: Browser, lacking: str
) -> None:
    page = browser.new_page()
    page.add_init_script(LACKING[lacking])
    resident = Resident(page)
    assert resident.choose(EVENTFUL.files) == "good"
    assert "署名だけは確かめられませんでした" in resident.verdict
    assert resident.marks == ["済"] * 12 + ["―"]
    changed = EVENTFUL.files["result.txt"].replace(b" A\n", b" -\n", 1)
    assert resident.add({"result.txt": changed}) == "bad"
    page.close()


def test_its_sha256_is_sha256(resident: Resident) -> None:
    for length in (*range(130), 1000, 100_000):
        text = "あ"[: length % 2] + "x" * length
        assert resident.page.evaluate("text => sha(text)", text) == hashlib.sha256(text.encode()).hexdigest()


def test_what_files_say_never_becomes_part_of_the_page(resident: Resident) -> None:
    trap = "<b id=trapped>x</b>"
    played = play(rules(notes=(trap,)))
    assert resident.choose(played.files | {f"{trap}.txt".replace("/", ""): b"x"}) == "good"
    assert trap.replace("/", "") in resident.page.inner_text("#ignored")
    resident.ask(trap)
    broken = played.files["params.txt"].replace(b"draw=", b"draw=" + trap.encode())
    resident.add({"params.txt": broken})
    assert resident.page.locator("#trapped").count() == 0


def test_nothing_leaves_the_page(resident: Resident) -> None:
    resident.choose(EVENTFUL.files)
    resident.ask(EVENTFUL.units[0].line.id)
    assert resident.asked == [HERE.as_uri()]
    for attempt in (
        "fetch('https://example.invalid/x')",
        "new Promise((_, no) => Object.assign(new Image(), { onerror: no, src: 'https://example.invalid/x.png' }))",
        "fetch('verify.sh')",
    ):
        outcome = resident.page.evaluate(
            f"""async () => {{
                const broken = new Promise(yes => addEventListener('securitypolicyviolation', yes, {{ once: true }}));
                const refused = await {attempt}.then(() => false, () => true);
                return [refused, (await broken).effectiveDirective];
            }}"""
        )
        assert outcome[0] is True
        assert outcome[1] in {"connect-src", "img-src"}


def test_the_page_names_no_other_address() -> None:
    page = checking_tools()["verify.html"].decode()
    assert "://" not in page
    assert "src=" not in page.replace("src 'unsafe", "")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert word not in page
