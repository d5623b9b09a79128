"""The witnessed log (RFC 3647 §5.4): every leaf gets a position, every position a checkpoint.

Owns `transparency_position`, `_fulltile`, `_checkpointrequest`, `_checkpoint`, `_horizon`, `_setaside` and
`_signingalert`, and the files under CHOPMARK_LOG_DIR, all of which can be made again from the database.
Public verbs: `sequencer.sequence_once`, `sequencer.run_forever`, `signing.run_once`,
`selectors.is_under_checkpoint`, `selectors.inclusion_proof`.
"""
