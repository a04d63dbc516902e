"""Every page there is, as those meet it who may open it: in Turkish by day at a desk, in English by night on
a phone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page

from oncu.config.noise_classes import load_noise_classes
from oncu.config.settings import Settings
from oncu.signals.faces.signed import Asked, sign
from oncu.signals.flow.pipeline import run_pending
from oncu.signals.flow.routing import current_plan
from oncu.signals.learning.models import Course, train_model
from oncu.signals.review.leads import step_lead
from oncu.signals.web.app import PAGES
from oncu.signals.web.site import LANGUAGES
from oncu.signals.words import load_words
from oncu.storage.clients import save_clients
from oncu.storage.documents import Document, save_documents
from oncu.storage.doubles import StoredDouble, replace_doubles

from ..signals.staff import hire
from .bank import EVENING, bank_catalogue, client_row
from .conftest import DESK, PHONE
from .people import StaffBank, log_in

PARTS = {"/etiketleme/soru", "/modeller/durum", "/ikizler/durum"}  # of pages, fetched by them
ELSEWHERE = {"/giris/kurum", "/giris/kurum/donus", "/language/{language}"}  # lead to another page at once
KEY = "k" * 40
WHO = {  # who stands for a role; of the roles of a page the first
    "manager": "ayse",
    "lead": "levent",
    "analyst": "ali",
    "researcher": "arda",
    "admin": "aden",
    "auditor": "oya",
}
NOBODY = ""  # who reads before logging in
ALSO = {"levent": ("/", "/clients/{client_id}"), "ali": ("/", "/alerts/{alert_id}", "/masa"), "arda": ("/",)}
PASSES = {"tr": ("light", DESK), "en": ("dark", PHONE)}
PREFIXES = {key.split("_")[0] for language in LANGUAGES for key in load_words(language, Settings().timezone).texts}
SEEN_TEXT = """() => {
  const said = [...document.querySelectorAll('[title], [aria-label], [placeholder]')].flatMap(
    one => ['title', 'aria-label', 'placeholder'].map(name => one.getAttribute(name) || ''));
  document.querySelectorAll('details').forEach(one => one.open = true);
  const coded = [...document.querySelectorAll('code, pre, bdi, td, textarea, .example')].map(one => one.innerText);
  return [document.title, ...said, document.body.innerText, '\\u0000' + coded.join('\\n')];
}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def page_routes() -> Iterator[tuple[str, Sequence[str] | None]]:
    """The address of every page, its roles beside it; files and parts of pages are none."""
    for module in PAGES:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            if "GET" in route.methods and "{form}" not in route.path and route.path not in PARTS | ELSEWHERE:
                yield route.path, module.OPEN_TO


def reader_of(roles: Sequence[str] | None) -> str:
    return NOBODY if roles is None else next(WHO[role] for role in roles if role in WHO)


def tours() -> dict[str, list[str]]:
    """What each person reads, as the addresses stand in the program."""
    found: dict[str, list[str]] = {name: [*ALSO.get(name, ())] for name in (NOBODY, *WHO.values())}
    for path, roles in page_routes():
        name = "ayse" if path == "/hesap/parola" else reader_of(roles)
        if path not in found[name]:
            found[name].append(path)
    return found


@dataclass(frozen=True)
class Town:
    """The bank with something on every page, and what stands for the parts of addresses."""

    bank: StaffBank
    named: Mapping[str, str]

    def address(self, path: str) -> str:
        return re.sub(r"\{\w+\}", lambda part: self.named[part[0].strip("{}")], path)


@pytest.fixture(scope="module")
def town(staff_bank: StaffBank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONCU_LINK_KEY", KEY)
        yield Town(staff_bank, fill(staff_bank, tmp_path_factory.mktemp("models")))


def fill(bank: StaffBank, models: Path) -> dict[str, str]:
    """Add a lead, a model and a pair of doubles; what stands for each part of an address."""
    catalogue = bank_catalogue()
    types = {code: catalogue.types[code] for code in ("strike", "layoffs")}
    course = Course(types, {"sports": load_noise_classes()["sports"]}, catalogue.sources)
    model = train_model(bank.database, course, models, "ali", EVENING)
    with bank.database.write() as connection:
        replace_doubles(connection, [StoredDouble("B0001", "B0002", 0.6, "name", "short name", EVENING)])
        query = "SELECT id, client_id FROM alerts WHERE manager = 'ayse' ORDER BY created_at DESC, id LIMIT 1"
        alert, client = connection.exec_driver_sql(query).one()
        plan = current_plan(connection, Settings(), catalogue.types)
        offer = connection.exec_driver_sql("SELECT offer_id FROM offers WHERE manager = 'ayse' LIMIT 1").scalar_one()
    step_lead(bank.database, alert, "sent", by="ali", note="Karşılık ayrıldı mı?", now=EVENING - timedelta(days=2))
    known = {"alert_id": alert, "client_id": client, "offer_id": offer, "key": "risk", "code": "insolvency"}
    token = sign(Asked("ayse", alert, "right"), KEY, EVENING)
    sources = next(iter(catalogue.sources))
    return known | {"number": "0", "rule": plan.rules[0].name, "token": token, "source": sources, "model": model.id}


def look(page: Page, town: Town, path: str, *, with_axe: bool) -> list[str]:
    """What is wrong with one page; axe takes longer than all else."""
    parts = {"/sources/{name}": "source", "/yonlendirme/kural/{name}": "rule", "/modeller/{name}": "model"}
    named = {"name": town.named[parts[path]] if path in parts else "burak"}
    answer = page.goto(town.bank.address + Town(town.bank, {**town.named, **named}).address(path))
    assert answer is not None
    faults = [f"answers {answer.status}"] if answer.status != 200 else []
    wide = page.evaluate(TOO_WIDE)
    *said, coded = page.evaluate(SEEN_TEXT)
    faults += [f"{wide} pixels too wide"] if wide > 0 else []
    faults += sorted(untranslated("\n".join(said)) - untranslated(coded))
    return faults + (grave_faults(page) if with_axe else [])


def grave_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in grave]


