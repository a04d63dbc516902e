"""What is a complaint, what it is about, how grave it is, and whether it was settled."""

import json
from pathlib import Path

import pytest

from oncu.classifiers.complaints import (
    complaint_probabilities,
    count_distinct,
    is_resolved,
    read_complaints,
    severity_of,
    topic_of,
)
from oncu.classifiers.lookups import read_lookup
from oncu.classifiers.text import fold_key


@pytest.mark.parametrize(
    "text",
    [
        "Üç haftadır bekliyorum, aldığım dolap gelmedi ve telefonlarıma çıkmıyorlar. Paramı geri istiyorum.",
        "Hattım dün geceden beri çekmiyor, arıyorum kimse ilgilenmiyor, yeter artık!",
        "They billed me for a plan I never ordered and nobody answers my mails.",
    ],
)
def test_who_complains_is_heard(text: str) -> None:
    assert read_complaints([text])[0].is_complaint


@pytest.mark.parametrize(
    "text",
    [
        "Meltem Tekstil üçüncü fabrikasını Uşak'ta kuracak",
        "Bayramda şubelerimiz kapalıdır, herkese iyi bayramlar dileriz",
        "Kurye tam saatinde geldi, çok memnun kaldım, teşekkürler",
        "The group raised its forecast after a strong quarter",
    ],
)
def test_who_does_not_complain_is_left_alone(text: str) -> None:
    assert not read_complaints([text])[0].is_complaint


def test_there_are_enough_examples_and_none_twice() -> None:
    examples = read_lookup("complaint_examples")
    every = [fold_key(text) for texts in examples.values() for text in texts]
    assert min(len(texts) for texts in examples.values()) >= 150 and len(set(every)) == len(every)


def test_an_empty_text_is_no_complaint() -> None:
    assert complaint_probabilities(["", "?!"]) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Kargom iki haftadır gelmedi", "delivery"),
        ("İade ettim, param geri ödenmedi", "refund"),
        ("Faturaya haksız ücret yansıttılar", "billing"),
        ("Kombi bozuk, garanti kapsamında tamir etmiyorlar", "defect"),
        ("İnternet her akşam kopuyor, bağlantı yok", "outage"),
        ("Uygulama hata veriyor, şifre kabul etmiyor", "app"),
        ("Beni dolandırdılar", "fraud"),
        ("Hiç memnun değilim", "other"),
    ],
)
def test_a_complaint_has_a_topic(text: str, topic: str) -> None:
    assert topic_of(fold_key(text)) == topic


def test_graver_words_make_it_graver() -> None:
    mild, grave = (severity_of(fold_key(t))[0] for t in ("Paket geç geldi", "Dolandırıldık, aylardır mağduruz"))
    assert 0 < mild < grave <= 1


def test_what_made_it_grave_is_shown() -> None:
    assert severity_of("dava acacagim")[1] == ("dava",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sorunum çözüldü, teşekkür ederim", True),
        ("Param hesabıma iade edildi", True),
        ("Sorunum hâlâ çözülmedi", False),
        ("Çözüm bekliyorum", False),
        ("Çözülmüş gösterip kapattılar, sorun çözüldü diyorlar ama hâlâ aynı", False),
    ],
)
def test_what_was_settled_is_known(text: str, expected: bool) -> None:
    assert is_resolved(fold_key(text)) == expected


def test_copies_with_other_numbers_are_one_text() -> None:
    copies = [f"Bu firma {n} numaralı siparişimi göndermedi, herkes uzak dursun" for n in range(50)]
    assert count_distinct([*copies, "İade param yatmadı, müşteri hizmetleri kapalı"]) == 2


@pytest.mark.shared
def test_real_complaints_are_told_from_headlines(shared: Path) -> None:
    """A sample; all are measured in docs/performance.md."""
    complaints = [json.loads(line) for line in (shared / "data/tr/complaints/complaints.jsonl").open()][::60]
    titles = [json.loads(line) for line in (shared / "data/tr/news/titles_20k.jsonl").open()][::40]
    found = complaint_probabilities([f"{row['title']}\n{row['text']}" for row in complaints])
    wrong = complaint_probabilities([row["title"] for row in titles])
    assert sum(p >= 0.5 for p in found) / len(found) >= 0.9
    assert sum(p >= 0.5 for p in wrong) / len(wrong) <= 0.05
