"""What an address says of its place, and nothing that it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.addresses import Address, read_address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kestel OSB 4. Cadde No:12, Kestel/Bursa", ("Bursa", "Kestel", "Kestel OSB")),
        ("Gebze Plastikçiler OSB 7. Sokak No:3, Gebze/Kocaeli", ("Kocaeli", "Gebze", "Gebze Plastikçiler OSB")),
        ("Doruklu Organize Sanayi Bölgesi 3. Cadde, Sarıçam / ADANA", ("Adana", "Sarıçam", "Doruklu OSB")),
        ("Ege Serbest Bölgesi, Gaziemir - İzmir", ("İzmir", "Gaziemir", "Ege Serbest Bölgesi")),
        ("Çınarlı Mah. 12. Sok. No:5 Nilüfer BURSA", ("Bursa", "Nilüfer", None)),
        ("Ankara Caddesi 5, Pendik, İstanbul, Türkiye", ("İstanbul", "Pendik", None)),
        ("16140 Nilüfer-Bursa", ("Bursa", "Nilüfer", None)),
        ("16140 Nilüfer Bursa", ("Bursa", "Nilüfer", None)),
        ("OSB 1. Cadde, Bursa", ("Bursa", None, None)),
        ("Sanayi Cad. No:4, K.Maraş", ("Kahramanmaraş", None, None)),
        ("Ankara Yolu 5. km", (None, None, None)),
        ("12 High Street, London", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_place_is_what_the_address_says(text: str, found: tuple[str | None, ...]) -> None:
    assert read_address(text) == Address(*found)


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    read_address(text)
