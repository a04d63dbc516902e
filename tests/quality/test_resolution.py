"""Resolution on real names: dirty company strings judged by hand, and court notices to their firms.

`warn_pairs.csv` holds rows of the WARN notices of six states ("file:number", the number counting the rows of the
file with its header as 1; of Florida the first line of the field) and three verdicts: are both one firm? Sites and
shops of one firm are it, members of a group are not. One reader judged all pairs twice, the second time in another
order; another reader judged them in an order of his own and saw no other verdict.
"""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from oncu.classifiers.firms.agreement import Rarity, read_name
from oncu.classifiers.firms.resolve import MAYBE, SAME, FirmRecord, build_resolver
from oncu.classifiers.firms.same_firm import WHETHER, judge, liken, read_entry

PAIRS = Path(__file__).with_name("warn_pairs.csv")
COLUMNS = {
    "ca": "company",
    "fl": "Company Name",
    "il": "Location Name",
    "nj": "Company",
    "pa": "company",
    "tx": "JOB_SITE_NAME",
}


def read_warn(folder: Path) -> dict[str, str]:
    """Row id → company string."""
    names: dict[str, str] = {}
    for state, column in COLUMNS.items():
        with (folder / f"{state}.csv").open(encoding="utf-8", errors="replace", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                name = (row.get(column) or "").strip()
                name = name.split("\n")[0] if state == "fl" else name
                if any(letter.isalpha() for letter in name):
                    names[f"{state}:{number}"] = " ".join(name.split())
    return names


@pytest.mark.shared
def test_dirty_company_strings_are_paired_as_a_reader_does(shared: Path) -> None:
    names = read_warn(shared / "data/en/warn")
    entries = {name: read_entry(FirmRecord(name, name)) for name in set(names.values())}
    rarity = Rarity(entry.names[0] for entry in entries.values())
    with PAIRS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    agreed = [row for row in rows if row["first_reading"] == row["second_reading"] == row["other_reader"]]
    scored = []
    for row in agreed:
        one, other = entries[names[row["one"]]], entries[names[row["other"]]]
        scored.append((judge(one, other, liken(one, other, rarity), WHETHER).score, row["first_reading"] == "1"))
    said = [right for score, right in scored if score >= MAYBE]
    precision, recall = sum(said) / len(said), sum(said) / sum(right for _, right in scored)
    auc = _auc(scored)
    readers = [(row["first_reading"] == "1", row["other_reader"] == "1") for row in rows]
    same = sum(one == other for one, other in readers)
    print(
        f"{len(rows)} pairs, two readers agree on {same} (kappa {_kappa(readers):.3f}); on {len(agreed)} all readings:"
    )
    print(f"  precision {precision:.3f} (n {len(said)}), recall {recall:.3f}, AUC {auc:.3f}")
    assert len(agreed) >= 0.95 * len(rows) and precision >= 0.95 and recall >= 0.5 and auc >= 0.88


def _kappa(verdicts: list[tuple[bool, bool]]) -> float:
    """Cohen's kappa: agreement beyond what two who say yes as often would have by chance."""
    n = len(verdicts)
    agreed = sum(one == other for one, other in verdicts) / n
    yes = [sum(side) / n for side in zip(*verdicts, strict=True)]
    chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    return (agreed - chance) / (1 - chance)


def _auc(scored: list[tuple[float, bool]]) -> float:
    """Chance that a right pair scores over a wrong one, ties half."""
    right, wrong = ([score for score, is_right in scored if is_right is side] for side in (True, False))
    wins = sum((one > other) + (one == other) / 2 for one in right for other in wrong)
    return wins / (len(right) * len(wrong))


@dataclass(frozen=True)
class Printed:
    """A name as a notice prints it, the city of its court, and the record meant (None: it names no firm)."""

    name: str
    city: str
    meant: str | None
    is_dirty: bool


@pytest.mark.shared
def test_court_notices_reach_the_right_firm(shared: Path) -> None:
    firms, printed = read_concordat(shared)
    found = build_resolver(firms).candidates_of(FirmRecord("asked", one.name, city=one.city) for one in printed)
    answers = list(zip(printed, found, strict=True))
    right = [(one.is_dirty, bool(seen) and seen[0].record_id == one.meant) for one, seen in answers if one.meant]
    wrongly_sure = [
        one.name for one, seen in answers if seen and seen[0].score >= SAME and seen[0].record_id != one.meant
    ]
    dirty = [is_right for is_dirty, is_right in right if is_dirty]
    print(
        f"{len(right)} names of notices among {len(firms)} firms: right first {_share(r for _, r in right):.4f}", end=""
    )
    print(f"; {len(dirty)} with other words around them: {_share(dirty):.4f}; wrongly sure {len(wrongly_sure)}")
    assert _share(r for _, r in right) >= 0.99 and not wrongly_sure


def read_concordat(shared: Path) -> tuple[list[FirmRecord], list[Printed]]:
    """The companies with the notices' firms as they are written without dirt, and every name the notices print.

    `concordat_names.csv` says of a dirty name how many words stand before the firm's ("all": it is none), which other
    name of the notice means the same firm, or the ticker of the firm meant.
    """
    with (shared / "data/tr/companies/companies.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    firms = {
        read_name(row["legal_name"]).joined: FirmRecord(
            row.get("ticker") or f"c{number}", row["legal_name"], city=row.get("city")
        )
        for number, row in enumerate(rows)
        if row["kind"] != "concordat_2026"
    }
    with (shared / "data/tr/registry/konkordato_notices.jsonl").open(encoding="utf-8") as file:
        notices = {row["ilanId"]: row for row in map(json.loads, file)}
    with Path(__file__).with_name("concordat_names.csv").open(encoding="utf-8") as file:
        dirt = {(row["notice"], int(row["position"])): row for row in csv.DictReader(file)}
    printed: list[Printed] = []
    for notice in notices.values():
        names = notice.get("unvanlar") or ([notice["firma"]] if notice.get("firma") else [])
        clean = {n: _without_dirt(name, dirt.get((notice["ilanId"], n))) for n, name in enumerate(names)}
        for name in filter(None, clean.values()):
            firms.setdefault(read_name(name).joined, FirmRecord(name, name, city=notice["sehir"]))
        for position, name in enumerate(names):
            said = dirt.get((notice["ilanId"], position))
            twin = clean[int(said["same_as"])] if said and said["same_as"] else clean[position]
            listed = [
                firm.record_id for firm in firms.values() if said and said["ticker"] in firm.record_id.split(", ")
            ]
            meant = listed[0] if listed else twin and firms[read_name(twin).joined].record_id
            printed.append(Printed(name, notice["sehir"], meant, is_dirty=bool(said)))
    return list(firms.values()), printed


def _without_dirt(name: str, said: dict[str, str] | None) -> str | None:
    """The firm's name alone; None where it is none, or is written without dirt elsewhere."""
    if not said:
        return name
    if said["drop"] in ("", "all"):
        return None
    return re.sub(r"^\d-", "", " ".join(name.split()[int(said["drop"]) :]))


def _share(claims: Iterable[bool]) -> float:
    known = list(claims)
    return sum(known) / len(known)
