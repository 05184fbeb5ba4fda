"""Whatever goes wrong in an exchange, no secret and nobody's data stands in anything that is said or left behind.

Played over the stand-in Box with a fault of every kind at every stage of a sync, through a proxy with a password, by key, and
with what is wrong in the settings themselves. Searched: stdout, stderr, reports, every exception with its causes and contexts,
the log of every library at its most talkative, and all that the courier keeps, names of files included.
"""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from storage.remotes.box.network import TimeLimits
from storage.remotes.box.pacing import Pace
from storage.remotes.box.patience import Patience
from tests.box.faults import Fault
from tests.box.pretend import PretendBox
from tests.box.proxy import Proxy
from tests.journeys.acting import Machine, Sites
from tests.journeys.seeking import applicants_of, hits, more_words_of, needles, words_of
from tests.storage.courier.striking import HANDED, WAYS

At = Callable[..., Sites]
SECRET, PROXY_PASSWORD, PASSPHRASE = "cl13nt-s3cr3t-of-ours", "pr0xy-p4ssw0rd", "p4ssphr4se-of-the-key"


class Said:
    """Everything that was said, in a folder of its own, and what must not be in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.secrets: set[str] = {SECRET, PROXY_PASSWORD, PASSPHRASE}
        self.count = 0

    def note(self, *texts: str) -> None:
        self.count += 1
        (self.folder / f"{self.count:04}").write_text("\n".join(texts), "utf-8", errors="backslashreplace")

    def fail(self, error: BaseException) -> None:
        """An error as anybody might print it: with causes, and with contexts that were to be suppressed."""
        seen: list[BaseException] = []
        todo: list[BaseException | None] = [error]
        while todo:
            one = todo.pop()
            if one is None or one in seen:
                continue
            seen.append(one)
            todo += [one.__cause__, one.__context__]
            self.note(str(one), repr(one), repr(one.args), "".join(traceback.format_exception(one)))

    def leaks(self, people: set[bytes], *more: Path) -> list[tuple[str, bytes]]:
        found = hits([self.folder, *more], people | needles(self.secrets))
        names = "\n".join(str(path.relative_to(folder)) for folder in more for path in folder.rglob("*"))
        return found + [("names", word) for word in people | needles(self.secrets) if word in names.encode()]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    return Said(tmp_path / "said")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries."""
    monkeypatch.setattr(
        "storage.remotes.box.remote.Patience", functools.partial(Patience, sleep=lambda _: None)
    )
    monkeypatch.setattr("storage.remotes.box.remote.TimeLimits", functools.partial(TimeLimits, read=0.15))
    monkeypatch.setattr("storage.remotes.box.remote.Pace", functools.partial(Pace, sleep=lambda _: None))


@pytest.fixture
def box(said: Said, hurried: None) -> Iterator[PretendBox]:
    with PretendBox() as made:
        for application in made.state.tokens.applications.values():
            application.client_secret = SECRET
        issue = made.state.tokens.issue

        def noted(user: Any) -> str:
            token = issue(user)
            said.secrets.add(token)
            return token

        made.state.tokens.issue = noted  # type: ignore[method-assign]
        yield made


