"""Marked names to firms: close spellings against brute force, popular names, doubles."""

import csv
import random
import re
import time
from collections import Counter
from pathlib import Path

from dirt import KINDS, dirty
from fit_resolver import alias_questions, as_record, doubled, is_for_fitting, popular_questions
from measure import SHARED
from population import load_companies, make_population
from rapidfuzz import fuzz, process

from oncu.classifiers.firms.agreement import read_name
from oncu.classifiers.firms.fuzzy import FuzzyIndex
from oncu.classifiers.firms.names import ClientName, split_form
from oncu.classifiers.firms.numbers import website_domain
from oncu.classifiers.firms.resolve import SAME, Candidate, FirmRecord, build_resolver
from oncu.classifiers.text import fold_key

QUERIES = 3_000
BRUTE = 25
ROUNDS = 3


def bench_resolve(folder: Path) -> None:
    """Close spellings among 150,000 names against brute-force rapidfuzz; aliases to their firms; doubles."""
    real = load_companies() if SHARED.is_dir() else []
    clients = make_population(real=real)
    bench_spellings([read_name(client.legal_name).key for client in clients], clients, random.Random(5))
    start = time.process_time()
    resolver = build_resolver(map(as_record, clients))
    print(f"  resolver of {len(resolver)} firms built in {time.process_time() - start:.1f} s")
    for title, questions in (("real aliases", alias_questions(real)), ("label or ticker", popular_questions(real))):
        if questions:
            asked = [question for question in questions if not is_for_fitting(question[0].record_id)]
            start = time.process_time()
            found = list(resolver.candidates_of(query for query, _ in asked))
            spent = time.process_time() - start
            _print_firsts(title, asked, found, {client.client_id: client for client in clients}, spent)
    del resolver
    bench_doubles(clients, random.Random(9))
    if SHARED.is_dir():
        bench_forms()


def bench_doubles(clients: list[ClientName], chance: random.Random) -> None:
    """The whole list compared with itself; one entry in thirty is there again under a name written wrongly."""
    records, _ = doubled(clients, chance)
    owners = Counter(record.record_id.rstrip("+") for record in records)
    real = sum(n * (n - 1) // 2 for n in owners.values())
    start = time.process_time()
    resolver = build_resolver(records)
    built = time.process_time() - start
    pairs = list(resolver.duplicates())
    right = sum(pair.one.rstrip("+") == pair.other.rstrip("+") for pair in pairs)
    print(f"  doubles of {len(records)}: {len(pairs)} pairs, {sum(pair.score >= SAME for pair in pairs)} of them sure,")
    print(f"    P {right / len(pairs):.3f}, R {right / real:.3f} of {real} made;", end=" ")
    print(f"{time.process_time() - start:.0f} s, {built:.0f} of them for the index")


def bench_forms() -> None:
    """Which of the world's legal forms are known behind a name: GLEIF's list, forms written in Latin letters."""
    with (SHARED / "data/en/er_elf/elf-codes-1.4.1.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))[2:]  # two codes stand for no form
    for column in ("Entity Legal Form name Local name", "Abbreviations Local language"):
        said = [fold_key(form).split() for row in rows for form in re.split("[;,]", row[column])]
        known = [split_form(["zarnova", *words])[0] == ["zarnova"] for words in said if words]
        print(f"  {column}: {sum(known)} of {len(known)} known ({sum(known) / len(known):.3f})")


def bench_spellings(keys: list[str], clients: list[ClientName], chance: random.Random) -> None:
    """Dirty names; one that is exactly another firm's name is left out, nobody could know better."""
    start = time.process_time()
    index = FuzzyIndex(keys)
    print(f"  spellings of {len(keys)} names indexed in {time.process_time() - start:.1f} s")
    rows = chance.sample(range(len(keys)), QUERIES)
    asked = [
        (
            row,
            KINDS[number % len(KINDS)],
            read_name(dirty(clients[row].legal_name, KINDS[number % len(KINDS)], chance)).key,
        )
        for number, row in enumerate(rows)
    ]
    taken = set(keys)
    asked = [(row, kind, query) for row, kind, query in asked if query == keys[row] or query not in taken]
    queries = [query for _, _, query in asked]
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        answers = list(index.nearest(queries))
        spent.append((time.process_time() - start) / len(queries))
    hits = [
        any(keys[near.row] == keys[row] for near in found) for (row, _, _), found in zip(asked, answers, strict=True)
    ]
    for kind in KINDS:
        of_kind = [hit for hit, (_, its, _) in zip(hits, asked, strict=True) if its == kind]
        print(f"    {kind:<14} R@10 {sum(of_kind) / len(of_kind):.4f} of {len(of_kind)}")
    for name, scorer in (("ratio", fuzz.ratio), ("token_sort_ratio", fuzz.token_sort_ratio)):
        start = time.process_time()
        brute = [process.extract(query, keys, scorer=scorer, limit=10) for query in queries[:BRUTE]]
        seconds = (time.process_time() - start) / BRUTE
        right = sum(
            any(text == keys[row] for text, _, _ in found) for (row, _, _), found in zip(asked, brute, strict=False)
        )
        print(f"  rapidfuzz {name:<16} {1 / seconds:>6.0f} q/s, R@10 {right / BRUTE:.2f}, ", end="")
        print(f"ratio {seconds / sorted(spent)[ROUNDS // 2]:.1f}")
    print(f"  ours             {1 / sorted(spent)[ROUNDS // 2]:>15.0f} q/s, R@10 {sum(hits) / len(hits):.4f}")


def _print_firsts(
    title: str,
    asked: list[tuple[FirmRecord, str]],
    found: list[list[Candidate]],
    clients: dict[str, ClientName],
    spent: float,
) -> None:
    """Top-1 and top-10; where the list itself has a firm twice (one website, one name), either row is right."""
    first, ten = [], []
    for (_, truth), some in zip(asked, found, strict=True):
        right = [_is_one(clients[one.record_id], clients[truth]) for one in some]
        first.append(right[:1] == [True])
        ten.append(any(right))
    print(f"  {title}: {len(asked)} kept apart, first right {sum(first) / len(first):.4f},", end=" ")
    print(f"among ten {sum(ten) / len(ten):.4f}, {len(asked) / spent:.0f} q/s")


def _is_one(one: ClientName, other: ClientName) -> bool:
    if one.client_id == other.client_id or read_name(one.legal_name).key == read_name(other.legal_name).key:
        return True
    return bool(one.website and other.website and website_domain(one.website) == website_domain(other.website))
