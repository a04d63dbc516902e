"""Published scores."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from oncu.storage.scores import Score, newest_scores, publish_scores

SCORE = Score(date(2026, 3, 2), "risk", "type", "lawsuit", "conversion", 180, 0.24, 0.1, 0.4, 25)
DAY = timedelta(days=1)


@pytest.fixture
def publish(database, now):
    def save(*rows):
        with database.write() as connection:
            publish_scores(connection, rows, now, "test")

    return save


def newest(database, until=SCORE.as_of):
    with database.read() as connection:
        return newest_scores(connection, "type", "conversion", until=until)


def test_a_score_comes_back_as_it_was_published(publish, database):
    publish(SCORE)
    assert newest(database) == {"lawsuit": SCORE}


def test_a_score_of_the_same_day_and_subject_is_replaced(publish, database):
    publish(SCORE)
    publish(replace(SCORE, value=0.5, n=30))
    assert newest(database)["lawsuit"].n == 30


def test_the_newest_score_of_a_subject_counts(publish, database):
    publish(SCORE, replace(SCORE, as_of=SCORE.as_of - DAY, n=20))
    assert newest(database)["lawsuit"].n == 25


def test_a_score_of_a_later_day_does_not_exist_yet(publish, database):
    publish(SCORE)
    assert newest(database, SCORE.as_of - DAY) == {}


def test_scores_of_other_metrics_and_subjects_are_not_mixed(publish, database):
    publish(replace(SCORE, metric="recall"), replace(SCORE, subject_kind="source"))
    assert newest(database) == {}
