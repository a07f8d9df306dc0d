"""Every setting of the portal, flat and in one file. docs/settings.md describes each environment variable read here."""

from pathlib import Path
from typing import cast

import django_stubs_ext
import pghistory
from celery.schedules import crontab

from builds.domain.retention import RetentionPolicy
from portal import env

# Generic classes such as ModelAdmin[Stack] are known to the type checker alone; this lets them be written at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- One installation -------------------------------------------------------------------------------------------------
# All state of one installation is below this folder, or pointed at from it; bin/run creates it.
PORTAL_HOME = env.folder("PORTAL_HOME", BASE_DIR / "var")
PUBLIC_URL = env.text("PUBLIC_URL", f"http://127.0.0.1:{env.integer('PORT', 8000, minimum=1)}").rstrip("/")
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "")
# HMAC keys of API tokens by pepper id, the newest first; a token keeps working as long as its pepper is listed.
TOKEN_PEPPERS = dict(pair.partition(":")[::2] for pair in env.words("TOKEN_PEPPERS"))
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
TABLE_REQUIRES_TOKEN = env.flag("TABLE_REQUIRES_TOKEN", default=False)

# --- Composition ------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "portal.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "portal",
    "versions",
    "builds",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "portal.middleware.content_security_policy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.body_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.audit",
    "portal.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.frame.frame",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------------
# The application's role may not change tables or rewrite revisions; `migrate` runs as their owner (see
# portal/management/commands/migrate.py). A database server with one role serves both.
_application = env.database("DATABASE_URL", "postgresql:///portal")
_owner = env.database("DATABASE_OWNER_URL")
DATABASES = {"default": _application} | ({"owner": _owner} if _owner else {})
for _database in DATABASES.values():
    assert _database is not None
    _database["CONN_MAX_AGE"] = 60  # seconds; a request then costs no new connection
    _database["CONN_HEALTH_CHECKS"] = True
    # Compiling a statement takes PostgreSQL longer than our longest one runs, and it guesses the cost of that one high.
    cast("dict[str, str]", _database["OPTIONS"]).setdefault("options", "-c jit=off")
if _owner:
    _owner["TEST"] = {"MIRROR": "default"}  # tests make one database and own it

# Who did what, to which row: triggers copy every change of a tracked model into an event table that
# nobody may rewrite. The context is kept in the event itself, because a shared context row would have to be updated.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="events")

