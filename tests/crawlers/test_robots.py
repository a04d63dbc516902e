"""robots.txt: our own cases, written from RFC 9309, and how hosts are treated over real HTTP."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.permits import Permits
from oncu.crawlers.robots import MAX_BYTES, RobotsPolicy, Rules, matches, normalise, parse_robots, product_token
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database, create_database

from .conftest import item, make_spec, page, rss
from .loopback import Answer, Asked, Loopback, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGENT = "OncuBot/0.1 (+https://oncu.example/bot)"
SITE = "https://haber.example"


def allows(robots: str | bytes, path: str, agent: str = AGENT) -> bool:
    body = robots if isinstance(robots, bytes) else robots.encode()
    return parse_robots(body, agent).allow(SITE + path)


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        # 2.2.1 which group is ours
        ("User-agent: OncuBot\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", True),
        ("User-agent: OncuBot\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/a", False),
        ("user-AGENT: oncubot\nDISALLOW: /a", "/a", False),
        ("User-agent: OncuBot/2.0\nDisallow: /a", "/a", False),
        ("User-agent: OncuBo\nDisallow: /", "/a", True),
        ("User-agent: OncuBotNews\nDisallow: /", "/a", True),
        ("User-agent: Baska\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: Baska\nUser-agent: OncuBot\nDisallow: /a", "/a", False),
        (
            "User-agent: OncuBot\nDisallow: /a\nUser-agent: Baska\nDisallow: /b\nUser-agent: OncuBot\nDisallow: /c",
            "/c",
            False,
        ),
        (
            "User-agent: OncuBot\nDisallow: /a\nUser-agent: Baska\nDisallow: /b\nUser-agent: OncuBot\nDisallow: /c",
            "/b",
            True,
        ),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: OncuBot\n\nUser-agent: *\nDisallow: /", "/a", False),  # names without rules between: one group
        ("User-agent: *\nDisallow: /\n\nUser-agent: OncuBot\nDisallow:", "/a", True),
        ("Disallow: /\n", "/a", True),  # a rule of no group
        ("", "/a", True),
        # 2.2.2 the longest rule wins, and allow wins a tie
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /\nAllow: /$", "/", True),
        ("User-agent: *\nDisallow: /\nAllow: /$", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a", "/A", True),  # paths know upper and lower case
        ("User-agent: *\nDisallow: /ara?q=", "/ara?q=x", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: a", "/a", True),  # no path
        # octets
        ("User-agent: *\nDisallow: /şirket", "/%C5%9Firket", False),
        ("User-agent: *\nDisallow: /%C5%9Firket", "/şirket", False),
        ("User-agent: *\nDisallow: /%7Eece", "/~ece", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        # 2.2.3 special characters
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a*c", "/abbbc/d", False),
        ("User-agent: *\nDisallow: /a*c", "/abbb", True),
        ("User-agent: *\nDisallow: */gizli/", "/x/gizli/1", False),
        ("User-agent: *\nDisallow: /a%2Ab", "/a*b", False),
        ("User-agent: *\nDisallow: /a%24", "/a$", False),
        ("User-agent: *\nDisallow: /a # her şey", "/a", False),
        ("User-agent: * # herkes\nDisallow: /a", "/a", False),
        # 2.2.4 other records must not interfere
        ("User-agent: OncuBot\nSitemap: https://x.example/s.xml\nUser-agent: Baska\nDisallow: /a", "/a", False),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: Baska\nDisallow: /a", "/a", False),
        ("Sitemap: https://x.example/s.xml\nUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nNoindex: /a\nDisallow /b\n<html>", "/a", True),
        # lines
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("  User-agent :  *  \n\t Disallow  :  /a  ", "/a", False),
        (b"User-agent: *\nDisallow: /a\xff\nDisallow: /b", "/b", False),
    ],
)
def test_rule(robots: str | bytes, path: str, allowed: bool) -> None:
    assert allows(robots, path) is allowed


def test_only_the_first_500_kib_count() -> None:
    start = b"User-agent: *\nDisallow: /a\n"
    filler = b"#" * (MAX_BYTES - len(start) - 1) + b"\n"
    robots = start + filler + b"Disallow: /b\n"
    assert (allows(robots, "/a"), allows(robots, "/b")) == (False, True)


def test_pattern_of_many_stars_takes_no_time() -> None:
    start = time.perf_counter()
    assert not matches("/" + "*a" * 5_000 + "b$", "/" + "a" * 20_000)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("text", ["/a%20b", "/ş%c5%9f?x=1", "/%7e%", "/*$"])
def test_normal_spelling_is_normal_already(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_our_name_is_what_stands_before_the_version() -> None:
    assert (product_token(AGENT), product_token("7/x")) == ("oncubot", "")


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nDisallow: /y\nCrawl-delay: 9\n\nUser-agent: OncuBot\nDisallow: /x", None),
        ("User-agent: *\nCrawl-delay: çok", None),
        ("User-agent: *\nCrawl-delay: -3", None),
    ],
)
def test_crawl_delay_is_that_of_our_group(robots: str, delay: float | None) -> None:
    assert parse_robots(robots.encode(), AGENT).delay == delay


def crawl_site(site: Loopback, database: Database, *paths: str, **settings: object) -> list[SourceResult]:
    specs = [make_spec(f"kaynak-{n}", site.url(path)) for n, path in enumerate(paths)]
    return crawl_specs([site], database, specs, **settings)


def crawl_specs(
    sites: Sequence[Loopback], database: Database, specs: list[SourceSpec], **settings: object
) -> list[SourceResult]:
    base = {"delay_seconds": 0, "allow_private": [site.place for site in sites], "process": "inside"}
    return crawl(specs, CrawlSettings.model_validate(base | settings), str(database.engine.url), NOW)


def moved(to: str) -> Answer:
    return Answer(b"", 302, {"Location": to})


HOSTS: dict[str, dict[str, Answer | bytes]] = {
    **{str(status): {"/robots.txt": Answer(b"x", status)} for status in (400, 401, 403, 404, 410, 429, 500, 503)},
    "moved": {"/robots.txt": moved("/baska.txt"), "/baska.txt": b"User-agent: *\nDisallow: /rss"},
    "turning": {"/robots.txt": moved("/robots.txt?x"), "/robots.txt?x": moved("/robots.txt")},
    "led-in": {"/robots.txt": b"User-agent: *\nDisallow: /kapali", "/rss": moved("/kapali")},
    "hours": {"/robots.txt": b"User-agent: *\nCrawl-delay: 86400"},
    "plain": {"/robots.txt": b""},
}


@dataclass
class Treated:
    results: dict[str, SourceResult]
    sites: dict[str, Loopback]

    def problem(self, host: str) -> str:
        return next((issue.problem for issue in self.results[host].issues if issue.kind != "too-few"), "")


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treated]:
    """One crawl of many hosts, each with another kind of robots.txt."""
    database = create_database(f"sqlite:///{tmp_path_factory.mktemp('robots') / 'oncu.db'}")
    with ExitStack() as stack:
        sites = {
            name: stack.enter_context(serving(pages({"/rss": rss(item(1))} | answers), f"127.0.0.{n}"))
            for n, (name, answers) in enumerate(HOSTS.items(), 2)
        }
        specs = [make_spec(name, site.url("/rss")) for name, site in sites.items()]
        specs.append(make_spec("again", sites["plain"].url("/rss?2")))
        results = crawl_specs(list(sites.values()), database, specs)
        yield Treated({result.source: result for result in results}, sites)
    database.close()


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "410", "429"])
def test_host_that_has_no_robots_txt_allows_all(treated: Treated, status: str) -> None:
    assert treated.results[status].status == "ok"


@pytest.mark.parametrize("status", ["500", "503"])
def test_host_that_cannot_give_its_robots_txt_is_left_alone(treated: Treated, status: str) -> None:
    why = f"the host answered {status}; a host whose robots.txt cannot be read is left alone"
    assert (treated.problem(status), treated.sites[status].paths()) == (why, [])


def test_redirected_robots_txt_counts_for_the_host_that_sent_us_on(treated: Treated) -> None:
    assert treated.problem("moved") == "robots.txt forbids this page"


def test_robots_txt_that_redirects_without_end_counts_as_none(treated: Treated) -> None:
    assert treated.results["turning"].status == "ok"


def test_page_is_not_fetched_where_a_redirect_leads_into_what_is_forbidden(treated: Treated) -> None:
    assert treated.problem("led-in") == "robots.txt forbids this page"
    assert "/kapali" not in treated.sites["led-in"].paths()


def test_host_that_wants_hours_between_two_pages_is_left_alone(treated: Treated) -> None:
    assert treated.problem("hours").startswith("robots.txt asks for 86,400 seconds")
    assert treated.sites["hours"].paths() == []


def test_robots_txt_is_read_once_for_all_sources_of_a_host(treated: Treated) -> None:
    assert [asked.path for asked in treated.sites["plain"].asked].count("/robots.txt") == 1


def test_we_say_who_we_are(treated: Treated) -> None:
    assert {asked.headers["user-agent"] for asked in treated.sites["plain"].asked} == {AGENT}


def gaps(site: Loopback) -> list[float]:
    moments = sorted(asked.at for asked in site.asked)
    return [b - a for a, b in zip(moments, moments[1:], strict=False)]


def test_crawl_delay_is_kept_between_all_requests_to_a_host(database: Database) -> None:
    links = page("".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(3)))
    details = {f"/d/{n}": page(f"<h1>Haber {n}</h1>") for n in range(3)}
    robots = b"User-agent: *\nCrawl-delay: 0.4"
    with serving(pages({"/robots.txt": robots, "/liste": links, "/rss": rss(item(1))} | details)) as site:
        listing = {"item": "li", "link": "a", "fields": {"title": "h1"}}
        listed = make_spec("liste", site.url("/liste"), reader="listing", listing=listing)
        crawl_specs([site], database, [listed, make_spec("rss", site.url("/rss"))], delay_seconds=0.02)
        assert len(site.asked) == 6
        assert min(gaps(site)) > 0.37


def test_sources_of_one_host_share_its_limit(database: Database) -> None:
    running = most = 0

    def slow(asked: Asked) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.05)  # the host's own slowness, so that requests overlap if they may
        running -= 1
        return Answer(rss(item(1))) if asked.path.startswith("/rss") else Answer(b"", 404)

    with serving(slow) as site:
        crawl_site(site, database, *(f"/rss{n}" for n in range(8)), concurrent_per_host=2)
    assert most == 2


def test_slow_host_is_asked_less_often(database: Database) -> None:
    def slow(asked: Asked) -> Answer:
        time.sleep(0 if asked.path == "/robots.txt" else 0.3)  # the host's own slowness
        return Answer(rss(item(1)))

    with serving(slow) as site:
        crawl_site(site, database, *(f"/rss{n}" for n in range(4)), delay_seconds=0.01, concurrent_per_host=1)
        assert gaps(site)[-1] > 0.2


def test_robots_txt_is_read_again_after_a_day() -> None:
    class Engine:
        asked = 0

        async def download_async(self, request: Request) -> Response:
            self.asked += 1
            return Response(request.url, body=b"")

    async def read_twice(hours: float) -> int:
        hour = 0.0
        crawler = SimpleNamespace(settings={"USER_AGENT": AGENT}, engine=Engine())
        policy = RobotsPolicy(crawler, clock=lambda: hour * 3600)
        await policy.process_request(Request(f"{SITE}/a"))
        hour = hours
        await policy.process_request(Request(f"{SITE}/b"))
        return crawler.engine.asked

    assert [asyncio.run(read_twice(hours)) for hours in (23.9, 24.1)] == [1, 2]


def crawl_hours_apart(database: Database, site: Loopback, *hours: float) -> list[SourceResult]:
    settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
    spec, url = make_spec("s", site.url("/rss")), str(database.engine.url)
    return [crawl([spec], settings, url, NOW + timedelta(hours=hour))[0] for hour in hours]


def asked_for_robots(site: Loopback) -> int:
    return [asked.path for asked in site.asked].count("/robots.txt")


def test_robots_txt_is_believed_for_a_day_from_one_crawl_to_the_next(database: Database) -> None:
    robots = b"User-agent: *\nDisallow: /rss"
    with serving(pages({"/robots.txt": robots, "/rss": rss(item(1))})) as site:
        found = crawl_hours_apart(database, site, 0, 23.9)
        assert (asked_for_robots(site), site.paths()) == (1, [])
        assert [result.issues[0].kind for result in found] == ["robots", "robots"]
        crawl_hours_apart(database, site, 24.1)
        assert asked_for_robots(site) == 2


def test_missing_robots_txt_is_believed_too(database: Database) -> None:
    with serving(pages({"/rss": rss(item(1))})) as site:
        assert [result.status for result in crawl_hours_apart(database, site, 0, 1)] == ["ok", "ok"]
        assert asked_for_robots(site) == 1


def test_robots_txt_that_could_not_be_read_is_asked_for_by_the_next_crawl(database: Database) -> None:
    answers: dict[str, Answer | bytes] = {"/robots.txt": Answer(b"", 503), "/rss": rss(item(1))}
    with serving(lambda asked: pages(answers)(asked)) as site:
        [before] = crawl_hours_apart(database, site, 0)
        answers["/robots.txt"] = b""
        [after] = crawl_hours_apart(database, site, 1)
    assert (before.status, after.status) == ("failed", "ok")


def test_what_one_crawler_may_fetch_says_nothing_of_another(database: Database) -> None:
    Permits(database, AGENT, NOW).note(SITE, Rules())
    noting = Permits(database, AGENT, NOW)
    noting.note(SITE, Rules((("/x", False),), 2.0))
    noting.save()
    later = NOW + timedelta(hours=2)
    assert Permits(database, AGENT, later).find(SITE) == (Rules((("/x", False),), 2.0), 7200.0)
    assert Permits(database, "Baska/1.0", later).find(SITE) is None


def test_host_that_wants_to_be_asked_slowly_does_not_hold_up_the_others(database: Database) -> None:
    links = page("".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(4)))
    details = {f"/d/{n}": page(f"<h1>Haber {n}</h1>") for n in range(4)}
    slowly = pages({"/robots.txt": b"User-agent: *\nCrawl-delay: 1", "/liste": links} | details)
    chain = {f"/z/{n}": page(f"<h1>Haber {n}</h1><li><a href='/z/{n + 1}'>x</a></li>") for n in range(6)}

    def quickly(asked: Asked) -> Answer:
        time.sleep(0.3)  # so that it is not done before the slow host's pages wait
        return pages(chain)(asked)

    with serving(slowly, "127.0.0.2") as slow, serving(quickly, "127.0.0.3") as quick:
        listing = {"item": "li", "link": "a", "fields": {"title": "h1"}}
        following = {"item": "body", "next": "li a", "fields": {"title": "h1"}}
        specs = [
            make_spec("yavas", slow.url("/liste"), reader="listing", listing=listing),
            make_spec("hizli", quick.url("/z/0"), reader="listing", listing=following),
        ]
        crawl_specs([slow, quick], database, specs, concurrent_requests=2)
        assert len(slow.asked) == 6
        assert max(asked.at for asked in quick.asked) < slow.asked[4].at
