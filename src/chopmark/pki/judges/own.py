"""The first judge: every rule in the rules folder, on the bytes that are to be signed."""

from collections.abc import Iterator
from functools import cache

from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.refusals import Refusal
from chopmark.pki.rule import Given, Rule
from chopmark.pki.rules import all_rules
from chopmark.pki.tbs import TbsCertificate


def judge(certificate: TbsCertificate, given: Given) -> list[Finding]:
    """What our own rules find; a rule that cannot even read its field has found something too."""
    return [finding for rule in all_rules() for finding in _apply(rule, certificate, given)]


def judge_sibling(certificate: TbsCertificate, given: Given) -> list[Finding]:
    """What those rules find that look at more than a linted sibling has settled already."""
    return [finding for rule in _unshared() for finding in _apply(rule, certificate, given)]


@cache
def _unshared() -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if not rule.shared)


def _apply(rule: Rule, certificate: TbsCertificate, given: Given) -> Iterator[Finding]:
    try:
        for where in rule.check(certificate, given):
            yield Finding(Source.OWN, rule.code, Severity.ERROR, where)
    except Refusal as refusal:
        yield Finding(Source.OWN, rule.code, Severity.FATAL, refusal.code)
