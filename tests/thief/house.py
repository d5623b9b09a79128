"""A real home whose parts run under accounts of their own, with people in it: what the thief breaks into."""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from chopmark.config.accounts import Part
from chopmark.config.belongings import hand_over
from chopmark.config.check import walk as walking
from chopmark.config.check.browser import Browser, Page
from chopmark.config.check.invented import a_person, a_request, remember
from chopmark.config.check.people import Applicant, Credentials
from chopmark.config.check.walk import OUTLET, Walk
from chopmark.config.children import CHILDREN
from chopmark.config.home import Home, make_home
from chopmark.config.roles import AUTHORITY_DATABASE
from chopmark.strongroom.options import USUAL_POLICY
from conformance.test_unprivileged import reachable_python
from faults.stage import eventually, is_up
from patience import READY_WITHIN, STOPPED_WITHIN
from thief.accounts import accounts

TESTS = Path(__file__).parent.parent
CHINESE_NAMES = ("陳雅莎", "何寶", "張志明", "杜樂", "余依雲")
# The product's own policy, with one service that the owner approved, and patterns that a test can wait for.
POLICY = (
    USUAL_POLICY.read_text()
    .replace("slow_for_seconds = 30\nstop_at = 60", "slow_for_seconds = 1\nstop_at = 15")
    .replace("openings = 40", "openings = 4000")
    .replace("openings_per_record_in_a_day = 60", "openings_per_record_in_a_day = 4000")
    + """
[purpose.reminders]
fields = ["email"]
callers = ["authority"]
kinds = ["choice"]
marketing = true
per_hour = 5000
per_day = 5000
en = "To remind you"
zh = "提醒你"

[service.reminders]
brand_en = "Reminders"
brand_zh = "提示服務"
purposes = ["reminders"]
channels = ["email"]
data_en = "Your e-mail address"
data_zh = "你的電郵地址"
marketing_en = "Reminders"
marketing_zh = "提示"
transfer = "none"
opt_out_en = "Take your yes back at this desk, free of charge"
opt_out_zh = "在本處櫃檯免費收回同意"
from = 2026-11-01
until = 2036-11-01
"""
)


@dataclass
class House:
    """The home, who runs it, and who is in it; the people are those of the story at `populate`."""

    home: Home
    entries: dict[Part, pwd.struct_passwd]
    python: str
    software: Path
    supervisor: subprocess.Popen[bytes]
    people: dict[str, Applicant] = field(default_factory=dict)
    old_code: str = ""
    certificate: bytes = b""  # Asha's (DER)
    credentials: Credentials | None = None  # the staff's

    @property
    def superuser(self) -> str:
        """How the authority's PostgreSQL is entered by its superuser: the thief has that."""
        return self.home.clusters()[0].dsn(database=AUTHORITY_DATABASE)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{self.software / 'src'}:{self.software / 'tests'}:{sysconfig.get_path('platlib')}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def processes(self, part: Part) -> list[int]:
        """Whatever runs under the account of that part."""
        uid = self.entries[part].pw_uid
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                is_there = process.stat().st_uid == uid and (process / "cmdline").read_bytes()
            except OSError:
                continue
            if is_there:
                found.append(int(process.name))
        return found

    def wait_until_ready(self) -> None:
        for child in CHILDREN:
            eventually(lambda child=child: child.is_ready(self.home) or None, READY_WITHIN)


@contextmanager
def standing() -> Iterator[House]:
    """A new home under accounts of its own, up and with people; nothing of it is left at the end."""
    place = Path(tempfile.mkdtemp(prefix="chopmark-thief-"))
    place.chmod(0o711)  # ours to open: the accounts pass it to the home and to the software
    try:
        with accounts() as entries:
            python, software = reachable_python(), _software(place / "software")
            home = _home(place / "home", entries)
            made = House(home, entries, python, software, _up(place, home, python, software))
            try:
                eventually(lambda: is_up(made.supervisor, place / "up.log"), READY_WITHIN)
                populate(made)
                yield made
            finally:
                made.supervisor.send_signal(signal.SIGTERM)
                made.supervisor.wait(timeout=STOPPED_WITHIN)
                _remove(made)
    finally:
        shutil.rmtree(place)


