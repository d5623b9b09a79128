"""The OCSP responder's process, behind a proxy: `granian --interface rsgi chopmark.config.responder_main:application`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.config.settings")
os.environ.setdefault("CHOPMARK_PROCESS", "responder")
django.setup()

from django.conf import settings  # noqa: E402  read after setup only

from chopmark.authority.protocols.ocsp.app import Responder  # noqa: E402  its tables are known after setup only
from chopmark.authority.validation.status_source import StatusSource  # noqa: E402
from chopmark.config.starting import say_started  # noqa: E402

# Answers keep the event loop busy; the thread that follows the database waits this long for its turn, at each word to it.
sys.setswitchinterval(0.001)
say_started("responder")
application = Responder(
    source=StatusSource(may_lag=settings.CHOPMARK_STATUS_MAY_LAG), folder=settings.CHOPMARK_STATUS_DIR
)
