"""Personal data is found by check digits and context; what identifies a firm or a thing stays."""

import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.tr import tckimlik, vkn

from oncu.classifiers.privacy import MASK, find_personal, mask, redact

TCKN, IBAN, CARD = "10000000146", "TR33 0006 1005 1978 6457 8413 26", "4111 1111 1111 1111"


def kinds(text, **more):
    return [finding.kind for finding in find_personal(text, **more)]


def digits(rng, n):
    return "".join(rng.choices("0123456789", k=n))


def make_tckn(rng):
    while True:
        nine = str(rng.randint(1, 9)) + digits(rng, 8)
        odd, even = sum(map(int, nine[0::2])), sum(map(int, nine[1::2]))
        tenth = (odd * 7 - even) % 10
        number = nine + str(tenth) + str((odd + even + tenth) % 10)
        if tckimlik.is_valid(number):
            return number


def make_vkn(rng):
    nine = digits(rng, 9)
    return nine + vkn.calc_check_digit(nine)


def make_iban(rng):
    rest = digits(rng, 5) + "0" + digits(rng, 16)
    number = "TR" + iban.calc_check_digits("TR00" + rest) + rest
    return number if rng.random() < 0.5 else iban.format(number)


def make_card(rng):
    start = rng.choice(["4", "51", "55", "9792"])
    number = start + digits(rng, 15 - len(start))
    number += luhn.calc_check_digit(number)
    return rng.choice(
        [
            number,
            " ".join(number[i : i + 4] for i in range(0, 16, 4)),
            "-".join(number[i : i + 4] for i in range(0, 16, 4)),
        ]
    )


PHONE_FORMS = (
    "+90 {a} {b} {c} {d}",
    "+90{a}{b}{c}{d}",
    "0{a}{b}{c}{d}",
    "0 {a} {b} {c} {d}",
    "0({a}) {b} {c} {d}",
    "0{a}-{b}-{c}-{d}",
    "{a} {b} {c} {d}",
    "0090 {a} {b} {c}{d}",
    "0{a}.{b}.{c}.{d}",
    "({a}) {b}-{c}{d}",
    "90 {a} {b} {c} {d}",
)
BARE_PHONES = ("telefonum {}", "beni {} numarasından aradılar", "cep: {}", "{} nolu hattımdan arayın", "WhatsApp {}")


def make_phone(rng):
    area = rng.choice(["532", "505", "544", "555", "212", "312", "232", "850"])
    parts = {"a": area, "b": digits(rng, 3), "c": digits(rng, 2), "d": digits(rng, 2)}
    form = rng.choice(PHONE_FORMS if area != "850" else PHONE_FORMS[:6])
    return form.format(**parts)


def make_bare_phone(rng):
    return rng.choice(BARE_PHONES).format(rng.choice(["532", "505", "212"]) + digits(rng, 7))


def make_email(rng):
    name = rng.choice(["ayse.yilmaz", "m_kaya", "çiğdem", "a-b+fatura", "destek99"])
    return f"{name}{rng.randint(1, 999)}@{rng.choice(['ornek.com.tr', 'posta.example', 'kutu.net'])}"


