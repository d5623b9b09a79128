"""Asking the gate about Asha and about a host."""

from chopmark.pki import der, lint
from chopmark.pki.attributes import BY_NAME
from pki.world import (
    IDENTITY,
    SERVER,
    ashas_tbs,
    hosts_tbs,
    identity_authority,
    server_authority,
)


def lint_asha(tbs=None, template=None):
    return lint.lint_certificate(
        tbs or ashas_tbs(template),
        template or identity_authority().template(IDENTITY),
        issuer_certificate_der=identity_authority().certificate_der,
    )


def lint_host(tbs=None, template=None):
    return lint.lint_certificate(
        tbs or hosts_tbs(template),
        template or server_authority().template(SERVER),
        issuer_certificate_der=server_authority().certificate_der,
    )


def codes(refused):
    """What stopped it; pkilint also notices that user notices are discouraged, and we print them by law."""
    return {found.code for found in refused.value.findings if found.severity >= lint.Severity.ERROR}


def a_name(*attributes):
    """A name by hand, which may break every rule of names."""
    return der.sequence(
        *(
            der.set_of(der.sequence(der.oid(BY_NAME[name].oid), der.utf8_string(value)))
            for name, value in attributes
        )
    )
