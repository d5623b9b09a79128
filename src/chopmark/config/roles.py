"""The names of the database roles and databases, in one place."""

AUTHORITY_DATABASE = "chopmark"
AUTHORITY_OWNER = "chopmark_owner"
# Signs in to migrate, and may do nothing but become the owner, which itself cannot sign in.
AUTHORITY_MIGRATOR = "chopmark_migrator"
WEB = "chopmark_web"
WORKER = "chopmark_worker"
SIGNER = "chopmark_signer"
RESPONDER = "chopmark_responder"
# What an operator types at the command line, in her own name and with her own one-time code.
OPERATOR = "chopmark_operator"
AUDITOR = "chopmark_auditor"
AUTHORITY_ROLES = (WEB, WORKER, SIGNER, RESPONDER, OPERATOR, AUDITOR)

STRONGROOM_DATABASE = "strongroom"
STRONGROOM_OWNER = "strongroom_owner"
STRONGROOM_MIGRATOR = "strongroom_migrator"
STRONGROOM = "strongroom"
STRONGROOM_AUDITOR = "strongroom_auditor"
STRONGROOM_ROLES = (STRONGROOM, STRONGROOM_AUDITOR)
