"""What the signer loads: its doors and what they stand on, and nothing that faces people or networks."""

import subprocess
import sys

from chopmark.config.children import authority_environment
from chopmark.config.home import open_home

# The apps that own a door, and those that a door's owner stands on.
MAY_LOAD = {
    "applications", "audit", "campaigns", "catalogue", "custody", "issuance", "kernel", "keymaking", "ledger", "participants",
    "publication", "revocation", "delivery", "transparency", "validation", "verification",
}  # fmt: skip
MUST_NOT_LOAD = (
    "gunicorn",
    "granian",
    "pkilint",
    "chopmark.strongroom.services",
    "chopmark.authority.web.portal",
)

SCRIPT = """
import sys
import django
django.setup()
from chopmark.config import signer_root
signer_root.doors()
print("\\n".join(sys.modules))
"""


def modules_of_the_signer(home):
    environment = authority_environment(open_home(home), "signer")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_it_loads_its_doors_and_what_they_stand_on(home):
    loaded = modules_of_the_signer(home)

    doors = {name for name in loaded if name.startswith("chopmark.authority.") and name.endswith(".signing")}
    assert doors == {
        f"chopmark.authority.{app}.signing"
        for app in ("campaigns", "issuance", "keymaking", "publication", "transparency", "validation")
    }
    services = {
        name.split(".")[2]
        for name in loaded
        if name.startswith("chopmark.authority.") and ".services" in name
    }
    assert services <= MAY_LOAD, services - MAY_LOAD
    assert [name for name in MUST_NOT_LOAD if name in loaded] == []
