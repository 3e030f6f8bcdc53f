"""Certificates: those that exist are tried in tests/certificates; here are none, so known roles get 404."""

from tests.security.table import row

SEE = dict.fromkeys(("administrator", "organiser", "supervisor", "auditor"), 200)
MAY = {"administrator": 200, "organiser": 200}
SENT = {"administrator": 302, "organiser": 302}
NONE = {"administrator": 404, "organiser": 404}
NONE_SEEN = dict.fromkeys(SEE, 404)
OWN = {"visitor": 302, "volunteer": 403}
WRONG_PAPER = {"prefix": "lc-2026"}


def _page(path, **statuses):
    return row(f"/programmes/1/certificates{path}", foreign=f"/programmes/2/certificates{path}", **statuses)


ROWS = {
    "certificates.index": [row("/certificates", anyone=403, visitor=302, **SEE)],
    "certificates.programme": [_page("", anyone=403, visitor=302, **SEE)],
    "certificates.rule": [
        _page("/rule", anyone=403, visitor=302, **MAY),
        _page("/rule", method="POST", data={}, anyone=403, administrator=422, organiser=422),
    ],
    # Nobody takes part yet: whoever may look finds nobody.
    "certificates.why": [
        row(
            "/programmes/1/certificates/why/7",
            foreign="/programmes/2/certificates/why/7",
            anyone=403,
            visitor=302,
            **NONE_SEEN,
        )
    ],
    "certificates.paper": [
        _page("/paper", anyone=403, visitor=302, **MAY),
        _page("/paper", method="POST", data=WRONG_PAPER, anyone=403, administrator=422, organiser=422),
    ],
    "certificates.paper_preview": [
        _page("/paper/preview", method="POST", data=WRONG_PAPER, anyone=403, administrator=422, organiser=422)
    ],
    "certificates.paper_picture": [_page("/paper/preview.png", anyone=403, visitor=302, **MAY)],
    "certificates.calibration": [_page("/paper/calibration.pdf", anyone=403, visitor=302, **MAY)],
    "certificates.paper_upload": [
        _page("/paper/pictures", method="POST", data={"part": "logo"}, anyone=403, **SENT),
        _page("/paper/pictures", method="POST", data={"part": "emblem"}, anyone=403, **NONE),
    ],
    "certificates.paper_seal": [
        _page("/paper/seal", method="POST", data={}, anyone=403, administrator=422, organiser=422)
    ],
    "certificates.paper_restore": [_page("/paper/9/restore", method="POST", anyone=403, **NONE)],
    "certificates.paper_file": [_page("/paper/9/logo", anyone=403, visitor=302, **NONE)],
    "certificates.register": [_page("/register", anyone=403, visitor=302, **MAY)],
    "certificates.issue": [_page("/issue", method="POST", data={"who": "all"}, anyone=403, **SENT)],
    "certificates.bundle": [_page("/bundle", method="POST", data={"who": "all"}, anyone=403, **SENT)],
    "certificates.job": [row("/certificates/jobs/1", anyone=403, visitor=302, foreign="/certificates/jobs/2", **NONE)],
    "certificates.job_progress": [
        row(
            "/certificates/jobs/1/progress",
            anyone=403,
            visitor=302,
            foreign="/certificates/jobs/2/progress",
            **NONE,
        )
    ],
    "certificates.stop": [
        row("/certificates/jobs/1/stop", method="POST", anyone=403, foreign="/certificates/jobs/2/stop", **NONE)
    ],
    "certificates.retry": [
        row("/certificates/jobs/1/retry", method="POST", anyone=403, foreign="/certificates/jobs/2/retry", **NONE)
    ],
    "certificates.bundle_file": [
        row("/certificates/jobs/1/file", anyone=403, visitor=302, foreign="/certificates/jobs/2/file", **NONE)
    ],
    "certificates.certificate": [
        row("/certificates/1", anyone=403, visitor=302, foreign="/certificates/2", **NONE_SEEN)
    ],
    "certificates.revoke": [
        row("/certificates/1/revoke", method="POST", anyone=403, foreign="/certificates/2/revoke", **NONE)
    ],
    "certificates.reissue": [
        row("/certificates/1/reissue", method="POST", anyone=403, foreign="/certificates/2/reissue", **NONE)
    ],
    "certificates.file": [row("/certificates/1.pdf", anyone=404, foreign="/certificates/2.pdf", **OWN)],
    "certificates.png": [row("/certificates/1.png", anyone=404, foreign="/certificates/2.png", **OWN)],
    "certificates.share": [row("/certificates/1/share", anyone=404, foreign="/certificates/2/share", **OWN)],
    "certificates.share_pictures": [
        row("/certificates/1/share/pictures", anyone=404, foreign="/certificates/2/share/pictures", **OWN)
    ],
    "certificates.shared_picture": [
        row("/certificates/1/share-full.png", anyone=404, foreign="/certificates/2/share-full.png", **OWN)
    ],
    "certificates.make_picture": [
        row(
            "/certificates/1/share",
            method="POST",
            anyone=404,
            foreign="/certificates/2/share",
            visitor=403,
            volunteer=403,
        )
    ],
    "certificates.take_badge": [
        row(
            "/certificates/1/badge",
            method="POST",
            anyone=404,
            foreign="/certificates/2/badge",
            visitor=403,
            volunteer=403,
        )
    ],
    "certificates.badge_issuer": [row("/badges/issuer", anyone=200)],
    "certificates.badge_keys": [row("/badges/keys", anyone=200)],
    "certificates.badge_key": [row("/badges/keys/none", anyone=404)],
    "certificates.achievement": [row("/badges/achievements/abcdefgh23456789", anyone=404)],
    "certificates.badge_status": [row("/badges/status/1", anyone=404, foreign="/badges/status/2")],
    "certificates.mine": [row("/certificates/mine", anyone=200, **OWN)],
    "certificates.verify": [row("/c/abcdefghjkmnpqrstvwxyz2345", anyone=404)],
    "certificates.verify_typed": [
        row("/verify", anyone=200),
        row("/verify", method="POST", data={"serial": "LC2026-0001", "check_code": "7Q4FK2MX"}, anyone=404),
    ],
    "certificates.verify_again": [row("/verify/file", anyone=302)],
    "certificates.verify_file": [row("/verify/file", method="POST", data={"sha256": "0" * 64}, anyone=404)],
}