def _software(folder: Path) -> Path:
    """A copy that every account can read, since ours may be a private clone."""
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TESTS.parent / "src", folder / "src", ignore=skip)
    shutil.copytree(TESTS / "thief", folder / "tests" / "thief", ignore=skip)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _home(path: Path, entries: dict[Part, pwd.struct_passwd]) -> Home:
    home = make_home(path)
    policy = home.path / "owner" / "strongroom" / "policy.toml"
    policy.write_text(POLICY)
    # Ports of its own: other homes of the same tests may have the usual ones without running at this moment.
    text, base = (home.path / "config.toml").read_text(), 30_000 + 10 * secrets.randbelow(250)
    for number, usual in enumerate(home.config["ports"].values()):
        text = text.replace(str(usual), str(base + number))
    (home.path / "config.toml").write_text(text)
    lines = [f'{part} = "{entry.pw_name}"\n' for part, entry in entries.items()]
    with (home.path / "config.toml").open("a") as config:
        config.write('\n[owner]\npolicy = "owner/strongroom/policy.toml"\n\n[accounts]\n' + "".join(lines))
    return make_home(path)


def _up(place: Path, home: Home, python: str, software: Path) -> subprocess.Popen[bytes]:
    # Something that only root's shell knows: no account may be told of it.
    environment = {**os.environ, "PYTHONPATH": f"{software / 'src'}:{sysconfig.get_path('platlib')}"}
    environment["ROOTS_OWN"] = "known to root alone"
    command = [python, "-m", "chopmark.config", "up", "--home", str(home.path)]
    with (place / "up.log").open("w") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, cwd="/", start_new_session=True
        )


def _remove(made: House) -> None:
    command = [made.python, "-m", "chopmark.config", "remove", "--yes", "--home", str(made.home.path)]
    subprocess.run(command, env={**os.environ, **made.environment()}, cwd="/", check=True)


# --- the people ---


def populate(made: House) -> None:
    """Asha has her certificate and lets a service write to her; Bo and Chi wait, each with a live case; Dora took her
    application back; Eve gave her particulars to the owner, and never came back to the portal."""
    demo = made.home.path / "demo"
    links = json.loads((demo / "links.json").read_text())
    walk = Walk(made.home, Credentials.of(demo / "credentials.json"), links)
    intake, release = walking._staff(walk)
    names = ("asha", "bo", "chi", "dora", "eve")
    for name, chinese in zip(names, CHINESE_NAMES, strict=True):
        made.people[name] = applies(made, chinese, comes_home=name != "eve")
    walking._serve(made.people["asha"], intake, release)
    made.credentials = walk.credentials
    made.people["asha"].accepts()
    made.certificate = made.people["asha"].downloads_certificate()
    made.people["asha"].reads_history()
    chooses(made.people["asha"], "allow")
    dora = made.people["dora"]
    page = dora.browser.get(f"{dora.web}/portal/applications/{dora.reference}/")
    dora.browser.submit(page, form="/withdraw")
    # Eve reads her own form again, and gets another code than the first.
    made.old_code = made.people["eve"].access_code
    fills_in(made.people["eve"], CHINESE_NAMES[-1])


def applies(made: House, chinese: str, *, comes_home: bool) -> Applicant:
    person = replace(a_person(), name=f"THIEFTEST {secrets.token_hex(4).upper()}".translate(FIGURES))
    remember(made.home.path / "demo" / "people.json", person)
    web, desk = made.home.address("web"), made.home.address("desk")
    one = Applicant(person, secrets.token_urlsafe(12), web, desk, Browser())
    one.begins(outlet=OUTLET, csr_pem=a_request())
    page = fills_in(one, chinese)
    if comes_home:
        one.browser.submit(page, form="/desk-return")
    return one


# A name is letters only.
FIGURES = str.maketrans("0123456789", "GHIJKLMNOP")


def fills_in(one: Applicant, chinese: str) -> Page:
    """At the owner's desk, with a name that no certificate prints; as `Applicant.gives_particulars`, but not back yet."""
    page = one.browser.follow(one._application(), "owner’s desk")
    one.link = page.url  # type: ignore[attr-defined]  # the thief tries the same link again
    day, month, year = one.particulars.born
    born = {"birth_date_day": str(day), "birth_date_month": str(month), "birth_date_year": str(year)}
    fields = {name: str(asdict(one.particulars)[name]) for name in ("name", "hkid", "email", "phone")}
    page = one.browser.submit(page, {**fields, **born, "chinese_name": chinese})
    one.access_code = str(page.one("//span[contains(@class, 'serial')]").text_content()).strip()
    return page


def chooses(one: Applicant, word: str) -> None:
    """At the desk, signed in: `allow` or `withdraw` the one service that there is."""
    page = one.browser.get(f"{one.desk}/history/choices")
    one.browser.submit(page, form=f"/choices/{word}")


def hand_to_owner(made: House, path: Path, content: bytes) -> None:
    """Put a file where the owner keeps hers."""
    path.parent.mkdir(mode=0o711, exist_ok=True)
    path.write_bytes(content)
    hand_over(made.home)


def known(made: House) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads((made.home.path / "demo" / "people.json").read_text())
    return people
