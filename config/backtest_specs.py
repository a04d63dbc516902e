"""Backtests, `config/backtests/<name>.yml`: an archive, what happened then, and how to judge one by the other."""

from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from .backtest_offers import OffersBacktest, TendersBacktest
from .backtest_tables import BacktestSpec, Days, Pattern, TableSpec
from .load import HERE, ConfigError, Fault, describe_problems, read_yaml
from .problems import Problem
from .values import Category, Side, Strict, Text

BACKTESTS = HERE / "backtests"
LINKS = BACKTESTS / "links"


class LinkSpec(Strict):
    """How the name of a signal is taken to the firm of an outcome.

    `contains`: the outcome's folded name and city both stand in the signal's text. `exact`: name, city and state are
    equal when folded. `resolver`: names are compared as `oncu clients resolve` does. `agree`: columns that must not
    contradict each other. `kin_words`: words by which a holding is called otherwise than its bank; names of one town
    that are the same without them are taken for kin.
    """

    name: Text
    by: Literal["contains", "exact", "resolver"]
    agree: list[Text] = []
    kin_words: list[Text] = []
    least: float = Field(default=0.3, ge=0, le=1)


class SignalsBacktest(BacktestSpec):
    """Signals that are there already, by type, against outcomes; `links` are tried side by side, the first is the
    baseline. `judged`: a file of `config/backtests/links`, links a person has read, right and wrong ones."""

    needs: ClassVar = {
        "signals": ("name", "type", "known_at"),
        "outcomes": ("outcome_id", "name", "occurred_at"),
    }

    kind: Literal["signals"]
    side: Side
    as_of: date
    horizon_days: Days
    merge_days: Days = 30
    signals: TableSpec
    outcomes: TableSpec
    links: list[LinkSpec] = Field(min_length=1)
    judged: Text | None = None

    @model_validator(mode="after")
    def _links_agree_on_columns(self) -> Self:
        both = self.signals.provides() & self.outcomes.provides()
        missing = sorted({column for link in self.links for column in link.agree} - both)
        if missing:
            raise ValueError(f"links: agree: {missing[0]!r} is no column of both signals and outcomes")
        return self


class HistoryBacktest(BacktestSpec):
    """What happened to each client until a cut-off, against its outcomes in the `horizon_days` after it.

    The last cut-off is judged; a model is learnt and chosen on the earlier ones alone, those whose horizon had passed.
    `ended`: a pattern of the column `result` that makes an event an outcome itself. `baselines`: numbers of the
    history by which to sort instead of a model. `top`: how many a person can look at.
    """

    needs: ClassVar = {"events": ("client_id", "known_at"), "outcomes": ("client_id", "occurred_at")}

    kind: Literal["history"]
    side: Side
    horizon_days: Days
    cut_offs: list[date] = Field(min_length=2)
    window_days: Days | None = None
    top: int = Field(default=500, ge=1)
    events: TableSpec
    outcomes: TableSpec
    flagged: Pattern | None = None
    ended: Pattern | None = None
    baselines: list[Text] = Field(min_length=1)

    @model_validator(mode="after")
    def _something_may_teach(self) -> Self:
        *earlier, judged = self.cut_offs
        if any((judged - cut).days < self.horizon_days for cut in earlier):
            raise ValueError(
                f"cut_offs: one is less than {self.horizon_days} days before {judged}: its outcomes are not known"
            )
        return self


class CasesBacktest(BacktestSpec):
    """Cases that end one way or the other (a certificate: completed or cancelled), judged from what was known when each
    began. Cases begun before `split` teach, the others are judged. `foretold` and `other`: patterns of `result`."""

    needs: ClassVar = {"cases": ("case_id", "began_at", "result")}

    kind: Literal["cases"]
    side: Side
    split: date
    cases: TableSpec
    foretold: Pattern
    other: Pattern
    texts: list[Text] = []
    numbers: list[Text] = []
    baselines: list[Text] = Field(min_length=1)
    groups: list[Text] = []
    suspects: list[Text] = []

    @model_validator(mode="after")
    def _attributes_are_columns(self) -> Self:
        for key in ("texts", "numbers", "groups", "baselines", "suspects"):
            missing = sorted(set(getattr(self, key)) - self.cases.provides())
            if missing:
                raise ValueError(f"{key}: there is no column {missing[0]!r}; name it under cases.columns")
        return self


