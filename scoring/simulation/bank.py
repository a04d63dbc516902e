"""The synthetic bank as the judge reads it: signals, outcomes, exposure, actions, offers, and the truth about them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import chain

import numpy as np

from ..judge.tables import SIDES, Exposure, FloatArray, IntArray, Outcomes, Signals, TimeArray
from .bargains import Bargains, draw_bargains
from .chances import course_of
from .ends import draw_ends
from .outlets import CATEGORIES, Outlets, draw_outlets
from .population import REGIONS, SECTORS, SIZES, Population, draw_population
from .side import Side
from .stories import TYPES, draw_stories
from .tellings import FIRST, REPORT, Tellings, tell
from .truth import Truth, truth_of, truth_of_offers
from .wishes import START, Wishes, check_wishes

MIDNIGHT = np.datetime64(START, "us")
SECONDS, MICROSECONDS = 86_400, 1_000_000
KINDS = {"opportunity": "sale", "risk": "default"}
Progress = Callable[[str, int, int], None]
STEPS = 4


@dataclass(frozen=True)
class Actions:
    """One entry a risk story: what the bank did, in which lane, and the chance with which it acted."""

    client_id: list[str]
    signal_id: list[str]
    kind: list[str]
    acted_at: TimeArray
    arm: list[str]
    propensity: FloatArray


@dataclass(frozen=True)
class Told:
    """A side and its signals; `first_row` is the row of each story's first word."""

    side: Side
    tellings: Tellings
    first_row: IntArray


@dataclass(frozen=True)
class Bank:
    """All tables; `published_at` has one moment a signal; outcomes are by side: an end of one rules nothing out on
    the other, leaving is the competing end of both. `told` is how it was made, side by side."""

    wishes: Wishes
    signals: Signals
    published_at: TimeArray
    outcomes: dict[str, Outcomes]
    exposure: Exposure
    actions: Actions
    bargains: Bargains
    costs: dict[str, float]
    truth: Truth
    told: dict[str, Told]


def simulate(wishes: Wishes, progress: Progress = lambda stage, done, total: None) -> Bank:
    """Draw a bank. The same wishes give the same bank, to the byte. Raises BadInput for wishes that make none."""
    check_wishes(wishes)
    randoms = np.random.default_rng(wishes.seed).spawn(5)
    progress("clients and sources", 0, STEPS)
    people, outlets = draw_population(wishes, randoms[0]), draw_outlets(wishes, randoms[1])
    told = []
    for number, side in enumerate(SIDES):
        progress(f"{side} signals", number + 1, STEPS)
        told.append(_tell_side(side, wishes, people, outlets, randoms[2 + number]))
    progress("offers and truth", 3, STEPS)
    led = told[0].side.stories.client
    signals, published, shift = _signals(told, outlets, randoms[4])
    return Bank(
        wishes=wishes,
        signals=signals,
        published_at=published,
        outcomes={one.side.name: _outcomes(one.side, randoms[4]) for one in told},
        exposure=_exposure(people, wishes.days),
        actions=_actions(told[1], shift),
        bargains=draw_bargains(wishes, people, led, randoms[4]),
        costs=dict(zip(outlets.name, outlets.cost.tolist(), strict=True)),
        truth=_truth(wishes, told),
        told={one.side.name: one for one in told},
    )


def draw_wider(bank: Bank, clients: int) -> dict[str, Side]:
    """Each side's stories once more, about so many other clients of the same kind, told by the same sources."""
    wishes = replace(bank.wishes, clients=clients)
    randoms = np.random.default_rng([bank.wishes.seed, 1]).spawn(1 + len(SIDES))
    people, outlets = draw_population(wishes, randoms[0]), bank.told[SIDES[0]].side.outlets
    return {
        name: _draw_side(name, wishes, people, outlets, random) for name, random in zip(SIDES, randoms[1:], strict=True)
    }


def client_id(number: int) -> str:
    """The id of a client: 7 -> C000007."""
    return f"C{number:06d}"


def moments(days: FloatArray | IntArray) -> TimeArray:
    """Moments, to the second, of days since the start."""
    seconds = np.floor(np.asarray(days, dtype=np.float64) * SECONDS).astype(np.int64)
    return np.asarray(MIDNIGHT + (seconds * MICROSECONDS).astype("timedelta64[us]"))


def _tell_side(name: str, wishes: Wishes, people: Population, outlets: Outlets, random: np.random.Generator) -> Told:
    side = _draw_side(name, wishes, people, outlets, random)
    told = tell(side, random)
    first = np.zeros(len(side.stories), dtype=np.int64)
    opening = np.flatnonzero(told.how == FIRST)[::-1]
    first[told.story[opening]] = opening
    return Told(side, told, first)


