"""Who asks is said in the way that the endpoint wants, once for each challenge."""

from email.message import Message

import pytest

from kg.errors import UsageError
from kg.query.credentials import Authorization, Credentials

URL = "http://127.0.0.1/sparql"
DIGEST = 'Digest realm="a, b", nonce="1", qop="auth"'
BASIC = 'Basic realm="a, b"'


def challenge(*values: str) -> Message:
    headers = Message()
    for value in values:
        headers["WWW-Authenticate"] = value
    return headers


@pytest.mark.parametrize(
    ("values", "scheme"),
    [
        ([BASIC], "Basic"),
        ([DIGEST], "Digest"),
        ([BASIC, DIGEST], "Digest"),
        ([f"Negotiate, {BASIC}, {DIGEST}"], "Digest"),
        (["Negotiate", BASIC], "Basic"),
        (['Digest realm="a", nonce="1", algorithm=SHA-512-256', BASIC], "Basic"),
        (['Digest realm="a", nonce="1", qop="auth-int"', BASIC], "Basic"),
        (['Digest realm="a", nonce="1", qop="auth-int,auth"'], "Digest"),
    ],
)
def test_the_best_of_the_ways_that_are_asked_for_is_taken(values: list[str], scheme: str) -> None:
    who = Authorization(Credentials("ann", "s3cret"))
    assert who.headers("POST", URL) == {}
    assert who.challenged(challenge(*values))
    assert who.headers("POST", URL)["Authorization"].startswith(f"{scheme} ")


def test_the_same_challenge_is_not_answered_again_and_a_new_one_is() -> None:
    who = Authorization(Credentials("ann", "s3cret"))
    assert who.challenged(challenge(DIGEST))
    assert not who.challenged(challenge(DIGEST))
    assert who.challenged(challenge(DIGEST.replace('"1"', '"2"')))
    assert not who.challenged(challenge("Negotiate"))
    assert who.headers("POST", URL) == {}


@pytest.mark.parametrize("credentials", [Credentials(), Credentials(token="t0ken")])
def test_who_has_no_user_has_no_other_answer(credentials: Credentials) -> None:
    assert not Authorization(credentials).challenged(challenge(BASIC))


def test_what_digest_cannot_say_is_told_without_the_secret() -> None:
    who = Authorization(Credentials("ann", "sécret"))
    assert who.challenged(challenge(DIGEST))
    with pytest.raises(UsageError, match="ASCII") as caught:
        who.headers("POST", URL)
    assert "cret" not in str(caught.value)
