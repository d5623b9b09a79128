"""The authority's side."""

from chopmark.config.audit.authority import LOG, PROMISING
from tampering.side import Side
from tampering.thieves import THIEVES

AUTHORITY = Side(
    log=LOG,
    promising=PROMISING,
    keys={"audit_payload": "leaf_id", "transparency_position": "position", "transparency_checkpoint": "size"},
    # Any other id is in no row but its own, and says no more than the order in which rows came.
    referred_to=frozenset({"ledger_entry", "ledger_invoice", "audit_leaf"}),
    children={
        "ledger_entry": (("ledger_leg", "entry_id"), ("ledger_payment", "entry_id")),
        "ledger_invoice": (("ledger_invoiceline", "invoice_id"), ("ledger_payment", "invoice_id")),
    },
    thieves=THIEVES,
    public_files=("bundle", "certificate", "checkpoint", "list", "tile"),
    means_nothing=frozenset({("audit_leaf", "xid")}),
    # A leaf's moment is in its entry, a leg's in the row of its entry, a chunk's and its terms' in that of its campaign.
    no_moment=frozenset(
        {
            *("audit_leaf", "audit_payload", "transparency_position"),
            *("campaigns_campaignchunk", "campaigns_campaignterms", "ledger_invoiceline", "ledger_leg"),
            *("campaigns_cardbatch", "campaigns_cardrequests"),
        }
    ),
)
