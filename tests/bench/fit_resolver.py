"""Fit the weights of classifiers/firms/same_firm.py and print them with their reliability on questions kept apart.

`.venv/bin/python tests/bench/fit_resolver.py`: 150,000 clients; questions are invented firms' names written wrongly,
with or without a town, two in five of firms that are no clients, and the real aliases. Half to fit, half to judge.
"""

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from dirt import KINDS, dirty
from measure import SHARED
from population import CITIES, FORMS, SIZE, TAILS, TRADES, load_companies, make_population
from scipy.optimize import minimize

from oncu.classifiers.firms.names import ClientName, expand, name_words, parse_name, website_label
from oncu.classifiers.firms.resolve import NEAREST_DOUBLES, RARE_DOUBLES, FirmRecord, Resolver
from oncu.classifiers.firms.same_firm import WHETHER, WHICH

ABSENT = 10_000
FEW = 2_000  # clients of the second, small list: there a name without rivals tells less
QUESTIONS = 9_000
DOUBLES = 0.03  # of a list merged from several files
SISTERS = 0.1  # firms of owners that have another in the list
THIRDS = 0.2  # of the doubled are there once more
DOUBLES_LOOKED_AT = 0.2
CHANGED_FORM = 0.05  # limited firms become stock companies, and files lag behind
FORM = re.compile(r"(?:Limited Şirketi|LİMİTED ŞİRKETİ|Ltd\. Şti\.|LTD\. ŞTİ\.|Anonim Şirketi|ANONİM ŞİRKETİ|A\.Ş\.)$")
AGAINST = ("spelling", "strange word", "other form", "other city", "other number", "rivals")
Question = tuple[FirmRecord, str | None]


def as_record(client: ClientName) -> FirmRecord:
    """A client without its given short names and tax number: what has to be found out by name."""
    return FirmRecord(
        client.client_id, client.legal_name, city=client.city, ticker=client.ticker, website=client.website
    )


