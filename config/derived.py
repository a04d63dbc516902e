"""The rules of derived signal types: they are not read in any text but follow from other signals of the same bank."""

from typing import Annotated, Literal

from pydantic import Field

from .values import Strict, Text

Share = Annotated[float, Field(gt=0, le=1)]
Role = Literal["parent", "subsidiary", "customer", "supplier", "guarantor", "guaranteed", "partner"]


class ChainRule(Strict):
    """When different risks of one client make a chain.

    `least`: how many different types, each with an event of its own, within `window_days`. `weights`: how much an
    episode of a type counts as a link, 0-1; types that are not named count in full, and a weight of 0 leaves one out.
    """

    least: int = Field(3, ge=2)
    window_days: int = Field(ge=1)
    weights: dict[Text, Annotated[float, Field(ge=0, le=1)]] = {}


class TieRule(Strict):
    """How far a risk comes over a tie: `reach` of it, where the tie is at full strength.

    `share` is taken where the list of relations gives none.
    """

    reach: Share
    share: Share


class ContagionRule(Strict):
    """Which risks of a firm reach the clients tied to it, over how many ties, and how much of them arrives.

    `least_severity`: types below it stay where they are. `full_share`: from this share on a tie is at full strength;
    below, in proportion. `ties`: by what the firm in trouble is to the client; kinds that are not named carry nothing.
    """

    least_severity: Share
    most_hops: Literal[1, 2] = 2
    window_days: int = Field(ge=1)
    full_share: Share
    ties: dict[Role, TieRule]
