"""What everyone may open."""

from tests.security.table import row

ROWS = {
    "static": [row("/static/css/app.css", anyone=200)],
    "web.healthz": [row("/healthz", anyone=200)],
    "web.csrf": [row("/csrf", anyone=200)],
    "web.language": [row("/language", method="POST", data={"language": "en", "next": "/healthz"}, anyone=302)],
}
