"""What holders said to the certificates that a campaign made for them."""

from chopmark.authority.applications.population import reference_of
from chopmark.authority.campaigns.models import Campaign, CampaignTerms
from chopmark.authority.delivery.selectors import counted

MAKE_NONE = (Campaign.Kind.COHORT_CHANGE, Campaign.Kind.MASS_REVOCATION)
_LAST_CHUNK, _LAST_PLACE = 99_999, 9_999


def acceptance(campaign: Campaign) -> dict[str, dict[str, int]]:
    """How many were offered, and how many of these accepted (by agreement too), declined, lapsed or not answered yet."""
    if campaign.kind == Campaign.Kind.MASS_REVOCATION:
        return {}
    return {"acceptance": counted(*_span(campaign.pk))}


def way(campaign_id: int) -> str:
    """What accepts its certificates by what operators approved; of campaigns from before plans said it, nothing: ''."""
    terms = CampaignTerms.objects.filter(campaign_id=campaign_id).values_list("terms", flat=True).first()
    return str((terms or {}).get("acceptance", ""))


def unasked() -> list[tuple[str, str]]:
    """The references, first and last, of each campaign of which nobody approved that its holders must answer."""
    said = CampaignTerms.objects.filter(terms__has_key="acceptance").values("campaign_id")
    others = Campaign.objects.exclude(kind__in=MAKE_NONE).exclude(pk__in=said)
    return [_span(campaign_id) for campaign_id in others.order_by("pk").values_list("pk", flat=True)]


def _span(campaign_id: int) -> tuple[str, str]:
    return reference_of(campaign_id, 0, 0), reference_of(campaign_id, _LAST_CHUNK, _LAST_PLACE)
