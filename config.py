"""The settings: the one place that reads the environment.

Every name that is read here is described in `.env.example`.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


class Config:
    """Settings of the running system, taken from the environment when an application is made."""

    def __init__(self) -> None:
        self.INSTANCE = Path(os.environ.get("INSTANCE", ROOT / "instance")).absolute()
        #: Empty: a random key is made on the first start and kept in the instance folder.
        self.SECRET_KEY = os.environ.get("SECRET_KEY", "")
        self.DATABASE_URL = os.environ.get("DATABASE_URL", "") or f"sqlite:///{self.INSTANCE / 'fulei.db'}"
        self.FILES = Path(os.environ.get("FILES") or self.INSTANCE / "files").absolute()
        #: The address that QR codes and links carry; empty: the address of the request.
        self.PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")
        #: Where this machine answers: links of the job process when there is no public address.
        self.LOCAL_URL = f"{'https' if _flag('TLS') else 'http'}://127.0.0.1:{os.environ.get('PORT', '8000')}"
        #: On: the first start into an empty database loads the demo.
        self.DEMO = _flag("DEMO", default=True)
        self.REDIS_URL = os.environ.get("REDIS_URL", "")
        self.PRODUCT_NAME_ZH = os.environ.get("PRODUCT_NAME_ZH", "福蕾学堂")
        self.PRODUCT_NAME_EN = os.environ.get("PRODUCT_NAME_EN", "Fulei Academy")
        self.TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
        self.MAIL_SERVER = os.environ.get("MAIL_SERVER", "")
        self.MAIL_PORT = int(os.environ.get("MAIL_PORT", "25"))
        self.MAIL_USERNAME = os.environ.get("MAIL_USERNAME", "")
        self.MAIL_PASSWORD = os.environ.get("MAIL_PASSWORD", "")
        self.MAIL_STARTTLS = _flag("MAIL_STARTTLS")
        self.MAIL_FROM = os.environ.get("MAIL_FROM", "")
        #: Set by `TLS=1` or by a proxy that speaks HTTPS: cookies are then sent over HTTPS only.
        self.SESSION_COOKIE_SECURE = _flag("SECURE_COOKIES") or _flag("TLS")
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.SESSION_COOKIE_NAME = "fulei"
        self.PERMANENT_SESSION_LIFETIME = timedelta(days=180)
        self.SESSION_REFRESH_EACH_REQUEST = False
        self.MAX_CONTENT_LENGTH = 8 * 1024 * 1024
        #: What an address ends in → the bytes that it takes instead: photos of several pages come in one go.
        self.LARGER_CONTENT = {
            "/sheets": 48 * 1024 * 1024,
            "/elsewhere/new": 9 * 1024 * 1024,
            "/paper/seal": 11 * 1024 * 1024,
        }
        self.WTF_CSRF_TIME_LIMIT = None
        #: What signs certificates: a PKCS#12 file, or key and certificate (with those above it) as PEM files. All
        #: empty: a pair of its own is made at the first certificate and kept in the instance folder.
        self.SIGNING_PKCS12 = os.environ.get("SIGNING_PKCS12", "")
        self.SIGNING_KEY = os.environ.get("SIGNING_KEY", "")
        self.SIGNING_CERTIFICATE = os.environ.get("SIGNING_CERTIFICATE", "")
        #: Of the PKCS#12 file or of the PEM key.
        self.SIGNING_PASSWORD = os.environ.get("SIGNING_PASSWORD", "")
        #: An RFC 3161 timestamp server, asked for each certificate; empty: the time is this machine's.
        self.TIMESTAMP_URL = os.environ.get("TIMESTAMP_URL", "")
        #: A PEM file of the keys that sign badges, the first for new ones; empty: one is made and kept in the instance.
        self.BADGE_KEYS = os.environ.get("BADGE_KEYS", "")
        #: Who issues badges; empty: the product's Chinese name.
        self.BADGE_ISSUER = os.environ.get("BADGE_ISSUER", "")
        self.TIMEZONE = os.environ.get("TIMEZONE", "Asia/Shanghai")
        self.DEFAULT_LANGUAGE = os.environ.get("DEFAULT_LANGUAGE", "zh_Hans")
        #: On: slow hashing is replaced by argon2's cheapest setting, so that tests are fast.
        self.TESTING = False


class TestConfig(Config):
    """Settings of the tests: a fixed key, no files outside the folder that the test names."""

    __test__ = False

    def __init__(self, *, instance: Path, database_url: str) -> None:
        super().__init__()
        self.INSTANCE = instance
        self.FILES = instance / "files"
        self.DATABASE_URL = database_url
        self.SECRET_KEY = "only-for-tests"
        self.SERVER_NAME = None
        self.PUBLIC_URL = "http://localhost"
        self.DEMO = False
        self.MAIL_SERVER = ""
        self.REDIS_URL = ""
        self.BADGE_KEYS = self.BADGE_ISSUER = ""
        self.SIGNING_PKCS12 = self.SIGNING_KEY = self.SIGNING_CERTIFICATE = self.SIGNING_PASSWORD = ""
        self.TIMESTAMP_URL = ""
        self.SESSION_COOKIE_SECURE = False
        self.WTF_CSRF_ENABLED = False
        self.TESTING = True
