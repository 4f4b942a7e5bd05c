"""A browser at a company's portal, which must show no token anywhere."""

from __future__ import annotations

from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import TOKEN
from tests.pages import browser


class Browser(browser.Browser):
    def __init__(self, company: Company) -> None:
        super().__init__(company.ask, f"{GRAPH}/portal/", (TOKEN,))
        self.company = company
