"""The scan at 150,000 clients: build, reload, memory, speed beside its peers, and recall by kind of spelling.

What is compared: texts as given → folded → each name of each client in them → right edges → the clients of the name.
* Öncü does all of it, and looks up numbers as well.
* pyahocorasick: the same names and softened forms, fold, edges; the clients are the value of a name in its automaton.
* flashtext2, spaCy: the same fold and names, whole words only: no suffixes, no softened forms, no clients.
* The raw scan is daachorse over the same names and forms, given folded texts: no fold, edges or clients.
None of the peers is given numbers. Trade words and legal forms behind a name are read after this: one code for all.
"""

import gc
import random
import resource
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import daachorse
from pipeline import read_lines
from population import load_companies, make_population

from oncu.classifiers.firms.names import ClientName, make_aliases
from oncu.classifiers.mentions.automaton import SOFT, ints, spell_soft
from oncu.classifiers.mentions.matcher import Matcher
from oncu.classifiers.mentions.name_index import NameIndex, aliases_of, build_index, index_version
from oncu.classifiers.mentions.places import right_edge
from oncu.classifiers.mentions.saved_index import load_index, save_index
from oncu.classifiers.text import fold_all, fold_key

ROUNDS = 3
BATCH = 500
PLANTED = 5_000
SAMPLE = 3_000  # clients of each kind of spelling in the measure of recall
TURNS = 7
SPACY = "spaCy PhraseMatcher"
FEWER = 10  # every how manieth text it reads; it needs a minute for all
TEMPLATES = (
    "Sektörde bu hafta {} yeni bir adım attı.",
    "Toplantıya {} temsilcileri de katıldı, karar gelecek ay açıklanacak.",
    "Bölgedeki fuarda {} ürünlerini tanıttı",
    "Açıklamada {} için hazırlanan plan anlatıldı.",
)
FRAMES: dict[str, tuple[str, str]] = {"ticker": ("Borsada (", ") hisseleri yükseldi"), "": ("Dün ", " açıklama yaptı")}


def bench_scan(folder: Path) -> None:
    """Finding the spellings of 150,000 clients in headlines, short articles and planted names."""
    clients = make_population(real=load_companies())
    index = _bench_build(clients, folder)
    texts = _texts(clients)
    _bench_speed(index, texts)


def bench_recall(folder: Path) -> None:
    """Of names written in each way, the share whose client is among the candidates, and among mentions from .05 on."""
    clients = make_population(real=load_companies())
    matcher = Matcher(build_index(clients))
    chance = random.Random(11)
    for name, spell in SPELLINGS.items():
        found, shown, number = 0, 0, 0
        rows = [(client, written) for client in _sample(clients, chance) if (written := spell(client))]
        frame = FRAMES.get(name, FRAMES[""])
        written_texts = [frame[0] + written + frame[1] for _, written in rows]
        places, mentions = matcher.places(written_texts), matcher.find_all(written_texts)
        for (client, _), there, said in zip(rows, places, mentions, strict=True):
            number += 1
            found += any(client.client_id in matcher.candidates(place) for place in there)
            shown += any(mention.client_id == client.client_id for mention in said)
        print(f"  {name:<28} {number:>5} names: candidates {found / number:.4f}, mentions {shown / number:.4f}")


def _bench_build(clients: Sequence[ClientName], folder: Path) -> NameIndex:
    gc.collect()
    before = _peak()
    built, index = _seconds(lambda: build_index(clients), rounds=1)
    peak = _peak()
    path = folder / "index"
    saved, _ = _seconds(lambda: save_index(index, path))
    keyed, version = _seconds(lambda: index_version(clients))
    loaded, _ = _seconds(lambda: load_index(path, version))
    names, numbers = sum(1 for _ in _names(index)), len(index.automaton.numbers)
    forms = sum(1 for _ in _spellings(index))
    print(f"  {len(clients)} clients, {names} names ({forms} with softened ends) and {numbers} numbers")
    print(f"  built in {built:.1f} s of computing, peak {before:.0f} -> {peak:.0f} MB")
    print(f"  saved in {saved:.2f} s ({path.stat().st_size / 1e6:.0f} MB)")
    print(f"  loaded in {loaded:.2f} s ({loaded / built:.3f} of the build), digest of the clients {keyed:.2f} s")
    return index


