"""Django's settings for the authority's processes, from the one Options object; apps read `django.conf.settings` only."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from chopmark.config import connections, logs, options, roles
from chopmark.config.options import Process

OPTIONS = options.load(os.environ)
SOURCE = Path(__file__).parent.parent


# --- what the apps read ---
CHOPMARK_PACKS = OPTIONS.packs
CHOPMARK_PUBLIC_URL = OPTIONS.public_url
CHOPMARK_REPOSITORY_URL = OPTIONS.repository_url
CHOPMARK_OCSP_URL = OPTIONS.ocsp_url
CHOPMARK_DESK_URL = OPTIONS.desk_url
CHOPMARK_STRONGROOM_SOCKET = OPTIONS.strongroom_socket
CHOPMARK_DESK_RECEIPT_KEY = OPTIONS.desk_receipt_key
CHOPMARK_LOG_DIR = OPTIONS.home / "log"
CHOPMARK_PUBLIC_DIR = OPTIONS.home / "public"
CHOPMARK_STATUS_DIR = OPTIONS.home / "responder" / "status"
CHOPMARK_STATUS_MAY_LAG = OPTIONS.status_may_lag
CHOPMARK_TOKEN_DIR = OPTIONS.home / "signer" / "token"
CHOPMARK_TOKEN_PASSPHRASE_FILE = OPTIONS.home / "secrets" / "token.passphrase"
# The owner's signed leave to keep keys in files under production settings; without it the signer refuses to start.
_WAIVER = OPTIONS.home / "signer" / "token.waiver"
CHOPMARK_TOKEN_WAIVER = _WAIVER if _WAIVER.exists() else None
CHOPMARK_LOG_ORIGIN = OPTIONS.log_origin
CHOPMARK_WITNESSES = OPTIONS.witnesses
CHOPMARK_WITNESS_PATIENCE_MINUTES = OPTIONS.witness_patience_minutes
CHOPMARK_PRODUCTION = OPTIONS.production
CHOPMARK_RUN_DIR = OPTIONS.home / "run"

# --- Django ---
SECRET_KEY = OPTIONS.secret_key
DEBUG = False
ALLOWED_HOSTS = OPTIONS.hosts
ROOT_URLCONF = "chopmark.config.urls"
WSGI_APPLICATION = "chopmark.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/portal/sign-in"

AUTHORITY_APPS = sorted(
    f"chopmark.authority.{'.'.join(found.parent.relative_to(SOURCE / 'authority').parts)}"
    for found in (SOURCE / "authority").rglob("apps.py")
)
AUTH_USER_MODEL = "participants.Login"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "chopmark.look",
    *AUTHORITY_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chopmark.config.published.PublishedFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chopmark.look.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chopmark.look.context.face",
            ],
        },
    },
]

FORM_RENDERER = "chopmark.look.forms.LookRenderer"
CHOPMARK_FACE = "chopmark.authority.web.faces.face"

# --- the database ---
_CONNECTION: dict[str, Any] = {
    "application_name": f"chopmark {OPTIONS.process}",
    **connections.parameters(role=roles.AUTHORITY_OWNER if OPTIONS.process is Process.MIGRATE else None),
}
if OPTIONS.process is Process.WEB:
    # Five times the requests a second of a connection for each, measured.
    _CONNECTION["pool"] = {"min_size": 2, "max_size": 16, "timeout": 10}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": roles.AUTHORITY_DATABASE,
        "HOST": str(OPTIONS.database_host),
        "PORT": OPTIONS.database_port,
        "USER": OPTIONS.database_role,
        "PASSWORD": OPTIONS.database_password,
        "OPTIONS": _CONNECTION,
        # A worker keeps its connections from job to job: after a failover each new one would try the lost host first.
        "CONN_MAX_AGE": None if OPTIONS.process is Process.WORKER else 0,
        # A pooled connection is asked before it is lent: PostgreSQL may have been started anew meanwhile.
        "CONN_HEALTH_CHECKS": True,
    },
}

# --- people signing in ---
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
OTP_TOTP_ISSUER = "Chopmark"
AXES_USERNAME_CALLABLE = "chopmark.look.attempts.number_of"
AXES_LOCKOUT_CALLABLE = "chopmark.look.attempts.locked_out"
AXES_SENSITIVE_PARAMETERS = ["number", "password", "code", "next", "csrfmiddlewaretoken"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- sessions, cookies, headers ---
_HTTPS = OPTIONS.public_url.startswith("https://")
# Named apart: cookies do not know ports, and the desk may live on the same host during development.
SESSION_COOKIE_NAME = "chopmark_session"
CSRF_COOKIE_NAME = "chopmark_csrf"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [OPTIONS.public_url]
CSRF_FAILURE_VIEW = "chopmark.look.errors.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A form of ours may end at the owner's desk, where particulars are typed.
        "form-action": [SELF, OPTIONS.desk_url],
    },
}

# --- words, time, files ---
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
LANGUAGE_COOKIE_NAME = "lang"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Hong_Kong"
STATIC_URL = "/static/"
# Served from where the apps keep them; nothing has to be collected before a first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["chopmark.config.uploads.SmallFilesOnly"]

# --- logs: JSON lines, and no request's body or form in them ---
LOGGING_CONFIG = "chopmark.config.logs.configure"
LOGGING = logs.settings(OPTIONS.process)
DEFAULT_EXCEPTION_REPORTER = "chopmark.config.logs.SilentReporter"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
