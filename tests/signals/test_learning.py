"""The loop: judge mentions, exchange labels, train, compare, promote, go back, and read with what was promoted."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from oncu.classifiers.learned.label_shapes import SHAPES
from oncu.config.load import SIGNALS
from oncu.config.noise_classes import load_noise_classes
from oncu.config.problems import Problem
from oncu.signals.learning.asking import next_questions
from oncu.signals.learning.corpus import gather, judged_passages, set_of, told_in
from oncu.signals.learning.labelling import export_labels, give_answer, import_labels, options_of
from oncu.signals.learning.model_files import file_of, name_file
from oncu.signals.learning.models import Course, match_models, open_model, reading_model, train_model
from oncu.signals.learning.promotion import promote, rollback
from oncu.signals.learning.trial import TrialHit, count_alerts, try_type
from oncu.storage.audit import find_broken_link
from oncu.storage.database import open_database, save_new
from oncu.storage.labels import label_history, load_decisions
from oncu.storage.models import reviews
from oncu.storage.passages import recent_passages
from oncu.storage.trained import active_model

CODES, NOISE = ("strike", "layoffs", "lawsuit"), ("sports",)
UNSEEN = "Simya İlaç çalışanları {} tezgâh başından topluca ayrıldı"
PLAIN = "Simya İlaç {} yeni logosunu seçti"


@pytest.fixture
def course(bank):
    bank.types = {code: bank.types[code] for code in CODES}
    return Course(bank.types, {code: load_noise_classes()[code] for code in NOISE}, bank.sources)


@pytest.fixture
def train(bank, course, tmp_path):
    return lambda by="ece": train_model(bank.database, course, tmp_path / "models", by, bank.now)


@pytest.fixture
def give(bank):
    def answer(item, *choices, by="ece"):
        return give_answer(bank.database, item, choices, by, bank.now, types=CODES, noise=NOISE)

    return answer


def see_and_run(bank, *titles):
    for title in titles:
        bank.see(title, at=bank.now - timedelta(days=60))
    bank.run()


def mentions(bank):
    with bank.database.read() as connection:
        return {p.reading: p.mention_id for p in recent_passages(connection, limit=500)}


@pytest.fixture
def taught(bank, give):
    """Sixty headlines that no cue sees and sixty of nothing, all judged."""
    see_and_run(bank, *(text.format(f"{n}. gün") for text in (UNSEEN, PLAIN) for n in range(60)))
    for title, item in mentions(bank).items():
        give(item, "strike" if "tezgâh" in title else "none")


def test_the_guess_of_the_model_is_not_shown(bank, course):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı")
    (question,) = next_questions(bank.database, "ece", 5)
    assert set(vars(question)) == {"item", "client", "source", "seen_at", "text", "queue"}


def test_an_answered_mention_does_not_come_again_for_the_same_person(bank, course, give):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı")
    (question,) = next_questions(bank.database, "ece", 1)
    give(question.item, "strike")
    assert next_questions(bank.database, "ece", 1) == []
    assert len(next_questions(bank.database, "can", 1)) == 1


def test_a_changed_answer_leaves_the_first_in_the_history(bank, give):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı")
    (item,) = mentions(bank).values()
    give(item, "strike")
    bank.now += timedelta(hours=1)
    give(item[:6], "none")
    with bank.database.read() as connection:
        assert [label.holds for label in label_history(connection, item)] == [("strike",), ()]
    assert [j.answer.holds for j in judged_passages(bank.database)] == [frozenset()]


def test_an_unknown_mention_is_said(give):
    with pytest.raises(Problem, match="oncu label next"):
        give("nothing", "strike")


def test_a_mention_is_looked_for_before_others_have_to_wait(bank, give, monkeypatch):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı")
    (item,) = mentions(bank).values()
    asked = []

    def look(connection, *, limit):
        asked.append(connection.get_execution_options().get("oncu_write", False))
        return recent_passages(connection, limit=limit)

    monkeypatch.setattr("oncu.signals.learning.labelling.recent_passages", look)
    give(item[:6], "strike")
    assert asked == [False]


@pytest.mark.parametrize("shape", SHAPES)
def test_labels_go_to_a_tool_and_come_back(bank, course, give, shape):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı", "Parlak Telekom 200 kişiyi işten çıkardı")
    (one, other) = mentions(bank).values()
    give(one, "strike")
    give(other, "noise:sports", by="can")
    content = export_labels(bank.database, [], shape, options_of(CODES, NOISE), "ece", bank.now)
    before = judged_passages(bank.database)
    with bank.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM labels")
    found = import_labels(bank.database, content, shape, "ece", bank.now, types=CODES, noise=NOISE)
    assert (found.answers, found.new, found.bad) == (2, 2, ())
    assert judged_passages(bank.database) == before
    again = import_labels(bank.database, content, shape, "ece", bank.now, types=CODES, noise=NOISE)
    assert (again.answers, again.new) == (2, 0)


def test_labels_of_another_database_are_left_out_and_said(bank):
    content = json.dumps({"item": "elsewhere", "text": "t", "label": ["strike"]})
    found = import_labels(bank.database, content, "doccano", "ece", bank.now, types=CODES, noise=NOISE)
    assert found.new == 0 and "not in this database" in found.bad[0].reason


def test_disagreeing_people_settle_nothing(bank, give):
    see_and_run(bank, "Simya İlaç işçileri greve çıktı")
    (item,) = mentions(bank).values()
    give(item, "strike")
    give(item, "none", by="can")
    assert judged_passages(bank.database) == []


def dismissed(alert, reason, now):
    row = {"id": "r", "alert_id": alert, "reviewer": "ayse", "verdict": "dismissed", "reason": reason, "note": None}
    return row | {"reviewed_at": now}


def test_decisions_on_alerts_are_labels_of_one_type(bank):
    bank.see("Simya İlaç işçileri greve çıktı")
    bank.run()
    ((alert,),) = bank.rows("SELECT id FROM alerts")
    with bank.database.write() as connection:
        save_new(connection, reviews, [dismissed(alert, "wrong_type", bank.now)])
        (label,) = load_decisions(connection)
    assert (label.asked, label.holds, label.how) == (("strike",), (), "decision")


def test_a_dismissal_for_another_reason_says_nothing_of_the_type(bank):
    bank.see("Simya İlaç işçileri greve çıktı")
    bank.run()
    ((alert,),) = bank.rows("SELECT id FROM alerts")
    with bank.database.write() as connection:
        save_new(connection, reviews, [dismissed(alert, "already_known", bank.now)])
        assert load_decisions(connection) == []


def test_frozen_stories_never_train(bank, course, taught):
    corpus = gather(bank.database, course.types, course.noise, {}, course.tagger, bank.now)
    trained = {e.key for e in corpus.examples if e.is_of_people}
    assert corpus.frozen and trained.isdisjoint(j.passage.mention_id for j in corpus.frozen)


def test_half_of_the_newest_month_measures(bank):
    for n in range(60):
        bank.see(PLAIN.format(n))
    bank.run()
    with bank.database.read() as connection:
        passages = recent_passages(connection, limit=500)
    today = [set_of(p, bank.now) for p in passages]
    later = [set_of(p, bank.now + timedelta(days=40)) for p in passages]
    assert "newest" in today and "newest" not in later
    assert [a == "frozen" for a in today] == [a == "frozen" for a in later]


def test_a_long_text_is_judged_by_the_sentences_that_name_the_client(bank):
    bank.see("Ekonomi", "Hava güzeldi. " * 40 + "Simya İlaç işçileri greve çıktı. " + "Herkes evine gitti. " * 9)
    bank.run()
    with bank.database.read() as connection:
        (passage,) = recent_passages(connection, limit=5)
    assert told_in(passage) == "Simya İlaç işçileri greve çıktı."


def test_training_writes_the_model_with_its_report_beside_it(bank, train):
    model = train()
    report = json.loads(file_of(bank.database, model).with_suffix(".json").read_text("utf-8"))
    assert set(report["types"]) == set(CODES) and report["types"]["strike"]["threshold"] == 0.5
    assert model.inputs["examples of types"]["n"] > 30


def test_the_same_inputs_train_once(train, bank):
    assert train() == train("can")
    assert bank.rows("SELECT count(*) FROM trained_models") == [(1,)]


def test_a_lost_file_is_made_again(bank, train):
    file_of(bank.database, train()).unlink()
    assert open_model(bank.database, train())


@pytest.mark.sqlite_only("its file moves")
def test_a_moved_folder_of_a_database_takes_its_models_along(bank, course, train, tmp_path):
    model = train()
    promote(bank.database, course, model, "ece", bank.now, force="first one")
    bank.database.close()
    (tmp_path / "moved").mkdir()
    for part in ("oncu.db", "models"):
        shutil.move(tmp_path / part, tmp_path / "moved")
    opened = open_database(f"sqlite:///{tmp_path / 'moved' / 'oncu.db'}")
    assert reading_model(opened, bank.now)[1] == model.id
    opened.close()


def test_a_model_kept_elsewhere_is_named_by_its_whole_path(bank, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "m.skops"
    assert Path(name_file(bank.database, path)).is_absolute()


def test_training_with_vectors_names_the_missing_extra(oncu, monkeypatch):
    monkeypatch.setenv("ONCU_LEARNING__EMBEDDINGS", "use")
    monkeypatch.setattr("oncu.classifiers.learned.embeddings.find_spec", lambda name: None)
    assert oncu("init").code == 0
    said = oncu("train", "--by", "ece")
    assert said.code == 1 and "oncu[embeddings]" in said.err and "Traceback" not in said.err


def test_without_judged_texts_nothing_is_promoted(bank, course, train):
    with pytest.raises(Problem, match="no judged text"):
        promote(bank.database, course, train(), "ece", bank.now)


def test_labels_make_a_better_model_which_may_read(bank, course, train, taught):
    model = train()
    match = match_models(bank.database, course, model, None, bank.now)
    assert match.reasons == () and match.frozen.main.low > 0 and match.frozen.changes
    promote(bank.database, course, model, "ece", bank.now)
    bank.see(UNSEEN.format("bugün"))
    bank.run()
    assert bank.rows(f"SELECT type FROM tags WHERE version LIKE '%{model.id}'") == [("strike",)]


def test_promotion_and_rollback_are_in_the_trail(bank, course, train):
    model = train()
    promote(bank.database, course, model, "ece", bank.now, force="first one")
    assert rollback(bank.database, "can", bank.now, reason="too loud") is None
    assert bank.rows("SELECT actor, action, reason FROM audit WHERE action LIKE 'model.%' ORDER BY seq") == [
        ("ece", "model.train", None),
        ("ece", "model.promote", "forced: first one"),
        ("can", "model.rollback", "too loud"),
    ]
    with bank.database.read() as connection:
        assert find_broken_link(connection) is None and active_model(connection) is None


def test_there_is_nothing_behind_the_cues_to_go_back_to(bank):
    with pytest.raises(Problem, match="nothing to go back"):
        rollback(bank.database, "ece", bank.now, reason="x")


def test_a_broken_model_is_an_issue_and_the_cues_go_on(bank, course, train):
    model = train()
    promote(bank.database, course, model, "ece", bank.now, force="first one")
    file_of(bank.database, model).write_bytes(b"broken")
    bank.see("Simya İlaç işçileri greve çıktı")
    assert bank.run().tags == 1
    ((kind, problem),) = bank.rows("SELECT kind, problem FROM issues")
    assert kind == "model" and "SHA-256" in problem


def test_another_library_is_refused(bank, course, train, monkeypatch):
    promote(bank.database, course, train(), "ece", bank.now, force="first one")
    monkeypatch.setattr("oncu.signals.learning.models.version", lambda name: "0.1")
    assert reading_model(bank.database, bank.now) == (None, "")


def test_the_filter_reads_with_the_model_that_is_named(oncu, bank, train, taught, monkeypatch):
    monkeypatch.setenv("ONCU_DATABASE_URL", bank.database.address)
    path = file_of(bank.database, train())
    line = json.dumps({"id": 1, "text": UNSEEN.format("bugün")}).encode()
    found = {name: oncu("tag", "--model", name, stdin=line).out for name in ("none", "newest", path)}
    assert '"strike"' not in found["none"] and '"strike"' in found["newest"] and found["newest"] == found[path]


def test_a_model_nobody_has_is_said(oncu, bank, monkeypatch):
    monkeypatch.setenv("ONCU_DATABASE_URL", bank.database.address)
    said = oncu("tag", "--model", "nothing", stdin=b"")
    assert said.code == 1 and "oncu models list" in said.err and "Traceback" not in said.err


def test_force_needs_a_reason(oncu, tmp_path):
    said = oncu("models", "promote", "newest", "--by", "ece", "--force")
    assert said.code == 2 and "--reason" in said.err


@pytest.fixture
def new_type(tmp_path):
    """A folder with one type that nobody had before."""
    content = yaml.safe_load((SIGNALS / "strike.yml").read_text("utf-8"))
    content |= {"cues": [{"pattern": "logosunu sec*", "p": 0.8}], "unless": [], "merge_days": 30, "alert_after": 2}
    folder = tmp_path / "types"
    folder.mkdir()
    (folder / "rebranding.yml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder


def test_a_new_type_is_tried_over_the_archive_and_stores_nothing(bank, new_type):
    from oncu.config.load import load_signal_types

    see_and_run(bank, PLAIN.format("dün"), PLAIN.format("bugün yine"), "Parlak Telekom'da işler yolunda")
    before = bank.tables()
    trial = try_type(bank.database, load_signal_types(new_type)["rebranding"], last=100)
    assert (trial.mentions, len(trial.hits), trial.alerts) == (3, 2, 1)
    assert bank.tables() == before


def hit(client, day, story, status="fact"):
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return TrialHit(client, at, "gazete", story, status, 0.8, "", "")


def test_a_dry_run_counts_episodes_and_not_stories(course):
    spec = course.types["strike"].model_copy(update={"merge_days": 30, "alert_after": 1})
    hits = [hit("A", 0, "s1"), hit("A", 5, "s2"), hit("A", 60, "s3"), hit("B", 0, "s1"), hit("C", 0, "s4", "denied")]
    assert count_alerts(hits, spec) == 3


def test_the_commands_of_the_loop(oncu, tmp_path, monkeypatch):
    few = tmp_path / "few"
    few.mkdir()
    (few / "strike.yml").write_bytes((SIGNALS / "strike.yml").read_bytes())
    monkeypatch.setenv("ONCU_SIGNALS", str(few))
    monkeypatch.setenv("ONCU_DIGEST__LANGUAGE", "en")
    noise = {code: load_noise_classes()[code] for code in NOISE}
    monkeypatch.setattr("oncu.signals.commands.learning.load_noise_classes", lambda: noise)
    assert oncu("init").code == 0
    assert oncu("train", "--by", "ece").code == 0
    assert "the cues read alone" in oncu("models", "list").out
    assert "Brier" in oncu("models", "show", "newest").out
    assert "together: probability" in oncu("models", "why", "newest", "strike", "Kumluca Lastik'te grev").out
    assert oncu("models", "why", "newest", "opera", "grev").code == 1
    assert "no judged text" in oncu("models", "compare").out
    assert oncu("models", "promote", "newest", "--by", "ece").code == 1
    assert oncu("models", "promote", "newest", "--by", "ece", "--force", "--reason", "first").code == 0
    assert "reads" in oncu("models", "list").out
    assert oncu("models", "rollback", "--by", "ece", "--reason", "enough").code == 0
    assert "nothing to judge" in oncu("label", "next", "--by", "ece").out
    assert oncu("label", "import", "none.jsonl", "--shape", "doccano", "--by", "ece").err.startswith("oncu: none.jsonl")
    assert "no answer yet" in oncu("label", "history").out
    assert "0 episodes would alert" in oncu("signals", "try", "strike").out
    assert oncu("signals", "try", "nothing").code == 1
    monkeypatch.setenv("ONCU_DIGEST__LANGUAGE", "tr")
    assert "ipuçları tek başına okuyor" in oncu("models", "list").out
    assert "henüz yanıt yok" in oncu("label", "history").out
    assert "yargılanmış metin yok" in oncu("models", "compare").out