CACHES = {
    # Sign-in limits are counted here, so every web process must see the same counts: hence a table, not memory.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"},
}

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / "static")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PORTAL_HOME / "files"},
    },
    # A folder, or an S3 bucket whose credentials are those of the machine unless they are given.
    "artifacts": env.storage(
        "ARTIFACT_STORAGE",
        PORTAL_HOME / "artifacts",
        access_key=env.text("AWS_ACCESS_KEY_ID", ""),
        secret_key=env.text("AWS_SECRET_ACCESS_KEY", ""),
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

ARTIFACT_MAX_BYTES = env.integer("ARTIFACT_MAX_MEGABYTES", 1024, minimum=1) * 1024**2  # of one archive

# Where archives and outside copies of the table may be fetched from (versions/addresses/origins.py has the forms).
FETCH_HOSTS = env.words(
    "FETCH_HOSTS",
    (
        *("github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com"),
        *("raw.githubusercontent.com", "www.python.org"),
    ),
)

# Files in it may stand for outside copies of the table; whoever runs the portal puts them there.
OUTSIDE_FOLDER = PORTAL_HOME / "outside"

# --- Words and times --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Every text goes through gettext, but so far there is one language, and looking each text up took a tenth of what a
# page computes. The first catalogue of another language turns this on.
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.access.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.access.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.json_parser.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` says what an archive is, not how the answer is rendered
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # bytes: the largest JSON body that the contract allows

# The description of the API is public like the codes; it names no data.
SPECTACULAR_SETTINGS = {
    "TITLE": "Python runtimes",
    "DESCRIPTION": "The version table, resolution, and build reports.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- Sign-in ----------------------------------------------------------------------------------------------------------
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)  # proxies in front of us that append to X-Forwarded-For
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Names are unique whatever their case, by a constraint over lower(username); the check knows only plain columns.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.access.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth insists on a form it could show
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
# Guessing is limited by address and by account name; counts are in the cache, which every process shares.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
CSRF_FAILURE_VIEW = "portal.pages.errors.stale_form"
# The stylesheet's words for what Django calls success, error and so on (10 to 40 are its levels).
MESSAGE_TAGS = {10: "info", 20: "info", 25: "good", 30: "warn", 40: "bad"}
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a working day

# --- Transport --------------------------------------------------------------------------------------------------------
# Behind TLS everything else follows from the address that people type.
_is_tls = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_tls
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _is_tls else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_tls and TRUSTED_PROXY_COUNT else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _is_tls else []
SECURE_REFERRER_POLICY = "same-origin"

# --- History ----------------------------------------------------------------------------------------------------------
# Unset keeps without end. An app's last success always stays.
RETENTION_POLICY = RetentionPolicy(
    days=env.integer("KEEP_BUILDS_DAYS", 0, minimum=1) or None,
    builds_an_app=env.integer("KEEP_BUILDS_AN_APP", 0, minimum=1) or None,
    log_bytes=env.integer("KEEP_LOGS_MEGABYTES", 0, minimum=1) * 1024**2 or None,
)

# Source archives of queued builds: the largest that is taken, and how long one is kept that no build needs any more.
MAX_SOURCE_BYTES = env.integer("MAX_SOURCE_MEGABYTES", 256, minimum=1) * 1024**2
KEEP_SOURCES_DAYS = env.integer("KEEP_SOURCES_DAYS", 7, minimum=1)

# --- Background work --------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL", "filesystem://")
# Installations that share a broker must not eat one another's messages.
CELERY_TASK_DEFAULT_QUEUE = env.text("CELERY_QUEUE", "portal")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for a night; the worker is there when it returns


def _at_night(hour: str) -> crontab:
    """By the hour of day: a beat that is restarted each day, as platforms do, would never see a whole day pass."""
    return crontab(hour=hour, minute="10")


CELERY_BEAT_SCHEDULE = {
    # Names a task of builds/queue.py. A builder that is killed is noticed one lease and at most this much later.
    "end-lost-builds": {"task": "builds.end_lost_builds", "schedule": 15.0, "options": {"expires": 15.0}},
    # Keep the dashboard's hourly figures, and those of the groups of failures.
    "roll-up-hours": {"task": "builds.roll_up_hours", "schedule": 60.0, "options": {"expires": 60.0}},
    "group-failures": {"task": "builds.group_failures", "schedule": 60.0, "options": {"expires": 60.0}},
    "retain-builds": {"task": "builds.retain_builds", "schedule": _at_night("3"), "options": {"expires": 3600}},
}
CELERY_BEAT_SCHEDULE |= {
    # What a broker or a killed builder lost of the queue is announced again.
    "announce-builds": {"task": "builds.announce_builds", "schedule": 15.0, "options": {"expires": 15.0}},
    "remove-sources": {"task": "builds.remove_sources", "schedule": 60 * 60.0, "options": {"expires": 600.0}},
    # Finds archive jobs whose message or worker was lost, and drops uploads that nobody goes on with.
    "sweep-archives": {"task": "versions.sweep_archives", "schedule": 60.0, "options": {"expires": 60.0}},
    # A crash between keeping an archive's bytes and writing its row leaves a file that nothing names.
    "remove-orphans": {"task": "versions.remove_orphans", "schedule": _at_night("4"), "options": {"expires": 3600}},
    # Asks for a check of each outside copy whose time has come; the copies' rows say when that is.
    "check-outside-copies": {"task": "versions.check_outside_copies", "schedule": 60.0, "options": {"expires": 60.0}},
}
_BROKER_FOLDER = PORTAL_HOME / "broker"
if CELERY_BROKER_URL.startswith("filesystem:"):
    # The embedded broker: every process reads and writes the same folder of messages.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_FOLDER / "messages"),
        "data_folder_out": str(_BROKER_FOLDER / "messages"),
        "control_folder": str(_BROKER_FOLDER / "control"),
        "polling_interval": 0.1,  # seconds
    }
else:
    # Whoever sends a hint while the broker is away is told at once, rather than after seconds of trying: a sweep sends
    # it later. Workers wait for their broker by the settings above.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