POSITIVES = {
    "tckn": (make_tckn, ("TC kimlik no: {}", "TC {} ile başvurdum", "kimlik numaram {}.", "{} benim numaram", "({})")),
    "iban": (make_iban, ("IBAN: {}", "hesabım {} iade bekliyorum", "paramı {}'a yatırın")),
    "card": (make_card, ("{} numaralı kartımdan çekildi", "kart no {}", "Kartım: {}, tutar 450 TL")),
    "phone": (make_phone, ("{}", "tel: {}", "Siparişimi iptal için {} hattını aradım", "bana {}'den ulaşın", "({})")),
    "bare": (make_bare_phone, ("{}", "Firma dönmedi, {} lütfen")),
    "email": (make_email, ("{}", "e-posta {} adresime yazın", "<{}>,", "mail:{}.")),
}
NEGATIVES = {
    "VKN": (
        make_vkn,
        (
            "VKN: {}",
            "vergi no {}",
            "Çamlı V.D. {}",
            "Vergi kimlik numarası {} olan firma",
            "{} vergi numaralı firmayı telefonla aradım",
        ),
    ),
    "IKN": (
        lambda r: f"{r.randint(2015, 2026)}/{digits(r, r.choice([5, 6, 7]))}",
        ("İKN {}", "ihale kayıt no: {}", "{} İKN'li ihale"),
    ),
    "EAN": (lambda r: "869" + digits(r, 10), ("EAN {}", "barkod no: {}", "ürünün barkodu {}", "{}")),
    "amount": (
        lambda r: f"{r.randint(1, 999)}.{digits(r, 3)}.{digits(r, 3)},{digits(r, 2)}",
        ("{} TL", "tutar {}", "₺{} ödedim"),
    ),
    "plain amount": (lambda r: f"{r.randint(2, 5)}{digits(r, 9)}", ("{} TL ciro açıkladı", "{},50 TL için aradım")),
    "order": (
        lambda r: digits(r, r.choice([8, 9, 10, 11, 12, 16])),
        (
            "sipariş no {}",
            "Sipariş numaram: {}",
            "kargo takip no {}",
            "fatura no: {}",
            "müşteri no {} telefonla aradım",
        ),
    ),
    "MERSIS": (lambda r: "0" + digits(r, 15), ("MERSİS {}", "MERSİS No: {}")),
    "date": (
        lambda r: f"{r.randint(10, 28)}.0{r.randint(1, 9)}.202{r.randint(0, 6)} 12:24:44",
        ("{} tarihinde aradım",),
    ),
}


def sentences(table, seed, n):
    rng = random.Random(seed)
    for number in range(n):
        kind = list(table)[number % len(table)]
        make, frames = table[kind]
        value = make(rng)
        yield kind, value, f"Ürün bozuk çıktı, çözüm istiyorum. {rng.choice(frames).format(value)} diye yazdım."


def test_two_thousand_personal_numbers_and_addresses_are_found():
    missed = []
    for kind, value, text in sentences(POSITIVES, 1, 2000):
        expected = "phone" if kind == "bare" else kind
        if kinds(text) != [expected] or (kind != "bare" and value in redact(text).text):
            missed.append((kind, text, kinds(text)))
    assert len(missed) <= 10, missed[:10]


def test_two_thousand_numbers_of_firms_and_things_are_kept():
    lost = [(kind, text) for kind, _, text in sentences(NEGATIVES, 2, 2000) if redact(text).text != text]
    assert len(lost) <= 10, lost[:10]


def test_tax_numbers_in_context_are_kept_though_they_look_like_telephones():
    rng = random.Random(3)
    texts = [f"Aradım, ulaşamadım. Vergi no: 5{digits(rng, 9)}, telefon yok" for _ in range(500)]
    assert sum(redact(text).text == text for text in texts) >= 498


@pytest.mark.parametrize(
    "text",
    [
        "TC 10000000146",
        "ＴＣ １００００００0146",
        "TC no 100 000 001 46",
        "vergi no 10000000146",
        "10000000146",
    ],
)
def test_an_identity_number_is_found_however_it_is_written(text):
    assert kinds(text) == ["tckn"]


@pytest.mark.parametrize(
    "text",
    [
        "10000000147 kimlik no",  # check digit is wrong
        "sipariş no 10000000146",
        "10000000146 TL",
        "910000000146",
        "TR34 0006 1005 1978 6457 8413 26",
        "4111 1111 1111 1112",
        "0.5321234567 oranında",
        "444 0 123 çağrı merkezi",
        "5321234567",
        "5321234567 numaralı siparişim için telefonla aradım",
        "ISBN 978-605-123-45-67",
        "34 ABC 123 TL",
    ],
)
def test_a_number_without_check_digit_or_context_stays(text):
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "05321234567 numaralı faturalı hattım",
        "0532 123 45 67 fatura no 998",
        "sipariş için 05321234567",
        "Şikayet\nnumaram 0532 123 45 67",
        "+49 170 1234567",
        "call (212) 555-1234",
        "0 532 1 2 3 4 5 6 7",
        "0532\u00a0123\u00a045\u00a067",
        "0532–123–45–67",
    ],
)
def test_a_telephone_is_found_however_it_is_written(text):
    assert kinds(text) == ["phone"]


