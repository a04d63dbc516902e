"""Near-duplicates: pairs found and documents a second, beside datasketch on the same documents in the same run.

The truth is made at run time from real texts: each gets near-copies as outlets make them (an outlet's name at the end,
another lead, a sentence dropped, moved or added, slips of the keyboard, an agency's byline), and the set holds texts
that look like copies and are none (rows of one form, the same sentence with another number, place or firm).
"""

import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from extract import stored_pages
from measure import SHARED

from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.stories.sketches import StoryText, without_outlet
from oncu.classifiers.text import fold_key

SEED = 41
THRESHOLDS = (0.5, 0.9)  # the usual one, and the one at which its precision is as high as ours
PEER = "datasketch 0.9"
ROUNDS = 3
BATCH = 500  # documents the pipeline reads at once
OUTLETS = ("Örnek Haber", "Sabah Yeli", "ornekhaber.example", "Deneme Gazetesi", "Mihver Ekonomi")
BYLINES = ("İSTANBUL (AA) - ", "ANKARA, (DHA) - ", "(İHA) ", "Haber Merkezi - ")
LEADS = ("Son dakika: ", "SON DAKİKA! ", "Flaş: ")
TAILS = (
    "Haberin devamı için tıklayın.",
    "Gelişmeleri sitemizden takip edebilirsiniz.",
    "Bu haber yapay zekâ desteğiyle özetlenmiştir.",
    "Yatırım tavsiyesi değildir.",
)
PARAGRAPH = (
    "Öte yandan sektör temsilcileri, son aylarda benzer adımların arttığını belirtti. Uzmanlara göre gelişmenin etkisi "
    "yılın ikinci yarısında görülecek. Konuya ilişkin resmî bir değerlendirme henüz yapılmadı."
)
ENDS = re.compile(r"(?<=[.!?…])\s+")
NUMBER = re.compile(r"\d+")
Assign = Callable[[Sequence[StoryText]], set[tuple[str, str]]]
Edit = Callable[[StoryText, random.Random], StoryText]


@dataclass(frozen=True)
class Truth:
    """Documents in the order they are told and the event each tells of: {document id: event id}."""

    documents: tuple[StoryText, ...]
    events: dict[str, str]


def bench_stories(folder: Path) -> None:
    """Precision, recall and documents a second of stories against datasketch's MinHashLSH."""
    truth = build_truth(random.Random(SEED))
    print(f"  {len(truth.documents)} documents, {len(set(truth.events.values()))} events, {_pairs(truth.events)} pairs")
    sides: dict[str, Assign] = {"Öncü": assign_own, "Öncü one by one": partial(assign_own, at_once=1)}
    sides |= {f"datasketch {threshold}": partial(assign_peer, threshold=threshold) for threshold in THRESHOLDS}
    sides[f"{PEER} 1 by 1"] = partial(assign_peer, threshold=THRESHOLDS[-1], at_once=False)
    spent: dict[str, list[float]] = defaultdict(list)
    found: dict[str, set[tuple[str, str]]] = {}
    for _ in range(ROUNDS):
        for name, assign in sides.items():
            start = time.process_time()
            found[name] = assign(truth.documents)
            spent[name].append(time.process_time() - start)
    for name in sides:
        precision, recall = judge(found[name], truth.events)
        seconds, ratio = median(spent[name]), median(spent[PEER]) / median(spent[name])
        rate = len(truth.documents) / seconds
        print(
            f"  {name:<21} P {precision:.4f}  R {recall:.4f}  {rate:>6.0f} documents/s of computing (ratio {ratio:.2f})"
        )
    _print_by_kind(found["Öncü"], truth)


def assign_own(documents: Sequence[StoryText], *, at_once: int = BATCH) -> set[tuple[str, str]]:
    """The pairs of documents that share a story: sketched in batches as the pipeline does, or as a filter's lines."""
    index = StoryIndex()
    stories: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(documents), at_once):
        for found in index.add_all(documents[start : start + at_once]):
            stories[found.story_id].append(found.document_id)
    return {pair for members in stories.values() for pair in _all_pairs(members)}