class KnownSurge(Strict):
    """A surge that is known to have been."""

    client_id: Text
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class SurgesBacktest(BacktestSpec):
    """Counts by month: are the known surges found, and how many false alarms are there a client and year?

    `grown_months`: after which counts are no longer those of a collection that fills up. `template`: the value of the
    column `segment` whose counts are floods of one text. `prices`: client, month and return, for the null of returns.
    """

    needs: ClassVar = {"counts": ("client_id", "month", "n"), "prices": ("client_id", "month", "return")}

    kind: Literal["surges"]
    side: Side
    counts: TableSpec
    known: list[KnownSurge] = []
    grown_months: int = Field(default=24, ge=0)
    template: Text | None = None
    prices: TableSpec | None = None


class DocumentsBacktest(BacktestSpec):
    """Documents read, matched and tagged day by day as they were first seen, against the outcomes of clients.

    `clients`: whom to listen for. `outcomes` name their firm; they are taken to a client as `link` says, and one that
    is none of them is made a client (`outcomes_are_clients`). `stages`: patterns of `result`; `order`: those of them
    that may only follow each other so.
    """

    needs: ClassVar = {
        "documents": ("title", "known_at"),
        "clients": ("name",),
        "outcomes": ("outcome_id", "name", "occurred_at", "recorded_at"),
    }

    kind: Literal["documents"]
    side: Side
    as_of: date
    horizon_days: Days
    language: Literal["tr", "en"] = "tr"
    category: Category = "news"
    documents: TableSpec
    clients: TableSpec
    outcomes: TableSpec
    outcome_kind: Text
    outcomes_are_clients: bool = False
    stages: dict[str, Pattern] = {}
    order: list[Text] = []


Backtest = (
    SignalsBacktest
    | HistoryBacktest
    | CasesBacktest
    | SurgesBacktest
    | DocumentsBacktest
    | TendersBacktest
    | OffersBacktest
)
KINDS: dict[str, type[Backtest]] = {
    "signals": SignalsBacktest,
    "history": HistoryBacktest,
    "cases": CasesBacktest,
    "surges": SurgesBacktest,
    "documents": DocumentsBacktest,
    "tenders": TendersBacktest,
    "offers": OffersBacktest,
}


def ready_backtests() -> list[str]:
    """The names of the backtests that come with the product."""
    return sorted(path.stem for path in BACKTESTS.glob("*.yml"))


def find_backtest(spec: str) -> Path:
    """The file of a spec: a path, or the name of a ready one. Raises Problem."""
    path = Path(spec)
    if path.suffix in (".yml", ".yaml") or path.is_file():
        return path
    if spec not in ready_backtests():
        raise Problem(f"backtest {spec!r} is no file and no ready one; ready are {', '.join(ready_backtests())}")
    return BACKTESTS / f"{spec}.yml"


def load_backtest(path: Path) -> Backtest:
    """One backtest; its name is the file's. Raises ConfigError listing every fault."""
    content = read_yaml(path)
    kind = KINDS.get(str(content.get("kind")))
    if kind is None:
        said = f"found {content['kind']!r}" if "kind" in content else "is missing"
        raise ConfigError([Fault(path, "kind", f"{said}; write one of {', '.join(KINDS)}")])
    if "name" in content:
        raise ConfigError([Fault(path, "name", "is taken from the file's name; remove this line")])
    try:
        return kind.model_validate({**content, "name": path.stem})
    except ValidationError as error:
        raise ConfigError(Fault(path, *said) for said in describe_problems(error, kind)) from None
