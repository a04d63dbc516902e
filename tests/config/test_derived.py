"""The rules of derived types are data, and wrong ones are refused."""

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from oncu.config.load import SIGNALS, ConfigError, load_signal_types
from oncu.config.specs import SignalSpec


@pytest.fixture
def chain_alone(tmp_path: Path) -> Path:
    """A folder with the type of chains and none of the types it weighs."""
    shutil.copy(SIGNALS / "chain.yml", tmp_path)
    return tmp_path


def test_a_weight_of_a_type_that_is_not_there_is_refused(chain_alone: Path) -> None:
    with pytest.raises(ConfigError, match=r"chain\.yml.*chain\.weights.*no signal type 'contagion'"):
        load_signal_types(chain_alone)


def test_a_type_that_is_read_has_no_rule_of_a_derived_one() -> None:
    spec = load_signal_types()["lawsuit"].model_dump() | {"chain": {"window_days": 30}}
    with pytest.raises(ValidationError, match="rules of derived types"):
        SignalSpec.model_validate(spec)


def test_an_open_insolvency_mutes_a_surge_of_complaints() -> None:
    assert load_signal_types()["complaint_surge"].muted_by == ["insolvency"]
