"""Words for what goes wrong inside: nobody at a face caused it, and nobody there can put it right."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from chopmark.authority.web.wording import OURS, Problem

_CERTIFICATE: Final = Problem(_("The certificate cannot be made as its rules ask"), OURS)
_LIST: Final = Problem(_("The revocation list cannot be made as its rules ask"), OURS)
_LOG: Final = Problem(_("The log does not agree with itself"), OURS)
_WITNESSES: Final = Problem(_("The witnesses of the log are not set up as they must be"), OURS)
_NOTE: Final = Problem(_("What should be signed by the log is not"), OURS)
_BOOKS: Final = Problem(_("The books do not agree"), OURS)
_SIGNER: Final = Problem(_("The signer refused"), OURS)
_CODING: Final = Problem(_("Those bytes are not what should stand there"), OURS)
_CAMPAIGN: Final = Problem(_("The campaign cannot go on as it is"), OURS)
_STATUS: Final = Problem(_("The status cannot be told now"), OURS)

INSIDE: Final[dict[str, Problem]] = {
    # Campaigns, which operators run from the command line.
    "campaign_already_approved": _CAMPAIGN,
    "campaign_another_digest": _CAMPAIGN,
    "campaign_empty": _CAMPAIGN,
    "campaign_faulty": _CAMPAIGN,
    "campaign_moved": _CAMPAIGN,
    "campaign_not_approved": _CAMPAIGN,
    "campaign_not_proven": _CAMPAIGN,
    "campaign_unknown": _CAMPAIGN,
    "line_malformed": _CAMPAIGN,
    "line_repeated": _CAMPAIGN,
    "several_issuers": _CERTIFICATE,
    # Making certificates and lists.
    "algorithm_not_in_profile": _CERTIFICATE,
    "already_intended": _CERTIFICATE,
    "attribute_empty": _CERTIFICATE,
    "attribute_illegal": _CERTIFICATE,
    "attribute_too_long": Problem(
        _("A name is longer than a certificate can hold"), _("Ask at the service centre for a shorter form.")
    ),
    "attribute_unknown": _CERTIFICATE,
    "chunk_already_intended": _CERTIFICATE,
    "chunk_malformed": _CAMPAIGN,
    "chunk_not_ours": _CERTIFICATE,
    "dn_template_ambiguous": _CERTIFICATE,
    "fact_not_in_template": _CERTIFICATE,
    "general_name_illegal": _CERTIFICATE,
    "intent_not_ours": _CERTIFICATE,
    "lint_failed": _CERTIFICATE,
    "lint_refused": _CERTIFICATE,
    "name_not_of_template": _CERTIFICATE,
    "not_made_by_lint": _CERTIFICATE,
    "not_this_template": _CERTIFICATE,
    "notice_too_long": _CERTIFICATE,
    "profile_ambiguous": _CERTIFICATE,
    "profile_incomplete": _CERTIFICATE,
    "registration_malformed": _CERTIFICATE,
    "serial_number_illegal": _CERTIFICATE,
    "srn_malformed": _CERTIFICATE,
    "value_missing": _CERTIFICATE,
    "value_not_in_template": _CERTIFICATE,
    "crl_entry_illegal": _LIST,
    "crl_list_unknown": _LIST,
    "crl_no_base_yet": _LIST,
    "crl_not_ours": _LIST,
    "crl_second_taken": _LIST,
    "crl_scope_illegal": _LIST,
    # Keys and the signer.
    "algorithm_not_of_key": _SIGNER,
    "ceremony_running": _SIGNER,
    "door_refused": _SIGNER,
    "hierarchy_changed": _SIGNER,
    "issuer_unknown": _SIGNER,
    "key_not_in_token": _SIGNER,
    "key_of_another": _SIGNER,
    "label_taken": _SIGNER,
    "seal_broken": _SIGNER,
    "software_token_forbidden": _SIGNER,
    "key_not_for_algorithm": _CODING,
    "malformed_der": _CODING,
    "signature_algorithm_unknown": _CODING,
    "signature_forged": _CODING,
    # The log.
    "checkpoint_malformed": _NOTE,
    "checkpoint_of_another_log": _NOTE,
    "note_forged": _NOTE,
    "note_malformed": _NOTE,
    "note_unsigned": _NOTE,
    "verifier_key_malformed": _NOTE,
    "checkpoint_not_of_log": _LOG,
    "commitment_differs": _LOG,
    "database_behind_log": _LOG,
    "evidence_malformed": _LOG,
    "evidence_of_another_certificate": _LOG,
    "hash_malformed": _LOG,
    "last_checkpoint_altered": _LOG,
    "leaf_altered": _LOG,
    "leaf_malformed": _LOG,
    "leaf_not_under_checkpoint": _LOG,
    "log_unknown": _LOG,
    "positions_have_gap": _LOG,
    "proof_malformed": _LOG,
    "proof_wrong": _LOG,
    "quorum_missing": _LOG,
    "request_malformed": _LOG,
    "right_edge_malformed": _LOG,
    "root_differs": _LOG,
    "state_differs": _LOG,
    "statement_malformed": _LOG,
    "tile_malformed": _LOG,
    "tile_path_malformed": _LOG,
    "witness_malformed": _WITNESSES,
    "witness_twice": _WITNESSES,
    "witnesses_too_few": _WITNESSES,
    # The books.
    "books_do_not_balance": _BOOKS,
    "invoice_differs": _BOOKS,
    "posting_unbalanced": _BOOKS,
    "reference_booked": _BOOKS,
    # What relying parties are told.
    "database_is_standby": _STATUS,
    "delegate_key_not_proven": _STATUS,
    "no_delegate_yet": _STATUS,
    "no_responder_for_issuer": _STATUS,
    "ocsp_issuer_unknown": _STATUS,
    "ocsp_malformed": _STATUS,
    "ocsp_nonce_length": _STATUS,
    "ocsp_serial_unknown": _STATUS,
    "ocsp_too_large": _STATUS,
    "status_not_known": _STATUS,
    "status_store_in_use": _STATUS,
}
