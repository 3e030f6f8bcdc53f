"""The public register."""

from tests.security.table import row

ROWS = {
    "divisions.communities": [row("/divisions/350502004/communities", anyone=200)],
}
