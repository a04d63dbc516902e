"""The API asked all night: hundreds of examples of each operation, right and wrong, and every edge of every value."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from schemathesis import GenerationMode

from oncu.storage.database import connect

from ..signals.api_bank import seed_api_bank, serve_bank, token_for
from ..trust.asking import Asking

MANY = 100


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, new_database: Path) -> Iterator[Asking]:
    """The one who may do everything; the token's rate is no part of these tests."""
    path = tmp_path_factory.mktemp("api") / "oncu.db"
    shutil.copy(new_database, path)
    seed_api_bank(path)
    database = connect(f"sqlite:///{path}")
    app = serve_bank(database)
    app.state.api.state.rates.a_minute = 10**9
    yield Asking(app, database, token_for(database, "hepsi"))
    database.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_every_operation_answers_as_it_is_described_however_often(asking: Asking, mode: GenerationMode) -> None:
    for operation in asking.operations():
        asking.ask(operation, mode, MANY)
    assert not [status for _, status in asking.answered if status >= 500]


def test_every_edge_of_every_value_is_answered_as_it_is_described(asking: Asking) -> None:
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    for operation in asking.operations():
        schema = operation.schema
        more = {"generation_modes": modes, "generation_config": schema.config.generation}
        for case in schema.iter_coverage_cases(operation, **more):
            asking.check(case, case.call(headers={"Authorization": f"Bearer {asking.token}"}))
    assert len(asking.answered) > 100
