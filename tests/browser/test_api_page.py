"""The page that tells people of the API: readable at any width, in both languages, without a fault."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from .conftest import DESK, PHONE


@pytest.mark.parametrize(("language", "scheme"), [("tr", "light"), ("en", "dark")])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_page_of_the_api_fits_and_has_no_fault(
    browser: Browser, served: str, language: str, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme)
    context.add_cookies([{"name": "lang", "value": language, "url": served}])
    page, foreign = context.new_page(), []
    page.on("request", lambda request: request.url.startswith(served) or foreign.append(request.url))
    page.goto(served + "/api")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    faults = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert (faults, foreign) == ([], [])
    assert page.locator(".operation").count() == page.locator(".method").count() > 25
    context.close()
