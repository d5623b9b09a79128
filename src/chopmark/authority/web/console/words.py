"""Words of the console for codes of campaigns: kinds, states, steps, what a plan says, and why a line failed."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.look.statuses import Status

KINDS: Final[dict[str, Promise]] = {
    "cohort_change": _("Longer free period for a cohort"),
    "mass_replacement": _("Replacement of many certificates"),
    "mass_revocation": _("Revocation of many certificates"),
    "population_issue": _("Certificates for a population"),
}

# Of what a campaign's count is.
COUNTED: Final[dict[str, Promise]] = {
    "cohort_change": _("Certificates that are free for longer"),
    "mass_replacement": _("Certificates that are replaced"),
    "mass_revocation": _("Certificates that are revoked"),
    "population_issue": _("Certificates"),
}

# What was asked for; all of it holds of each certificate.
MATCHED: Final[dict[str, Promise]] = {
    "type": _("Of the type"),
    "issuer": _("Of the issuing authority"),
    "key": _("With a key of the kind"),
    "issued_after": _("Valid from this moment or later"),
    "issued_before": _("Valid from before this moment"),
    "campaign": _("Of the campaign"),
    "serial_numbers": _("By the serial numbers of a file"),
    "keys": _("By the keys of a file"),
}

AGREED: Final[dict[str, Promise]] = {
    "free_months": _("Free from the beginning, in months"),
    "reason": _("Reason of the revocation"),
    "by": _("They go by"),
    "then": _("Without a new certificate by then"),
    "overlap_days": _("Days beside the new one"),
    "lines": _("New certificates"),
    "line_chunks": _("Chunks of new certificates"),
    "type": _("Type of the new certificates"),
    "acceptance": _("Accepted by"),
    "input": _("Each line has"),
    "agreement": _("Agreement"),
    "purpose": _("Purpose"),
    "grant": _("Grant of the owner"),
    # Of a card bureau's batch.
    "bureau": _("Card bureau"),
    "batch": _("Batch"),
    "requests_sha256": _("Digest of the requests"),
    "keys_drawn": _("Keys that we made"),
    "key_algorithm": _("Kind of the keys that we made"),
    "made_by_us_under": _("Agreement to keys made by us"),
    "transport_sha256": _("Keys are sealed to the certificate of this digest"),
}

INPUTS: Final[dict[str, Promise]] = {
    "keys": _("A public key, which the file vouches for"),
    "csr": _("A request that proves its own key"),
    "cards": _("A card bureau’s request, with its chip’s key or for a key of ours"),
    "records": _("No key: one of ours is taken"),
}

ACCEPTANCES: Final[dict[str, Promise]] = {
    "agreement": _("What each holder agreed to when she applied"),
    "offer": _("Each holder’s own word at the portal, otherwise revoked"),
}

THEN: Final[dict[str, Promise]] = {
    "report": _("They stay good and are reported"),
    "revoke": _("They are revoked too, but not where our side refused the new one"),
}
OVERLAP_TO_THE_DAY: Final = _("Until that day")

FORETOLD: Final[dict[str, Promise]] = {
    "types": _("By type"),
    "issuers": _("By issuing authority"),
    "outlets": _("By centre"),
    "months": _("By month of issue"),
    "holders": _("Holders"),
    "holders_with_page": _("Of them with a page that says it"),
    "begin_again": _("Periods that are over, and begin again"),
    "income_foregone_minor": _("Income foregone by the tariff, at most"),
    "lists": _("More entries on each list"),
    "listed": _("When the lists have them"),
    "already_revoked": _("Left out: revoked already"),
    "expired": _("Left out: expired"),
    "kept": _("Left out: have as much already"),
    "with_key": _("With a new key in the file"),
    "without_key": _("Without a new key"),
    "chunks": _("Chunks"),
    "openings": _("Records to be opened"),
    "keys_to_draw": _("Keys to be taken from our pool"),
    "fee_each_minor": _("Fee of each"),
    "fees_minor": _("Fees together"),
    "seconds_estimated": _("Estimated time"),
    "issuer": _("Issuing authority"),
    "notices": _("Notices to holders"),
    "notices_none": _("Holders whom nobody can write to: no record"),
    "notices_a_day": _("Notices that the owner lets go in a day"),
    "notice_days": _("Days until all notices have gone"),
    "cannot_answer": _("Holders without a login, who cannot accept"),
    "counter_people": _("People who must come to a centre"),
    "counter_days": _("Working days it takes"),
    "counter_until": _("Everybody served on"),
    "counter_late": _("Not served before the day"),
    "counter_unknown": _("Must come, and no capacity is known"),
}
COUNTERS: Final = (
    "counter_days",
    "counter_late",
    "counter_people",
    "counter_unknown",
    "counter_until",
    "outlets",
)
# Where it is not the campaign as a whole that a fact is of.
NEW_ONES: Final[dict[str, Promise]] = {
    "chunks": _("Chunks of new certificates"),
    "seconds_estimated": _("Estimated time of the new certificates"),
    "issuer": _("Issuing authority of the new certificates"),
    "notices": _("Notices of the new certificates"),
    "notice_days": _("Days until the notices of the new certificates have gone"),
}
LISTED_AT_ONCE: Final = _("Full lists at once")
LISTED_LATER: Final = _("Partitions and delta at once, the full list at %(at)s")
OUTLET_NONE: Final = _("No centre")
TYPE_ANY: Final = _("Any type")

CAMPAIGN_STATES: Final[dict[str, Status]] = {
    "planned": Status("info", "clock", _("To be approved")),
    "approved": Status("info", "check", _("Approved")),
    "running": Status("info", "forward", _("Running")),
    "paused": Status("warn", "pause", _("Paused")),
    "finished": Status("ok", "check", _("Finished")),
}

CAMPAIGN_STEPS: Final[dict[str, Promise]] = {
    "started": _("Started"),
    "paused": _("Paused"),
    "resumed": _("Gone on with"),
    "finished": _("Finished"),
}

# What became of what was offered, in this order.
ANSWERED: Final[dict[str, Promise]] = {
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "lapsed": _("Lapsed, not answered in time"),
    "unanswered": _("Not answered yet"),
}

# What the owner of the records says of a record that stays shut; other codes are refusals of ours and have their own words.
LINES_FAILED: Final[dict[str, Promise]] = {
    "key_repeated": _("The key is in use already"),
    "kek_unknown": _("The owner cannot open the record at present"),
    "line_refused": _("The new certificate was refused on our side; the old one stays good"),
    "marketing_forbidden": _("The person has forbidden this use of the record"),
    "record_limit_reached": _("The record was opened too often today"),
    "record_shredded": _("The record was destroyed"),
    "record_tampered": _("The record cannot be opened: it was altered"),
    "record_unknown": _("The owner has no such record"),
    "unreachable": _("Nobody brought a new key for the certificate"),
}
