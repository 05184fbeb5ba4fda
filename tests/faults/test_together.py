"""Several people in one vault at once: nothing is lost, and nobody's key is changed under their hands."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from tests.journeys.acting import APPLICANTS, Machine, Sites, export, in_process, start

At = Callable[..., Sites]


def begin(machine: Machine, *words: object) -> subprocess.Popen[str]:
    """A command in a process of its own, not waited for."""
    return start(machine.words(*words), machine.env())


def many(count: int) -> bytes:
    """An export with that many rows."""
    rows = [
        (f"X{n}", "カトウ", "ア" * (n % 7 + 1) + "オ" * (n // 7 % 7 + 1) + "コ" * (n // 49 + 1), f"昭和{20 + n % 10}年{n % 12 + 1}月{n % 28 + 1}日",
         "160-0022", f"新宿区新宿{n % 9 + 1}-{n + 1}", f"03-5273-{2000 + n}", "", "A", "", "")
        for n in range(count)
    ]  # fmt: skip
    return export(tuple(rows))


def test_an_import_and_keyed_entries_at_the_same_time_lose_nothing(at: At) -> None:
    sites = at("found")
    machine = sites.contractor
    for staff in ("c-one", "c-two"):
        machine.engage(staff, staff, "handler")
    one, two = (Machine(sites.base, machine.site, staff=staff) for staff in ("c-one", "c-two"))
    (sites.base / "many.csv").write_bytes(many(250))
    keyed = [
        ("intake", "add", "--kana", f"ムラタ {'ウ' * n}", "--birth-date", "S22.2.2", "--address", f"新宿区榎町{n}-1",
         "--phone", f"03-5273-{3000 + n}", "--preferences", "B", "--route", "post")
        for n in range(1, 7)
    ]  # fmt: skip
    importing = begin(one, "intake", "import", sites.base / "many.csv")
    typing = [begin(two, *words) for words in keyed]
    done = [(*process.communicate(), process.returncode) for process in (importing, *typing)]
    assert [code for _, _, code in done] == [0] * 7, [err for _, err, _ in done]
    with machine.looking() as tx:
        everybody = tx.applications.all()
        lines = tx.ledger.size(machine.site)
    assert len(everybody) == 256
    assert sorted(a.number for a in everybody) == list(range(1, 257))
    assert len({a.applicant.phone for a in everybody}) == 256
    acts = [(x["act"], x["qty"]) for x in machine.do("ledger", "list")["lines"]]
    assert acts.count(("intake", 250)) == 1 and acts.count(("intake", 1)) == 6 and len(acts) == lines
    machine.sound()


def test_two_people_in_threads_key_side_by_side(at: At) -> None:
    """As two panes of one screen would, with a vault opened twice in one process."""
    from core.applicant import Route
    from core.people.fields import Field

    sites = at("found")
    machine = sites.contractor
    sessions = [machine.session() for _ in range(2)]

    def key(index: int) -> None:
        for n in range(5):
            sessions[index].office.intake.add(
                {
                    Field.KANA: f"モリ {'アイ'[index]}{'エ' * (n + 1)}", Field.BIRTH_DATE: "S22.2.2", Field.PREFERENCE: "A",
                    Field.ADDRESS: f"新宿区榎町{index + 1}-{n + 1}", Field.PHONE: f"03-5273-4{index}0{n}",
                },
                Route.POST,
            )  # fmt: skip

    threads = [threading.Thread(target=key, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in sessions:
        session.close()
    assert [row["number"] for row in machine.do("intake", "list")["applications"]] == list(range(1, 11))
    machine.sound()


def test_two_imports_of_one_file_at_the_same_time_take_it_in_once(at: At) -> None:
    sites = at("found")
    (sites.base / "export.csv").write_bytes(export())
    both = [begin(sites.contractor, "intake", "import", sites.base / "export.csv") for _ in range(2)]
    done = [(*process.communicate(), process.returncode) for process in both]
    assert [code for _, _, code in done] == [0, 0], [err for _, err, _ in done]
    assert len(sites.contractor.do("intake", "list")["applications"]) == len(APPLICANTS)
    sites.contractor.sound()


def test_syncs_at_the_same_time_end_well_or_say_that_one_is_under_way(at: At) -> None:
    sites = at("apply")
    sites.contractor.do("intake", "send")
    done = [begin(machine, "sync") for machine in (*sites.both, *sites.both)]
    codes = [process.communicate() and process.returncode for process in done]
    assert set(codes) <= {0, 5}, codes
    sites.sync()
    assert len(sites.ward.do("intake", "list")["applications"]) == 11
    for machine in sites.both:
        machine.sound()


def people(sites: Sites) -> tuple[Machine, Machine]:
    """The contractor's manager, and a handler who is to leave."""
    sites.contractor.engage("c-leaver", "退職者", "handler")
    return sites.contractor, Machine(sites.base, sites.contractor.site, staff="c-leaver")


def test_a_revocation_waits_until_nobody_else_is_inside_and_says_who_is(at: At) -> None:
    manager, leaver = people(at("apply"))
    session = leaver.session()
    before = manager.tables()
    result = manager.run("staff", "revoke", "c-leaver")
    assert result.code == 3 and "c-leaver" in result.json["error"]["where"]
    assert manager.tables() == before
    session.close()
    manager.do("staff", "revoke", "c-leaver")


def test_a_revoked_person_is_out_and_the_vault_has_a_new_key(at: At) -> None:
    sites = at("apply")
    manager, leaver = people(sites)
    leaver.do("intake", "list")
    old = (manager.folder / "vault-1.db").read_bytes()
    header = (manager.folder / "vault.json").read_bytes()
    applications = manager.tables()["application"]
    manager.do("staff", "revoke", "c-leaver")
    assert sorted(path.name for path in manager.folder.glob("vault-*")) == ["vault-2.db"]
    assert manager.tables()["application"] == applications
    leaver.refused("intake", "list", code=4)
    assert [row["until"] is None for row in manager.do("staff", "list")["staff"]] == [True, False]
    manager.refused("staff", "add", "c-leaver", "--name", "別人", "--role", "handler", code=3)
    (manager.folder / "vault-1.db").write_bytes(old)  # what the person had copied before
    (manager.folder / "vault-1.db").chmod(0o600)
    (manager.folder / "vault.json").write_bytes(header)
    manager.refused("intake", "list", code=6)


def test_work_goes_on_after_a_revocation_at_both_sites(at: At) -> None:
    sites = at("apply")
    manager, _ = people(sites)
    manager.do("staff", "revoke", "c-leaver")
    sites.send()
    sites.review()
    assert manager.do("lottery", "freeze")["step"] == "freeze_ward"
    for machine in sites.both:
        machine.sound()


def test_a_password_is_changed_by_its_owner_alone(at: At, tmp_path: Path) -> None:
    machine = at("found").contractor
    new = tmp_path / "new"
    new.write_text("another path through cedars\n", encoding="utf-8")
    env = machine.env() | {"IKIIKI_NEW_PASSWORD_FILE": str(new)}
    assert in_process(machine.words("staff", "password"), env).code == 0
    machine.refused("status", code=4)
    machine.password = "another path through cedars"
    machine.do("status")
    new.write_text("short\n", encoding="utf-8")
    before = (machine.folder / "vault.json").read_bytes()
    assert (
        in_process(
            machine.words("staff", "password"), machine.env() | {"IKIIKI_NEW_PASSWORD_FILE": str(new)}
        ).code
        == 3
    )
    assert (machine.folder / "vault.json").read_bytes() == before