def assign_peer(documents: Sequence[StoryText], *, threshold: float, at_once: bool = True) -> set[tuple[str, str]]:
    """The pairs datasketch's index gives, those below the threshold left out by their estimated similarity."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=128)
    sketches: dict[str, MinHash] = {}
    pairs = set()
    for document in documents:
        sketched = MinHash(num_perm=128)
        found = [shingle.encode() for shingle in shingles(document)]
        if at_once:
            sketched.update_batch(found)
        else:  # as its manual shows it
            for shingle in found:
                sketched.update(shingle)
        for other in index.query(sketched):
            if sketched.jaccard(sketches[other]) >= threshold:
                pairs.add(_pair(document.document_id, other))
        index.insert(document.document_id, sketched)
        sketches[document.document_id] = sketched
    return pairs


def shingles(document: StoryText) -> set[str]:
    """Three folded words in a row, the outlet taken off the headline: the peer is given the same care."""
    words = fold_key(f"{without_outlet(document.title, document.source)} {document.text}").split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def judge(found: set[tuple[str, str]], events: dict[str, str]) -> tuple[float, float]:
    """Precision and recall of pairs."""
    right = sum(events[one] == events[other] for one, other in found)
    return right / max(1, len(found)), right / _pairs(events)


def build_truth(chance: random.Random) -> Truth:
    """Real texts, their near-copies and what only looks like one, shuffled."""
    documents: list[StoryText] = []
    events: dict[str, str] = {}
    for kind, originals in _originals(chance).items():
        for number, original in enumerate(originals):
            event = f"{kind}/{number}"
            edits = ARTICLE_EDITS if len(original.text.split()) >= 40 else HEADLINE_EDITS
            told = [original, *(_edit(original, edits, chance) for _ in range(chance.randrange(4)))]
            for version, text in enumerate(dict.fromkeys(told)):
                _keep(documents, events, text, f"{event}/{version}", event)
            for version, text in enumerate(_lookalikes(original, chance)):
                _keep(documents, events, text, f"{event}/other{version}", f"{event}/other{version}")
    for number, row in enumerate(_form_rows()):
        _keep(documents, events, StoryText("", "", row), f"form/{number}", f"form/{number}")
    chance.shuffle(documents)
    return Truth(tuple(documents), events)


def _keep(documents: list[StoryText], events: dict[str, str], text: StoryText, name: str, event: str) -> None:
    documents.append(StoryText(name, text.title, text.text))
    events[name] = event


def _originals(chance: random.Random) -> dict[str, list[StoryText]]:
    articles = [StoryText("", row["title"], row["summary"]) for row in read_lines("tr/news/articles_500.jsonl")]
    titles = [StoryText("", row["title"]) for row in read_lines("tr/news/titles_20k.jsonl")]
    pages = [StoryText("", "", stored.expected) for stored in stored_pages()]
    complaints = [
        StoryText("", row["title"] or "", row["text"] or "") for row in read_lines("tr/complaints/complaints.jsonl")
    ]
    return {
        "article": _distinct(articles, 350, 40, chance),
        "page": _distinct(pages, 150, 150, chance),
        "headline": _distinct(titles, 800, 7, chance),
        "complaint": _distinct(complaints, 400, 25, chance),
    }


def _distinct(texts: Iterable[StoryText], count: int, words: int, chance: random.Random) -> list[StoryText]:
    """So many texts of so many words at least, none of which shares four words in a row with one before."""
    pool = [text for text in texts if len(f"{text.title} {text.text}".split()) >= words]
    chance.shuffle(pool)
    seen: set[str] = set()
    chosen = []
    for text in pool:
        folded = fold_key(f"{text.title} {text.text}").split()
        found = {" ".join(folded[at : at + 4]) for at in range(len(folded) - 3)}
        if not found & seen:
            chosen.append(text)
        seen |= found
        if len(chosen) == count:
            break
    return chosen


def _edit(text: StoryText, edits: Sequence[Edit], chance: random.Random) -> StoryText:
    for edit in chance.sample(edits, chance.choice((1, 1, 2, 3))):
        text = edit(text, chance)
    return text


def _with_outlet(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", f"{text.title}{chance.choice((' - ', ' | '))}{chance.choice(OUTLETS)}", text.text)


def _with_lead(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", chance.choice(LEADS) + text.title, text.text)


def _in_capitals(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", text.title.replace("i", "İ").upper(), text.text)


def _other_quotes(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", text.title.replace("'", "’").replace('"', "”"), text.text.replace("'", "’").replace('"', "”"))


def _with_byline(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", text.title, chance.choice(BYLINES) + text.text)


def _with_tail(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", text.title, f"{text.text} {chance.choice(TAILS)}")


def _with_paragraph(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", text.title, f"{text.text}\n{PARAGRAPH}")


def _without_sentence(text: StoryText, chance: random.Random) -> StoryText:
    return _with_sentences(text, lambda found: found.pop(chance.randrange(len(found))))


def _sentences_moved(text: StoryText, chance: random.Random) -> StoryText:
    return _with_sentences(text, lambda found: found.append(found.pop(chance.randrange(len(found)))))


def _cut_short(text: StoryText, chance: random.Random) -> StoryText:
    words = text.text.split()
    return StoryText("", text.title, " ".join(words[: int(len(words) * chance.uniform(0.4, 0.8))]) + "…")


def _without_lead(text: StoryText, chance: random.Random) -> StoryText:
    return _with_sentences(text, lambda found: found.pop(0))


def _with_slips(text: StoryText, chance: random.Random) -> StoryText:
    words = text.text.split(" ")
    for at in chance.sample(range(len(words)), max(1, len(words) // 40)):
        if len(words[at]) > 4 and words[at].isalpha():
            words[at] = words[at][:2] + words[at][3] + words[at][2] + words[at][4:]
    return StoryText("", text.title, " ".join(words))


def _own_title(text: StoryText, chance: random.Random) -> StoryText:
    return StoryText("", " ".join(text.text.split()[:8]), text.text)


def _with_sentences(text: StoryText, change: Callable[[list[str]], object]) -> StoryText:
    found = ENDS.split(text.text)
    if len(found) > 3:
        change(found)
    return StoryText("", text.title, " ".join(found))


HEADLINE_EDITS: tuple[Edit, ...] = (_with_outlet, _with_lead, _in_capitals, _other_quotes)
ARTICLE_EDITS: tuple[Edit, ...] = (
    *(_with_outlet, _with_lead, _other_quotes, _with_byline, _with_tail, _with_paragraph, _without_sentence),
    *(_sentences_moved, _cut_short, _without_lead, _with_slips, _own_title),
)


def _lookalikes(text: StoryText, chance: random.Random) -> list[StoryText]:
    """Half of the headlines again with another number or another name: the same sentence about another event."""
    if text.text or chance.random() < 0.5:
        return []
    if numbers := list(NUMBER.finditer(text.title)):
        at = chance.choice(numbers)
        other = str(int(at[0]) + chance.randrange(2, 40))
        return [StoryText("", text.title[: at.start()] + other + text.title[at.end() :])]
    words = text.title.split()
    if not (named := [at for at, word in enumerate(words) if at and word[0].isupper() and word.isalpha()]):
        return []
    words[chance.choice(named)] = chance.choice(("Zetalin", "Pamirli", "Nurova", "Çankırı"))
    return [StoryText("", " ".join(words))]


def _form_rows() -> list[str]:
    """Rows of registers as their sites print them: one form, another firm each."""
    certificates = [
        f"{row['belge_tarihi']} tarihli ve {row['belge_no']} sayılı yatırım teşvik belgesi: {row['firma_adi']}, "
        f"{row['yatirim_yeri']} {row['yatirim_ilce']}, {row['yatirim_sektoru']}, {row['yatirim_cinsi']}, sabit yatırım "
        f"tutarı {row['sabit_yatirim_tutari']}. Belge kapsamında KDV istisnası ve gümrük vergisi muafiyeti uygulanır."
        for row in read_lines("tr/registry/incentive_certificates_2009.jsonl")
    ]
    notices = [
        f"{row.get('mahkeme') or row.get('sehir')} {row['esasNo']} sayılı dosyasında {', '.join(row['unvanlar'])} "
        f"hakkında {row.get('durum')} kararı verilmiş olup alacaklıların ilan tarihinden itibaren yedi gün içinde "
        "itiraz ederek konkordato mühleti verilmesini gerektiren bir hâl bulunmadığını bildirmeleri ilan olunur."
        for row in read_lines("tr/registry/konkordato_notices.jsonl")
        if row.get("unvanlar") and row.get("esasNo")
    ]
    return list(dict.fromkeys(certificates + notices))


def _print_by_kind(found: set[tuple[str, str]], truth: Truth) -> None:
    wrong = Counter(
        tuple(sorted(name.split("/")[0] for name in pair))
        for pair in found
        if truth.events[pair[0]] != truth.events[pair[1]]
    )
    members: dict[str, list[str]] = defaultdict(list)
    for name, event in truth.events.items():
        members[event].append(name)
    real = {pair for names in members.values() for pair in _all_pairs(names)}
    missed = Counter(pair[0].split("/")[0] for pair in real - found)
    total = Counter(pair[0].split("/")[0] for pair in real)
    print("  missed: " + ", ".join(f"{kind} {missed[kind]} of {n}" for kind, n in total.items()))
    print("  wrong: " + (", ".join(f"{' + '.join(kinds)} {n}" for kinds, n in wrong.items()) or "none"))


def _pairs(events: dict[str, str]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(events.values()).values())


def _all_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return [_pair(one, other) for at, one in enumerate(names) for other in names[:at]]


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def read_lines(path: str) -> list[dict[str, str]]:
    """The rows of a JSON-lines file of the real data."""
    with (SHARED / "data" / path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
