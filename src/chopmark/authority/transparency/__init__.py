"""The witnessed log (RFC 3647 §5.4): every leaf gets a position, every position a checkpoint.

Owns `transparency_position`, `_fulltile`, `_checkpointrequest`, `_checkpoint`, `_cosignature`, `_horizon`, `_setaside`,
`_signingalert`, `_witnessalert` and `_witnessacknowledgement`, and the files under CHOPMARK_LOG_DIR, which can be made again
from the database.
Public verbs: `sequencer.sequence_once`, `sequencer.run_forever`, `signing.run_once`,
`asking.run_forever`, `witnesses.are_late`, `alerts.acknowledge`,
`selectors.is_under_checkpoint`, `selectors.inclusion_proof`.
"""
