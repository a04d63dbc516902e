"""The league of sources: who foretells, who was first, who copies, and to whom an outcome is owed."""

from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
import pytest

from oncu.scoring.sources.league import Standing, league

AS_OF = date(2025, 12, 31)
NAMES = [f"c{number:03d}" for number in range(200)]


@pytest.fixture
def standings(signals, outcomes) -> Callable[..., dict[str, Standing]]:
    """The league of the opportunity side, horizon 60, by source."""

    def judge(told: list[dict], ended: list[dict] | None = None, exposure=None, **chosen) -> dict[str, Standing]:
        wanted = {"side": "opportunity", "as_of": AS_OF, "horizon_days": 60, **chosen}
        return {one.key: one for one in league(signals(*told), outcomes(*(ended or ())), exposure, **wanted)}

    return judge


def _told(client: str, source: str, day: str, **more: object) -> dict:
    return {"client_id": client, "source": source, "known_at": day, **more}


def test_a_source_is_judged_from_its_own_first_word(standings) -> None:
    told = [_told("A", "erken", "2025-01-01"), _told("A", "geç", "2025-01-21")]
    found = standings(told, [{"client_id": "A", "occurred_at": "2025-01-31"}])
    assert {key: one.record.median_lead for key, one in found.items()} == {"erken": 30, "geç": 10}


def test_a_word_after_the_sale_is_no_sighting(standings) -> None:
    told = [_told("A", "erken", "2025-01-01"), _told("A", "geç", "2025-01-21")]
    assert set(standings(told, [{"client_id": "A", "occurred_at": "2025-01-10"}])) == {"erken"}


def test_an_outcome_is_shared_among_those_who_foresaw_it(standings) -> None:
    told = [_told("A", "bir", "2025-01-01"), _told("A", "iki", "2025-01-05"), _told("B", "iki", "2025-01-05")]
    found = standings(told, [{"client_id": client, "occurred_at": "2025-02-01"} for client in "AB"])
    assert {key: one.credit.shapley for key, one in found.items()} == {"bir": 0.5, "iki": 1.5}
    assert {key: one.credit.unique for key, one in found.items()} == {"bir": 0, "iki": 1}


def test_a_warning_too_late_to_act_on_earns_no_credit(standings) -> None:
    told = [_told("A", "erken", "2025-01-01"), _told("A", "geç", "2025-01-29")]
    found = standings(told, [{"client_id": "A", "occurred_at": "2025-02-01"}], ahead_days=7)
    assert {key: one.credit.foreseen for key, one in found.items()} == {"erken": 1, "geç": 0}


def test_cost_per_outcome_nobody_else_foresaw(standings) -> None:
    told = [_told("A", "bir", "2025-01-01"), _told("B", "bir", "2025-01-01"), _told("B", "iki", "2025-01-02")]
    ended = [{"client_id": client, "occurred_at": "2025-02-01"} for client in "AB"]
    found = standings(told, ended, costs={"bir": 300.0, "iki": 50.0})
    assert (found["bir"].credit.cost_per_unique, found["iki"].credit.cost_per_unique) == (300.0, None)


def test_head_start_is_over_the_next_who_does_not_copy(standings) -> None:
    """`kopya` repeats every story a day later; `rakip` finds them by itself after three days, or first."""
    told = []
    for n in range(10):
        story, leads = f"s{n}", n < 8
        first, second = ("lider", "rakip") if leads else ("rakip", "lider")
        days = zip((first, "kopya", second), ("01T00:00", "02T00:00", "04T00:00"), strict=True)
        told += [_told(NAMES[n], source, f"2025-03-{day}", story_id=story) for source, day in days]
    found = standings(told)
    assert found["lider"].telling.head_start_days.value == 3.0
    assert found["lider"].telling.first_share.value == pytest.approx(0.8)
    assert found["kopya"].telling.copied_share == 1.0


@pytest.mark.parametrize(("copied", "weight"), [(8, 1.0), (9, 0.5), (10, 0.0)])
def test_who_copies_more_than_four_fifths_counts_for_less(standings, copied: int, weight: float) -> None:
    told = []
    for n in range(10):
        told.append(_told(NAMES[n], "ajans", f"2025-03-01T{'08' if n < copied else '20'}:00", story_id=f"s{n}"))
        told.append(_told(NAMES[n], "tekrar", "2025-03-01T12:00", story_id=f"s{n}"))
    found = standings(told)["tekrar"]
    assert found.telling.weight == pytest.approx(weight)
    assert found.precision.n == round(10 * weight)


def test_a_slow_crawler_is_shown_apart_from_the_source(signals, outcomes) -> None:
    rows = signals(_told("A", "bir", "2025-03-03"), _told("B", "bir", "2025-03-05"), _told("C", "iki", "2025-03-05"))
    published = np.array(["2025-03-01", "2025-03-04", "NaT"], dtype="datetime64[us]")
    found = league(rows, outcomes(), side="opportunity", as_of=AS_OF, horizon_days=60, published_at=published)
    assert {one.key: one.telling.crawl_delay_days for one in found} == {"bir": 1.5, "iki": None}


def test_two_of_two_do_not_beat_sixty_of_a_hundred(standings) -> None:
    told, ended = [], []
    sources = (("büyük", 60, 100), ("küçük", 2, 2), *((f"orta{n}", 6 + n, 40) for n in range(8)))
    for source, hits, n in sources:
        clients = [f"{source}{number}" for number in range(n)]
        told += [_told(client, source, "2025-03-01") for client in clients]
        ended += [{"client_id": client, "occurred_at": "2025-04-01"} for client in clients[:hits]]
    found = standings(told, ended)
    assert found["küçük"].record.raw_rate == 1.0 and found["büyük"].place.rank == 1
    assert found["küçük"].place.high > found["büyük"].place.high


def test_lift_is_against_clients_of_the_same_month_and_sector(standings, exposure) -> None:
    """In both sectors signalled clients buy twice as often; all together 26 of 100 against 22 of 100 hide it."""
    told, ended, rows = [], [], []
    for sector, signalled, bought, others_bought in (("yavaş", 80, 16, 2), ("hızlı", 20, 10, 20)):
        names = [f"{sector}{n}" for n in range(100)]
        rows += [{"client_id": name, "sector": sector} for name in names]
        told += [_told(name, "gazete", "2025-03-01") for name in names[:signalled]]
        buyers = names[:bought] + names[signalled : signalled + others_bought]
        ended += [{"client_id": name, "occurred_at": "2025-03-25"} for name in buyers]
    found = standings(told, ended, exposure(*rows))["gazete"].raw_lift
    assert found.value == pytest.approx(2.2, abs=0.3) and found.low > 1


def test_without_exposure_no_lift_is_claimed(standings) -> None:
    assert standings([_told("A", "bir", "2025-03-01")])["bir"].lift.value is None


def test_no_signals_give_an_empty_league(standings) -> None:
    assert standings([]) == {}


def test_half_life_is_told_by_type(signals, outcomes) -> None:
    r = np.random.default_rng(1)
    told = signals(*(_told(f"c{n}", "bir", "2025-01-01") for n in range(800)))
    days = 1 + r.exponential(20 / np.log(2), 300).astype(int)
    ended = outcomes(
        *({"client_id": f"c{n}", "occurred_at": str(np.datetime64("2025-01-01") + int(d))} for n, d in enumerate(days))
    )
    judge = partial(league, told, ended, side="opportunity", as_of=AS_OF, horizon_days=60)
    (by_type,), (by_source,) = judge(by="type"), judge(by="source")
    assert by_type.half_life.low < 20 < by_type.half_life.high and by_source.half_life is None
