"""Links that answer an alert from a digest: what they are bound to, how long they hold, and where they stand."""

from datetime import timedelta

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import LinkSettings
from oncu.signals.faces.deliver import digest_message
from oncu.signals.faces.signed import Asked, BadLink, answer_links, key_of, read_token, sign
from oncu.signals.words import load_words

KEY = "k" * 40
ASKED = Asked("ayse", "a" * 32, "wrong_firm")
SETTINGS = LinkSettings(address="https://oncu.bank.example")


def test_a_link_says_who_answers_what_to_which_alert(now):
    assert read_token(sign(ASKED, KEY, now), KEY, now + timedelta(days=14), days=14) == ASKED


def test_a_link_ends_with_its_days(now):
    with pytest.raises(BadLink, match="expired"):
        read_token(sign(ASKED, KEY, now), KEY, now + timedelta(days=14, seconds=1), days=14)


@pytest.mark.parametrize("spoil", [lambda t: "x" + t, lambda t: t[:-2], lambda t: "", lambda t: t.replace(".", "..")])
def test_a_link_that_was_changed_is_forged(now, spoil):
    with pytest.raises(BadLink, match="forged"):
        read_token(spoil(sign(ASKED, KEY, now)), KEY, now, days=14)


def test_a_link_of_another_key_is_forged(now):
    with pytest.raises(BadLink, match="forged"):
        read_token(sign(ASKED, "z" * 40, now), KEY, now, days=14)


def test_an_answer_that_is_no_longer_asked_for_is_too_old(now):
    with pytest.raises(BadLink, match="expired"):
        read_token(sign(Asked("ayse", "a", "perhaps"), KEY, now), KEY, now, days=14)


def test_the_key_comes_from_the_environment_else_from_its_file(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    settings = LinkSettings(key_file=file)
    assert key_of(settings, {"ONCU_LINK_KEY": "e" * 40}) == "e" * 40
    assert key_of(settings, {}) == KEY


def test_a_key_that_can_be_guessed_is_refused():
    with pytest.raises(Problem, match="5 characters can be guessed"):
        key_of(SETTINGS, {"ONCU_LINK_KEY": "12345"})


def test_a_key_file_that_is_missing_is_one_line(tmp_path):
    with pytest.raises(Problem, match="cannot be read"):
        key_of(LinkSettings(key_file=tmp_path / "none"), {})


@pytest.mark.parametrize(("settings", "environment"), [(SETTINGS, {}), (LinkSettings(), {"ONCU_LINK_KEY": KEY})])
def test_without_key_or_address_there_are_no_links(now, settings, environment):
    assert answer_links(settings, "ayse", now, environment) is None


@pytest.mark.parametrize("value", ["oncu.bank.example", "https://bank.example/path", "ftp://x", "https://a b"])
def test_an_address_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match="no address of a site"):
        LinkSettings(address=value)


def test_each_alert_of_a_digest_carries_its_five_links(bank):
    bank.see("Parlak Telekom konkordato ilan etti")
    bank.run()
    view = bank.digest(bank.now)
    words = load_words("tr", bank.settings.timezone)
    link = answer_links(SETTINGS, "ayse", bank.now, {"ONCU_LINK_KEY": KEY})
    message = digest_message(view, bank.now.date(), bank.settings, words, link)
    alerts = sum(len(card.alerts) for card in view.cards)
    assert alerts and message.html.count("https://oncu.bank.example/yanit/") == 5 * alerts
    assert message.text.count("https://oncu.bank.example/yanit/") == 5 * alerts
    plain = digest_message(view, bank.now.date(), bank.settings, words)
    assert "/yanit/" not in plain.html + plain.text
