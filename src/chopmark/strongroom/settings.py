"""Django's settings of the data owner's process: nothing in them is the operator's."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from chopmark.strongroom.keys.sealing import read_private
from chopmark.strongroom.options import Options

_options = Options.read()

PORTAL_URL = _options.portal_url

SECRET_KEY = read_private(_options.keys.sessions).decode()
DEBUG = False
# The desk listens on the loopback interface only, under these names; a proxy in front passes its own.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", _options.desk_url.partition("://")[2].partition(":")[0]]

INSTALLED_APPS = [
    "chopmark.strongroom",
    "chopmark.look",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "chopmark.strongroom.desk.log_files.LogFilesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chopmark.look.language.LanguageMiddleware",
    "chopmark.strongroom.desk.sealed.SealedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "chopmark.strongroom.desk.problems.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "chopmark.strongroom.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "chopmark.look.context.face",
            ],
        },
    }
]
FORM_RENDERER = "chopmark.look.forms.LookRenderer"
CHOPMARK_FACE = {
    "owner": {"en": _options.owner_en, "zh-hant": _options.owner_zh},
    "authority": {"en": _options.owner_en, "zh-hant": _options.owner_zh},
    "notice": _options.notice,
    "base": "look/desk.html",
}


def _database(options: Options) -> dict[str, Any]:
    given = dict(options.database)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts: dict[str, Any] = {django: given.pop(libpq, "") for libpq, django in names.items()}
    # Without a pool every page pays for a connection; a command needs one connection only.
    pool: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}}
    extra: dict[str, Any] = given | (pool if options.process == "desk" else {})
    # A pooled connection is asked before it is lent: PostgreSQL may have been started anew meanwhile.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": extra,
        "CONN_HEALTH_CHECKS": True,
        **parts,
    }


DATABASES = {"default": _database(_options)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restarted database must not cost a visitor a page
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "strongroom.Officer"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/officer/sign-in"
OTP_TOTP_ISSUER = _options.owner_en

# Every visitor comes from the proxy's address, so an officer's number is locked, for a quarter of an hour.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "chopmark.look.attempts.number_of"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["number", "password", "code", "next", "csrfmiddlewaretoken"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # asks for the visitor's address, which here is always the proxy's
AXES_LOCKOUT_CALLABLE = "chopmark.strongroom.desk.problems.locked_out"

SESSION_COOKIE_NAME = "desk_session"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _options.production
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "desk_form"
CSRF_FAILURE_VIEW = "chopmark.look.errors.csrf_failure"

# The portal sees that somebody comes from the desk, never from which page: its address has a nonce.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "form-action": ["'self'", PORTAL_URL],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# Notices to subjects. Where no server is named, each message is a file in the owner's outbox.
OUTBOX = _options.outbox
DEFAULT_FROM_EMAIL = _options.mail.sender
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _options.mail.host
    else "chopmark.strongroom.notices.posting.FileBackend"
)
EMAIL_HOST, EMAIL_PORT = _options.mail.host, _options.mail.port
EMAIL_HOST_USER = _options.mail.user
EMAIL_HOST_PASSWORD = (
    read_private(_options.mail.password_file).decode().strip() if _options.mail.password_file else ""
)
EMAIL_USE_TLS = _options.mail.starttls
EMAIL_TIMEOUT = 20  # seconds

USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Hong_Kong"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# A form is a few hundred octets; nothing is uploaded.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30
FILE_UPLOAD_HANDLERS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"()": "chopmark.strongroom.journal.BareFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "bare"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "chopmark": {"level": "INFO"},
    },
}
