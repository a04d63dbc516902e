"""Published numbers the estimators of ranking, calibration, agreement and strata must reproduce.

The cases of survival, intervals and shrinkage stand in test_reference_cases.py. Not here, because nothing in the
product uses their estimator: log-rank and its kin, restricted mean, Cox, Harrell's C, James-Stein, moment fit of the
beta-binomial, Farrington, EARS, Kleinberg, CUSUM run lengths, change points; prices belong to the room's price part.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from oncu.scoring.estimates.stratified import crude_odds, mantel_haenszel_odds
from oncu.scoring.judge.timeliness import FEW_FALSE_ALARMS, FEW_MISSES, STANDARD, scaled_sigmoid
from oncu.scoring.people.agreement import dawid_skene, fleiss_kappa
from oncu.scoring.ranks.bands import jeffreys_p
from oncu.scoring.ranks.brier import brier_at
from oncu.scoring.ranks.calibration import corp
from oncu.scoring.ranks.ranking import auroc, compare_auroc
from oncu.scoring.ranks.usefulness import Crossing, accuracy, critical_success, odds_ratio, peirce_skill, sedi

# 113 patients with subarachnoid haemorrhage: poor outcome, S100B in 1/100 ug/l, WFNS grade (Turck et al. 2010,
# Intensive Care Medicine 36:107; data set aSAH of R pROC).
POOR = (
    "00001101001011001011101000000000100110110000000001100010001010011101101111000110100000010000000000001111110001000"
)
S100B = (
    "13 14 10 4 13 10 47 16 18 10 12 10 44 71 4 8 49 4 7 33 9 9 7 11 7 17 7 11 13 19 5 16 41 14 34 35 48 9 96 25 "
    "50 46 16 7 43 45 11 8 9 86 52 8 6 13 207 10 14 15 7 6 77 5 9 30 3 9 4 23 70 9 27 71 8 26 8 16 9 13 10 8 11 "
    "33 11 28 7 10 32 22 7 5 24 38 10 15 8 14 10 7 4 19 56 14 58 32 82 74 15 47 17 44 15 50 48 "
)
WFNS = (
    "11113254125255125225211112121134214541425511241125521251222151125214524414121421232421451154221113125225552445111"
)

# Rain on 92 days in Niamey 2016 and the chance given by the raw ensemble (in 52nds) and by climatology (in 589ths);
# Vogel et al. 2021, data set precip_Niamey_2016 of R reliabilitydiag.
RAIN = "01101100101010011111101101010110010010111011111111000110111101111011010110100000010110110000"
ENSEMBLE = (
    "44 38 21 42 49 50 20 41 33 42 52 52 48 40 31 25 46 52 52 52 52 40 51 52 52 49 23 49 51 24 50 48 39 52 52 36 "
    "46 48 52 52 51 52 48 38 41 52 52 52 52 49 10 35 17 46 52 52 47 52 52 52 42 42 9 27 31 49 51 36 36 47 50 49 "
    "52 19 33 52 51 11 31 20 46 44 36 43 47 8 34 47 48 7 6 10 "
)
CLIMATOLOGY = (
    "290 292 295 307 309 315 312 308 309 315 315 314 319 321 324 327 329 334 337 341 343 343 340 341 340 343 345 "
    "352 351 354 351 350 355 353 352 349 349 351 354 357 361 367 364 360 359 358 359 358 353 350 346 346 343 341 "
    "340 336 332 327 321 319 315 316 313 306 303 301 305 299 292 288 283 270 262 257 254 247 242 236 234 229 226 "
    "222 213 206 202 196 192 188 184 183 176 171 "
)

# Fitness for anaesthesia of 45 patients (grades 1-4): three readings by the first anaesthetist, one each by four more
# (Dawid & Skene 1979, Applied Statistics 28:20, table 1).
GRADES = (
    "111111133343341122122222312122232222223322112211133334332222223232222344444442223343111111122232121211111"
    "111211111111111111111222222122213222222222222222122232222212222111111111111112322222111111111111111121121"
    "111111133332331111111222222222232324334343221223223232333333432111111111111111212111232222212111112222222"
)
READERS = (0, 0, 0, 1, 2, 3, 4)

# Verdicts of 14 readers in 5 classes on 10 subjects (table of the kind of Fleiss 1971, Psychological Bulletin 76:378).
VERDICTS = "0 0 0 0 14 0 2 6 4 2 0 0 3 5 6 0 3 9 2 0 2 2 8 1 1 7 7 0 0 0 3 2 6 3 0 2 5 3 2 2 6 5 2 1 0 0 2 2 3 7 "

# Admitted and rejected men, then women, in six departments (Bickel, Hammel & O'Connell 1975, Science 187:398).
BERKELEY = "512 313 89 19 353 207 17 8 120 205 202 391 138 279 131 244 53 138 94 299 22 351 24 317 "

FINLEY = Crossing(28, 72, 23, 2680)  # tornadoes foretold by Finley, American Meteorological Journal 1884

# P-values of the thrombolysis trial (Benjamini & Hochberg 1995, JRSS B 57:289, section 4).
THROMBOLYSIS = "0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.324 0.4262 0.5719 0.6528 0.759 1.0"


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=float)


def _bits(text: str) -> np.ndarray:
    return np.array(list(text), dtype=np.int64)


def test_area_and_delong_interval_of_s100b() -> None:
    """R pROC 1.18.0: AUC .731369, 95 % CI .630118-.832619."""
    found = auroc(_numbers(S100B), _bits(POOR) == 1)
    np.testing.assert_allclose([found.value, found.low, found.high], [0.7313686, 0.6301182, 0.8326189], atol=1e-7)


def test_area_of_the_wfns_grade_with_its_ties() -> None:
    """R pROC 1.18.0."""
    assert auroc(_bits(WFNS).astype(float), _bits(POOR) == 1).value == pytest.approx(0.8236788618, abs=1e-10)


def test_paired_delong_of_s100b_against_wfns() -> None:
    """R pROC 1.18.0 `roc.test`: Z -2.208984, p .027176."""
    found = compare_auroc(_numbers(S100B), _bits(WFNS).astype(float), _bits(POOR) == 1)
    np.testing.assert_allclose([found.z, found.p], [-2.208983591, 0.02717578223], atol=1e-8)


@pytest.mark.parametrize(
    ("day", "score", "null"),
    [(60, 0.23542187, 0.24993543), (120, 0.28449747, 0.22813827), (200, 0.31654247, 0.13534923)],
)
def test_brier_under_censoring_of_the_veterans_trial(veterans: np.ndarray, day: int, score: float, null: float) -> None:
    """R riskRegression 2022.11.28 `Score` on the first 40 rows, risk 1 - Karnofsky/100."""
    days, status, karnofsky = veterans.T
    found = brier_at(1 - karnofsky / 100, days, status, np.arange(len(days)), day)
    np.testing.assert_allclose([found.score.value, found.null], [score, null], atol=1e-8)
    assert found.scaled == pytest.approx(1 - score / null, abs=1e-6)


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [
        (_numbers(ENSEMBLE) / 52, [0.2662, 0.0661, 0.0441, 0.2442]),
        (_numbers(CLIMATOLOGY) / 589, [0.2343, 0.0223, 0.0323, 0.2442]),
    ],
)
def test_corp_of_rain_in_niamey(forecast: np.ndarray, expected: list[float]) -> None:
    """Dimitriadis, Gneiting & Jordan 2021, PNAS 118, table 1 (four digits by R reliabilitydiag)."""
    found = corp(forecast, _bits(RAIN) == 1)
    parts = [found.score, found.miscalibration, found.discrimination, found.uncertainty]
    np.testing.assert_allclose(parts, expected, atol=5e-5)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [("EMOS", [0.2320, 0.0183, 0.0305, 0.2442]), ("Logistic", [0.2057, 0.0171, 0.0555, 0.2442])],
)
def test_corp_of_the_two_models_for_niamey(shared: Path, name: str, expected: list[float]) -> None:
    """As above; their forecasts have too many digits to be written here."""
    case = json.loads((shared / "reference" / "scoring_reference_values.json").read_text("utf-8"))["corp_niamey"]
    found = corp(np.array(case[name]), np.array(case["obs"]) == 1)
    parts = [found.score, found.miscalibration, found.discrimination, found.uncertainty]
    np.testing.assert_allclose(parts, expected, atol=5e-5)


@pytest.mark.parametrize(("events", "n", "said", "p"), [(2, 6, 0.0367, 0.00438048), (8, 200, 0.02, 0.03195240)])
def test_jeffreys_test_of_a_band(events: int, n: int, said: float, p: float) -> None:
    """deepcreditrisk.com, Jeffreys prior test (Roesch & Scheule 2020), as the ECB prescribes it."""
    assert jeffreys_p(events, n, said) == pytest.approx(p, abs=1e-8)


def test_benjamini_hochberg_of_the_thrombolysis_trial() -> None:
    """The adjustment the bands use rejects 4 at .05, where Bonferroni rejects 3."""
    adjusted = false_discovery_control(_numbers(THROMBOLYSIS))
    np.testing.assert_allclose(adjusted[:6], [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714], atol=1e-8)
    assert ((adjusted <= 0.05).sum(), (_numbers(THROMBOLYSIS) * 15 <= 0.05).sum()) == (4, 3)


def test_worth_of_an_alarm_by_its_place_in_the_window() -> None:
    """Numenta Anomaly Benchmark, nab/sweeper.py `scaledSigmoid` (Lavin & Ahmad 2015)."""
    places = np.array([-1, -0.5, 0, 1, 3.1])
    np.testing.assert_allclose(scaled_sigmoid(places), [0.98661430, 0.84828364, 0, -0.98661430, -1], atol=1e-8)


def test_profiles_of_the_numenta_benchmark() -> None:
    profiles = [(one.hit, one.miss, one.false_alarm) for one in (STANDARD, FEW_FALSE_ALARMS, FEW_MISSES)]
    assert profiles == [(1, 1, 0.11), (1, 1, 0.22), (1, 2, 0.11)]


def test_odds_of_admission_within_departments() -> None:
    """R `mantelhaen.test(UCBAdmissions)`: crude 1.84, pooled .9047, 95 % .772 to 1.060."""
    found = mantel_haenszel_odds(_numbers(BERKELEY).reshape(6, 2, 2))
    np.testing.assert_allclose([found.value, found.low, found.high], [0.9046968, 0.7719074, 1.0603298], atol=1e-6)
    assert crude_odds(_numbers(BERKELEY).reshape(6, 2, 2)) == pytest.approx(1.84108, abs=1e-5)


def test_shares_of_the_grades_of_fitness() -> None:
    """Dawid & Skene 1979, table 4: .40 .42 .11 .07."""
    patients = np.repeat(np.arange(45), 7)
    found = dawid_skene(patients, np.tile(READERS, 45), _bits(GRADES) - 1)
    np.testing.assert_allclose(found.share, [0.40, 0.42, 0.11, 0.07], atol=5e-3)


def test_kappa_of_fourteen_readers() -> None:
    assert fleiss_kappa(_numbers(VERDICTS).astype(int).reshape(10, 5)).value == pytest.approx(0.2099307, abs=1e-7)


def test_finleys_tornadoes_by_every_score() -> None:
    """Murphy 1996, Weather and Forecasting 11:3; SEDI as in Ferro & Stephenson 2011 (package scores 2.7)."""
    found = [score(FINLEY) for score in (accuracy, peirce_skill, critical_success, sedi, odds_ratio)]
    np.testing.assert_allclose(found, [0.966108, 0.522857, 0.227642, 0.752804, 45.31401], rtol=1e-5)


def test_never_foretelling_a_tornado_is_more_accurate_than_finley() -> None:
    never = Crossing(0, 0, FINLEY.cases, FINLEY.n - FINLEY.cases)
    assert accuracy(never) == pytest.approx(0.981805, abs=1e-6) and accuracy(never) > accuracy(FINLEY)
