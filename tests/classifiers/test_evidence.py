"""What one clue does to the probability of a mention, all else the same."""

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.clues import calibration, probability, say, weights
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.mentions.mention import Mention

DALGA = ClientName(
    "dal", "Dalga Çimento Sanayi A.Ş.", ("Dalga",), city="Bursa", website="https://www.dalgacimento.example"
)
NUROVA = ClientName("nur", "Nurovalı Tekstil ve Konfeksiyon San. Tic. A.Ş.", group="g")
SISTER = ClientName("sis", "Ilgaz Boya A.Ş.", ("Ilgaz",), group="g")


def chance(text: str, client: str = "dal", **given: object) -> float:
    found = build_matcher((DALGA, NUROVA, SISTER), **given).find(text)  # type: ignore[arg-type]
    return max((mention.probability for mention in found if mention.client_id == client), default=0.0)


def only(text: str, *clients: ClientName) -> Mention:
    (mention,) = build_matcher(clients).find(text)
    return mention


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Dün Dalga yeni klinker fırınını tanıttı", "Dün Dalga yeni tekneyi tanıttı"),  # of its trade
        ("Çimento üreticisi Dalga toplandı", "Geçen hafta Dalga toplandı"),  # a maker
        ("Pay devrini bitiren Dalga toplandı", "Geçen hafta Dalga toplandı"),  # what it did, before the name
        ("Bursa'da bugün Dalga toplandı", "Rize'de bugün Dalga toplandı"),  # its city
        ("Bugün Dalga'nın fabrikası açıldı", "Bugün Dalga'nın sesi açıldı"),  # what a firm has
        ("Bugün Dalga toplandı", "Bugün Yunan Dalga toplandı"),  # abroad
        ("Bugün Dalga toplandı", "Bugün Dalga Müzesi toplandı"),  # another thing
        ("Bugün Dalga toplandı", "Bugün Doktor Dalga toplandı"),  # a person
        ("Bugün Dalga duvarı boyadı", "Bugün Dalga kalecisi duvarı boyadı"),  # sport
        ("Bugün Dalga yağmur bekliyor", "Kaynak: Dalga yağmur bekliyor"),  # only who says it
        ("Bugün Dalga dedi", "Bugün dalga dedi"),  # lower case
        ("Bugün Dalga yağmurda kaldı", "Bugün bir Dalga yağmurda kaldı"),  # one thing of the make
        ("Bugün Dalga'yı gördük", "Bugün Dalga'mı gördük"),  # somebody's own
        ("Bugün Dalga yine toplandı", "Bugün Dalga yine bozuldu"),  # a thing in use
        ("Bugün Dalga (Bursa) toplandı", "Bugün Dalga (Polonya) toplandı"),  # at home abroad
        ("Bugün çimento devi Dalga toplandı", "Bugün Alman çimento devi Dalga toplandı"),  # a maker abroad
        ("Bugün artık yine Dalga Ovacık toplandı", "Bugün artık yine Dalga Ovacık Korusu toplandı"),  # a longer name
        ("Bugün Dalga salonu boyadı", "Bugün voleybolda Dalga salonu boyadı"),  # sport
        ("Bugün Dalga voleybola sponsor oldu", "Bugün Dalga voleybolda sayı aldı"),  # a sponsor is the firm
        ("Bugün Dalga toplandı", "Bugün Berlinli girişim Dalga toplandı"),  # from a city abroad
        ("Bugün Dalga toplandı", "Varşova Borsası'nda işlem gören Dalga toplandı"),  # listed abroad
        ("Bugün Dalga toplandı", "Tiflis'te kurulan Dalga toplandı"),  # founded abroad
        ("Bugün Dalga zor toplandı", "Bugün Dalga Londra yüzünden toplandı"),  # another country in the sentence
        ("Bugün çimento üreticisi Dalga toplandı", "Bugün çimento üreticisine Dalga bakıyor"),  # a maker it is not
        ("Bugün Dalga'nın tadı kaçtı", "Bugün Dalga'nın bagajı kaçtı"),  # a part of a thing of the make
        ("Bugün Dalga'yı konuştuk", "Bugün Dalga'yı editörle konuştuk"),  # a paper of that name
        ("Dün Dalgaya gittik", "Dalgaya dün gittik"),  # a suffix and a capital inside the sentence
        ("Bugün Dalga toplandı", "Bugün Dalga Kafe toplandı"),  # another trade
        ("Bugün Dalga toplandı", "BUGÜN DALGA TOPLANDI"),  # a word, where capitals say nothing
    ],
)
def test_clue_moves_the_probability(more: str, less: str) -> None:
    assert chance(more) > chance(less)


