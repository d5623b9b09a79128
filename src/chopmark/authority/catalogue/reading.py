"""From folders of TOML to one `Pack`: a base, then overlays, merged by file and dotted key; every mistake at
once.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from chopmark.authority.catalogue.checks import check
from chopmark.authority.catalogue.decoding import NOTHING, Notes, decode
from chopmark.authority.catalogue.errors import Mistake, PackMistakes
from chopmark.authority.catalogue.pack import (
    AccessRules,
    Agreement,
    Algorithms,
    Authority,
    CertificateType,
    Contracts,
    CrlPolicy,
    Hierarchy,
    Outlets,
    Pack,
    Profile,
    RetentionRule,
    StaffMember,
    TariffLine,
)

Table = dict[str, Any]

# Each part of a pack: its file, and what the file is. Folders hold one part a file, named by the file.
FILES: Mapping[str, tuple[str, Any]] = {
    "authority": ("authority.toml", Authority),
    "access": ("access.toml", AccessRules),
    "hierarchy": ("hierarchy.toml", Hierarchy),
    "algorithms": ("algorithms.toml", Algorithms),
    "profiles": ("profiles.toml", Mapping[str, Profile]),
    "tariff": ("tariff.toml", Mapping[str, TariffLine]),
    "crl": ("crl.toml", CrlPolicy),
    "outlets": ("outlets.toml", Outlets),
    "contract": ("contract.toml", Contracts),
    "retention": ("retention.toml", Mapping[str, RetentionRule]),
}
MAY_BE_ABSENT: Mapping[str, tuple[str, Any]] = {"staff": ("staff.toml", Mapping[str, StaffMember])}
FOLDERS = ("types", "agreements")


@dataclass(slots=True)
class Sheaf:
    """The merged files of all packs, and which pack each key was last written in."""

    files: dict[str, Table] = field(default_factory=dict)
    written_in: dict[tuple[str, str], str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, file: str, key: str) -> str:
        """The file as a person finds it, "demo/types/personal.toml": the pack that wrote this key, or the
        nearest above it.
        """
        while (file, key) not in self.written_in and key:
            key = key.rpartition(".")[0]
        pack = self.written_in.get((file, key))
        return f"{pack}/{file}" if pack else file

    def fault(self, file: str, key: str, fault: str) -> None:
        self.mistakes.append(Mistake(self.place(file, key), key, fault))


@lru_cache(maxsize=8)
def read_packs(*folders: Path) -> Pack:
    """The pack in the first folder with the others laid over it, or `PackMistakes` with everything that is
    wrong.
    """
    sheaf = Sheaf()
    for folder in folders:
        _lay_over(sheaf, folder)
    pack = _decode(sheaf)
    if not sheaf.mistakes:
        for mistake in check(pack):
            sheaf.fault(mistake.file, mistake.key, mistake.fault)
    if sheaf.mistakes:
        raise PackMistakes(sheaf.mistakes)
    return pack


def current() -> Pack:
    """The policy of this process, read once."""
    return read_packs(*settings.CHOPMARK_PACKS)


def _lay_over(sheaf: Sheaf, folder: Path) -> None:
    paths = sorted(folder.rglob("*.toml"))
    if not paths:
        sheaf.mistakes.append(Mistake(str(folder), "", "no pack here"))
    for path in paths:
        file = path.relative_to(folder).as_posix()
        try:
            over = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            sheaf.mistakes.append(Mistake(f"{folder.name}/{file}", "", f"not TOML: {error}"))
            continue
        sheaf.written_in.setdefault((file, ""), folder.name)
        _merge(sheaf, folder.name, file, "", sheaf.files.setdefault(file, {}), over)


def _merge(sheaf: Sheaf, pack: str, file: str, at: str, under: Table, over: Table) -> None:
    """Tables are merged key by key; anything else, lists too, is replaced whole."""
    for name, value in over.items():
        here = f"{at}.{name}" if at else name
        sheaf.written_in[file, here] = pack
        below = under.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            _merge(sheaf, pack, file, here, below, value)
        else:
            under[name] = value


def _decode(sheaf: Sheaf) -> Pack:
    for file in set(sheaf.files) - _expected(sheaf):
        sheaf.fault(file, "", "no part of a pack has this name")
    parts = {name: _part(sheaf, file, kind) for name, (file, kind) in FILES.items()}
    parts |= {name: _part(sheaf, f, kind) for name, (f, kind) in MAY_BE_ABSENT.items() if f in sheaf.files}
    types = [_type(sheaf, file) for file in _in_folder(sheaf, "types")]
    agreements = {Path(file).stem: _part(sheaf, file, Agreement) for file in _in_folder(sheaf, "agreements")}
    return Pack(**parts, types=tuple(types), agreements=agreements)


def _type(sheaf: Sheaf, file: str) -> Any:
    kind = _part(sheaf, file, CertificateType)
    if kind is not NOTHING:
        object.__setattr__(kind, "file", file)  # still being made: nobody has seen it
    return kind


def _expected(sheaf: Sheaf) -> set[str]:
    single = {file for file, _ in (*FILES.values(), *MAY_BE_ABSENT.values())}
    return single.union(*(_in_folder(sheaf, folder) for folder in FOLDERS))


def _in_folder(sheaf: Sheaf, folder: str) -> Sequence[str]:
    return sorted(file for file in sheaf.files if Path(file).parent.as_posix() == folder)


def _part(sheaf: Sheaf, file: str, kind: Any) -> Any:
    if file not in sheaf.files:
        sheaf.fault(file, "", "missing")
        return NOTHING
    notes = Notes()
    part = decode(kind, sheaf.files[file], "", notes)
    for key, fault in notes.faults:
        sheaf.fault(file, key, fault)
    return part
