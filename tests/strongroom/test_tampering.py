"""Whatever is done to the owner's database and log, her audit finds it and says what was touched."""

import os
import sys

import pytest
from services_stage import POLICY
from tampering_stage import populated

from chopmark.strongroom import purposes
from tampering.blows import SEED, unnamed
from tampering.mutations import undone
from tampering.rows import ask, take_over

COUNT = int(os.environ.get("CHOPMARK_TAMPER_COUNT", "30"))


@pytest.fixture
def scene(db, as_process, monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(POLICY)
    for name in ("log", "public"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("STRONGROOM_POLICY", str(file))
    monkeypatch.setenv("STRONGROOM_LOG_FOLDER", str(tmp_path / "log"))
    purposes.terms.cache_clear()
    with as_process("strongroom"):
        scene = populated(tmp_path / "log", tmp_path / "public")
    with as_process("strongroom_auditor"):
        yield scene
    purposes.terms.cache_clear()


def test_whatever_is_done_is_found_and_named(scene, tmp_path, capsys):
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_TAMPER_SEED={SEED} ")
    missed = unnamed(scene, COUNT, tmp_path / "keep")
    missed += [said for case in CHANGING if (said := _strike(scene, case, tmp_path / "keep"))]
    assert not missed, f"CHOPMARK_TAMPER_SEED={SEED}\n" + "\n".join(missed)


# Rows that change while they live are in no promise; what a leaf says of them is held beside them.
CHANGING = [
    (
        (
            "update strongroom_case set record_id ="
            " (select record_id from strongroom_case where record_id <> '{record}' limit 1) where id = '{case}'"
        ),
        "case: {case}: no leaf says that it was opened for this record",
    ),
    (
        "update strongroom_ownergrant set used = used - 1 where id = '{grant}'",
        "grant: {grant}: it counts 1 openings, and the log has 2",
    ),
    (
        "update strongroom_ownergrant set records = 500 where id = '{grant}'",
        "grant: {grant}: its leaves say something else than its row",
    ),
    (
        "update strongroom_ownergrant set fields = array['name', 'phone'] where id = '{grant}'",
        "grant: {grant}: its leaves say something else than its row",
    ),
    (
        (
            "delete from strongroom_grantsignature where id ="
            " (select max(id) from strongroom_grantsignature where grant_id = '{grant}')"
        ),
        "grant: {grant}: it gave openings and 1 signed it",
    ),
    (
        "update strongroom_sending set channel = 'letter' where notice_id = {notice}",
        "notice: {notice}: how its sending ended is not what a leaf says",
    ),
    (
        (
            "update strongroom_sending set state = 'queued', channel = '', ended_at = null, due_at = now()"
            " where notice_id = {notice}"
        ),
        "notice: {notice}: how its sending ended is not what a leaf says",
    ),
]


def _strike(scene, case, keep):
    statement, sentence = case
    shown = (
        "select case_id, record_id from strongroom_opening where refused = '' and case_id is not null limit 1"
    )
    ((opened, record),), ((grant,),) = ask(shown), ask("select id from strongroom_ownergrant limit 1")
    ((notice,),) = ask("select notice_id from strongroom_sending where state = 'sent' limit 1")
    known = {"case": opened, "record": record, "grant": grant, "notice": notice}
    with undone(scene, keep):
        take_over("strongroom_ownergrant")
        ask(statement.format(**known))
        said = list(map(str, scene.faults()))
    return "" if sentence.format(**known) in said else f"{statement}: the audit says {said[:4]}"
