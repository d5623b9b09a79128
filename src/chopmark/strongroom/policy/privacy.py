"""What Cap. 486 asks of the owner's policy: the words before a yes to marketing (Part 6A), how requests are answered (Part 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from chopmark.strongroom.policy.sheet import Sheet

# Cap. 486 s. 19(1) and s. 23(1). A policy may be quicker, and never slower.
MOST_DAYS = 40
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in both languages."""

    en: str
    zh: str

    def said(self, *, chinese: bool) -> str:
        return self.zh if chinese else self.en


class Transfer(StrEnum):
    """Whether a service hands data to a third person (s. 35J), and what the owner gets for it."""

    FOR_GAIN = "for_gain"
    FREE = "free"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a subject must be told before she allows a service to reach her (ss. 35C, 35J)."""

    data: Text  # kinds of data
    marketing: Text  # classes of goods and services
    transfer: Transfer
    given_to: Text | None  # classes of persons to whom the data go
    opt_out: Text  # the channel by which she says no, free of charge

    @property
    def needs_writing(self) -> bool:
        """Consent to hand data on must be in writing (s. 35K)."""
        return self.transfer is not Transfer.NONE


class RequestKind(StrEnum):
    """What a subject may ask of what is kept about her."""

    ACCESS = "access"  # s. 18
    CORRECTION = "correction"  # s. 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason for which the Ordinance lets a request be refused."""

    name: str
    kinds: frozenset[RequestKind]
    section: str
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTerms:
    """How soon requests are answered, what access may cost, and for what they may be refused."""

    answer_within: timedelta
    warn_days_left: int
    most_fee_minor: int  # of an access request; a correction is free
    grounds: Mapping[str, Ground]

    def grounds_of(self, kind: RequestKind) -> list[Ground]:
        return [ground for ground in self.grounds.values() if kind in ground.kinds]


# A policy that says nothing of requests: as the law has it, free, and nothing can be refused.
_AS_THE_LAW = RequestTerms(
    answer_within=timedelta(days=MOST_DAYS), warn_days_left=10, most_fee_minor=0, grounds={}
)


def read_notice(sheet: Sheet) -> Notice:
    """The texts of one service; each that lacks is a mistake."""
    transfer = Transfer(sheet.one_of("transfer", Transfer))
    return Notice(
        data=read_text(sheet, "data"),
        marketing=read_text(sheet, "marketing"),
        transfer=transfer,
        given_to=None if transfer is Transfer.NONE else read_text(sheet, "given_to"),
        opt_out=read_text(sheet, "opt_out"),
    )


def read_requests(sheet: Sheet) -> RequestTerms:
    if "requests" not in sheet.table:
        return _AS_THE_LAW
    about = sheet.sheet("requests")
    within = about.number("answer_within_days", most=MOST_DAYS)
    terms = RequestTerms(
        answer_within=timedelta(days=within),
        warn_days_left=about.number("warn_days_left", least=0, most=max(within - 1, 0)),
        most_fee_minor=about.number("access_fee_at_most_cents", least=0),
        grounds={name: _ground(name, row) for name, row in about.sheets("ground").items()},
    )
    about.finish()
    return terms


def read_text(sheet: Sheet, name: str) -> Text:
    return Text(en=sheet.word(f"{name}_en"), zh=sheet.word(f"{name}_zh"))


def _ground(name: str, sheet: Sheet) -> Ground:
    ground = Ground(
        name=name,
        kinds=frozenset(kind for kind in RequestKind if kind in sheet.words("of", RequestKind)),
        section=sheet.word("section"),
        words=Text(en=sheet.word("en"), zh=sheet.word("zh")),
    )
    if len(name) > LONGEST_NAME:
        sheet.fault("section", f"the ground's name is longer than {LONGEST_NAME} letters")
    sheet.finish()
    return ground