def _bench_speed(index: NameIndex, texts: list[str]) -> None:
    """All sides take turns, so that a busy machine disturbs them alike."""
    sides: dict[str, Callable[[Any], object]] = {
        "Öncü: fold, scan, edges, clients": partial(_scan, index),
        "Öncü: … + form + longest": Matcher(index).places,
        "Öncü: … + judge": Matcher(index).find_all,
        "raw scan over the same names": _raw([b" " + text for text, _, _ in _spellings(index)]),
        "raw scan over heads": index.automaton.machine.find_overlapping,
        "pyahocorasick, same work": _pyahocorasick(index),
        "flashtext2, whole words": _flashtext2(text for _, text in _names(index)),
        SPACY: _phrase_matcher(text for _, text in _names(index)),
    }
    gc.collect()
    gc.freeze()  # what one side has built is not looked through while another works
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for name, work in [*sides.items()] * TURNS:
        portions = [_given(name, texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        begun = time.process_time()
        for portion in portions:
            work(portion)
        spent[name].append(time.process_time() - begun)
    size, many = sum(len(text.encode()) for text in texts) / 1e6, len(texts)
    print(
        f"  {many} texts, {size:.2f} MB, in turns, one core, medians of {TURNS}; ratio = Öncü's scan / this in a turn"
    )
    ours = next(iter(spent.values()))
    for name, turns in spent.items():
        part = FEWER if name == SPACY else 1
        rate = size / median(turns) / part
        ratio = median(other * part / own for own, other in zip(ours, turns, strict=True))
        print(f"  {name:<32} {rate:>7.2f} MB/s {rate * many / size:>9.0f} documents/s  {ratio:>7.2f}")


def _given(name: str, texts: list[str]) -> list[str] | bytes:
    """What a side is given of a batch: folded already for the raw scans, every tenth text for the slowest."""
    if name.startswith("raw"):
        return fold_all(texts)
    return texts[::FEWER] if name == SPACY else texts


def _raw(patterns: list[bytes]) -> Callable[[bytes], list[tuple[int, int, int]]]:
    machine = daachorse.DoubleArrayAhoCorasick(patterns)
    return lambda hay: machine.find_overlapping(hay)


def _scan(index: NameIndex, texts: Sequence[str]) -> tuple[object, ...]:
    """The places of names, and the first and last row of the clients of each."""
    found, firsts = index.automaton.find(fold_all(texts)), ints(index.firsts)
    return found, firsts[found.keys], firsts[found.keys + 1]


def _pyahocorasick(index: NameIndex) -> Callable[[Sequence[str]], list[object]]:
    """The same names, fold, right edges and clients over pyahocorasick; of a name that is also a softened form, one."""
    import ahocorasick

    machine = ahocorasick.Automaton()
    for text, key, is_soft in _spellings(index):
        owners = tuple(index.owners[index.firsts[key] : index.firsts[key + 1]])
        machine.add_word(f" {text.decode()}", (len(text), index.automaton.bends[key], is_soft, owners))
    machine.make_automaton()

    def find(texts: Sequence[str]) -> list[object]:
        hay = fold_all(texts).decode("ascii")
        found: list[object] = []
        for last, (length, bends, is_soft, owners) in machine.iter(hay):
            end = last + 1
            if hay[end] == " ":
                if not is_soft:
                    found.append((end - length, end, "", owners))
            elif bends:
                ending = right_edge(hay, end, softened=is_soft)
                if ending is not None:
                    found.append((end - length, end, ending, owners))
        return found

    return find


def _flashtext2(names: Iterable[bytes]) -> Callable[[Sequence[str]], list[object]]:
    """The same keys as whole words: it knows no suffixes and gives the longest of overlapping ones."""
    import flashtext2

    processor = flashtext2.KeywordProcessor(case_sensitive=True)
    for text in names:
        processor.add_keyword(text.decode())

    def find(texts: Sequence[str]) -> list[object]:
        return list(processor.extract_keywords_with_span(fold_all(texts).decode("ascii")))

    return find


def _phrase_matcher(names: Iterable[bytes]) -> Callable[[Sequence[str]], list[object]]:
    """The same keys as whole tokens of folded texts."""
    import spacy
    from spacy.matcher import PhraseMatcher

    language = spacy.blank("tr")
    matcher = PhraseMatcher(language.vocab)
    matcher.add("client", [language.make_doc(text.decode()) for text in names])

    def find(texts: Sequence[str]) -> list[object]:
        return [m for text in texts for m in matcher(language.make_doc(fold_all([text]).decode("ascii")))]

    return find


def _names(index: NameIndex) -> Iterator[tuple[int, bytes]]:
    """The number and the letters of each key but the numbers."""
    numbers = set(index.automaton.number_keys)
    return ((key, index.automaton.keys[key]) for key in range(len(index.automaton.keys)) if key not in numbers)


def _spellings(index: NameIndex) -> Iterator[tuple[bytes, int, bool]]:
    """Each name and softened form, the number of its key, and whether it is softened."""
    for key, text in _names(index):
        yield text, key, False
        if index.automaton.bends[key] and text[-1] in SOFT:
            yield spell_soft(text), key, True


def _texts(clients: Sequence[ClientName]) -> list[str]:
    """Real headlines and short articles, and made texts in which clients are named in every way."""
    chance = random.Random(5)
    texts = [row["title"] for row in read_lines("tr/news/titles_20k.jsonl")]
    texts += [f"{row['title']}\n{row['summary']}" for row in read_lines("tr/news/articles_500.jsonl")]
    ways = list(SPELLINGS.values())
    for client in chance.choices(clients, k=PLANTED):
        written = chance.choice(ways)(client) or client.legal_name
        texts.append(chance.choice(TEMPLATES).format(written))
    chance.shuffle(texts)
    return texts


def _sample(clients: Sequence[ClientName], chance: random.Random) -> list[ClientName]:
    """Real and invented clients, half of each kind; one called only "Ticaret A.Ş." has no name to be found by."""
    clients = [client for client in clients if make_aliases(client.legal_name)]
    real = [client for client in clients if client.client_id.startswith("R")]
    return chance.sample(real, min(len(real), SAMPLE // 2)) + chance.sample(clients, SAMPLE // 2)


def _upper(text: str) -> str:
    return text.translate(str.maketrans("iı", "İI")).upper()


def _lower(text: str) -> str:
    return text.translate(str.maketrans("İI", "iı")).lower()


def _plain(text: str) -> str:
    """Without diacritics, as typed on a foreign keyboard."""
    return text.translate(str.maketrans("çğıöşüÇĞİÖŞÜâîûÂÎÛ", "cgiosuCGIOSUaiuAIU"))


def _name(client: ClientName) -> str:
    """A name as it is said: the first short name, else the legal name before trade words and form."""
    return client.short_names[0] if client.short_names else ""


def _said(client: ClientName) -> str:
    """The words of the name without its legal form and trade words, as written, where the words can be told apart."""
    words = client.legal_name.split()
    core = next((a.text for a in aliases_of(client) if a.kind == "core"), "")
    return (
        " ".join(words[: len(core.split())]) if core and fold_key(" ".join(words[: len(core.split())])) == core else ""
    )


def _softened(client: ClientName) -> str:
    """The name with the genitive of a softened end: Salıncak → Salıncağın."""
    name = _said(client)
    soft = {"k": "ğ", "p": "b", "t": "d", "ç": "c", "K": "Ğ", "P": "B", "T": "D", "Ç": "C"}
    if len(name) < 5 or name[-1] not in soft:
        return ""
    changed = name[:-1] + soft[name[-1]]
    return changed + (_upper("in") if name.isupper() else "in")


def _inflected(text: str, suffix: str) -> str:
    """The name with a suffix right behind it; names too short for that, and those that end in a dot, are left out."""
    plain = len(fold_key(text)) >= 4 and text[-1:].isalpha()
    return text + (_upper(suffix) if text.isupper() else suffix) if plain else ""


SPELLINGS: dict[str, Callable[[ClientName], str]] = {
    "legal": lambda c: c.legal_name,
    "short": _name,
    "without form": _said,
    "upper, Turkish": lambda c: _upper(c.legal_name),
    "upper, plain": lambda c: c.legal_name.upper(),
    "lower, Turkish": lambda c: _lower(c.legal_name),
    "lower, plain": lambda c: c.legal_name.lower(),
    "without diacritics": lambda c: _plain(c.legal_name),
    "apostrophe and suffix": lambda c: f"{_said(c)}'nin" if _said(c) else "",
    "suffix, no apostrophe": lambda c: _inflected(_said(c), "den"),
    "softened": _softened,
    "hyphens": lambda c: c.legal_name.replace(" ", "-", 1),
    "no-break spaces": lambda c: c.legal_name.replace(" ", "\u00a0"),
    "NFD": lambda c: unicodedata.normalize("NFD", c.legal_name),
    "without diacritics + suffix": lambda c: _inflected(_plain(_said(c)), "den"),
    "tax number": lambda c: c.tax_id or "",
    "MERSIS": lambda c: c.mersis or "",
    "ticker": lambda c: (c.ticker or "").split(",")[0].strip(),
    "website": lambda c: (c.website or "").removeprefix("https://").removeprefix("http://").rstrip("/"),
}


def _seconds(work: Callable[[], object], *, rounds: int = ROUNDS) -> tuple[float, object]:
    spent, found = [], None
    for _ in range(rounds):
        start = time.process_time()
        found = work()
        spent.append(time.process_time() - start)
    return median(spent), found


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
