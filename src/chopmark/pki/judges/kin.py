"""Certificates of one template, and whoever passes beside them: each rule that looks at what differs is asked, in one pass.

The rules are those of the rules folder, asked of a value and not of a whole certificate. What the mould settles, being the
same octets or of the same length, is not asked again. A test holds the two roads beside each other.
"""

from collections import deque
from contextlib import suppress

from chopmark.pki.attributes import Form, is_mailbox, require_lawful
from chopmark.pki.certificates import require_serial_number
from chopmark.pki.certificates.moulds import Cut, Mould, MouldImpossible
from chopmark.pki.oids import SERVER_AUTH
from chopmark.pki.refusals import Refusal
from chopmark.pki.rule import purposes_of
from chopmark.pki.rules.serial_not_positive import is_positive
from chopmark.pki.rules.serial_not_random import looks_random
from chopmark.pki.tbs import TbsCertificate

# Chunks of a few moments are at work at once, with and without an address each.
_KEPT = 8


class Kin:
    """What passed already of one template and one list; it says yes or nothing, and whoever asks has a slow road for the rest."""

    def __init__(self) -> None:
        self._moulds: deque[Mould] = deque(maxlen=_KEPT)

    def welcome(self, certificate: TbsCertificate) -> None:
        """Take a certificate that was judged as a whole for a mould, if one can be made of it."""
        # A server's names have rules between them that only the whole certificate shows.
        if SERVER_AUTH in purposes_of(certificate):
            return
        with suppress(MouldImpossible):
            self._moulds.appendleft(Mould(certificate))

    def passes(self, tbs: bytes) -> Cut | None:
        """What differs in a certificate that fits a mould and keeps every rule on what differs."""
        for mould in tuple(self._moulds):
            cut = mould.cut(tbs)
            if cut is not None:
                return cut if _keeps_the_rules(cut) else None
        return None


def _keeps_the_rules(cut: Cut) -> bool:
    """serial_not_positive, serial_not_random, name_attribute_illegal and _too_long, email_syntax, email_differs; and DER."""
    if not (is_positive(cut.serial_number) and looks_random(cut.serial_number)):
        return False
    if cut.mailbox is not None and not is_mailbox(cut.mailbox):
        return False
    try:
        require_serial_number(cut.serial_number)
        for rule, text in cut.attributes:
            require_lawful(rule, text, field=rule.name)
            if rule.form is Form.EMAIL and text != cut.mailbox:
                return False
    except Refusal:
        return False
    return True
