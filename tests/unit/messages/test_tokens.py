"""What a link's token says, and that nobody else can make one."""

from string import ascii_letters, digits

from hypothesis import given
from hypothesis import strategies as st

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.kit import ids
from outrider.messages.tracking.links import MAX_LINKS, Purpose, Token

SECRET = b"s" * 32
PURPOSES: tuple[Purpose, ...] = ("u", "c", "o")
tokens = st.builds(
    Token,
    st.builds(
        WorkspaceId.of,
        st.text().map(lambda text: ids.derived("wsp", text)),
        st.sampled_from(["live", "test"]),
    ),
    st.text().map(lambda text: message_ids.of(ids.derived("con", text), text)),
    st.integers(0, MAX_LINKS),
)
purposes = st.sampled_from(PURPOSES)


def believed(text: str, purpose: Purpose, secret: bytes = SECRET) -> Token | None:
    read = Token.read(text)
    return read[0] if read and read[0].is_genuine(purpose, read[1], secret) else None


@given(tokens, purposes)
def test_it_says_what_was_put_in(token: Token, purpose: Purpose) -> None:
    text = token.text(purpose, SECRET)

    assert believed(text, purpose) == token
    assert (len(text), set(text) <= set(ascii_letters + digits + "-_")) == (88, True)


@given(tokens, purposes, st.data())
def test_no_character_may_be_altered(token: Token, purpose: Purpose, data: st.DataObject) -> None:
    text = token.text(purpose, SECRET)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))

    assert believed(f"{text[:place]}{other}{text[place + 1 :]}", purpose) is None


@given(tokens, purposes, st.data())
def test_nothing_may_be_added_or_taken_away(
    token: Token, purpose: Purpose, data: st.DataObject
) -> None:
    text = token.text(purpose, SECRET)
    place = data.draw(st.integers(0, len(text) - 1))

    assert believed(text[:place] + text[place + 1 :], purpose) is None
    assert believed(f"{text[:place]}A{text[place:]}", purpose) is None


@given(tokens, purposes, purposes)
def test_it_is_good_for_one_purpose(token: Token, purpose: Purpose, other: Purpose) -> None:
    assert (believed(token.text(purpose, SECRET), other) is not None) == (purpose == other)


@given(tokens, purposes)
def test_it_is_good_in_one_workspace(token: Token, purpose: Purpose) -> None:
    assert believed(token.text(purpose, SECRET), purpose, b"t" * 32) is None


@given(st.text() | st.text(ascii_letters, min_size=88, max_size=88))
def test_anything_else_is_no_token(text: str) -> None:
    assert believed(text, "u") is None
