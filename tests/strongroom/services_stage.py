"""A policy with two value-added services that the owner approved, one of which hands data on."""

from approved_services import SERVICES
from chopmark.strongroom.options import USUAL_POLICY
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import consent_texts
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.consent_texts import Agreed

POLICY = USUAL_POLICY.read_text() + SERVICES


def agreed(use: Use, *, language: str = "en", in_writing: bool = False) -> Agreed:
    """She read what the policy says of a use now."""
    digest = consent_texts.digest_of(
        terms().services[use.service], purpose=use.purpose, channel=use.channel, language=language
    )
    return Agreed(digest=digest, language=language, in_writing=in_writing)
