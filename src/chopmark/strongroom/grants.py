"""What each role may do to each table of the owner's database: data, applied after every migration."""

ALL = frozenset({"select", "insert", "update", "delete"})
READ = frozenset({"select"})
ADD = frozenset({"select", "insert"})
CHANGE = frozenset({"select", "insert", "update"})
DISCARD = frozenset({"select", "insert", "delete"})

GRANTS: dict[str, dict[str, frozenset[str]]] = {
    "strongroom": {
        "axes_accessattempt": ALL,
        "axes_accessattemptexpiration": ALL,
        "axes_accessfailurelog": ALL,
        "axes_accesslog": ALL,
        "django_content_type": READ,
        "django_migrations": READ,
        "django_session": ALL,
        "otp_totp_totpdevice": ALL,
        "strongroom_case": CHANGE,
        "strongroom_complaint": ADD,
        "strongroom_complaintanswer": ADD,
        "strongroom_fulltile": ADD,
        "strongroom_leaf": ADD,
        "strongroom_leafpayload": DISCARD,
        "strongroom_logcheckpoint": ADD,
        "strongroom_logcosignature": ADD,
        "strongroom_officer": CHANGE,
        "strongroom_opening": ADD,
        "strongroom_receipt": ADD,
        "strongroom_record": CHANGE,
        "strongroom_wrongsignin": DISCARD,
        # What is written to subjects.
        "strongroom_notice": ADD,
        "strongroom_sending": CHANGE,
        # The owner's policy at work.
        "strongroom_alert": ADD,
        "strongroom_alertacknowledgement": ADD,
        "strongroom_assessment": ADD,
        "strongroom_attempt": DISCARD,
        "strongroom_challenge": CHANGE,
        "strongroom_choice": ADD,
        "strongroom_grantsignature": ADD,
        "strongroom_hold": ADD,
        "strongroom_holdlift": ADD,
        "strongroom_knowncertificate": ADD,
        "strongroom_officercase": ADD,
        "strongroom_openingreason": ADD,
        "strongroom_ownergrant": CHANGE,
        "strongroom_pairrequest": CHANGE,
        "strongroom_policyloaded": ADD,
        "strongroom_shreddingorder": ADD,
        "strongroom_suspension": ADD,
        "strongroom_suspensionlift": ADD,
        "strongroom_witnessrefusal": ADD,
    },
    # Reads what was done, never what it was done to: no record, no receipt, no session, no device.
    "strongroom_auditor": {
        "django_migrations": READ,
        "strongroom_case": READ,
        "strongroom_complaint": READ,
        "strongroom_complaintanswer": READ,  # its words are ciphertext under the record's key
        "strongroom_fulltile": READ,
        "strongroom_leaf": READ,
        "strongroom_leafpayload": READ,
        "strongroom_logcheckpoint": READ,
        "strongroom_logcosignature": READ,
        "strongroom_notice": READ,
        "strongroom_opening": READ,
        "strongroom_sending": READ,
        "strongroom_alert": READ,
        "strongroom_alertacknowledgement": READ,
        "strongroom_assessment": READ,
        "strongroom_choice": READ,
        "strongroom_grantsignature": READ,
        "strongroom_hold": READ,
        "strongroom_holdlift": READ,
        "strongroom_knowncertificate": READ,
        "strongroom_officercase": READ,  # what she typed is ciphertext under the record's key
        "strongroom_ownergrant": READ,
        "strongroom_pairrequest": READ,
        "strongroom_policyloaded": READ,
        "strongroom_shreddingorder": READ,
        "strongroom_suspension": READ,
        "strongroom_suspensionlift": READ,
        "strongroom_witnessrefusal": READ,
    },
}