def untranslated(text: str) -> set[str]:
    """Keys of texts, and braces that something should have filled."""
    keys = {word for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text) if word.split("_")[0] in PREFIXES}
    return keys | set(re.findall(r"\{\w*\}", text))


@pytest.mark.parametrize("language", PASSES)
@pytest.mark.parametrize("name", tours())
def test_every_page_is_whole_for_who_may_open_it(browser: Browser, town: Town, name: str, language: str) -> None:
    scheme, size = PASSES[language]
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    page.goto(f"{town.bank.address}/language/{language}?back={quote('/giris')}")
    if name != NOBODY:
        log_in(page, town.bank.address, name)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    places = enumerate(tours()[name])
    turn = list(PASSES).index(language)  # axe looks at each page once, at every second one in each pass
    seen = {path: look(page, town, path, with_axe=place % 2 == turn) for place, path in places}
    page.context.close()
    assert ({path: faults for path, faults in seen.items() if faults}, said) == ({}, [])


CONTROLS = {"Ozanpınar": "", "Pınarozan": "\u202e", "Anozpınar": "\u2067\u202e", "Pınaranoz": "\u2066\u202b"}
BOXES = """([root, parts]) => {
  const from = document.querySelector(root).getBoundingClientRect();
  const seen = [...document.querySelectorAll(parts)].filter(one => one.checkVisibility());
  return seen.map(one => one.getBoundingClientRect()).map(
    box => [box.x - from.x, box.y - from.y, box.width, box.height].map(Math.round));
}"""


@pytest.fixture(scope="module")
def turned(staff_bank: StaffBank) -> list[str]:
    """Ids of alerts of nermin whose headlines say the same, the first plainly, the others turned around."""
    catalogue, at = bank_catalogue(), EVENING - timedelta(hours=1)
    hire(staff_bank.database, at, "nermin", "manager")
    known = {"manager": "nermin", "city": None}
    with staff_bank.database.write() as connection:
        for name, control in CONTROLS.items():
            names = {"client_id": f"N-{name}", "legal_name": f"{name} Kilit A.Ş.", "short_names": (f"{name} Kilit",)}
            save_clients(connection, [client_row(1) | known | names], at)
            title = f"{name} Kilit konkordato ilan etti {control}tersten yazıldı"
            save_documents(
                connection, [Document("gunluk-haber", name, title, "", at, at, url="https://haber.example/n")]
            )
    run_pending(staff_bank.database, catalogue, Settings(), at)
    query = "SELECT client_id, id FROM alerts WHERE manager = 'nermin'"
    with staff_bank.database.read() as connection:
        found = {row.client_id: row.id for row in connection.exec_driver_sql(query)}
    return [found[f"N-{name}"] for name in CONTROLS]


def test_a_headline_that_turns_writing_around_leaves_its_neighbours_in_their_places(
    browser: Browser, staff_bank: StaffBank, turned: list[str]
) -> None:
    page = staff_bank.enter(browser, "nermin")
    in_list = [boxes(page, f'[data-alert="{alert}"]', "h3 *", ".bar summary", ".bar button") for alert in turned]
    alone = []
    for alert in turned:
        page.goto(f"{staff_bank.address}/alerts/{alert}")
        alone.append(boxes(page, "main", "article h2", "article h2 .risk", "#work .bar summary", "#work .bar button"))
    page.context.close()
    assert [len(found) >= 5 for found in in_list + alone] == [True] * 8
    assert in_list == in_list[:1] * 4 and alone == alone[:1] * 4


def boxes(page: Page, root: str, *parts: str) -> list[list[int]]:
    """Where the parts of something stand on a page, in pixels from its corner."""
    return list(page.evaluate(BOXES, [root, ", ".join(f"{root} {part}" for part in parts)]))
