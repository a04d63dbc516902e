"""Modeller: trained and compared beside the pages, proposed by one analyst and confirmed by another."""

import threading
from datetime import timedelta

import pytest

from oncu.config.noise_classes import load_noise_classes
from oncu.config.problems import Problem
from oncu.signals.learning.labelling import give_answer
from oncu.signals.learning.models import Course, match_content, match_models, match_of, train_model
from oncu.signals.learning.promotion import promote, rollback
from oncu.signals.schedule.errands import begin_errand, last_errand
from oncu.signals.schedule.jobs import Office
from oncu.storage.passages import recent_passages
from oncu.storage.slots import take_slot
from oncu.storage.trained import TrainedModel, active_model, open_proposal, save_trained

from .processes import Ended
from .staff import enter_as, hire

CODES, NOISE = ("strike", "layoffs"), ("sports",)
UNSEEN = "Simya İlaç çalışanları {}. gün tezgâh başından topluca ayrıldı"
PLAIN = "Simya İlaç {}. yeni logosunu seçti"


@pytest.fixture
def course(bank):
    bank.types = {code: bank.types[code] for code in CODES}
    return Course(bank.types, {code: load_noise_classes()[code] for code in NOISE}, bank.sources)


@pytest.fixture
def model(bank, course, tmp_path):
    """A model trained on the examples alone."""
    return train_model(bank.database, course, tmp_path / "models", "ece", bank.now)


@pytest.fixture
def taught(bank, course, tmp_path):
    """Headlines that no cue sees, all judged, and the model that learned them."""
    for text in (UNSEEN, PLAIN):
        for n in range(40):
            bank.see(text.format(n), at=bank.now - timedelta(days=60))
    bank.run()
    with bank.database.read() as connection:
        items = {p.reading: p.mention_id for p in recent_passages(connection, limit=500)}
    for title, item in items.items():
        choice = "strike" if "tezgâh" in title else "none"
        give_answer(bank.database, item, [choice], "ece", bank.now, types=CODES, noise=NOISE)
    return train_model(bank.database, course, tmp_path / "models", "ece", bank.now)


@pytest.fixture
def staff(bank):
    for name in ("ece", "can"):
        hire(bank.database, bank.now, name, "analyst")
    hire(bank.database, bank.now, "ayse", "manager")


@pytest.fixture
def enter(bank):
    def come(name=None):
        return enter_as(bank, name, actor="ece")

    return come


@pytest.fixture
def errands(monkeypatch, bank, course, tmp_path):
    """Work that is asked for is done here instead of in a process of its own; the words it was asked with."""
    asked = []

    def start(words, out, err):
        asked.append(list(words))
        if words[0] == "train":
            train_model(bank.database, course, tmp_path / "models", words[2], bank.now)
        return Ended()

    monkeypatch.setattr("oncu.signals.schedule.errands.start_process", start)
    return asked


def wait_for(name):
    for thread in threading.enumerate():
        if thread.name == f"oncu {name}":
            thread.join(30)


def reads(bank):
    with bank.database.read() as connection:
        active = active_model(connection)
    return active.id if active else None


def moves(bank):
    return bank.rows("SELECT kind, moved_by FROM model_moves ORDER BY seq")


def test_without_models_the_page_says_what_to_do(staff, enter):
    page = enter("ece").get("/modeller").text
    assert "ipuçları tek başına" in page and "Henüz model yok" in page and "Şimdi eğit" in page


def test_training_is_done_beside_the_pages_and_leaves_a_model(bank, staff, enter, errands):
    browser = enter("ece")
    assert browser.post("/modeller/egit").status_code == 200
    wait_for("train")
    page = browser.get("/modeller").text
    assert errands == [["train", "--by", "ece"]] and "Son eğitim bitti" in page and "Henüz model yok" not in page
    assert bank.rows("SELECT job, status FROM slots") == [("train", "done")]


def test_two_trainings_do_not_run_at_once(bank, staff, enter, monkeypatch):
    going, begun = threading.Event(), []

    class Going(Ended):
        def wait(self, timeout=None):
            going.wait(30)
            return 0

    monkeypatch.setattr("oncu.signals.schedule.errands.start_process", lambda *given: begun.append(1) or Going())
    browser = enter("ece")
    assert "Eğitim sürüyor" in browser.post("/modeller/egit").text
    assert "disabled" in browser.get("/modeller").text
    office = Office(bank.database, bank.catalogue, bank.settings)
    assert not begin_errand(office, "train", ["train"], lambda: bank.now + timedelta(seconds=1))
    going.set()
    wait_for("train")
    assert begun == [1] and last_errand(bank.database, "train").status == "done"


def test_work_whose_server_died_is_no_longer_under_way(bank, staff, enter):
    with bank.database.write() as connection:
        early = bank.now - timedelta(hours=2)
        take_slot(connection, "train", early, by="dead", now=early, lease=timedelta(hours=1), again=True)
    page = enter("ece").get("/modeller").text
    assert "sürüyor" not in page and "Son eğitim olmadı" in page


def test_a_comparison_is_kept_without_the_texts_and_shown_with_them(bank, course, staff, enter, taught):
    match = match_models(bank.database, course, taught, None, bank.now)
    assert match_of(match_content(match)).frozen.main == match.frozen.main
    ((content,),) = bank.rows("SELECT content FROM model_matches")
    assert "tezg" not in content
    page = enter("ece").get(f"/modeller/{taught.id}").text
    assert "önerilebilir" in page and "tezgâh başından" in page and page.count("kabul ✔") == len(match.frozen.changes)