def test_every_piece_is_labelled_and_counted():
    found = redact(f"TC {TCKN}, iban {IBAN}, kart {CARD}, 0532 123 45 67 ve 0212 123 45 67, a@b.example")
    assert found.text == "TC [TCKN], iban [IBAN], kart [KART], [TELEFON] ve [TELEFON], [E-POSTA]"
    assert found.removed == {"card": 1, "email": 1, "iban": 1, "phone": 2, "tckn": 1}


def test_an_iban_before_words_is_found():
    assert (
        redact("DE89 3704 0044 0532 0130 00 hesabına, TR330006100519786457841326 yazın").text
        == "[IBAN] hesabına, [IBAN] yazın"
    )


def test_a_spelt_address_is_found():
    assert kinds("ayse.y (at) ornek (nokta) com") == ["email"]


def test_a_plate_needs_its_cue():
    assert (kinds("34 ABC 123 plakalı araç"), kinds("34 ABC 123 model")) == (["plate"], [])


def test_names_are_kept_unless_asked_for():
    text = "Adım Ayşe Yılmaz, şikayetçiyim."
    assert (redact(text).text, redact(text, names=True).text) == (text, "Adım [AD], şikayetçiyim.")


@pytest.mark.parametrize(
    "text",
    [
        "Ben Mehmet Can Öz, iade bekliyorum.",
        "Ad Soyad: Ayşe Yılmaz",
        "Ürün gelmedi. Saygılarımla,\nAyşe Yılmaz",
        "Kind regards, John Smith",
        "İsmim: AYŞE YILMAZ",
    ],
)
def test_a_name_with_a_cue_is_found(text):
    assert kinds(text, names=True) == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "İlk adım Ankara'da atıldı",
        "Ben Deneme Telekom müşterisiyim",
        "ben de Saat Kulesi önündeydim",
        "Saygılar.",
        "Ayşe Yılmaz genel müdür oldu",
    ],
)
def test_capitals_without_a_sure_cue_are_no_name(text):
    assert kinds(text, names=True) == []


def test_the_number_of_a_client_is_kept_even_where_it_is_that_of_a_person():
    assert kinds(f"Yılmaz Ticaret {TCKN}", tax_ids={TCKN}) == []


def test_where_a_client_was_found_nothing_is_touched():
    text = "ayse@ornek.example"
    assert mask(text, keep=[(5, 18)]) == MASK * 5 + "ornek.example"


def test_a_mask_is_as_long_as_the_text():
    text = f"😀 TC {TCKN}."
    assert mask(text) == f"😀 TC {MASK * 11}."


@given(st.text(alphabet=st.sampled_from("0159 +-()./@aıİTR[]\u00a0５,"), max_size=80))
def test_masking_keeps_the_length_and_twice_is_once(text):
    once = mask(text, names=True)
    assert len(once) == len(text) and mask(once, names=True) == once


@pytest.mark.parametrize(
    "piece", ["0532 123 45 67 ", "a@", "(at)", "1 ", "TR1", "Adım A", "1" * 50 + " ", "a.b(at)c.d "]
)
def test_no_text_takes_long(piece):
    text = (piece * 100_000)[:100_000]
    started = time.perf_counter()
    redact(text, names=True)
    assert time.perf_counter() - started < 5


@pytest.mark.shared
def test_numbers_masked_by_a_complaint_site_are_left_alone(shared):
    """The site masked them with stars already; only counts are looked at."""
    removed: dict[str, int] = {}
    lines = (shared / "data/tr/complaints/complaints.jsonl").read_text("utf-8").splitlines()[:2000]
    for line in lines:
        for kind, n in redact(str(json.loads(line).get("text") or "")).removed.items():
            removed[kind] = removed.get(kind, 0) + n
    assert sum(removed.values()) < 0.05 * len(lines), removed
