"""Distinguished names: composed from facts by a template, and parsed back into the same facts (C9, C12)."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from chopmark.pki import der
from chopmark.pki.attributes import (
    BY_OID,
    AttributeEmpty,
    AttributeIllegal,
    AttributeRule,
    AttributeTooLong,
    AttributeUnknown,
    decode_value,
    encode_value,
    require_lawful,
    rule_of,
    string_tag,
)
from chopmark.pki.der import tags
from chopmark.pki.refusals import Refusal
from chopmark.pki.registration import (
    Registration,
    RegistrationMalformed,
    SrnMalformed,
    read_registration_string,
    registration_string,
    require_srn,
)

__all__ = [
    "AttributeEmpty",
    "AttributeIllegal",
    "AttributeTooLong",
    "AttributeUnknown",
    "DistinguishedName",
    "DnAttribute",
    "DnTemplate",
    "FactNotInTemplate",
    "FieldCheck",
    "NameNotOfTemplate",
    "NameWriter",
    "Registration",
    "RegistrationMalformed",
    "SrnMalformed",
    "TemplateAmbiguous",
    "build_name",
    "parse_name",
    "read_name",
    "read_registration_string",
    "registration_string",
    "require_srn",
    "write_name",
]


_RARE = re.compile(r'[\\"+<>;]|=#')
_SPECIAL = re.compile(r'[\\",+<>;=]|^#')


class NameNotOfTemplate(Refusal):
    """A name that this template could not have composed."""

    code = "name_not_of_template"


class FactNotInTemplate(Refusal):
    """A fact was given for which the name has no place: it would be lost in silence."""

    code = "fact_not_in_template"


class TemplateAmbiguous(Refusal):
    """Two optional attributes of one type: a name could be parsed back in two ways."""

    code = "dn_template_ambiguous"


class FieldCheck(StrEnum):
    """What a field must be besides lawful text."""

    SRN = "srn"
    REGISTRATION = "registration"


class DistinguishedName(NamedTuple):
    """A name in the order of its DER, most general attribute first: (short attribute name, value), one to an RDN."""

    attributes: tuple[tuple[str, str], ...]
    der: bytes

    def values(self, attribute: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.attributes if name == attribute)

    def rfc4514(self) -> str:
        """The string of RFC 4514 §2: most specific first, specials escaped."""
        text = ",".join([f"{name}={value}" for name, value in reversed(self.attributes)])
        # Most names need no escape, and a text without one has as many commas and signs of equality as it was joined with.
        return text if _is_plain(text, len(self.attributes)) else self._escaped()

    def _escaped(self) -> str:
        return ",".join(f"{name}={_escaped(value)}" for name, value in reversed(self.attributes))


@dataclass(frozen=True, slots=True, kw_only=True)
class DnAttribute:
    """One place in a template: an attribute filled by a constant or by a field of the facts."""

    attribute: str
    constant: str | None = None
    field: str | None = None
    optional: bool = False
    check: FieldCheck | None = None

    def __post_init__(self) -> None:
        rule_of(self.attribute)
        if (self.constant is None) == (self.field is None):
            raise AttributeIllegal(field=self.field or self.attribute)


@dataclass(frozen=True, slots=True)
class DnTemplate:
    """The shape of a type's names, in DER order: C, O, OU…, CN. A field stands in one place only."""

    attributes: tuple[DnAttribute, ...]

    def __post_init__(self) -> None:
        optional = Counter(place.attribute for place in self.attributes if place.optional)
        fields = Counter(place.field for place in self.attributes if place.field)
        if max((*optional.values(), *fields.values()), default=0) > 1:
            raise TemplateAmbiguous

    @property
    def fields(self) -> frozenset[str]:
        """The facts that a name of this template may carry."""
        return frozenset(place.field for place in self.attributes if place.field)

    @classmethod
    def from_rows(cls, rows: list[dict[str, str | bool]]) -> "DnTemplate":
        """From a pack's table rows: `{attribute="OU", field="srn", check="srn"}`."""
        return cls(tuple(_place(row) for row in rows))


def _place(row: Mapping[str, str | bool]) -> DnAttribute:
    check = row.get("check")
    return DnAttribute(
        attribute=str(row["attribute"]),
        constant=None if row.get("constant") is None else str(row["constant"]),
        field=None if row.get("field") is None else str(row["field"]),
        optional=bool(row.get("optional", False)),
        check=None if check is None else FieldCheck(str(check)),
    )


def build_name(template: DnTemplate, facts: Mapping[str, str]) -> DistinguishedName:
    """Compose a name; every fact finds its one place or the name is refused."""
    return NameWriter(template).write(facts)


class NameWriter:
    """A template ready to compose many names: its constants are judged and encoded once."""

    def __init__(self, template: DnTemplate) -> None:
        self._fields = template.fields
        self._places = [_ready(place) for place in template.attributes]

    def write(self, facts: Mapping[str, str]) -> DistinguishedName:
        if not facts.keys() <= self._fields:
            raise FactNotInTemplate(field=min(facts.keys() - self._fields))
        attributes, encoded = [], b""
        for place in self._places:
            if place.constant is not None:
                attributes.append(place.constant)
                encoded += place.constant_der
            elif (value := facts.get(place.field)) is not None:
                require_lawful(place.rule, value, field=place.field)
                if place.check is not None:
                    _require_check(place.check, value)
                attributes.append((place.rule.name, value))
                encoded += _rdn(place.rule, value)
            elif not place.optional:
                raise AttributeEmpty(field=place.field)
        return DistinguishedName(tuple(attributes), der.tlv(tags.SEQUENCE, encoded))


