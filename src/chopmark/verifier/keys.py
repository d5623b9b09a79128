"""Keys as they are typed on a command line."""

import click

from chopmark.pki.tlog.cosignature import CosignerKey, parse_cosigner_key
from chopmark.pki.tlog.note import VerifierKey, VerifierKeyMalformed, parse_verifier_key


class LogKey(click.ParamType[VerifierKey]):
    """A verifier key as the log's keeper gives it out: name+hash+key."""

    name = "vkey"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> VerifierKey:
        try:
            return parse_verifier_key(value)
        except VerifierKeyMalformed:
            self.fail("a verifier key has the form name+hash+key, and its hash must be right", param, ctx)


class WitnessKey(click.ParamType[CosignerKey]):
    """A witness's key as it prints it when it starts; a log's own key is none."""

    name = "vkey"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> CosignerKey:
        try:
            return parse_cosigner_key(value)
        except VerifierKeyMalformed:
            self.fail("a witness's key has the form name+hash+key, for cosignatures", param, ctx)
