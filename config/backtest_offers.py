"""Backtests of what we asked and whether we got it: tenders, and offers accepted or not."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from .backtest_tables import BacktestSpec, Pattern, TableSpec
from .values import Side, Text


class TendersBacktest(BacktestSpec):
    """Bids on tenders: who wins, why the others lost, what the winner had in hand.

    `order` is a number that says which tender came first; those under `judged_from` teach, the others are judged. `won`
    and `rejected`: patterns of the columns `result` and `status`.
    """

    needs: ClassVar = {"bids": ("order", "bidder", "price", "result", "status", "project", "country")}

    kind: Literal["tenders"]
    side: Side
    judged_from: float
    bids: TableSpec
    won: Pattern
    rejected: Pattern


class OffersBacktest(BacktestSpec):
    """Offers in the order in which they were made, accepted or not: what still holds when times change.

    The order is cut into `parts` equal ones; from the one numbered `judged_from` (counted from 1) on they are judged.
    `words` and `numbers` are what was known before the offer; `edges`: where the steps of a number lie (its fifths
    otherwise). `accepted`: a pattern of the column `result`. `delay`: an offer's answer is known so many offers later.
    `watched`: after how many parts a model is learnt and watched from then on.
    """

    needs: ClassVar = {"offers": ("result",)}

    kind: Literal["offers"]
    side: Side
    offers: TableSpec
    accepted: Pattern
    words: list[Text] = []
    numbers: list[Text] = []
    edges: dict[str, list[float]] = {}
    parts: int = Field(default=10, ge=4)
    judged_from: int = Field(default=9, ge=3)
    delay: int = Field(default=200, ge=1)
    watched: list[int] = []

    @model_validator(mode="after")
    def _features_are_columns(self) -> Self:
        for key in ("words", "numbers"):
            missing = sorted(set(getattr(self, key)) - self.offers.provides())
            if missing:
                raise ValueError(f"{key}: there is no column {missing[0]!r}; name it under offers.columns")
        if "result" in (*self.words, *self.numbers):
            raise ValueError("words: 'result' is what is to be foretold; leave it out")
        if strange := sorted(set(self.edges) - set(self.numbers)):
            raise ValueError(f"edges: {strange[0]!r} is none of the numbers")
        return self

    @model_validator(mode="after")
    def _some_teach_and_some_are_judged(self) -> Self:
        if not self.words and not self.numbers:
            raise ValueError("words: name at least one feature under words or numbers")
        if self.judged_from > self.parts:
            raise ValueError(f"judged_from: found {self.judged_from}; write one of the {self.parts} parts")
        late = [one for one in self.watched if not 1 <= one < self.parts]
        if late:
            raise ValueError(f"watched: found {late[0]}; write a number from 1 to {self.parts - 1}")
        return self
