"""The acceptance checks of the review desk in both languages: answers without reload, reasons, undo, snooze, escalation
and its deadlines, four eyes, ten alerts without a mouse, and everything without JavaScript."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from oncu.config.settings import Settings
from oncu.signals.review.desk import Desk
from oncu.signals.review.reminders import remind
from oncu.signals.words import Words, load_words

from .bank import EVENING, bank_catalogue
from .people import StaffBank

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def people(browser: Browser, staff_bank: StaffBank, language: str) -> Iterator["People"]:
    made = People(browser, staff_bank, language)
    staff_bank.passed += timedelta(minutes=1)  # what the test before did can be taken back no more
    yield made
    said = [line for page in made.pages.values() for line in made.said[id(page)]]
    staff_bank.now = EVENING
    for page in made.pages.values():
        page.context.close()
    assert said == []


class People:
    """Everybody with a browser of their own, in one language."""

    def __init__(self, browser: Browser, bank: StaffBank, language: str) -> None:
        self.browser, self.bank, self.words = browser, bank, load_words(language, Settings().timezone)
        self.pages: dict[str, Page] = {}
        self.said: dict[int, list[str]] = {}

    def page(self, name: str, path: str, **options: object) -> Page:
        if name not in self.pages:
            page = self.pages[name] = self.bank.enter(self.browser, name, **options)
            self.said[id(page)] = []
            page.on("console", lambda message: self.said[id(page)].append(message.text))
            page.on("pageerror", lambda error: self.said[id(page)].append(str(error)))
        self.pages[name].goto(f"{self.bank.address}/language/{self.words.language}?back={quote(path)}")
        return self.pages[name]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.bank.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def alert_of(page: Page, kind: str, words: Words) -> str:
    """The id of the first alert of a kind on the page that nobody has touched."""
    new = page.locator("[data-alert]", has_text=kind).filter(has=page.locator(".state.new"))
    return str(new.first.get_attribute("data-alert"))


def title_of(code: str, words: Words) -> str:
    return str(getattr(bank_catalogue().types[code].title, words.language))


def undecided(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#undecided").inner_text()))


def focus(page: Page, alert: str) -> None:
    page.locator(f'[data-alert="{alert}"]').first.focus()


def wait_for_focus(page: Page) -> None:
    """Wait until the focus is on an alert. Raises where it does not come there."""
    page.wait_for_function("!!document.activeElement.closest('[data-alert]')")


@LANGUAGES
def test_d_accepts_without_reload_and_stays_so(people: People) -> None:
    page = people.page("ayse", "/?days=30")
    page.evaluate("window.stayed = true")
    alert, before = alert_of(page, title_of("lawsuit", people.words), people.words), undecided(page)
    focus(page, alert)
    page.keyboard.press("d")
    expect(page.locator(f'[data-alert="{alert}"] .state')).to_have_text(people.words("desk_state_accepted"))
    assert page.evaluate("window.stayed") is True and undecided(page) == before - 1
    wait_for_focus(page)
    assert people.rows(f"SELECT actor FROM audit WHERE action = 'alert.accept' AND object = '{alert}'") == [("ayse",)]
    page.reload()
    expect(page.locator(f'[data-alert="{alert}"] .state')).to_have_text(people.words("desk_state_accepted"))
    assert undecided(page) == before - 1


@LANGUAGES
def test_y_dismisses_with_a_reason_alone_and_the_alert_leaves(people: People) -> None:
    page = people.page("ayse", "/?days=30")
    alert = alert_of(page, title_of("lawsuit", people.words), people.words)
    focus(page, alert)
    page.keyboard.press("y")
    assert people.rows(f"SELECT id FROM moves WHERE alert_id = '{alert}'") == []
    page.keyboard.press("1")
    expect(page.locator(f'[data-alert="{alert}"]')).to_have_count(0)
    wait_for_focus(page)
    assert people.rows(f"SELECT verdict, reason FROM reviews WHERE alert_id = '{alert}'") == [
        ("dismissed", "wrong_firm")
    ]


@LANGUAGES
def test_undo_restores_and_after_ten_seconds_the_trail_shows_both(people: People) -> None:
    page = people.page("ayse", "/?days=30")
    alert = alert_of(page, title_of("lawsuit", people.words), people.words)
    focus(page, alert)
    page.keyboard.press("y")
    page.keyboard.press("3")
    page.locator("#said button").wait_for()
    page.keyboard.press("z")
    expect(page.locator(f'[data-alert="{alert}"] .state')).to_have_text(people.words("desk_state_new"))
    assert people.rows(f"SELECT id FROM reviews WHERE alert_id = '{alert}'") == []
    people.bank.now += timedelta(seconds=11)
    page.goto(f"{people.bank.address}/alerts/{alert}")
    history = page.locator(".history li")
    assert page.locator("#said button").count() == 0 and history.nth(1).locator("s").count() == 1
    assert people.words("desk_did_undo", what="") in history.first.inner_text()
    found = people.rows(f"SELECT action FROM audit WHERE object = '{alert}' AND action <> 'alert.view' ORDER BY seq")
    assert found[-2:] == [("alert.dismiss",), ("alert.undo",)]


@LANGUAGES
def test_a_snoozed_alert_comes_back_after_its_days(people: People) -> None:
    page = people.page("ayse", "/?days=30")
    alert = alert_of(page, title_of("lawsuit", people.words), people.words)
    focus(page, alert)
    page.keyboard.press("s")
    page.keyboard.press("2")
    expect(page.locator(f'[data-alert="{alert}"]')).to_have_count(0)
    queue = people.bank.address + "/masa?view={}"
    page.goto(queue.format("snoozed"))
    assert page.locator(f'tr[data-alert="{alert}"]').count() == 1
    people.bank.now += 7 * DAY
    page = people.page("burak", "/masa")  # nobody's session lasts so long
    people.pages.pop("ayse").context.close()
    page = people.page("ayse", f"/alerts/{alert}")
    assert people.words("desk_state_new") in page.locator(".standing").inner_text()
    page.goto(queue.format("snoozed"))
    assert page.locator(f'tr[data-alert="{alert}"]').count() == 0


@LANGUAGES
def test_an_escalated_alert_is_on_the_desk_of_risk_with_its_clock(people: People) -> None:
    words, desk = people.words, Desk(bank_catalogue().types, Settings())
    page = people.page("ayse", "/masa?side=risk")
    alert = alert_of(page, title_of("lawsuit", words), words)
    page.goto(f"{people.bank.address}/alerts/{alert}")
    page.keyboard.press("e")
    page.locator("details[open] select[name=whom]").select_option("rana")
    page.get_by_role("button", name=words("desk_escalate")).click()
    expect(page.locator("#work .state")).to_have_text(words("desk_state_escalated"))
    rana = people.page("rana", "/masa?view=mine")
    for move in ("accept", "reopen"):  # so that its two business days, Tuesday and Wednesday, begin now
        place, data = f"{people.bank.address}/alerts/{alert}/hamle", {"move": move, "note": "bakılacak"}
        assert rana.request.post(place, form=data, headers={"sec-fetch-site": "same-origin"}).ok
    rana.reload()
    row = rana.locator(f'tr[data-alert="{alert}"]')
    assert words("desk_left", span=words("desk_span_days", n=2)) in row.inner_text()
    told: list[list[str]] = []
    for hours in (38, 39, 44, 68):  # three quarters are over on Wednesday at 13:30, all of it at 18:00
        remind(people.bank.database, desk, people.bank.now + hours * HOUR)
        found = people.rows(f"SELECT recipient, step FROM dispatches WHERE alert_id = '{alert}' AND step > ''")
        told.append(sorted(f"{str(step).split(':')[1]} {who}" for who, step in found))
    assert told == [
        [],
        ["reminder rana"],
        ["lead levent", "reminder rana"],
        ["head levent", "lead levent", "reminder rana"],
    ]


@LANGUAGES
def test_nobody_confirms_the_own_dismissal_of_a_severe_risk(people: People) -> None:
    words = people.words
    page = people.page("rana", "/masa?side=risk")
    alert = alert_of(page, title_of("insolvency", words), words)
    page.goto(f"{people.bank.address}/alerts/{alert}")
    page.keyboard.press("y")
    page.keyboard.press("6")
    expect(page.locator("#work .state")).to_contain_text(words("desk_state_dismissal_proposed"))
    assert page.get_by_role("button", name=words("desk_confirm")).count() == 0
    other = people.page("remzi", "/masa?view=second")
    other.locator(f'tr[data-alert="{alert}"] a[data-open]').click()
    other.get_by_role("button", name=words("desk_confirm")).click()
    other.wait_for_load_state()
    assert people.rows(f"SELECT state FROM alerts WHERE id = '{alert}'") == [("dismissed",)]
    assert people.rows(f"SELECT reviewer, reason FROM reviews WHERE alert_id = '{alert}'") == [("remzi", "known")]


@LANGUAGES
def test_ten_alerts_are_worked_off_without_a_mouse(people: People) -> None:
    page = people.page("ceren", "/masa")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/**")
    done = []
    for place in range(10):
        alert = str(page.locator("#work").get_attribute("data-alert"))
        wait_for_focus(page)
        with page.expect_navigation():
            for key in ("d",) if place % 2 else ("y", "5"):
                page.keyboard.press(key)
        done.append(alert)
    states = people.rows(f"SELECT state FROM alerts WHERE id IN {tuple(done)} AND state <> 'new'")
    assert len(set(done)) == 10 and len(states) == 10 and page.locator("#said button").count() == 1


@LANGUAGES
def test_keys_rest_in_fields_are_listed_and_can_be_switched_off(people: People) -> None:
    page, words = people.page("ayse", "/?days=30"), people.words
    alert = alert_of(page, title_of("lawsuit", words), words)
    page.keyboard.press("/")
    page.keyboard.type("dyz?")
    assert page.input_value("#q") == "dyz?" and page.locator("dialog[open]").count() == 0
    focus(page, alert)
    page.keyboard.press("Control+d")
    page.keyboard.press("?")
    shown = page.locator("dialog[open]")
    assert words("desk_key_y") in shown.inner_text()
    shown.get_by_label(words("desk_keys_on")).uncheck()
    page.keyboard.press("Escape")
    focus(page, alert)
    page.keyboard.press("d")
    page.keyboard.press("y")
    assert page.locator("details[data-key][open]").count() == 0
    assert people.rows(f"SELECT id FROM moves WHERE alert_id = '{alert}'") == []


@LANGUAGES
def test_several_are_moved_from_the_desk_by_keyboard_and_by_boxes(people: People) -> None:
    page = people.page("levent", "/masa?side=opportunity")
    rows = page.locator("tr[data-alert]").filter(has=page.locator(".state.new"))
    chosen = [str(rows.nth(place).get_attribute("data-alert")) for place in (0, 1)]
    focus(page, chosen[0])
    page.keyboard.press("x")
    page.locator(f'tr[data-alert="{chosen[1]}"] input').check()
    focus(page, chosen[1])
    page.keyboard.press("y")
    page.keyboard.press("4")
    expect(page.locator(f'tr[data-alert="{chosen[0]}"]')).to_have_count(0)
    wait_for_focus(page)
    query = f"SELECT reason FROM moves WHERE alert_id IN {tuple(chosen)}"
    assert people.rows(query) == [("duplicate",), ("duplicate",)]


@LANGUAGES
def test_everything_is_done_without_javascript(people: People) -> None:
    path = "/?days=30&side=opportunity&all=1"  # those of the other tests are touched already
    page, words = people.page("ceren", path, java_script_enabled=False), people.words
    first = page.locator("section.alert").filter(has=page.locator(".state.new")).first
    alert = str(first.get_attribute("data-alert"))
    first.get_by_role("button", name=words("desk_accept")).click()
    assert page.url.endswith(path) and words("desk_did_accept") in page.locator("#said").inner_text()
    page.locator("#said").get_by_role("button").click()
    assert people.rows(f"SELECT state FROM alerts WHERE id = '{alert}'") == [("new",)]
    page.goto(f"{people.bank.address}/alerts/{alert}")
    page.locator("details[data-key~=a] summary").click()
    page.locator("details[data-key~=a] select").select_option("levent")
    page.get_by_role("button", name=words("desk_assign"), exact=True).click()
    assert "Levent" in page.locator(".standing").inner_text()
    page.goto(f"{people.bank.address}/masa?side=opportunity")
    chosen = alert_of(page, title_of("plant_expansion", words), words)
    page.locator(f'input[name="alert.{chosen}"]').check()
    page.locator(".bulk details[data-key=y] summary").click()
    page.locator(".bulk").get_by_role("button", name=words("desk_reason_old")).click()
    assert page.url.endswith("/masa?side=opportunity") and page.locator(f'tr[data-alert="{chosen}"]').count() == 0
    assert people.rows(f"SELECT state FROM alerts WHERE id = '{chosen}'") == [("dismissed",)]


@LANGUAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_desk_fits_a_phone_and_has_no_serious_fault(people: People, scheme: str) -> None:
    page = people.page("rana", "/masa", viewport=PHONE, color_scheme=scheme)
    alert = str(page.locator("tr[data-alert]").first.get_attribute("data-alert"))
    for path in ("/masa", "/masa/hafta?days=90", f"/alerts/{alert}?kuyruk=view%3Dall", "/?days=7"):
        page.goto(people.bank.address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        assert not re.search(r"\b(desk|web|col|side)_\w+", page.locator("body").inner_text())
