"""Logging in through the doors: throttling, the second factor, and what the trail says of it."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.access.conftest import NOON, PASSWORD

from tallystick.access import actions
from tallystick.access.models import AuditEvent
from tallystick.access.rules import throttling
from tallystick.access.rules.rights import Role
from tallystick.access.web.second_factor import SecondFactorAdapter, cipher
from tallystick.kernel import clock

pytestmark = pytest.mark.once

LOG_IN = "/account/login/"


@pytest.fixture(autouse=True)
def standing_clock():
    clock.travel_to(NOON)
    yield
    clock.travel_to(None)


@pytest.fixture
def ann(person):
    return person("ann", Role.COLLECTOR, password=PASSWORD)


def _log_in(client, password=PASSWORD, username="ann", **headers):
    return client.post(LOG_IN, {"login": username, "password": password}, **headers)


def _is_in(client):
    return client.get(reverse("access:profile")).status_code == 200


def _trail():
    return list(AuditEvent.objects.order_by("id").values_list("what", flat=True))


def test_a_person_logs_in_in_whatever_case_and_out(client, ann):
    assert _log_in(client, username="ANN").status_code == 302
    assert _is_in(client)

    client.post("/account/logout/")

    assert not _is_in(client)
    assert _trail() == ["logged in", "viewed", "logged out"]
    assert set(AuditEvent.objects.values_list("user_id", "client_address")) == {(ann.pk, "127.0.0.1")}


def test_a_wrong_password_is_recorded_and_not_the_password(client, ann):
    answer = _log_in(client, password="hunter2hunter2")

    assert answer.status_code == 200
    assert not _is_in(client)
    event = AuditEvent.objects.get()
    assert (event.what, event.user_id, event.object_kind) == ("failed to log in", ann.pk, "user")
    assert "hunter2" not in str(event.__dict__)


def test_a_name_that_does_not_exist_is_recorded_as_a_digest(client, db):
    _log_in(client, username="my secret password typed into the wrong field")

    event = AuditEvent.objects.get()
    assert (event.what, event.user_id, event.object_kind) == ("failed to log in", None, "unknown user name")
    assert re.fullmatch("[0-9a-f]{16}", event.object_id)


def test_a_leaver_cannot_log_in(client, ann, administrator):
    actions.let_go(user_id=ann.pk, at=NOON, by=administrator)

    _log_in(client)

    assert not _is_in(client)


def test_nobody_signs_up(client, db):
    assert client.get("/account/signup/").status_code == 404
    assert client.post("/account/signup/", {"username": "eve", "password1": PASSWORD}).status_code == 404


def test_guessing_is_stopped_and_waiting_helps(client, ann):
    for _guess in range(throttling.ACCOUNT.burst):
        _log_in(client, password="wrong")
    assert b"Too many attempts" in _log_in(client).content
    assert not _is_in(client)

    clock.travel_to(NOON + throttling.ACCOUNT.interval)

    assert _log_in(client).status_code == 302
    assert _is_in(client)


def test_refused_guesses_do_not_fill_the_trail(client, ann):
    for _guess in range(throttling.ACCOUNT.burst + 5):
        _log_in(client, password="wrong")

    assert _trail() == ["failed to log in"] * throttling.ACCOUNT.burst


def test_strangers_cannot_lock_a_person_out_of_a_browser_they_use(client, ann):
    _log_in(client)
    client.post("/account/logout/")
    stranger = Client(REMOTE_ADDR="198.51.100.9")
    for _guess in range(throttling.ACCOUNT.burst + 1):
        _log_in(stranger, password="wrong")
    assert b"Too many attempts" in _log_in(stranger).content

    assert _log_in(client).status_code == 302
    assert _is_in(client)


def test_a_known_browser_is_known_to_its_own_account_only(client, ann, person):
    person("bob", Role.COLLECTOR, password=PASSWORD)
    _log_in(client)
    client.post("/account/logout/")
    for _guess in range(throttling.ACCOUNT.burst):
        _log_in(Client(REMOTE_ADDR="198.51.100.9"), username="bob", password="wrong")

    assert b"Too many attempts" in _log_in(client, username="bob").content


def test_a_known_browser_is_throttled_too(client, ann):
    _log_in(client)
    client.post("/account/logout/")
    for _guess in range(throttling.KNOWN_BROWSER.burst):
        _log_in(client, password="wrong")

    assert b"Too many attempts" in _log_in(client).content


def test_a_forged_browser_mark_is_a_stranger(client, ann):
    for _guess in range(throttling.ACCOUNT.burst):
        _log_in(client, password="wrong")
    client.cookies["known_browser"] = "WyJhIixbXV0:1vvvvv:forged"

    assert b"Too many attempts" in _log_in(client).content


def test_one_address_tries_only_so_many_accounts(client, db):
    for number in range(throttling.ADDRESS.burst):
        _log_in(client, username=f"user{number}", password="wrong")

    assert b"Too many attempts" in _log_in(client, username="another", password="wrong").content
    assert b"Too many attempts" not in _log_in(Client(REMOTE_ADDR="198.51.100.9"), password="wrong").content


def test_an_office_that_logs_in_well_is_never_throttled(ann, monkeypatch):
    monkeypatch.setattr(throttling, "ADDRESS", throttling.Limit(burst=3, interval=timedelta(minutes=1)))

    for _log_in_of_the_morning in range(8):
        assert _log_in(Client()).status_code == 302


def test_the_address_behind_a_trusted_proxy_counts_and_a_forged_one_does_not(client, ann, settings):
    _log_in(client, password="wrong", HTTP_X_FORWARDED_FOR="203.0.113.7")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    _log_in(client, password="wrong", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.7")

    addresses = list(AuditEvent.objects.order_by("id").values_list("client_address", flat=True))
    assert addresses == ["127.0.0.1", "203.0.113.7"]


def _code(secret, steps_later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_later))


@pytest.fixture
def second_factor(ann):
    secret = generate_totp_secret()
    TOTP.activate(ann, secret)
    return secret


def test_the_second_factor_is_asked_for_after_the_password(client, second_factor):
    assert _log_in(client)["Location"] == "/account/2fa/authenticate/"
    assert not _is_in(client)

    client.post("/account/2fa/authenticate/", {"code": _code(second_factor)})

    assert _is_in(client)
    assert _trail()[0] == "logged in"


def test_codes_of_the_second_factor_cannot_be_guessed(client, second_factor, ann):
    _log_in(client)
    for _guess in range(throttling.SECOND_FACTOR.burst):
        client.post("/account/2fa/authenticate/", {"code": "000000"})

    answer = client.post("/account/2fa/authenticate/", {"code": _code(second_factor)})

    assert b"Too many attempts" in answer.content
    assert not _is_in(client)
    assert _trail() == ["failed second factor"] * throttling.SECOND_FACTOR.burst
    assert set(AuditEvent.objects.values_list("user_id", flat=True)) == {ann.pk}


def test_a_code_works_once(client, second_factor):
    code = _code(second_factor)
    _log_in(client)
    client.post("/account/2fa/authenticate/", {"code": code})
    elsewhere = Client()
    _log_in(elsewhere)

    elsewhere.post("/account/2fa/authenticate/", {"code": code})

    assert not _is_in(elsewhere)


def test_secrets_of_the_second_factor_are_encrypted_at_rest(second_factor):
    stored = Authenticator.objects.get().data["secret"]

    assert second_factor not in stored
    assert SecondFactorAdapter().decrypt(stored) == second_factor


def test_a_new_key_encrypts_and_the_old_one_still_decrypts(second_factor, settings):
    stored = Authenticator.objects.get().data["secret"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.ACCESS_ENCRYPTION_KEYS = ("a key of its own",)

    assert SecondFactorAdapter().decrypt(stored) == second_factor
    fresh = SecondFactorAdapter().encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = []
    assert cipher().decrypt(fresh.encode()) == b"secret"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CREDIT_MANAGER])
def test_who_matters_gets_no_further_than_setting_up_a_second_factor(client, person, role):
    user = person("ada", role, password=PASSWORD)
    client.force_login(user)

    answer = client.get(reverse("access:profile"))

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_activate_totp"))
    fragment = client.get(reverse("access:profile"), headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, reverse("mfa_activate_totp"))
    assert client.get(reverse("mfa_activate_totp")).status_code in {200, 302}
    TOTP.activate(user, generate_totp_secret())
    assert _is_in(client)


def test_setting_up_a_second_factor_lets_an_administrator_in(client, person):
    person("ada", Role.ADMINISTRATOR, password=PASSWORD)
    _log_in(client, username="ada")
    set_up = client.get(reverse("access:profile"), follow=True)
    assert "Your role asks for a second step" in set_up.content.decode()
    secret = client.session["mfa.totp.secret"]

    client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})

    assert _is_in(client)
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_an_old_session_asks_for_the_password_before_something_that_matters(client, ann):
    _log_in(client)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200

    clock.travel_to(NOON + timedelta(minutes=6))

    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith("/account/reauthenticate/")


def test_a_collector_may_do_without_a_second_factor(client, ann):
    client.force_login(ann)

    assert _is_in(client)


def test_who_has_to_have_a_second_factor_keeps_it(person):
    ada, ann = person("ada", Role.ADMINISTRATOR), person("ann", Role.COLLECTOR)
    for user in (ada, ann):
        TOTP.activate(user, generate_totp_secret())
    adapter = SecondFactorAdapter()

    assert not adapter.can_delete_authenticator(Authenticator.objects.get(user=ada))
    assert adapter.can_delete_authenticator(Authenticator.objects.get(user=ann))


def test_a_lost_second_factor_is_taken_away_and_the_person_logged_out(client, second_factor, ann, administrator):
    _log_in(client)
    client.post("/account/2fa/authenticate/", {"code": _code(second_factor)})

    actions.remove_second_factor(user_id=ann.pk, at=NOON, by=administrator)

    assert not Authenticator.objects.exists()
    assert not _is_in(client)
    assert _log_in(client).status_code == 302
    assert _is_in(client)


def test_sessions_are_listed_and_ended(client, ann, administrator):
    _log_in(client)
    elsewhere = Client()
    _log_in(elsewhere)
    assert client.get("/account/sessions/").status_code == 200

    actions.end_sessions(user_id=ann.pk, at=NOON, by=administrator)

    assert not _is_in(client)
    assert not _is_in(elsewhere)


def test_a_link_lets_a_new_person_choose_a_password_once(client, person, administrator):
    user = person("ann", Role.COLLECTOR)
    link = actions.issue_password_link(user_id=user.pk, at=NOON, by=administrator)
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": link.uid, "key": link.token})

    form = client.get(address, follow=True)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    client.post(form.redirect_chain[-1][0], chosen)

    assert _log_in(client).status_code == 302
    assert _is_in(client)
    again = Client().get(address, follow=True)
    assert b"password1" not in again.content


def test_a_changed_password_ends_the_other_sessions(client, ann):
    _log_in(client)
    elsewhere = Client()
    _log_in(elsewhere)
    new = "nine purple umbrellas"

    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert _is_in(client)
    assert not _is_in(elsewhere)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("short", id="short"),
        pytest.param("password2026", id="common, decorated"),
        pytest.param("Tallystick!!!", id="the product"),
        pytest.param("archerarcher1", id="the person, similar"),
    ],
)
def test_weak_passwords_are_refused(password, person):
    user = person("archer")

    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_a_few_words_are_a_good_password(person):
    validate_password("correct horse battery staple", person("archer"))


def test_a_log_in_sends_nobody_to_another_site(client, ann):
    answer = client.post(f"{LOG_IN}?next=https://evil.example/", {"login": "ann", "password": PASSWORD})

    assert answer["Location"] == "/"


def test_attempts_are_forgotten_in_time(client, ann):
    for _guess in range(throttling.ACCOUNT.burst):
        _log_in(client, password="wrong")

    assert actions.forget_attempts(at=NOON + timedelta(minutes=1)) == 0
    assert actions.forget_attempts(at=NOON + timedelta(hours=3)) == 2