def test_a_comparison_that_nobody_made_is_asked_for(bank, staff, enter, model, errands):
    browser = enter("ece")
    assert "henüz karşılaştırılmadı" in browser.get(f"/modeller/{model.id}").text
    browser.post(f"/modeller/{model.id}/karsilastir")
    wait_for("compare")
    assert errands == [["models", "compare", model.id, "cues"]]


def test_one_proposes_and_another_confirms(bank, course, staff, enter, taught):
    match_models(bank.database, course, taught, None, bank.now)
    ece, can = enter("ece"), enter("can")
    page = ece.post(f"/modeller/{taught.id}/oner", data={"reason": ""}).text
    assert reads(bank) is None and "Bunu siz önerdiniz" in page and "/modeller/onayla" not in page
    assert ece.post("/modeller/onayla").status_code == 409
    assert "/modeller/onayla" in can.get("/modeller").text
    assert can.post("/modeller/onayla").status_code == 200
    assert reads(bank) == taught.id and moves(bank) == [("propose", "ece"), ("promote", "can")]
    trail = bank.rows("SELECT actor, action FROM audit WHERE action LIKE 'model.%' ORDER BY seq")
    assert trail == [("ece", "model.train"), ("ece", "model.propose"), ("can", "model.promote")]


def test_a_model_that_is_not_better_is_proposed_with_a_reason_only(bank, course, staff, enter, model):
    match_models(bank.database, course, model, None, bank.now)
    browser = enter("ece")
    assert "yargılanmış metin yok" in browser.get(f"/modeller/{model.id}").text
    assert browser.post(f"/modeller/{model.id}/oner", data={"reason": " "}).status_code == 400
    assert browser.post(f"/modeller/{model.id}/oner", data={"reason": "ilk model"}).status_code == 200
    assert bank.rows("SELECT kind, reason FROM model_moves") == [("propose", "forced: ilk model")]


def test_a_proposal_can_be_refused(bank, staff, enter, model):
    enter("ece").post(f"/modeller/{model.id}/oner", data={"reason": "ilk model"})
    enter("can").post("/modeller/vazgec", data={"reason": "erken"})
    with bank.database.read() as connection:
        assert open_proposal(connection) is None
    assert enter("can").post("/modeller/onayla").status_code == 409 and reads(bank) is None


def test_one_analyst_is_enough_where_there_is_no_other(bank, enter, model):
    hire(bank.database, bank.now, "ece", "analyst")
    browser = enter("ece")
    page = browser.post(f"/modeller/{model.id}/oner", data={"reason": "ilk model"}).text
    assert reads(bank) == model.id and "bir kişi yetiyor" in page


def test_going_back_needs_a_reason_and_is_in_the_log(bank, staff, enter, model):
    promote(bank.database, Course({}, {}, {}), model, "ece", bank.now, force="ilk")
    promote(bank.database, Course({}, {}, {}), model, "can", bank.now)
    browser = enter("ece")
    assert browser.post("/modeller/geri-al", data={"reason": ""}).status_code == 400
    page = browser.post("/modeller/geri-al", data={"reason": "çok gürültülü"}).text
    assert reads(bank) is None and "dönüldü" in page and "çok gürültülü" in page


def test_a_proposal_is_nothing_to_go_back_from(bank, staff, model):
    promote(bank.database, Course({}, {}, {}), model, "ece", bank.now, force="ilk")
    with pytest.raises(Problem, match="nothing to go back"):
        rollback(bank.database, "can", bank.now, reason="x")


def test_the_command_too_asks_for_two(bank, staff, model):
    course = Course({}, {}, {})
    assert not promote(bank.database, course, model, "ece", bank.now, force="ilk").is_reading
    with pytest.raises(Problem, match="another analyst confirms"):
        promote(bank.database, course, model, "ece", bank.now, force="yine")
    with pytest.raises(Problem, match="'ayse' is no analyst"):
        promote(bank.database, course, model, "ayse", bank.now)
    assert promote(bank.database, course, model, "can", bank.now).is_reading and reads(bank) == model.id


def test_a_model_whose_file_was_changed_is_not_confirmed(bank, staff, enter, model, tmp_path):
    enter("ece").post(f"/modeller/{model.id}/oner", data={"reason": "ilk model"})
    (tmp_path / "models" / f"{model.id}.skops").write_bytes(b"other")
    assert enter("can").post("/modeller/onayla").status_code == 409 and reads(bank) is None


def test_what_a_model_learned_from_is_beside_what_reads(bank, staff, enter, model):
    promote(bank.database, Course({}, {}, {}), model, "ece", bank.now, force="ilk")
    promote(bank.database, Course({}, {}, {}), model, "can", bank.now)
    more = {**model.inputs, "labels": {"n": 12, "sha256": "x"}}
    with bank.database.write() as connection:
        save_trained(connection, TrainedModel(**{**vars(model), "id": "newer", "inputs": more}))
    page = enter("ece").get("/modeller/newer").text
    assert "+12" in page and model.id in page


def test_models_are_taken_home(staff, enter, model):
    assert model.id in enter("ece").get("/modeller.csv").text


def test_models_are_for_analysts(staff, enter):
    assert enter("ayse").get("/modeller").status_code == 403


def test_the_state_asks_for_the_page_anew_once_the_work_is_done(staff, enter):
    assert enter("ece").get("/modeller/durum").headers["hx-refresh"] == "true"
