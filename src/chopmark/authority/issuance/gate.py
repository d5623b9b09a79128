"""The gate for many at once: the first of each shape is seen by all judges, the others beside it, and a sample whole.

A worker remembers whom it had linted whole, since a population has some dozens of shapes and no more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chopmark.authority.issuance.press import Printed
from chopmark.pki.lint import LintedCertificate, LintRefused, lint_certificate, require_sibling

# One certificate in so many is judged whole whatever its shape (C36); if this changes, the CPS changes first.
SAMPLED_ONE_IN = 1000
_LOT = 4  # octets of chance for each certificate


@dataclass(slots=True)
class Gate:
    """One issuer's gate; it holds a linted sibling for each template and shape."""

    issuer_certificate_der: bytes
    _siblings: dict[object, LintedCertificate] = field(default_factory=dict)

    def judge(self, printed: Iterable[Printed], *, lots: bytes) -> list[tuple[Printed, str]]:
        """Each with the finding that stops it, or an empty word; `lots` is chance, four octets for each."""
        return [(one, self._finding(one, _is_drawn(lots, number))) for number, one in enumerate(printed)]

    def _finding(self, one: Printed, drawn: bool) -> str:
        key = (one.shape, one.template.profile.name, one.template.issuer)
        sibling = self._siblings.get(key)
        try:
            if sibling is None or drawn or sibling.template != one.template:
                self._siblings[key] = self._whole(one)
            else:
                require_sibling(one.tbs_certificate, sibling)
        except LintRefused as refused:
            return refused.findings[0].code
        return ""

    def _whole(self, one: Printed) -> LintedCertificate:
        return lint_certificate(
            one.tbs_certificate, one.template, issuer_certificate_der=self.issuer_certificate_der
        )


def lots_needed(count: int) -> int:
    return _LOT * count


def _is_drawn(lots: bytes, number: int) -> bool:
    return int.from_bytes(lots[_LOT * number : _LOT * number + _LOT], "big") % SAMPLED_ONE_IN == 0


_gates: dict[bytes, Gate] = {}


def gate_of(issuer_certificate_der: bytes) -> Gate:
    """This process's gate for an issuer, with what it has seen already."""
    return _gates.setdefault(issuer_certificate_der, Gate(issuer_certificate_der))


def stopped(judged: Sequence[tuple[Printed, str]]) -> dict[int, str]:
    """By place, why a line did not pass."""
    return {one.place: finding for one, finding in judged if finding}