class _Place(NamedTuple):
    """A place of a template with what can be looked up before there are facts."""

    rule: AttributeRule
    field: str
    optional: bool
    check: FieldCheck | None
    constant: tuple[str, str] | None
    constant_der: bytes


def _ready(place: DnAttribute) -> _Place:
    rule, constant, encoded = rule_of(place.attribute), None, b""
    if place.constant is not None:
        require_lawful(rule, place.constant, field=place.attribute)
        constant, encoded = (place.attribute, place.constant), _rdn(rule, place.constant)
    return _Place(rule, str(place.field or ""), place.optional, place.check, constant, encoded)


def _require_check(check: FieldCheck | None, value: str) -> None:
    if check is FieldCheck.SRN:
        require_srn(value)
    elif check is FieldCheck.REGISTRATION:
        read_registration_string(value)


def write_name(attributes: list[tuple[str, str]]) -> DistinguishedName:
    """A name of these attributes, in this order, each lawful by its own rule; for a name without a template."""
    for attribute, value in attributes:
        require_lawful(rule_of(attribute), value, field=attribute)
    encoded = (_rdn(rule_of(attribute), value) for attribute, value in attributes)
    return DistinguishedName(tuple(attributes), der.sequence(*encoded))


def _rdn(rule: AttributeRule, value: str) -> bytes:
    pair = der.oid(rule.oid) + encode_value(rule, value)
    # A set of one is in order.
    return der.tlv(tags.SET, der.tlv(tags.SEQUENCE, pair))


@lru_cache(maxsize=256)
def read_name(name_der: bytes) -> DistinguishedName:
    """The attributes of an encoded name; several attributes in one RDN, or a type we do not use, are refused."""
    rdns = der.read_one(name_der)
    attributes = []
    while rdns:
        attributes.append(_read_rdn(rdns.encoded(tags.SET)))
    return DistinguishedName(tuple(attributes), name_der)


@lru_cache(maxsize=1024)  # country, organisation and class are the same in many names
def _read_rdn(encoded: bytes) -> tuple[str, str]:
    rdn = der.read_one(encoded, tags.SET)
    attribute = _read_attribute(rdn.enter())
    rdn.finish()
    return attribute


class Rdn(NamedTuple):
    """One attribute of a name: its whole encoding, its type's, and its rule."""

    encoded: bytes
    type_der: bytes
    rule: AttributeRule


def rdns_of(name_der: bytes) -> list[Rdn]:
    """The attributes of a name that `read_name` takes, ready to read another name beside them."""
    rdns, found = der.read_one(name_der), []
    while rdns:
        encoded = rdns.encoded(tags.SET)
        rule = rule_of(_read_rdn(encoded)[0])
        found.append(Rdn(encoded, der.oid(rule.oid), rule))
    return found


def value_beside(data: bytes, at: int, rdn: Rdn) -> str | None:
    """The value of an attribute of the same type that stands there, in a string of the type that it needs and no long lengths.

    None if anything else stands there.
    """
    length, string_at = data[at + 1], at + 4 + len(rdn.type_der)
    size = length - 4 - len(rdn.type_der)
    if (
        length >= 0x80
        or size < 0
        or data[at:string_at] != b"1%c0%c%b" % (length, length - 2, rdn.type_der)
        or data[string_at + 1] != size
    ):
        return None
    text = data[string_at + 2 : string_at + 2 + size].decode()
    return text if data[string_at] == string_tag(rdn.rule, text) else None


def _read_attribute(pair: der.Reader) -> tuple[str, str]:
    type_oid, value = pair.oid(), pair.element()
    pair.finish()
    if type_oid not in BY_OID:
        raise AttributeUnknown(attribute=type_oid)
    rule = BY_OID[type_oid]
    return rule.name, decode_value(rule, value)


def parse_name(template: DnTemplate, name: DistinguishedName | bytes) -> dict[str, str]:
    """The facts that composed this name; proved by composing it again and finding the same bytes."""
    read = read_name(name) if isinstance(name, bytes) else name
    places = _places_present(template, read)
    if len(places) != len(read.attributes):
        raise NameNotOfTemplate
    facts = {
        place.field: value for place, (_, value) in zip(places, read.attributes, strict=True) if place.field
    }
    if build_name(template, facts).der != read.der:
        raise NameNotOfTemplate
    return facts


def _places_present(template: DnTemplate, name: DistinguishedName) -> list[DnAttribute]:
    """Which places this name fills: an optional one is there if its type occurs more often than required."""
    occurs = Counter(attribute for attribute, _ in name.attributes)
    required = Counter(place.attribute for place in template.attributes if not place.optional)
    return [
        place
        for place in template.attributes
        if not place.optional or occurs[place.attribute] > required[place.attribute]
    ]


def _is_plain(text: str, attributes: int) -> bool:
    return _RARE.search(text) is None and text.count("=") == attributes and text.count(",") == attributes - 1


def _escaped(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    text = "".join("\\" + character if character in '\\",+<>;=' else character for character in value)
    return "\\" + text if text.startswith("#") else text
