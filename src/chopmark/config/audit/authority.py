"""Where the authority keeps what its leaves speak of."""

from chopmark.authority.transparency.keys import own_key
from chopmark.config.audit.log import KeptLog
from chopmark.config.audit.promises import Promising

_TABLES = (
    "campaigns_campaign",
    "campaigns_campaignapproval",
    "campaigns_campaignchunk",
    "campaigns_campaignfailure",
    "campaigns_campaignroll",
    "campaigns_campaignstep",
    "campaigns_campaignterms",
    "campaigns_cardacknowledgement",
    "campaigns_cardbatch",
    "campaigns_cardrequests",
    "campaigns_cardresponse",
    "campaigns_revokedchunk",
    "campaigns_sealedcards",
    "catalogue_edition",
    "custody_cacertificate",
    "delivery_answer",
    "delivery_offer",
    "issuance_certificate",
    "issuance_intendedcertificate",
    "issuance_intendedchunk",
    "issuance_spentchunk",
    "issuance_spentclaim",
    "keymaking_filledbatch",
    "keymaking_pooldiscard",
    "keymaking_poolorder",
    "keymaking_poolorderend",
    "ledger_entry",
    "ledger_invoice",
    "ledger_invoiceline",
    "ledger_leg",
    "ledger_payment",
    "participants_accessdecision",
    "participants_accessreview",
    "participants_accesssuspension",
    "participants_clearance",
    "participants_departure",
    "participants_reviewedaccess",
    "participants_staffsignin",
    "notices_notice",
    "publication_certificatepublication",
    "publication_crl",
    "publication_crlpublication",
    "revocation_holdrequest",
    "revocation_release",
    "revocation_revocation",
    "revocation_suspension",
    "subscriptions_cohortdecision",
    "verification_decision",
    "verification_evidence",
)
PROMISING = Promising(
    payloads="audit_payload",
    tables=dict.fromkeys(_TABLES, "id"),
    together=(
        ("ledger_invoiceline", "invoice_id", "ledger_invoice"),
        ("ledger_leg", "entry_id", "ledger_entry"),
        ("ledger_payment", "entry_id", "ledger_entry"),
    ),
    of=(("ledger_payment", "invoice_id", "ledger_invoice"),),
)


LOG = KeptLog(
    own_key=own_key,
    leaves="audit_leaf",
    payloads="audit_payload",
    placed="transparency_position",
    heads="transparency_checkpoint",
    requests="transparency_checkpointrequest",
    set_aside="transparency_setaside",
)
