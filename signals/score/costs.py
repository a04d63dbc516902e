"""What listening costs the bank, from its settings and its sources."""

from collections.abc import Mapping

from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec

from .judging import Costs


def costs_of(settings: Settings, sources: Mapping[str, SourceSpec]) -> Costs:
    """The costs that were given; a source without one is not counted as free, but left without a figure."""
    monthly = {name: one.cost_month for name, one in sources.items() if one.cost_month}
    return Costs(monthly, settings.scores.minutes_per_alert, settings.scores.hours_per_lead)
