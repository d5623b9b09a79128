"""Settings for the type checker: every app of every process in one registry, which no process has."""

import os
import shutil
import tempfile
from pathlib import Path

from chopmark.config.home import make_home
from chopmark.strongroom.keys import ceremony

_HOME = Path(tempfile.mkdtemp(prefix="chopmark-types-"))
make_home(_HOME)
ceremony.prepare(_HOME, "a passphrase for types")
os.environ["CHOPMARK_HOME"] = os.environ["STRONGROOM_HOME"] = str(_HOME)
os.environ["STRONGROOM_DATABASE"] = "dbname=strongroom"

from chopmark.strongroom.settings import *
from chopmark.config.settings import *
from chopmark.config.settings import INSTALLED_APPS as _AUTHORITYS

INSTALLED_APPS = [*_AUTHORITYS, "chopmark.strongroom"]
# Read by now; the type checker ends without saying goodbye.
shutil.rmtree(_HOME)
