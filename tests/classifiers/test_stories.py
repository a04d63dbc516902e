"""Copies share a story; events that share only their words do not."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.stories.sketches import (
    NAME,
    StoryText,
    sketch,
    sketch_document,
    sketch_documents,
    sketch_texts,
    without_outlet,
)

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TITLE = "Nurova Tekstil Bursa'daki fabrikasında üretime üç ay ara verdi"
LEAD = (
    "Nurova Tekstil yönetimi dün akşam yaptığı açıklamada iplik bölümündeki makinelerin bakıma alınacağını, "
    "siparişlerin ise komşu tesislerden karşılanacağını bildirdi. Açıklamaya göre bakım işleri mart ayı boyunca "
    "sürecek ve bu sürede çalışanların ücretleri eksiksiz ödenecek. Sendika temsilcisi kararı beklediklerini, "
    "işçilerin haklarının korunması için görüşmelerin süreceğini söyledi. "
    "Şirket geçen yıl cirosunu yüzde 12 artırmıştı."
)
NOTICE = (
    "{court} Asliye Ticaret Mahkemesi {number} esas sayılı dosyasında {firm} hakkında üç aylık geçici mühlet kararı "
    "verilmiş olup alacaklıların ilan tarihinden itibaren yedi gün içinde itirazlarını bildirmeleri gerektiği "
    "ilan olunur"
)


def stories(*documents: StoryText) -> list[str]:
    return [found.story_id for found in StoryIndex().add_all(documents)]


def titled(*titles: str) -> list[str]:
    return stories(*(StoryText(str(number), title) for number, title in enumerate(titles)))


@pytest.mark.parametrize(
    "copy",
    [
        TITLE,
        f"{TITLE} - Örnek Haber",
        f"{TITLE} | ornekhaber.example",
        f"Son dakika: {TITLE}",
        TITLE.replace("'", "’"),
        TITLE.upper(),
    ],
)
def test_copy_of_a_headline_joins(copy: str) -> None:
    assert titled(TITLE, copy) == ["0", "0"]


@pytest.mark.parametrize(
    "other",
    [
        "Nurova Tekstil Bursa'daki fabrikasında üretime üç ay önce başladı",
        "Zetalin Tekstil Bursa'daki fabrikasında üretime üç ay ara verdi",
        "Nurova Tekstil İzmir'deki fabrikasında üretime üç ay ara verdi",
    ],
)
def test_headline_of_another_event_stays_apart(other: str) -> None:
    assert titled(TITLE, other) == ["0", "1"]


def test_other_number_is_another_event() -> None:
    first = "Nurova Tekstil için hedef fiyat 134,60 liraya yükseltildi"
    assert titled(first, first.replace("134,60", "126,50")) == ["0", "1"]


def test_three_words_inside_a_longer_headline_prove_nothing() -> None:
    assert titled("Yeni fabrika kuruldu", "Bursa ovasında tartışma: yeni fabrika kuruldu diye dava") == ["0", "1"]


@pytest.mark.parametrize(
    "body",
    [
        LEAD[: len(LEAD) // 2],
        f"{LEAD} Haberin tamamı için tıklayın.",
        LEAD.replace("dün akşam", "dün"),
        LEAD.replace(" komşu ", " "),
    ],
)
def test_copy_of_an_article_joins(body: str) -> None:
    assert stories(StoryText("a", TITLE, LEAD), StoryText("b", f"{TITLE} - Örnek Haber", body)) == ["a", "a"]


def test_long_copy_joins_a_cut_one() -> None:
    long = " ".join(f"{LEAD} Bölüm {number} sonrası kelime{number}lerle sürer." for number in range(6))
    assert stories(StoryText("a", TITLE, long), StoryText("b", TITLE, long[: len(long) // 2])) == ["a", "a"]


def test_registry_rows_of_one_template_stay_apart() -> None:
    rows = [
        ("Bursa 2", "2026/51", "Nurova Tekstil A.Ş."),
        ("Bursa 2", "2026/52", "Zetalin Gıda Ltd. Şti."),
        ("Konya 1", "2026/51", "Pamirli Un A.Ş."),
    ]
    documents = [StoryText(firm, "", NOTICE.format(court=c, number=n, firm=firm)) for c, n, firm in rows]
    assert len(set(stories(*documents))) == 3


def test_story_bears_the_id_of_its_first_document() -> None:
    assert titled(TITLE, f"{TITLE} - Örnek Haber", f"{TITLE} - Deneme Gazetesi") == ["0", "0", "0"]


def test_copy_after_the_window_is_a_new_story() -> None:
    index = StoryIndex(window_days=14)
    index.add(StoryText("a", TITLE, published_at=DAY))
    assert index.add(StoryText("b", TITLE, published_at=DAY + timedelta(days=15))).story_id == "b"


def test_same_document_twice_keeps_its_story() -> None:
    index = StoryIndex()
    index.add(StoryText("a", TITLE))
    again = index.add(StoryText("a", TITLE))
    assert (again.story_id, again.is_copy) == ("a", False)


def test_index_is_rebuilt_from_stored_sketches() -> None:
    document = StoryText("a", TITLE, LEAD, DAY)
    index = StoryIndex()
    index.restore("a", "story", sketch_document(document), DAY)
    found = index.add(StoryText("b", TITLE, LEAD, DAY))
    assert (found.story_id, found.similarity, found.is_copy) == ("story", 1.0, True)


def test_forgotten_documents_take_no_copies() -> None:
    index = StoryIndex()
    index.add(StoryText("a", TITLE, published_at=DAY), known_at=DAY)
    index.forget(before=DAY + timedelta(days=1))
    assert index.add(StoryText("b", TITLE, published_at=DAY)).story_id == "b"


def test_what_was_published_long_ago_and_read_just_now_is_not_forgotten() -> None:
    index = StoryIndex()
    index.add(StoryText("a", TITLE, published_at=DAY), known_at=DAY + timedelta(days=30))
    index.forget(before=DAY + timedelta(days=16))
    assert index.add(StoryText("b", TITLE, published_at=DAY)).story_id == "a"


def test_a_sketch_that_is_given_is_not_made_again() -> None:
    index = StoryIndex()
    index.add(StoryText("a", TITLE))
    assert index.add(StoryText("b", "Başka bir başlık bu gün burada"), sketch(TITLE)).story_id == "a"


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 30)), max_size=40), st.integers(1, 30))
def test_an_index_that_forgets_is_the_one_restored_from_what_is_left(told: list[tuple[str, int]], since: int) -> None:
    """Many share a shingle, so that its places run out and are filled again."""
    texts = [
        (f"{number}", f"ortak söz burada {word} {word} {word}", DAY + timedelta(days=day))
        for number, (word, day) in enumerate(told)
    ]
    warm, cold = StoryIndex(), StoryIndex()
    before = DAY + timedelta(days=since)
    for name, title, known_at in texts:
        found = warm.add(StoryText(name, title), known_at=known_at)
        if known_at >= before:
            cold.restore(name, found.story_id, sketch(title), None, known_at=known_at)
    warm.forget(before)
    new = [StoryText(f"new {word}", f"ortak söz burada {word} {word} {word}") for word in "abcdefgh"]
    assert [warm.add(text) for text in new] == [cold.add(text) for text in new]


@given(
    st.lists(st.sampled_from((TITLE, LEAD, f"{LEAD} " * 6, NOTICE, "")) | st.integers(0, 99), max_size=60), st.data()
)
def test_stories_are_the_same_however_many_are_added_at_once(told: list[str | int], data: st.DataObject) -> None:
    texts = [NOTICE.format(court=n % 9, number=n, firm=f"F{n % 5}") if isinstance(n, int) else n for n in told]
    documents = [StoryText(f"{data.draw(st.integers(0, 99))}", "", text, DAY) for text in texts]
    one_by_one, together = StoryIndex(), StoryIndex()
    cut = len(documents) // 3
    found = together.add_all(documents[:cut]) + together.add_all(documents[cut:])
    assert found == [one_by_one.add(document) for document in documents]


def test_a_headline_that_comes_every_week_still_takes_its_copy() -> None:
    index = StoryIndex(window_days=14)
    weeks = [DAY + timedelta(weeks=3 * number) for number in range(70)]
    index.add_all([StoryText(f"{week}", TITLE, published_at=week) for week in weeks])
    assert index.add(StoryText("copy", TITLE, published_at=weeks[-1])).story_id == f"{weeks[-1]}"


def test_a_copy_is_found_among_many_texts_of_one_template() -> None:
    rows = [NOTICE.format(court=f"Bursa {n}", number=f"2026/{n}", firm=f"Firma{n} Tekstil A.Ş.") for n in range(60)]
    found = StoryIndex().add_all([StoryText(f"{n}", "", text) for n, text in enumerate([*rows, rows[30]])])
    assert found[-1].story_id == "30"


def test_a_document_in_a_given_story_takes_copies_there_whatever_it_is_like() -> None:
    documents = [StoryText("a", TITLE), StoryText("b", LEAD), StoryText("c", LEAD)]
    found = StoryIndex().add_all(documents, given={"b": "a"})
    assert [(one.story_id, one.is_copy) for one in found] == [("a", False), ("a", True), ("a", True)]


def test_texts_without_words_stay_apart() -> None:
    assert titled("", "…", "") == ["0", "1", "2"]


def test_outlet_is_taken_off_a_headline_only_where_it_is_a_name() -> None:
    assert without_outlet(f"{TITLE} - Örnek Haber") == TITLE
    assert without_outlet("Nurova Tekstil büyüyor - işçiler mutlu") == "Nurova Tekstil büyüyor - işçiler mutlu"


def test_sketch_is_the_same_in_every_process() -> None:
    assert sketch("Nurova Tekstil 12 yeni") == (1245583534, 2090157301, 6756409699, 11920465680, 12721029852)


@given(st.lists(st.text() | st.sampled_from((TITLE, LEAD, f"{LEAD} " * 5, "No:12/3-4", "")), max_size=6))
def test_many_texts_at_once_have_the_sketches_they_have_alone(texts: list[str]) -> None:
    assert sketch_texts(texts) == [sketch(text) for text in texts]


def test_documents_at_once_have_the_sketches_they_have_alone() -> None:
    told = [StoryText("a", f"{TITLE} - Örnek Haber", LEAD), StoryText("b", TITLE), StoryText("c")]
    assert sketch_documents(told) == [sketch_document(one) for one in told]


@pytest.mark.parametrize("number", ["134,60", "12.05.2026", "2026/51", "10:30", "5-6", "134,60 lira"])
def test_a_number_in_parts_is_one_number(number: str) -> None:
    marks = [value for value in sketch(f"hedef fiyat {number}") if NAME > value >= NAME // 2]
    assert len(marks) == 1 and marks != [value for value in sketch("hedef fiyat 134") if NAME > value >= NAME // 2]


def test_a_capital_with_a_mark_of_its_own_begins_a_name() -> None:
    assert sketch(unicodedata.normalize("NFD", "bugün Şirvan Örnek geldi")) == sketch("bugün Şirvan Örnek geldi")


@given(st.text())
def test_a_text_is_a_copy_of_itself(text: str) -> None:
    found = StoryIndex().add_all([StoryText("a", "", text), StoryText("b", "", text)])
    assert found[1].is_copy == bool([value for value in sketch(text) if value < 1 << 32])
