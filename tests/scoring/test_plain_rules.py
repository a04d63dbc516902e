"""The fast judge against the same rules written slowly, one client and one day at a time, on small random banks."""

from datetime import date, timedelta

import numpy as np
import pytest

START, AS_OF, HORIZON, MERGE = date(2024, 1, 1), date(2024, 12, 31), 40, 20
LAST = (AS_OF - START).days


class Bank:
    """Rows with days counted from START: signals (client, type, source, day), outcomes (client, day, recorded,
    competing), exposure client -> (from, to)."""

    def __init__(self, seed: int) -> None:
        r = np.random.default_rng(seed)
        self.signals = [
            (f"c{r.integers(12)}", f"t{r.integers(2)}", f"s{r.integers(3)}", int(r.integers(LAST + 30)))
            for _ in range(60)
        ]
        ends = r.integers(0, LAST + 20, 14).tolist()
        self.outcomes = [(f"c{r.integers(12)}", day, int(day + r.integers(40)), bool(r.random() < 0.3)) for day in ends]
        self.exposure = {
            f"c{n}": (int(r.integers(-100, 150)), int(r.integers(200, 700)), f"x{n % 2}") for n in range(10)
        }

    def judge(self, signals, outcomes, exposure, judge) -> dict:
        return judge(
            signals(*({"client_id": c, "type": t, "source": s, "known_at": _day(d)} for c, t, s, d in self.signals)),
            outcomes(
                *(
                    {"client_id": c, "occurred_at": _day(d), "recorded_at": _day(r), "competing": k}
                    for c, d, r, k in self.outcomes
                )
            ),
            exposure(
                *(
                    {"client_id": c, "from": _day(a), "to": _day(b), "sector": x}
                    for c, (a, b, x) in self.exposure.items()
                )
            ),
            as_of=AS_OF,
            horizon_days=HORIZON,
            merge_days=MERGE,
        )

    def window(self, client: str) -> tuple[int, int]:
        begin, end, _ = self.exposure.get(client, (-10_000, 10_000, ""))
        return begin, min(end, LAST)

    def known_outcomes(self, client: str) -> list[tuple[int, int]]:
        return sorted((d, 1 + k) for c, d, r, k in self.outcomes if c == client and d <= LAST and r <= LAST)

    def end(self, client: str, since: int, until: int) -> tuple[int, int]:
        """Day and cause of the first outcome from `since` through `until`, else (until, 0)."""
        return next(((d, k) for d, k in self.known_outcomes(client) if since <= d <= until), (until, 0))

    def episodes(self) -> list[tuple[str, int, int, str, bool]]:
        """(client, start, last, source, is_echo)."""
        found = []
        for client, kind in sorted({(c, t) for c, t, _, d in self.signals if d <= LAST}):
            rows = [(d, n, s) for n, (c, t, s, d) in enumerate(self.signals) if (c, t) == (client, kind) and d <= LAST]
            rows.sort(key=lambda row: (row[0], f"s{row[1]}"))
            open_one: list[tuple[int, int, str]] = []
            for row in [*rows, (10_000, 0, "")]:
                if open_one and row[0] - open_one[-1][0] > MERGE:
                    start = open_one[0][0]
                    echo = any(self.window(client)[0] <= d <= start for d, _ in self.known_outcomes(client))
                    found.append((client, start, open_one[-1][0], open_one[0][2], echo))
                    open_one = []
                open_one.append(row)
        return found

    def kept(self) -> list[tuple[str, int, int, str]]:
        return [episode[:4] for episode in self.episodes() if not episode[4]]

    def followed(self) -> list[tuple[int, int]]:
        pairs = []
        for client, start, *_ in self.kept():
            day, cause = self.end(client, start + 1, self.window(client)[1])
            pairs.append((max(day - start, 0), cause))
        return pairs

    def controls(self) -> list[tuple[int, int, float]]:
        """(days, cause, weight) by month and sector."""
        rows = []
        for month in range(1, 13):
            first = (date(2024, month, 1) - START).days
            last = (date(2024 + month // 12, month % 12 + 1, 1) - START).days - 1
            for sector in ("x0", "x1"):
                cases = [e for e in self.kept() if first <= e[1] <= last and self._exposed(e[0], e[1], sector)]
                cell = [self._control(c, first, last) for c in self.exposure if self._exposed(c, first, sector)]
                cell = [one for one in cell if one is not None]
                rows += [(*one, len(cases) / len(cell)) for one in cell if cases]
        return rows

    def _exposed(self, client: str, day: int, sector: str) -> bool:
        begin, end, own = self.exposure.get(client, (0, -1, ""))
        return own == sector and begin <= day <= end

    def _control(self, client: str, first: int, last: int) -> tuple[int, int] | None:
        begin, end = self.window(client)
        own = [(start, close + MERGE) for c, start, close, _ in self.kept() if c == client]
        if any(start <= last and close >= first for start, close in own):
            return None
        day, cause = self.end(client, begin, end)
        if cause and day <= first:
            return None
        opens = min((start for start, _ in own if start > last), default=10_000)
        return (opens - first, 0) if opens < day else (day - first, cause)


def _day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def _incidence(rows: list[tuple[int, int, float]], horizon: int) -> float:
    """Aalen-Johansen, one day after the other."""
    still, total = 1.0, 0.0
    for day in range(1, horizon + 1):
        at_risk = sum(w for d, _, w in rows if d >= day)
        ends = [sum(w for d, cause, w in rows if d == day and cause == one) for one in (1, 2)]
        if at_risk > 0:
            total += still * ends[0] / at_risk
            still *= 1 - sum(ends) / at_risk
    return total


@pytest.fixture(params=range(25))
def bank(request) -> Bank:
    return Bank(request.param)


@pytest.fixture
def found(bank, signals, outcomes, exposure, judge) -> dict:
    return bank.judge(signals, outcomes, exposure, judge)


def test_counts_agree(bank: Bank, found: dict) -> None:
    mature = sum(days >= HORIZON or cause > 0 for days, cause in bank.followed())
    expected = (len(bank.kept()), mature, len(bank.episodes()) - len(bank.kept()))
    assert (found["episodes"], found["mature"], found["echoes"]) == expected


def test_conversion_agrees(bank: Bank, found: dict) -> None:
    rows = [(days, cause, 1.0) for days, cause in bank.followed()]
    assert found["conversion"]["value"] == pytest.approx(_incidence(rows, HORIZON))


def test_base_rate_agrees(bank: Bank, found: dict) -> None:
    assert found["base_rate"]["value"] == pytest.approx(_incidence(bank.controls(), HORIZON))


def test_recall_agrees(bank: Bank, found: dict) -> None:
    judged = [
        any(c == client and 1 <= d - start <= HORIZON for client, start, *_ in bank.kept())
        for c, d, r, competing in bank.outcomes
        if d <= LAST and r <= LAST and not competing and c in bank.exposure
        and bank.exposure[c][0] <= d - HORIZON and d <= bank.exposure[c][1]
    ]  # fmt: skip
    assert (found["recall"] and (found["recall"]["value"], found["recall"]["n"])) == (
        (pytest.approx(np.mean(judged)), len(judged)) if judged else None
    )


def test_unique_outcomes_agree(bank: Bank, found: dict) -> None:
    expected = dict.fromkeys((source for *_, source in bank.kept()), 0)
    for c, d, r, competing in bank.outcomes:
        seers = {s for client, start, _, s in bank.kept() if client == c and 1 <= d - start <= HORIZON}
        if d <= LAST and r <= LAST and not competing and len(seers) == 1:
            expected[seers.pop()] += 1
    assert {group["key"]: group["unique_outcomes"] for group in found["groups"]} == expected
