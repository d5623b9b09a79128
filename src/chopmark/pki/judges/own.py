"""The first judge: every rule in the rules folder, on the bytes that are to be signed."""

from collections.abc import Iterable
from functools import cache

from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.refusals import Refusal
from chopmark.pki.rule import Given, Rule
from chopmark.pki.rules import all_rules
from chopmark.pki.tbs import TbsCertificate


def judge(certificate: TbsCertificate, given: Given) -> list[Finding]:
    """What our own rules find; a rule that cannot even read its field has found something too."""
    return _asked(all_rules(), certificate, given)


def judge_sibling(certificate: TbsCertificate, given: Given) -> list[Finding]:
    """What those rules find that look at more than a linted sibling has settled already."""
    return _asked(_unshared(), certificate, given)


@cache
def _unshared() -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if not rule.shared)


def _asked(rules: Iterable[Rule], certificate: TbsCertificate, given: Given) -> list[Finding]:
    # In one loop: this runs for every certificate of a population, and most rules find nothing.
    found = []
    for rule in rules:
        try:
            found += [
                Finding(Source.OWN, rule.code, Severity.ERROR, where)
                for where in rule.check(certificate, given)
            ]
        except Refusal as refusal:
            found.append(Finding(Source.OWN, rule.code, Severity.FATAL, refusal.code))
    return found
