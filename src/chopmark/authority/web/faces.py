"""Whose faces these are: names from the policy and the contract in force, for `CHOPMARK_FACE`."""

from collections.abc import Mapping

from django.conf import settings

from chopmark.authority.catalogue.pack import Words
from chopmark.authority.catalogue.reading import current as pack
from chopmark.authority.kernel import clock
from chopmark.authority.participants.selectors import contract_in_force

Said = str | Mapping[str, str]


def face() -> Mapping[str, Said]:
    """What `chopmark.look.context` shows on every page of the authority."""
    authority = pack().authority
    contract = contract_in_force(clock.now())
    operator = contract.operator if contract else Words(en="", zh_hant="")
    return {
        "authority": _both(authority.names.authority),
        "service": _both(authority.names.service),
        "owner": _both(authority.names.owner),
        "operator": _both(operator),
        "legal": _legal(authority.names.authority, operator),
        "contract": contract.reference if contract else "",
        "notice": _notice(),
        "hotline": authority.contact.hotline,
        "email": authority.contact.email,
        "address": _both(authority.contact.address),
        "desk": settings.CHOPMARK_DESK_URL,
        "base": "web/public/base.html",
    }


def _both(words: Words) -> Mapping[str, str]:
    return {"en": words.en, "zh-hant": words.zh_hant}


def _legal(authority: Words, operator: Words) -> Mapping[str, str]:
    if not operator.en:
        return _both(authority)
    return {
        "en": f"The certification authority in law is {authority.en}. Daily operation is by {operator.en} under contract.",
        "zh-hant": f"法定核證機關為{authority.zh_hant}。日常營運按合約由{operator.zh_hant}負責。",
    }


def _notice() -> Said:
    if not pack().authority.demonstration:
        return ""
    return {
        "en": "Demonstration: every name and number is invented.",
        "zh-hant": "此為示範，所有名稱及數字均屬虛構。",
    }
