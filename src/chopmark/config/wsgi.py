"""The web process as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from chopmark.config.starting import say_started

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.config.settings")
application = get_wsgi_application()
say_started("web")
