"""Fit the weights of classifiers/mentions/evidence_weights.yml on labelled sentences, near to those set by hand.

`.venv/bin/python tests/bench/fit_evidence.py [--write]`: dev.jsonl and more.yml of tests/quality/mentions and, where it
lies beside the project, the labelled headlines; prints each way's error on sentences kept apart (ten folds). `--write`
saves.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from measure import SHARED
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.append(str(Path(__file__).parents[1] / "quality"))
from mention_set import load_clients, load_more, load_rows, text_of

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher

TABLE = Path(__file__).parents[2] / "classifiers" / "mentions" / "evidence_weights.yml"
STRENGTHS = (0.3, 1.0, 3.0, 10.0)  # of the pull towards the weights set by hand
NEAR_BEST = 1.02  # the strongest pull whose loss is within 2 % of the least is taken
FOLDS = 10
Floats = NDArray[np.float64]
Gold = Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class Candidates:
    """Rows are candidates of a place: counts of clues, share among the owners, is it the one, number of its client."""

    clues: Floats
    share: Floats
    right: Floats
    group: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> "Candidates":
        return Candidates(self.clues[rows], self.share[rows], self.right[rows], self.group[rows])


def read(keys: Sequence[str]) -> Candidates:
    """Every candidate of the labelled texts; the groups are clients, so that a client's texts stay together."""
    found: list[tuple[Floats, float, bool, int]] = []
    sets = [_sentences(), _more()]
    if SHARED.is_dir():
        sets.append(_headlines())
    numbers: dict[str, int] = {}
    for matcher, texts in sets:
        for text, gold in texts:
            for client, *row in _candidates(matcher, text, gold, keys):
                found.append((*row, numbers.setdefault(client, len(numbers))))
    clues, share, right, groups = zip(*found, strict=True)
    return Candidates(np.array(clues), np.array(share), np.array(right, dtype=float), np.array(groups))


def _candidates(matcher: Matcher, text: str, gold: Gold, keys: Sequence[str]):  # type: ignore[no-untyped-def]
    (places,) = matcher.places([text])
    for place, weighed in matcher.weigh_all(places, hope=np.inf):
        total = sum(np.exp(one.share) for one in weighed)
        for one in weighed:
            counts = np.zeros(len(keys))
            for clue in one.clues:
                counts[keys.index(clue.key)] += 1
            client = one.owner.client.client_id
            right = any(client == who and place.start < end and place.end > start for who, start, end in gold)
            yield client, counts, float(np.exp(one.share) / total), right


def _sentences() -> tuple[Matcher, list[tuple[str, Gold]]]:
    rows = load_rows("dev")
    gold = [[(g["client_id"], g["start"], g["start"] + len(g["surface"])) for g in row["gold"]] for row in rows]
    return build_matcher(load_clients()), list(zip(map(text_of, rows), gold, strict=True))


def _more() -> tuple[Matcher, list[tuple[str, Gold]]]:
    """The further open sentences of the hardest classes."""
    clients, lines = load_more()
    return build_matcher(clients), lines


def _headlines() -> tuple[Matcher, list[tuple[str, Gold]]]:
    """Labelled headlines; the companies named there are clients among the real ones."""
    lines = [json.loads(line) for line in (SHARED / "data/tr/gold/headlines_dev.jsonl").open(encoding="utf-8")]
    names = sorted({name for line in lines for name in line["companies_either"]})
    ids = {name.casefold(): f"G{number}" for number, name in enumerate(names)}
    others = [
        json.loads(line)["legal_name"] for line in (SHARED / "data/tr/companies/companies.jsonl").open(encoding="utf-8")
    ]
    clients = [ClientName(ids[name.casefold()], name) for name in names]
    clients += [ClientName(f"D{n}", name) for n, name in enumerate(others) if name.casefold() not in ids]
    texts = [(line["text"], _gold(line, ids)) for line in lines]
    return build_matcher(clients), texts


def _gold(line: dict[str, str], ids: dict[str, str]) -> Gold:
    text = line["text"]
    spans = [(name, match) for name in line["companies_either"] for match in re.finditer(re.escape(name), text)]
    return [(ids[name.casefold()], match.start(), match.end()) for name, match in spans]


def chances(weights: Floats, line: tuple[float, float], rows: Candidates) -> Floats:
    """Probability of each candidate."""
    total = line[1] + line[0] * (rows.clues @ weights)
    return np.clip(1 / (1 + np.exp(-total)), 0.01, 0.99) * rows.share


def loss(found: Floats, right: Floats) -> float:
    kept = np.clip(found, 1e-4, 1 - 1e-4)
    return float(-np.sum(right * np.log(kept) + (1 - right) * np.log(1 - kept)))


