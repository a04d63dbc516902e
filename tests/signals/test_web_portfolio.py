"""The page of clients with nothing typed: who has a portfolio sees it, who sees everybody is asked to search."""

from fastapi.testclient import TestClient

from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site

from .staff import hire, log_in


def page_of(bank, name, *roles):
    hire(bank.database, bank.now, name, *roles)
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now)
    return log_in(TestClient(build_app(site), base_url="https://oncu.test"), name)


def test_a_manager_sees_the_own_clients_by_name(bank):
    page = page_of(bank, "ayse", "manager").get("/clients").text
    assert page.index("Parlak Telekom A.Ş.") < page.index("Simya İlaç Sanayi A.Ş.")
    assert "Gördüğünüz 2 müşteri" in page and "Nehir" not in page


def test_the_portfolio_goes_home_whole(bank):
    lines = page_of(bank, "ayse", "manager").get("/clients.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2


def test_who_sees_everybody_is_asked_to_search(bank):
    page = page_of(bank, "rana", "risk").get("/clients").text
    assert "Simya" not in page and "3 müşteri" in page
