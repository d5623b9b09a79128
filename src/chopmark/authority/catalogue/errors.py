"""Why the catalogue says no, and what is wrong with a pack."""

from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One fault of a pack, where to find it and what it is."""

    file: str
    key: str
    fault: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.fault}" if self.key else f"{self.file}: {self.fault}"


class PackMistakes(Exception):
    """A pack has mistakes: all of them, not the first. Nothing starts on such a pack."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


class TypeUnknown(Refusal):
    """No type of certificate has this code."""

    code = "type_unknown"


class TypeNotInForce(Refusal):
    """The type exists, and is not offered on this day."""

    code = "type_not_in_force"


class TypeNotRecognised(Refusal):
    """The type is not recognised on this day (ETO ss. 20-24): nothing of it is issued (C15)."""

    code = "type_not_recognised"


class ClassUnknown(Refusal):
    """The type has no such class of subscribers."""

    code = "subscriber_class_unknown"


class NoIssuer(Refusal):
    """No issuing rule of the type holds for this class on this day."""

    code = "no_issuer"


class NoPracticeStatement(Refusal):
    """No practice statement for the type is in force on this day (C14)."""

    code = "no_practice_statement"


class NoPrice(Refusal):
    """The tariff has no such line, or no price for it on this day."""

    code = "no_price"


class NoValidity(Refusal):
    """The type gives no length of validity for this day."""

    code = "no_validity"


class NoAgreement(Refusal):
    """No version of this agreement is in force on this day."""

    code = "no_agreement"


class NotOffered(Refusal):
    """The type is not sold with this subscription or on this medium."""

    code = "not_offered"


class AlgorithmStopped(Refusal):
    """The algorithm may not be used in what is issued on this day: not yet, or no more (C16)."""

    code = "algorithm_stopped"