def alias_questions(clients: Iterable[ClientName]) -> list[Question]:
    """The real aliases, each with the client it stands for."""
    owner = {ticker: client.client_id for client in clients for ticker in (client.ticker or "").split(",") if ticker}
    with (SHARED / "data/tr/companies/alias_pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(FirmRecord(row["ticker"], row["alias"]), owner[row["ticker"]]) for row in rows if row["ticker"] in owner]


def popular_questions(clients: Iterable[ClientName]) -> list[Question]:
    """What stands in no legal name: the label of a website no other client has, and the ticker."""
    listed = [client for client in clients if client.ticker]
    label = {client.client_id: website_label(client.website) for client in listed if client.website}
    owners = Counter(label.values())
    said = [(client, label.get(client.client_id) or "") for client in listed]
    asked = [(client, name) for client, name in said if name and owners[name] == 1]
    asked += [(client, (client.ticker or "").split(",")[0]) for client in listed]
    return [(FirmRecord((client.ticker or "").split(",")[0], name), client.client_id) for client, name in asked]


def dirty_questions(
    clients: list[ClientName], absent: list[ClientName], count: int, chance: random.Random
) -> list[Question]:
    """Wrongly written names; three in five of clients."""
    asked: list[Question] = []
    for number in range(count):
        kind = chance.choices(("client", "absent", "sister"), (60, 25, 15))[0]
        is_client = kind == "client"
        client = chance.choice(absent if kind == "absent" else clients)
        name = _written(sister_of(client.legal_name, chance) if kind == "sister" else client.legal_name, chance)
        asked.append(
            (FirmRecord(f"q{number}", name, city=_town(client, chance)), client.client_id if is_client else None)
        )
    return asked


def sister_of(name: str, chance: random.Random) -> str:
    """Another firm of the same owners: the telling words with another trade, and most often in the same town."""
    words = parse_name(name).core.split()
    head = [word for word in words if expand(word) not in name_words().sector] or words[:1]
    trades = " ".join(chance.sample(TRADES, chance.choice((1, 1, 2)))).replace("_", " ")
    return " ".join([*head, trades, chance.choice(TAILS)[0], chance.choice(FORMS)[0]])


def _written(name: str, chance: random.Random) -> str:
    if chance.random() < CHANGED_FORM:
        name = FORM.sub(lambda form: "A.Ş." if form[0][0] in "lL" else "Ltd. Şti.", name)
    kind = chance.choice((*KINDS, "as it is", "short"))
    if kind == "short":
        name = " ".join(name.split()[: len(parse_name(name).core.split())])
        kind = chance.choice(("as it is", "typo", "ascii"))
    return name if kind == "as it is" else dirty(name, kind, chance)


def _town(client: ClientName, chance: random.Random) -> str | None:
    if chance.random() < 0.4:
        return None
    return client.city if chance.random() < 0.9 else chance.choice(CITIES)


def is_for_fitting(asked: str) -> bool:
    """Half of all, by what is asked about: all aliases of one firm are on one side."""
    return sha256(asked.encode()).digest()[0] % 2 == 0


def reliability(scores: np.ndarray, truths: np.ndarray) -> str:
    """Ten bins: how many, what was said, what was so."""
    bins = np.minimum((scores * 10).astype(int), 9)
    lines = [
        f"  {b / 10:.1f}-{(b + 1) / 10:.1f}  n {(bins == b).sum():>6}  said {scores[bins == b].mean():.3f}  "
        f"so {truths[bins == b].mean():.3f}"
        for b in range(10)
        if (bins == b).any()
    ]
    return "\n".join(lines)


def doubled(clients: list[ClientName], chance: random.Random) -> tuple[list[FirmRecord], list[int]]:
    """The clients with copies of some, and the rows to look at; a copy's id is its client's with "+" behind."""
    records = [_incomplete(as_record(client), chance) for client in clients]
    for client in clients:
        more = DOUBLES
        while chance.random() < more:
            name = _written(client.legal_name, chance)
            records.append(FirmRecord(f"{client.client_id}+", name, city=_town(client, chance)))
            more = THIRDS
    owners = chance.sample(clients, round(SISTERS * len(clients)))
    for number, client in enumerate(owners):
        records.append(FirmRecord(f"s{number}", sister_of(client.legal_name, chance), city=_town(client, chance)))
    return records, [row for row in range(len(records)) if chance.random() < DOUBLES_LOOKED_AT]


def _incomplete(record: FirmRecord, chance: random.Random) -> FirmRecord:
    """A bank's rows miss things too."""
    name = FORM.sub("", record.name).strip() if chance.random() < 0.1 else record.name
    return replace(record, name=name, city=record.city if chance.random() < 0.75 else None)


def fit(x: np.ndarray, y: np.ndarray, names: Iterable[str]) -> np.ndarray:
    """Logistic regression whose weights keep their sense: nothing that agrees may count against."""
    bounds = [(None, None) if name == "bias" else (None, 0) if name in AGAINST else (0, None) for name in names]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logits = x @ weights
        error = 1 / (1 + np.exp(-logits)) - y
        return float(np.logaddexp(0, logits).sum() - logits @ y + weights @ weights / 6), x.T @ error + weights / 3

    return minimize(loss, np.zeros(x.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 3000}).x


class Lookers(Resolver):
    """A resolver that shows what it judges by."""

    def features_of(self, queries: Iterable[FirmRecord]) -> Iterator[list[tuple[str, dict[str, float]]]]:
        """Every firm looked at for a query, with its features."""
        for _, seen in self._seen(queries):
            yield [(self._entries[row].firm.record_id, likeness.features) for row, likeness in seen]

    def pair_features(self, rows: Sequence[int]) -> Iterator[tuple[str, str, dict[str, float]]]:
        """Firms of these rows beside every firm each might be, with the features."""
        near = self._spellings.nearest([self._entries[row].names[0].key for row in rows], limit=NEAREST_DOUBLES)
        for row, spelt in zip(rows, near, strict=True):
            entry = self._entries[row]
            others = ({self._owner[one.row] for one in spelt} | self._rows_of(entry, RARE_DOUBLES)) - {row}
            for other, likeness in self._look(entry, sorted(others)):
                yield entry.firm.record_id, self._entries[other].firm.record_id, likeness.features


@dataclass
class Table:
    """Features and truths, to fit and to judge."""

    fit: list[tuple[list[float], bool]]
    judge: list[tuple[list[float], bool]]

    def add(self, features: dict[str, float], names: Iterable[str], *, truth: bool, fits: bool) -> None:
        (self.fit if fits else self.judge).append(([features[name] for name in names], truth))


def report(title: str, table: Table, weights: dict[str, float]) -> None:
    """Fit, print the weights, judge them and those in use."""
    fit_x, fit_y = map(np.array, zip(*table.fit, strict=True))
    judge_x, judge_y = map(np.array, zip(*table.judge, strict=True))
    print(
        f"\n{title}: {len(fit_y)} pairs to fit ({fit_y.sum()} right), {len(judge_y)} to judge ({judge_y.sum()} right)"
    )
    fitted = fit(fit_x, fit_y, weights)
    for name, weight in zip(weights, fitted, strict=True):
        print(f'    "{name}": {weight:.2f},')
    for which, vector in (("fitted", fitted), ("in use", np.array(list(weights.values())))):
        scores = np.clip(1 / (1 + np.exp(-judge_x @ vector)), 0.01, 0.99)
        shown = scores >= 0.05
        brier = np.mean((scores[shown] - judge_y[shown]) ** 2)
        print(f"{which}: Brier of {shown.sum()} shown {brier:.4f}, of all {np.mean((scores - judge_y) ** 2):.4f}")
        print(reliability(scores[shown], judge_y[shown]))


def main() -> None:
    """Both sets of weights, one after the other."""
    chance = random.Random(4)
    real = load_companies()
    everyone = make_population(SIZE + ABSENT, real=real)
    out = set(chance.sample(range(len(real), len(everyone)), ABSENT))
    clients = [client for row, client in enumerate(everyone) if row not in out]
    absent = [everyone[row] for row in sorted(out)]
    table = Table([], [])
    few = chance.sample(clients, FEW)
    popular = alias_questions(real) + popular_questions(real)
    for known, questions in (
        (clients, dirty_questions(clients, absent, QUESTIONS, chance) + popular),
        (few, dirty_questions(few, [*absent, *clients], QUESTIONS // 3, chance)),
    ):
        found = Lookers(map(as_record, known)).features_of(query for query, _ in questions)
        for (query, truth), seen in zip(questions, found, strict=True):
            for record, features in seen:
                table.add(features, WHICH, truth=record == truth, fits=is_for_fitting(query.record_id))
    report("which client", table, WHICH)
    records, rows = doubled(clients, chance)
    table = Table([], [])
    for one, other, features in Lookers(records).pair_features(rows):
        table.add(features, WHETHER, truth=one.rstrip("+") == other.rstrip("+"), fits=is_for_fitting(one.rstrip("+")))
    report("whether two are one", table, WHETHER)


if __name__ == "__main__":
    main()