def test_outlet_that_was_only_spoken_to_is_less_probable_than_one_that_acts() -> None:
    outlet = ClientName("out", "Limonata Medya A.Ş.", ("Limonata",), sector="medya")
    acts, cited = (
        only(text, outlet) for text in ("Bugün Limonata büyüdü", "Röportajın tamamı bugün Limonata sayfasında")
    )
    assert acts.probability > cited.probability and "words of reporting" in cited.reason


def test_name_of_a_person_who_speaks_of_a_novel_is_less_probable() -> None:
    firm = ClientName("aks", "Aksoy Tekstil A.Ş.", ("Aksoy",))
    speaks, acts = (only(f"Dün Aksoy'un fabrikası {word} büyüdü", firm) for word in ("romanında", "yanında"))
    assert acts.probability > speaks.probability and "words of a person" in speaks.reason


def test_place_where_another_maker_is_at_home_is_not_the_client_of_its_name() -> None:
    firm = ClientName("ant", "Antalya Fide A.Ş.", ("Antalya",))
    texts = ("Antalya'nın fide üreticisi toplandı", "Antalya'nın fide üreticisi Nar toplandı")
    assert only(texts[0], firm).probability > max(
        (mention.probability for mention in build_matcher((firm,)).find(texts[1])), default=0.0
    )


def test_short_name_leans_on_the_full_name_elsewhere_in_the_text() -> None:
    text = "{}\nBugün Dalga toplandı"
    assert chance(text.format("Dalga Çimento A.Ş. büyüyor")) > chance(text.format("Ege Cam büyüyor"))
    assert "full name elsewhere in the text" in _reason(text.format("Dalga Çimento A.Ş. büyüyor"))


def test_name_of_somebody_else_does_not_lean_on_the_full_name() -> None:
    assert "full name elsewhere" not in _reason("Dalga Çimento A.Ş. büyüyor\nBugün Dalga Müzesi açıldı")


def _reason(text: str) -> str:
    return " / ".join(mention.reason for mention in build_matcher((DALGA,)).find(text))


def test_firm_leans_on_another_of_its_group() -> None:
    text = "{} A.Ş. büyüyor\nBugün Ilgaz toplandı"
    group, other = (chance(text.format(name), "sis") for name in ("Nurovalı Tekstil ve Konfeksiyon", "Ege Cam"))
    assert group > other


def test_wrong_company_verdicts_lower_a_name_and_are_remembered_up_to_two() -> None:
    text = "Dün Dalga yeni klinker fırınını tanıttı"
    none, one, two, three = (chance(text, refused={("dalga", "dal"): times}) for times in (0, 1, 2, 3))
    assert none > one > two == three


def test_verdict_on_one_client_does_not_touch_another_of_the_name() -> None:
    other = ClientName("oth", "Dalga Mobilya A.Ş.", ("Dalga",))
    found = build_matcher((DALGA, other), {("dalga", "dal"): 1}).find("Dün Dalga yeni koltuk takımını tanıttı")
    assert [mention.client_id for mention in found if mention.accepted] == ["oth"]


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("Bugün Nurovalı Konfeksiyon büyüyor", "Nurovalı Konfeksiyon"),
        ("Bugün Nurovalı Tekstil Sanayi Ticaret'in borcu büyüyor", "Nurovalı Tekstil Sanayi Ticaret"),
    ],
)
def test_mention_reaches_over_the_clients_own_words(text: str, surface: str) -> None:
    mention = only(text, NUROVA)
    assert (mention.surface, mention.accepted) == (surface, True)


@pytest.mark.parametrize("text", ["dalga.tarifleri.example sitesi açıldı", "https://gezi.example/dalga güncel değil"])
def test_name_inside_a_web_address_is_no_mention(text: str) -> None:
    assert build_matcher((DALGA,)).find(text) == []


def test_popular_name_of_the_website_is_known() -> None:
    bank = ClientName("b", "Türkiye Toprakçı Bankası A.Ş.", website="toprakcibank.com.tr")
    assert only("Dün Toprakçıbank'tan kredi alındı", bank).accepted


def test_code_on_a_number_plate_is_no_stock_code() -> None:
    client = ClientName("c", "Örnekbağ Cam A.Ş.", ticker="ORNBG")
    matcher = build_matcher([client])
    assert [m.accepted for m in matcher.find("Bugün ORNBG yükseldi")] == [True]
    assert [m for m in matcher.find("Plakası 34 ORNBG 07 olan minibüs çekildi") if m.accepted] == []


def test_probability_is_never_certain() -> None:
    assert probability([say("tax_id")] * 20) == 0.99
    assert probability([say("place")] * 20) == 0.01


def test_fitted_weights_keep_the_sign_of_their_words() -> None:
    assert [key for key, (weight, words) in weights().items() if words.startswith("but ") and weight > 0] == []
    assert calibration()[0] > 0
