"""The closed vocabularies of a pack: the value is the word that stands in the TOML."""

from enum import StrEnum

from chopmark.pki.profiles import KeyKind


class Attribute(StrEnum):
    """Attribute types of a distinguished name, under the names that `pki.attributes` knows them by."""

    BUSINESS_CATEGORY = "businessCategory"
    COMMON_NAME = "CN"
    COUNTRY = "C"
    EMAIL_ADDRESS = "E"
    LOCALITY = "L"
    ORGANIZATION = "O"
    ORGANIZATION_IDENTIFIER = "organizationIdentifier"
    ORGANIZATIONAL_UNIT = "OU"
    SERIAL_NUMBER = "serialNumber"
    STATE_OR_PROVINCE = "ST"
    TITLE = "T"


class Source(StrEnum):
    """Where a field of a certificate comes from: verified facts of an application, or the type itself."""

    CLASS_ORGANIZATION = "class.organization"
    ORGANISATION_BRANCH = "organisation.branch"
    ORGANISATION_NAME = "organisation.name"
    ORGANISATION_REGISTRATION = "organisation.registration"
    ROLE_TITLE = "role.title"
    ROLE_USER_IDENTIFIER = "role.user_identifier"
    SERVER_NAME = "server.name"
    SERVER_NAMES = "server.names"
    SUBSCRIBER_EMAIL = "subscriber.email"
    SUBSCRIBER_NAME = "subscriber.name"
    SUBSCRIBER_SRN = "subscriber.srn"
    UNIT_NAME = "unit.name"


class GeneralName(StrEnum):
    """Forms of a subject alternative name (RFC 5280 §4.2.1.6)."""

    DNS_NAME = "dNSName"
    RFC822_NAME = "rfc822Name"


class ExtendedKeyUsage(StrEnum):
    """Purposes of a key (RFC 5280 §4.2.1.12, RFC 9336)."""

    CLIENT_AUTH = "clientAuth"
    DOCUMENT_SIGNING = "documentSigning"
    EMAIL_PROTECTION = "emailProtection"
    SERVER_AUTH = "serverAuth"


class KeyAlgorithm(StrEnum):
    """Kinds and sizes of public keys."""

    ED25519 = "Ed25519"
    ML_DSA_65 = "ML-DSA-65"
    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"
    RSA_1024 = "RSA-1024"
    RSA_2048 = "RSA-2048"
    RSA_3072 = "RSA-3072"
    RSA_4096 = "RSA-4096"


KIND_OF = {
    KeyAlgorithm.ED25519: KeyKind.ED25519,
    KeyAlgorithm.ML_DSA_65: KeyKind.ML_DSA,
    KeyAlgorithm.P256: KeyKind.EC,
    KeyAlgorithm.P384: KeyKind.EC,
    KeyAlgorithm.P521: KeyKind.EC,
    KeyAlgorithm.RSA_1024: KeyKind.RSA,
    KeyAlgorithm.RSA_2048: KeyKind.RSA,
    KeyAlgorithm.RSA_3072: KeyKind.RSA,
    KeyAlgorithm.RSA_4096: KeyKind.RSA,
}


class KeySource(StrEnum):
    """Who makes the subscriber's key pair (RFC 3647 §6.1.1)."""

    AUTHORITY = "authority"
    CAMPAIGN = "campaign"  # made elsewhere, in a card's chip perhaps, and brought with many others in a file
    OWN = "own"


class Acceptance(StrEnum):
    """What makes a certificate of a campaign accepted by its subscriber (CPS 4.4)."""

    AGREEMENT = "agreement"  # what she agreed to when she applied: the certificate comes in her card
    OFFER = "offer"  # her own word, at the portal, within the days of the pack


class Channel(StrEnum):
    """Where an application may come in."""

    COUNTER = "counter"
    INTERFACE = "interface"
    PORTAL = "portal"


class Medium(StrEnum):
    """What a subscriber's key is delivered on."""

    CARD_CHIP = "card_chip"
    FILE = "file"
    TOKEN = "token"  # noqa: S105  # a medium, not a secret
    USB = "usb"


class Asker(StrEnum):
    """Who may ask for suspension or revocation (CPS 4.9.2)."""

    AUTHORISED_REPRESENTATIVE = "authorised_representative"
    AUTHORISED_USER = "authorised_user"
    AUTHORITY = "authority"
    KEY_HOLDER = "key_holder"
    REGISTRATION_AUTHORITY = "registration_authority"
    SUBSCRIBER = "subscriber"
    SUPERVISOR = "supervisor"


class Evidence(StrEnum):
    """What must be checked before a certificate is approved."""

    DOMAIN_CONTROL = "domain_control"
    DUPLICATE_CHECK = "duplicate_check"
    GUARDIAN_CONSENT = "guardian_consent"
    IDENTITY_SIGHTED = "identity_sighted"
    ORGANISATION_EXISTENCE = "organisation_existence"
    PARTNER_ATTESTATION = "partner_attestation"
    PIN_ENVELOPE = "pin_envelope"
    REPRESENTATIVE_AUTHORITY = "representative_authority"


class Wildcard(StrEnum):
    """How many of a server's names may begin with `*.`."""

    NONE = "none"
    ONE_LEFTMOST = "one_leftmost"


class CrlOccasion(StrEnum):
    """When an issuer's revocation list is made."""

    CEREMONY = "ceremony"
    SLOT = "slot"