def _draw_side(name: str, wishes: Wishes, people: Population, outlets: Outlets, random: np.random.Generator) -> Side:
    course = course_of(wishes.half_life, wishes.told_days)
    stories = draw_stories(name, wishes, people, outlets, course, random)
    ends, stories = draw_ends(name, wishes, people, stories, random)
    return Side(name, wishes, people, outlets, course, stories, ends)


def _signals(told: list[Told], outlets: Outlets, random: np.random.Generator) -> tuple[Signals, TimeArray, int]:
    """Both sides' signals, when each was published, and the number of the second side's first row."""
    parts = [_signal_columns(one, outlets) for one in told]
    whole = {name: list(chain.from_iterable(part[name] for part in parts)) for name in parts[0]}
    at = np.concatenate([one.tellings.at for one in told])
    source = np.concatenate([one.tellings.source for one in told])
    late = random.exponential(outlets.latency[source])
    signals = Signals(
        signal_id=[f"S{number:07d}" for number in range(len(at))],
        known_at=moments(at),
        probability=np.concatenate([_probability(one) for one in told]),
        origin=[("cue", "learned")[lot] for lot in random.integers(0, 2, len(at)).tolist()],
        **whole,
    )
    return signals, moments(at - late), len(told[0].tellings)


def _signal_columns(one: Told, outlets: Outlets) -> dict[str, list[str]]:
    told, kinds, categories = one.tellings, TYPES[one.side.name], list(CATEGORIES)
    client, source = told.client.tolist(), told.source.tolist()
    letter = one.side.name[0]
    return {
        "client_id": [client_id(number) for number in client],
        "side": [one.side.name] * len(told),
        "type": [kinds[number] for number in told.type.tolist()],
        "source": [outlets.name[number] for number in source],
        "story_id": [f"{letter}{number}" for number in told.event.tolist()],
        "category": [categories[kind] for kind in outlets.category[told.source].tolist()],
        "manager": [f"M{number % 20:02d}" for number in client],
    }


def _probability(one: Told) -> FloatArray:
    """The chance each signal claims, to four digits; a report after the fact says .5."""
    story = np.maximum(one.tellings.story, 0)
    own = one.side.stories.probability[story] if len(one.side.stories) else np.zeros(len(story))
    return np.asarray(np.round(np.where(one.tellings.how == REPORT, 0.5, own), 4), dtype=np.float64)


def _outcomes(side: Side, random: np.random.Generator) -> Outcomes:
    """Foretold ends and clients leaving, recorded some days after."""
    ended = np.flatnonzero(side.ends.ended)
    left = np.flatnonzero(side.people.left < side.wishes.days)
    client = np.concatenate([ended, left])
    day = np.concatenate([side.ends.day[ended], side.people.left[left]])
    delay = np.floor(random.exponential(side.wishes.delay, len(day))) if side.wishes.delay else np.zeros(len(day))
    return Outcomes(
        client_id=[client_id(number) for number in client.tolist()],
        kind=[KINDS[side.name]] * len(ended) + ["exit"] * len(left),
        occurred_at=moments(day),
        recorded_at=moments(day + delay),
        competing=np.arange(len(client)) >= len(ended),
    )


def _exposure(people: Population, days: int) -> Exposure:
    """When each client was with the bank; who leaves later is still there on the last day."""
    until = moments(np.minimum(people.left, days))
    until[people.left >= days] = np.datetime64("NaT")
    sectors, sizes = list(SECTORS), list(SIZES)
    return Exposure(
        client_id=[client_id(number) for number in range(len(people))],
        begin=moments(people.joined),
        until=until,
        sector=[sectors[number] for number in people.sector.tolist()],
        size_band=[sizes[number] for number in people.size.tolist()],
        region=[REGIONS[number] for number in people.region.tolist()],
    )


def _actions(told: Told, shift: int) -> Actions:
    """One row a risk story, two hours after its first word; kind none where the bank only watched."""
    stories = told.side.stories
    return Actions(
        client_id=[client_id(number) for number in stories.client.tolist()],
        signal_id=[f"S{number:07d}" for number in (told.first_row + shift).tolist()],
        kind=[("none", "limit_cut")[acted] for acted in stories.acted.tolist()],
        acted_at=moments(told.tellings.at[told.first_row] + 2 / 24) if len(stories) else moments(np.zeros(0)),
        arm=[("live", "holdout")[held] for held in stories.held_out.tolist()],
        propensity=np.round(stories.propensity, 6),
    )


def _truth(wishes: Wishes, told: list[Told]) -> Truth:
    return {
        "as_of": wishes.as_of.isoformat(),
        "wishes": asdict(wishes),
        "merge_days": 30,
        **{one.side.name: truth_of(one.side, one.tellings) for one in told},
        "offers": truth_of_offers(),
    }
