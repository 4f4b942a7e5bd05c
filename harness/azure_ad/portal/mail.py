"""The mail box: every notification, newest first, and whether it was delivered."""

from __future__ import annotations

from flask import render_template

from harness.azure_ad.mail import MAIL
from harness.azure_ad.tenant import current
from harness.pages.listing import before, page_of, ways


def listed() -> str:
    lines = current().store.read(MAIL, after=before(), newest_first=True)
    page = page_of({**line.body, "id": line.sequence} for line in lines)
    return render_template("portal/mail.html", page=page, ways=ways(page))


ROUTES = (("GET", "/mail", listed),)
