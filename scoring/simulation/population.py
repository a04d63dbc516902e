"""The clients: where they belong, how soon they end by themselves, when they came and left."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import FloatArray, IntArray
from .wishes import Wishes

SECTORS = {"construction": 2.2, "textile": 1.4, "food": 1.0, "logistics": 0.7, "energy": 0.45}
SIZES = {"micro": 1.5, "small": 1.0, "large": 0.6}
REGIONS = ("marmara", "anadolu")  # no effect: a stratum that does not matter must do no harm
SECTOR_SHARES, SIZE_SHARES = (0.2, 0.25, 0.25, 0.2, 0.1), (0.5, 0.35, 0.15)
BASE_HAZARD = {"opportunity": 0.0006, "risk": 0.00025}  # a day; before sector and size
FOREVER = 10**7
LATE, YEAR = 0.15, 365  # share of clients that join after the first day


@dataclass(frozen=True)
class Population:
    """One entry a client. `joined` and `left` are days (FOREVER: stays), `ease` multiplies its base hazards."""

    sector: IntArray
    size: IntArray
    region: IntArray
    ease: FloatArray
    joined: IntArray
    left: IntArray
    leaving: float

    def __len__(self) -> int:
        return len(self.sector)


def draw_population(wishes: Wishes, random: np.random.Generator) -> Population:
    """Clients by sector, size and region; some join late, each leaves with the same small chance a day."""
    n = wishes.clients
    sector = random.choice(len(SECTORS), n, p=SECTOR_SHARES)
    size = random.choice(len(SIZES), n, p=SIZE_SHARES)
    joined = np.where(random.random(n) < LATE, random.integers(1, wishes.days - 1, n), 0)
    leaving = 1 - (1 - wishes.churn) ** (1 / YEAR)
    left = joined + random.geometric(leaving, n) if leaving else np.full(n, FOREVER)
    ease = np.array(list(SECTORS.values()))[sector] * np.array(list(SIZES.values()))[size]
    return Population(sector, size, random.integers(0, len(REGIONS), n), ease, joined, left, leaving)
