"""Whose each file of a home is, and that root gives away what it made and nothing else."""

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from chopmark.config.accounts import Part, accounts_of
from chopmark.config.belongings import BELONGINGS, astray, belonging, hand_over
from chopmark.config.children import CHILDREN, child
from chopmark.config.faults import Fault
from chopmark.config.home import FOLDERS, Home, make_home
from chopmark.config.options import ROLES, Process

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give away")
OTHERS = [entry for entry in pwd.getpwall() if entry.pw_uid not in (0, os.geteuid())]
TABLE = {str(part): entry.pw_name for part, entry in zip(Part, OTHERS, strict=False)}


@pytest.fixture
def path() -> Iterator[Path]:
    path = Path(mkdtemp(prefix="chopmark-belongings-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def home(path) -> Home:
    """A home with six accounts that every machine has, and with files that root made."""
    config = make_home(path).path / "config.toml"
    config.write_text(
        config.read_text()
        + "\n[accounts]\n"
        + "".join(f'{part} = "{name}"\n' for part, name in TABLE.items())
    )
    home = make_home(path)
    for name in (
        "pages.key",
        "strongroom.passphrase",
        "chopmark_signer.password",
        "chopmark_migrator.password",
    ):
        home.secret(name)
    (path / "signer" / "token" / "root.p8").write_bytes(b"key")
    (path / "owner" / "strongroom" / "receipt.pub").write_bytes(b"public")
    return home


def owner(path: Path) -> int:
    return path.lstat().st_uid


def test_the_rows_are_in_order_and_each_folder_of_a_home_has_one():
    paths = [row.path for row in BELONGINGS]
    assert paths == sorted(set(paths))
    assert all(belonging(folder).path for folder in FOLDERS)


def test_what_a_process_signs_in_with_is_its_own_and_what_nobody_runs_as_is_roots():
    parts = {str(part) for part in Part}
    for process in Process:
        row = belonging(f"secrets/{ROLES[process]}.password")
        assert row.part == (process if process in parts else None), process
    for name in ("postgres-authority.password", "postgres-owner.password", "strongroom_migrator.password"):
        assert belonging(f"secrets/{name}").part is None


def test_nothing_of_the_owners_is_open_but_what_is_public():
    wide = {row.path for row in BELONGINGS if row.part is Part.OWNER and row.modes[1] & 0o077}
    assert wide == {"owner/log", "owner/strongroom/receipt.pub"}


@pytest.mark.parametrize(
    "change",
    [
        {"web": "root"},
        {"web": TABLE["worker"]},
        {"web": "nobody-of-this-name"},
        {"cleaner": TABLE["web"]},
    ],
)
def test_accounts_that_are_no_walls_are_refused(change):
    assert len(accounts_of(TABLE)) == len(Part)
    with pytest.raises(Fault):
        accounts_of({**TABLE, **change})


def test_five_of_six_are_refused_and_none_are_none():
    with pytest.raises(Fault):
        accounts_of({name: account for name, account in TABLE.items() if name != "owner"})
    assert accounts_of({}) == {}


def test_without_accounts_nothing_changes(path):
    home = make_home(path)
    before = {each: (each.lstat().st_uid, each.lstat().st_mode) for each in path.rglob("*")}
    hand_over(home)
    assert {each: (each.lstat().st_uid, each.lstat().st_mode) for each in path.rglob("*")} == before
    assert [one.account(home) for one in CHILDREN] == [None] * len(CHILDREN)


@only_root
def test_it_works(home, path):
    hand_over(home)
    uid = {part: account.uid for part, account in home.accounts.items()}
    assert owner(path / "secrets" / "pages.key") == uid[Part.WEB]
    assert owner(path / "signer" / "token" / "root.p8") == uid[Part.SIGNER]
    assert owner(path / "owner" / "strongroom" / "receipt.pub") == uid[Part.OWNER]
    assert owner(path / "secrets" / "chopmark_migrator.password") == 0
    assert path.stat().st_mode & 0o777 == 0o711
    assert (path / "owner" / "strongroom" / "receipt.pub").stat().st_mode & 0o777 == 0o644
    assert list(astray(home)) == []
    hand_over(make_home(path))
    assert child("strongroom").account(home) == home.accounts[Part.OWNER]


@only_root
def test_what_is_open_to_more_than_its_row_says_is_named(home, path):
    hand_over(home)
    (path / "secrets" / "strongroom.passphrase").chmod(0o640)
    os.chown(path / "signer" / "token" / "root.p8", home.accounts[Part.WEB].uid, -1)
    assert set(astray(home)) == {"secrets/strongroom.passphrase", "signer/token/root.p8"}


@only_root
@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["link", "second name"])
def test_a_strangers_file_is_not_given_away_under_another_name(home, path, link):
    hand_over(home)
    hers = path / "demo" / "hers"
    hers.write_text("root's")
    link(hers, path / "signer" / "token" / "mine")
    if link is os.link:
        with pytest.raises(Fault, match="second name"):
            hand_over(home)
    else:
        hand_over(home)
    assert owner(hers) == 0


@only_root
def test_what_a_third_account_put_there_stops_the_start(home, path):
    hand_over(home)
    planted = path / "owner" / "strongroom" / "kek-2.sealed"
    planted.write_text("not hers")
    os.chown(planted, home.accounts[Part.WEB].uid, -1)
    with pytest.raises(Fault, match="belongs to somebody else"):
        hand_over(home)


@only_root
def test_only_its_accounts_and_root_open_a_home(home, path):
    hand_over(home)
    path.chmod(0o711)
    readings = {}
    for name, uid in {
        **{part: account.uid for part, account in home.accounts.items()},
        "other": 65533,
    }.items():
        readings[name] = opens_as(uid, path)
    assert readings == {**dict.fromkeys(Part, True), "other": False}


def opens_as(uid: int, path: Path) -> bool:
    """Whether a process of that account may open the home."""
    from chopmark.config.home import open_home

    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(uid)
        try:
            open_home(path)
        except Fault:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
