"""Campaigns (RFC 3647 §4.3 for a whole population): a plan that several operators approve, then chunks that any worker does.

Owns `campaigns_campaign`, `campaigns_campaignchunk`, `campaigns_campaignapproval`, `campaigns_campaignstep`,
`campaigns_campaignroll`, `campaigns_campaignfailure`; every row is added and read, never changed.
Public verbs: `plan`, `approve`, `start`, `pause`, `resume`; in the worker: `chunks.work`; in the signer: `signing.run_once`.
"""