@pytest.fixture
def everything(
    said: Said, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Errors are caught where the command catches them, and every library's log at its most talkative."""
    import cli.carrying
    import cli.session

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def through(*words: Any, **more: Any) -> Any:
            try:
                return call(*words, **more)
            except BaseException as error:
                said.fail(error)
                raise

        return through

    monkeypatch.setattr(cli.carrying, "courier_run", watched(cli.carrying.courier_run))
    monkeypatch.setattr(cli.session.Session, "sync", watched(cli.session.Session.sync))
    with caplog.at_level(logging.DEBUG):
        yield
    said.note(caplog.text)


def set_up(sites: Sites, box: PretendBox, said: Said, **more: str) -> None:
    """Both sites over Box, with what stands in `more` besides."""
    for machine in sites.both:
        user = box.contractor if machine.site.value == "contractor" else box.ward
        chosen = {
            "folder": box.folder.id, "client_id": box.settings(user).client_id, "client_secret": SECRET, "user": user.id,
            "api_url": box.server.api_url, "upload_url": box.server.upload_url, **more,
        }  # fmt: skip
        file = sites.base / f"{machine.site}-box.toml"
        logins = ", ".join(quoted(one.login) for one in (box.contractor, box.ward))
        written = "".join(f"{name} = {quoted(value)}\n" for name, value in chosen.items())
        file.write_text(f"{written}collaborators = [{logins}]\n", encoding="utf-8")
        credential = sites.base / f"{machine.site}.credential"
        credential.unlink(missing_ok=True)
        machine.do("courier", "box", file, "--credential", credential)
        said.secrets.add(credential.read_text().strip())


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def run(machine: Machine, said: Said, *, alone: bool = True) -> int:
    """A sync, alone or with a person; its exit code."""
    credential = machine.base / f"{machine.site}.credential"
    env = machine.env() | ({"IKIIKI_COURIER_CREDENTIAL_FILE": str(credential)} if alone else {})
    done = machine.runner(machine.words("sync", json_=False, alone=alone), env)
    said.note(done.out, done.err)
    return int(done.code)


def people_of(sites: Sites) -> set[bytes]:
    found = needles(
        chain.from_iterable(
            chain(words_of(one), more_words_of(one))
            for machine in sites.both
            for one in applicants_of(machine)
        )
    )
    assert len(found) > 500
    return found


def kept(sites: Sites) -> list[Path]:
    return [machine.folder / name for machine in sites.both for name in ("courier", "outbox", "inbox")]


def sealed_something(sites: Sites, day: int) -> None:
    """A person more, and with them a bundle to be sent."""
    sites.contractor.do(
        "intake", "add", "--kana", "モリ ハナコ", "--birth-date", f"S22.2.{day}", "--address", "新宿区榎町1-1",
        "--phone", "03-5273-4000", "--preferences", "A", "--route", "post",
    )  # fmt: skip
    sites.contractor.do("intake", "send")


@pytest.mark.usefixtures("everything")
def test_with_faults_of_every_kind_at_every_stage(at: At, box: PretendBox, said: Said) -> None:
    sites = at("send")
    set_up(sites, box, said)
    people = people_of(sites)
    sealed_something(sites, 1)
    codes = set()
    for name, way in WAYS.items():
        for nth, machine in zip((1, 2, 4, 7), 2 * sites.both, strict=True):
            if name not in HANDED:
                box.server.faults.order(Fault("*", "", nth=nth, **way))
                codes.add(run(machine, said))
                box.server.faults.clear()
    for way in ("401", "500 for good", "reset after it acted"):
        box.server.faults.order(Fault("*", "", nth=4, **WAYS[way]))
        codes.add(run(sites.ward, said, alone=False))
        box.server.faults.clear()
    for day, name in enumerate(
        HANDED, start=2
    ):  # the second for good: from then on an altered bundle lies there
        sealed_something(sites, day)
        box.server.faults.order(Fault("POST", "/files/content", **WAYS[name]))
        codes.add(run(sites.contractor, said))
    assert codes >= {0, 3, 5, 6}
    assert said.leaks(people, *kept(sites)) == []


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("wrong", ["", "the password", "no such proxy", "another authority"])
def test_through_a_proxy_with_a_password(
    at: At, box: PretendBox, said: Said, tmp_path: Path, wrong: str
) -> None:
    sites = at("send")
    (tmp_path / "ca").mkdir()
    with Proxy(box.server, tmp_path / "ca", credentials=("courier", PROXY_PASSWORD)) as proxy:
        url = proxy.url
        if wrong == "the password":
            url = url.replace(PROXY_PASSWORD, "0ther-pr0xy-w0rd")
            said.secrets.add("0ther-pr0xy-w0rd")
        elif wrong == "no such proxy":
            url = f"http://courier:{PROXY_PASSWORD}@127.0.0.1:1"
        more = {} if wrong == "another authority" else {"ca_bundle": str(proxy.ca)}
        set_up(
            sites, box, said, proxy=url, api_url="https://api.box.com", upload_url="https://upload.box.com/api", **more
        )  # fmt: skip
        people = people_of(sites)
        assert run(sites.contractor, said) == (5 if wrong else 0)
        assert bool(proxy.asked) is (wrong not in ("no such proxy",))
    assert said.leaks(people, *kept(sites)) == []


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("broken", [False, True])
def test_signing_in_by_a_key(at: At, box: PretendBox, said: Said, broken: bool) -> None:
    """The stand-in does not know the key: the refusal must not tell of it. Nor must a key that cannot be read."""
    sites = at("send")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    ).decode()
    said.secrets |= {line for line in pem.splitlines() if len(line) > 40}
    said.secrets |= {"0ther-p4ssphr4se"} if broken else set()
    set_up(
        sites, box, said, jwt_key_id="k1", jwt_private_key=pem, jwt_passphrase="0ther-p4ssphr4se" if broken else PASSPHRASE
    )  # fmt: skip
    assert run(sites.contractor, said) == (2 if broken else 3)
    assert said.leaks(people_of(sites), *kept(sites)) == []


@pytest.mark.usefixtures("everything")
def test_what_is_wrong_in_the_settings_is_named_and_not_shown(at: At, box: PretendBox, said: Said) -> None:
    sites = at("send")
    file = sites.base / "box.toml"
    good = f'folder = "1"\nclient_id = "c"\nclient_secret = "{SECRET}"\nuser = "2"\ncollaborators = ["a@b"]\n'
    for text in (
        good + "no toml\n", good + "more = 1\n", good + f'proxy = "ftp://courier:{PROXY_PASSWORD}@host"\n', good + "user = 3\n",
        good.replace('"1"', f'"{SECRET}"'), good + f'jwt_passphrase = "{PASSPHRASE}"\njwt_key_id = "k"\n',
        good + f'api_url = "http://{PROXY_PASSWORD}.example"\n', good.replace(f'"{SECRET}"', "5"),
    ):  # fmt: skip
        file.write_text(text, encoding="utf-8")
        done = sites.contractor.run("courier", "box", file, "--credential", sites.base / "new.credential")
        assert done.code == 2, text
        said.note(done.out, done.err)
    credential = sites.base / "bad.credential"
    for secret in ("not base64, but secret", "c2hvcnQgc2VjcmV0"):
        said.secrets.add(secret)
        credential.write_text(secret)
        credential.chmod(0o600)
        (sites.contractor.folder / "courier" / "remote.toml").write_text('kind = "box"\n')
        (sites.contractor.folder / "courier" / "box.sealed").write_bytes(b"hkx1\n" + bytes(60))
        env = sites.contractor.env() | {"IKIIKI_COURIER_CREDENTIAL_FILE": str(credential)}
        done = sites.contractor.runner(sites.contractor.words("sync", alone=True), env)
        said.note(done.out, done.err)
        assert done.code in (4, 6)
    assert said.leaks(people_of(sites), *kept(sites)) == []


def test_the_search_would_find_them(said: Said) -> None:
    said.note(f"proxy http://courier:{PROXY_PASSWORD}@host", "{'phone': '0352731001'}")
    said.fail(ValueError(SECRET))
    found = {word for _, word in said.leaks(needles(["0352731001"]))}
    assert {PROXY_PASSWORD.encode(), SECRET.encode(), b"0352731001"} <= found
