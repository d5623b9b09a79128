"""Attribute types of a distinguished name: identifier, upper bound and string type of each (X.520, RFC 5280 appendix A.1)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from chopmark.pki import der, oids
from chopmark.pki.der import tags
from chopmark.pki.refusals import Refusal

# X.680 §41.4: the repertoire of PrintableString.
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
# What most names are: visible ASCII, single spaces inside; it is clean without looking at each character.
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class AttributeTooLong(Refusal):
    """A value passes the upper bound of its attribute (RFC 5280 appendix A.1): a shorter form must be agreed at intake."""

    code = "attribute_too_long"


class AttributeEmpty(Refusal):
    """An attribute that the name needs was given no value."""

    code = "attribute_empty"


class AttributeIllegal(Refusal):
    """A value holds what its attribute may not: padding, control characters, the wrong form."""

    code = "attribute_illegal"


class AttributeUnknown(Refusal):
    """No such attribute type is used in our names."""

    code = "attribute_unknown"


class Form(Enum):
    TEXT = "DirectoryString"
    PRINTABLE = "PrintableString"
    COUNTRY = "X520countryName"
    EMAIL = "IA5String"


@dataclass(frozen=True, slots=True)
class AttributeRule:
    name: str  # the short name of RFC 4514 §3, or the usual one
    oid: str
    limit: int
    form: Form = Form.TEXT


_RULES = (
    AttributeRule("C", oids.COUNTRY_NAME, 2, Form.COUNTRY),
    AttributeRule("ST", oids.STATE_OR_PROVINCE_NAME, 128),
    AttributeRule("L", oids.LOCALITY_NAME, 128),
    AttributeRule("STREET", oids.STREET_ADDRESS, 128),
    AttributeRule("O", oids.ORGANIZATION_NAME, 64),
    AttributeRule("OU", oids.ORGANIZATIONAL_UNIT_NAME, 64),
    AttributeRule("CN", oids.COMMON_NAME, 64),
    AttributeRule("T", oids.TITLE, 64),
    AttributeRule("SN", oids.SURNAME, 64),  # X.520 ub-surname; RFC 5280's ub-name is wider
    AttributeRule("GN", oids.GIVEN_NAME, 64),
    AttributeRule("serialNumber", oids.SERIAL_NUMBER_ATTRIBUTE, 64, Form.PRINTABLE),
    AttributeRule("organizationIdentifier", oids.ORGANIZATION_IDENTIFIER, 64),
    AttributeRule("businessCategory", oids.BUSINESS_CATEGORY, 128),
    AttributeRule("E", oids.EMAIL_ADDRESS, 255, Form.EMAIL),
)
BY_NAME = MappingProxyType({rule.name: rule for rule in _RULES})
BY_OID = MappingProxyType({rule.oid: rule for rule in _RULES})

# What stands between a value and its encoding; the reader accepts these and no older string type.
TEXT_TAGS = (tags.PRINTABLE_STRING, tags.UTF8_STRING)


def rule_of(name: str) -> AttributeRule:
    try:
        return BY_NAME[name]
    except KeyError:
        raise AttributeUnknown(attribute=name) from None


def require_lawful(rule: AttributeRule, value: str, *, field: str) -> None:
    """A value that may stand in this attribute, by length in characters, form and repertoire."""
    if not value:
        raise AttributeEmpty(field=field)
    if len(value) > rule.limit:
        raise AttributeTooLong(field=field, limit=rule.limit, length=len(value))
    if not _FORMS[rule.form](value):
        raise AttributeIllegal(field=field)


def string_tag(rule: AttributeRule, value: str) -> int:
    """PrintableString when it fits, else UTF8String (RFC 5280 §4.1.2.4); an e-mail address is an IA5String."""
    if rule.form is Form.EMAIL:
        return tags.IA5_STRING
    return tags.PRINTABLE_STRING if is_printable(value) else tags.UTF8_STRING


def encode_value(rule: AttributeRule, value: str) -> bytes:
    """The string in the type that it needs. What may not be in an IA5String was refused before (`require_lawful`)."""
    return der.tlv(string_tag(rule, value), value.encode())


def decode_value(rule: AttributeRule, element: der.Element) -> str:
    expected = (tags.IA5_STRING,) if rule.form is Form.EMAIL else TEXT_TAGS
    if element.tag not in expected:
        raise der.MalformedDer(where="attribute_string_type", found=element.tag)
    try:
        return element.content.decode("utf-8" if element.tag == tags.UTF8_STRING else "ascii")
    except UnicodeDecodeError:
        raise der.MalformedDer(where="attribute_string") from None


def is_printable(value: str) -> bool:
    return _PRINTABLE.fullmatch(value) is not None


def is_mailbox(value: str) -> bool:
    """An ASCII mailbox as rfc822Name may hold it (RFC 5280 §4.2.1.6): no display name, no comment, a dotted domain."""
    return len(value) <= 254 and _MAILBOX.fullmatch(value) is not None and ".." not in value


def is_clean_text(value: str) -> bool:
    """No padding, no doubled space, nothing invisible, composed form: two names that look alike are alike."""
    if _PLAIN.fullmatch(value):
        return True
    unpadded = value == " ".join(value.split())
    visible = all(unicodedata.category(character)[0] not in "CZ" or character == " " for character in value)
    return unpadded and visible and unicodedata.is_normalized("NFC", value)


_FORMS: dict[Form, Callable[[str], bool]] = {
    Form.TEXT: is_clean_text,
    Form.PRINTABLE: lambda value: is_clean_text(value) and is_printable(value),
    Form.COUNTRY: lambda value: _COUNTRY.fullmatch(value) is not None,
    Form.EMAIL: is_mailbox,
}
