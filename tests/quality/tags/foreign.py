"""The cues on texts others labelled: English company news (SENTiVENT) and German news (SmartData), per mapped type.

    python tests/quality/tags/foreign.py

SENTiVENT is judged by sentence, SmartData by document (a text holds a type when one of its relations is mapped to it).
Cues are tuned on the texts of half 0 alone; half 1 says how they travel. A document of SENTiVENT is never cut.
Their classes are wider or narrower than ours, so the figures say how the cues travel, not how good they are at home.
Not compared, because the taxonomy has no such type: share prices, the economy, expenses, dividends, financing (most of
it is debt paid back), brands, trials of drugs, and what they call Cancellation/Recall (nearly all of it series of films
and plans that were dropped).
Needs ../shared/data; without it a line says that it was skipped.
"""

import ast
import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types

SHARED = Path(__file__).parents[4] / "shared" / "data"
SENTIVENT = {
    "Product/Service.Launch": "product_launch",
    "Merger/Acquisition.None": "merger_acquisition",
    "Facility.Open": "plant_expansion",
    "Facility.Close": "facility_closure",
    "Legal.Proceeding": "lawsuit",
    "Legal.Conviction/Settlement": "lawsuit",
    "Deal.None": "contract_won",
    "Investment.None": "investment_announcement",
    "Legal.Appeal": "lawsuit",
    "Employment.End": "layoffs",
    # What our definition of results names: profit and sales that rise or fall, forecasts beaten or missed, ratings.
    "Profit/Loss.Increase_Profit/Loss": "positive_results",
    "Revenue.Increase_Revenue": "positive_results",
    "SalesVolume.Increase_SalesVolume": "positive_results",
    "FinancialReport.Beat": "positive_results",
    "Rating.Upgrade": "positive_results",
    "Profit/Loss.Decrease_Profit/Loss": "negative_results",
    "Revenue.Decrease_Revenue": "negative_results",
    "SalesVolume.Decrease_SalesVolume": "negative_results",
    "FinancialReport.Miss": "negative_results",
    "Rating.Downgrade": "negative_results",
}
# Two of ours that are one of theirs: a fine is a conviction, a manager who goes is the end of an employment.
ALSO = {"regulatory_penalty": "lawsuit", "management_exit": "layoffs"}
SMARTDATA = {
    "Insolvency": "insolvency",
    "Layoffs": "layoffs",
    "Acquisition": "merger_acquisition",
    "Merger": "merger_acquisition",
    "Strike": "strike",
}
Labelled = tuple[str, set[str]]


def main() -> None:
    tagger = build_tagger(load_signal_types())
    if not SHARED.exists():
        print(f"skipped: {SHARED} is not there")
        return
    for half in (0, 1):
        sentences = (labelled for document, labelled in read_sentivent() if half_of(document) == half)
        print_table(f"SENTiVENT, English, by sentence, half {half}", tagger, "en", sentences, SENTIVENT)
    for half in (0, 1):
        documents = (labelled for labelled in read_smartdata() if half_of(labelled[0][:60]) == half)
        print_table(f"SmartData, German, by document, half {half}", tagger, "de", documents, SMARTDATA)


def half_of(key: str) -> int:
    """The half a text is in, by its key."""
    return crc32(key.encode()) % 2


def print_table(title: str, tagger: Tagger, language: str, texts: Iterator[Labelled], mapped: dict[str, str]) -> None:
    """One line a type: how often it holds, precision, recall, F1; at the end the mean F1 of the types."""
    codes = sorted(set(mapped.values()))
    counts = {code: Counter[str]() for code in codes}
    for text, holding in texts:
        accepted = {tag.type for tag in tagger.read(text, language=language) if tag.accepted}
        found = accepted | {ALSO[code] for code in accepted & ALSO.keys() if language == "en"}
        for code in codes:
            counts[code]["right"] += code in found and code in holding
            counts[code]["wrong"] += code in found and code not in holding
            counts[code]["missed"] += code not in found and code in holding
    print(title)
    scores = []
    for code in codes:
        right, wrong, missed = (counts[code][key] for key in ("right", "wrong", "missed"))
        f1 = 2 * right / max(1, 2 * right + wrong + missed)
        precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
        scores.append(f1)
        print(f"  {code:26} n={right + missed:4}  P {precision:.2f}  R {recall:.2f}  F1 {f1:.2f}")
    print(f"  mean F1 of {len(codes)} types: {sum(scores) / len(scores):.3f}")


def read_sentivent() -> Iterator[tuple[str, Labelled]]:
    """Sentences by document."""
    with (SHARED / "en/sentivent/sentences_silver.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            kinds = ast.literal_eval(row["subtypes_event_unq"])
            yield row["document_id"], (row["text"], {SENTIVENT[kind] for kind in kinds if kind in SENTIVENT})


def read_smartdata() -> Iterator[Labelled]:
    for document in _documents(SHARED / "de/smartdata/v1_20180119_train.json.gz"):
        mentions = document["relationMentions"]
        relations = mentions.get("array", []) if isinstance(mentions, dict) else mentions or []
        text = document["text"]
        written = text if isinstance(text, str) else text["string"]
        yield written, {SMARTDATA[relation["name"]] for relation in relations if relation["name"] in SMARTDATA}


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    """Concatenated JSON objects."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip()) if text[at].isspace() else 0
        document, at = decoder.raw_decode(text, at)
        yield document


if __name__ == "__main__":
    main()