def fit_weights(rows: Candidates, hand: Floats, strength: float) -> Floats:
    """The weights of least loss plus `strength` for each squared step from the hand-set one; signs are kept."""

    def error(weights: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(-(rows.clues @ weights)))
        found = np.clip(chance * rows.share, 1e-6, 1 - 1e-6)
        slope = (found - rows.right) / (found * (1 - found)) * rows.share * chance * (1 - chance)
        away = weights - hand
        return loss(found, rows.right) + strength * float(away @ away), rows.clues.T @ slope + 2 * strength * away

    bounds = [(0.0, None) if weight > 0 else (None, 0.0) if weight < 0 else (None, None) for weight in hand]
    return np.asarray(minimize(error, hand, jac=True, bounds=bounds, method="L-BFGS-B").x)


def fit_line(rows: Candidates, weights: Floats) -> tuple[float, float]:
    """Slope and offset that make the sums of weights true (Platt)."""
    found = minimize(
        lambda ab: loss(chances(weights, (ab[0], ab[1]), rows), rows.right), (1.0, 0.0), method="Nelder-Mead"
    )
    return float(found.x[0]), float(found.x[1])


def kept_apart(rows: Candidates, way: Callable[[Candidates, Candidates], Floats]) -> Floats:
    """What a way of fitting says of each candidate when its client was not fitted on."""
    found = np.zeros(len(rows.right))
    folds = np.random.default_rng(5).integers(0, FOLDS, rows.group.max() + 1)[rows.group]
    for fold in range(FOLDS):
        found[folds == fold] = way(rows.of(folds != fold), rows.of(folds == fold))
    return found


def report(name: str, found: Floats, right: Floats) -> None:
    said = found >= 0.5
    f1 = 2 * np.sum(said * right) / (np.sum(said) + np.sum(right))
    brier = np.mean((found - right) ** 2)
    print(f"  {name:<38} loss {loss(found, right) / len(right):.4f}  Brier {brier:.4f}  F1 {f1:.3f}")


def main() -> None:
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    keys = list(table["clues"])
    hand = np.array([float(table.get("by_hand", {}).get(key, table["clues"][key][0])) for key in keys])
    rows = read(keys)
    print(f"{len(rows.right)} candidates of {rows.group.max() + 1} clients, {int(rows.right.sum())} right")
    report("by hand", chances(hand, (1.0, 0.0), rows), rows.right)

    def platt(train: Candidates, test: Candidates) -> Floats:
        return chances(hand, fit_line(train, hand), test)

    report("by hand, then Platt (kept apart)", kept_apart(rows, platt), rows.right)
    losses: dict[float, float] = {}
    for strength in STRENGTHS:
        for name, is_lined in (("fitted", False), ("fitted, then Platt", True)):

            def fitted(
                train: Candidates, test: Candidates, strength: float = strength, is_lined: bool = is_lined
            ) -> Floats:
                weights = fit_weights(train, hand, strength)
                return chances(weights, fit_line(train, weights) if is_lined else (1.0, 0.0), test)

            found = kept_apart(rows, fitted)
            report(f"{name}, pull {strength} (kept apart)", found, rows.right)
            if not is_lined:
                losses[strength] = loss(found, rows.right)
    pull = max(strength for strength, error in losses.items() if error <= NEAR_BEST * min(losses.values()))
    if "--write" in sys.argv:
        write(keys, hand, fit_weights(rows, hand, pull), f"pull {pull}, {len(rows.right)} candidates")


def _fitted(train: Candidates, test: Candidates, *, hand: Floats, strength: float, is_lined: bool) -> Floats:
    weights = fit_weights(train, hand, strength)
    return chances(weights, fit_line(train, weights) if is_lined else (1.0, 0.0), test)


def write(keys: Sequence[str], hand: Floats, fitted: Floats, how: str) -> None:
    """Put the fitted weights into the table, and beside each changed one what was set by hand."""
    text = TABLE.read_text("utf-8").split("\nby_hand:")[0]
    for key, weight in zip(keys, fitted, strict=True):
        text = re.sub(rf"(\n  {key}: \[)[-\d.]+", lambda match, w=weight: f"{match[1]}{w:.2f}", text)
    moved = [(key, old) for key, old, new in zip(keys, hand, fitted, strict=True) if f"{old:.2f}" != f"{new:.2f}"]
    lines = "".join(f"  {key}: {old:.2f}\n" for key, old in moved)
    TABLE.write_text(
        f"{text.rstrip()}\nby_hand:  # fitted by tests/bench/fit_evidence.py --write ({how}); these before\n{lines}",
        "utf-8",
    )


if __name__ == "__main__":
    main()
