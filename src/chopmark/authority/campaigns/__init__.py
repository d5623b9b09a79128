"""Campaigns (RFC 3647 §4.3, §4.9 for a whole population): a plan that several operators approve, chunks that any worker does.

Owns `campaigns_campaign`, `campaigns_campaignterms`, `campaigns_campaignchunk`, `campaigns_campaignapproval`,
`campaigns_campaignstep`, `campaigns_campaignroll`, `campaigns_campaignfailure`, `campaigns_revokedchunk`; of card bureaus
`campaigns_cardbatch`, `_cardrequests`, `_cardresponse`, `_cardacknowledgement`, `_cardsealrequest`, `_sealedcards`; every
row is added and read, never changed. Public verbs: `write_plan`, `write_revocation`, `approve`, `start`, `pause`, `resume`,
`cards.write_cards`, `cards.record_response`, `cards.acknowledge`; in the worker: `chunks.work`, `revoking.work`; in the
signer: `signing.run_once`.
"""
