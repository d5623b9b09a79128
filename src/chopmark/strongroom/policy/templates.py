"""The owner's notices: a table of the policy each, and a text in both languages in a folder beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chopmark.strongroom.notices.parameters import PARAMETERS
from chopmark.strongroom.notices.texts import LANGUAGES, Text, TextMalformed, places, read_text
from chopmark.strongroom.policy.shapes import Purpose, Template
from chopmark.strongroom.policy.sheet import Sheet

# By which field each channel reaches somebody: a letter is printed with the name. There is no gateway for telephones.
DELIVERED_BY: Mapping[str, str] = {"email": "email", "letter": "name"}
USUAL_LETTERS = Path(__file__).parent.parent / "notices" / "letters"


@dataclass(frozen=True, slots=True)
class Letters:
    """The files of a folder by name, and which of them a notice took."""

    files: Mapping[str, str]
    own: bool  # the owner's folder, in which a stray file is a mistake
    fault: str = ""
    _taken: set[str] = field(default_factory=set)

    @property
    def octets(self) -> bytes:
        """What the policy's digest holds of them: nothing where it has no notices."""
        return b"".join(f"{name}\0{len(text)}\0{text}".encode() for name, text in sorted(self.files.items()))

    def take(self, name: str) -> str | None:
        self._taken.add(name)
        return self.files.get(name)

    def finish(self, sheet: Sheet) -> None:
        """What is said of the folder was read; a text that no notice names is one that nobody sends."""
        if "notices" in sheet.table:
            about = sheet.sheet("notices")
            about.word("folder")
            about.finish()
        if self.fault:
            sheet.fault("notices.folder", self.fault)
        for name in sorted(self.files.keys() - self._taken) if self.own else ():
            sheet.fault("notices.folder", f"{name} belongs to no notice")


def read_letters(data: Mapping[str, Any], policy: Path | None) -> Letters:
    """The texts of a policy: in the folder that it names beside itself, else those that come with the product."""
    if not data.get("notice"):
        return Letters({}, own=False)
    about = data.get("notices")
    named = about.get("folder") if isinstance(about, Mapping) else None
    folder = policy.parent / named if policy is not None and isinstance(named, str) else USUAL_LETTERS
    try:
        texts = {path.name: path.read_text() for path in sorted(folder.glob("*.txt"))}
    except (OSError, ValueError) as error:
        return Letters({}, own=True, fault=f"cannot be read: {type(error).__name__}")
    return Letters(texts, own=folder != USUAL_LETTERS)


def read_template(name: str, sheet: Sheet, purposes: Mapping[str, Purpose], letters: Letters) -> Template:
    """One notice: its purpose lets its channels' fields be written to, and both texts say just its parameters."""
    template = Template(
        name=name,
        purpose=sheet.one_of("purpose", purposes),
        channels=sheet.words("channels", DELIVERED_BY),
        parameters=sheet.words("parameters", PARAMETERS),
        texts=_texts(name, sheet, letters),
        en=sheet.word("en"),
        zh=sheet.word("zh"),
    )
    _check_purpose(sheet, template, purposes.get(template.purpose))
    _check_places(sheet, template)
    sheet.finish()
    return template


def _texts(name: str, sheet: Sheet, letters: Letters) -> dict[str, Text]:
    found = {}
    for language in LANGUAGES:
        file = f"{name}.{language}.txt"
        words = letters.take(file)
        if words is None:
            sheet.fault("texts", f"{file} is missing: every notice is in both languages")
            continue
        try:
            found[language] = read_text(words)
        except TextMalformed as mistake:
            sheet.fault("texts", f"{file} {mistake}")
    return found


def _check_purpose(sheet: Sheet, template: Template, purpose: Purpose | None) -> None:
    if purpose is None:
        return
    if not purpose.only_delivered:
        sheet.fault("purpose", f"{purpose.name} is not only_delivered")
    if not {DELIVERED_BY.get(channel, "") for channel in template.channels} - {""} <= purpose.fields:
        sheet.fault("channels", f"{purpose.name} lacks the field of a channel")


def _check_places(sheet: Sheet, template: Template) -> None:
    used = {language: places(text) for language, text in template.texts.items()}
    for language, names in used.items():
        for stray in sorted(names - set(template.parameters)):
            sheet.fault("texts", f"{template.name}.{language}.txt names {stray}, which is no parameter of it")
    if len(used) == len(LANGUAGES):
        for idle in sorted(set(template.parameters) - frozenset().union(*used.values())):
            sheet.fault("parameters", f"{idle} is in neither text")
