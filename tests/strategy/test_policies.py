"""Policy documents: what is read, and every mistake by its line, its word and the nearest word."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategy.examples import CATALOGUE

from tallystick.kernel.facts import FactType
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.policies import bands, reading, words
from tallystick.strategy.rules.policies.bands import Among, Bound, Range, Truth, Whatever, Whether
from tallystick.strategy.rules.policies.lifecycle import PolicyCycle, PolicyTooDeep, PolicyTooLong
from tallystick.strategy.rules.reading import DocumentMistaken

SEGMENTS = """
kind: segments
name: groups
title: Groups
segments:
  - id: held
    when: on_hold
  - id: large
    title: Large ones
    when: balance >= £1,000
otherwise: {id: rest}
"""
SCORECARD = """
kind: scorecard
name: risk
title: Risk
decimals: 1
components:
  - id: owed
    of: overdue
    weight: 0.5
    bands:
      below £1,000: 100
      £1,000 to £5,000: 50
      £5,000 and above: 10
      unknown: 20
  - id: stage
    of: stage
    bands: {early: 5, "late, legal": -3, unknown: 0}
"""
TABLE = """
kind: table
name: contact
title: Contact
gives: text
columns:
  owed: overdue
  held: on_hold
rows:
  - held: yes
    then: nobody
  - owed: £1,000 and above
    then: call
  - owed: below £10
    held: no
    then: nothing
otherwise: letter
"""


def sentences(text, catalogue=CATALOGUE):
    """Give the mistakes of a document, as people read them."""
    with pytest.raises(DocumentMistaken) as caught:
        reading.read(text, catalogue)
    return [str(problem) for problem in caught.value.problems]


def test_segments_are_read_in_their_order():
    read = reading.read(SEGMENTS, CATALOGUE)

    assert [(each.id, each.title) for each in read.every] == [
        ("held", "Held"),
        ("large", "Large ones"),
        ("rest", "Rest"),
    ]
    assert reading.head(SEGMENTS) == reading.Head("segments", "groups", FactType.TEXT, ("held", "large", "rest"))


def test_a_scorecard_knows_the_least_and_the_most_it_gives():
    read = reading.read(SCORECARD, CATALOGUE)

    assert [band.contribution for band in read.components[0].every] == [
        Decimal(n) for n in ("50.0", "25.0", "5.0", "10.0")
    ]
    assert (read.least, read.most) == (Decimal("2.0"), Decimal("55.0"))
    assert read.unit == "points"


def test_a_table_knows_its_outcomes():
    read = reading.read(TABLE, CATALOGUE)

    assert [row.written for row in read.rows] == [("any", "yes"), ("£1,000 and above", "any"), ("below £10", "no")]
    assert reading.head(TABLE).choices == ("nobody", "call", "nothing", "letter")


@pytest.mark.parametrize(
    ("written", "type_", "test"),
    [
        ("below £1,000", FactType.MONEY, Range(None, Bound(Money(100_000, "GBP"), False))),
        ("up to 30 days", FactType.NUMBER, Range(None, Bound(Decimal(30), True))),
        ("over -5", FactType.NUMBER, Range(Bound(Decimal(-5), False), None)),
        ("more than 0", FactType.MONEY, Range(Bound(Decimal(0), False), None)),
        ("90 and above", FactType.NUMBER, Range(Bound(Decimal(90), True), None)),
        ("90 or more", FactType.NUMBER, Range(Bound(Decimal(90), True), None)),
        ("-5 to 0.5", FactType.NUMBER, Range(Bound(Decimal(-5), True), Bound(Decimal("0.5"), False))),
        ("0 to 500 EUR", FactType.MONEY, Range(Bound(Decimal(0), True), Bound(Money(50_000, "EUR"), False))),
        ("7", FactType.NUMBER, Range(Bound(Decimal(7), True), Bound(Decimal(7), True))),
        ("GB", FactType.TEXT, Among(("GB",))),
        ("GB,  'a, b' , north-west", FactType.TEXT, Among(("GB", "a, b", "north-west"))),
        ("not GB, IE", FactType.TEXT, Among(("GB", "IE"), negated=True)),
        ("yes", FactType.BOOLEAN, Truth(True)),
        ("false", FactType.BOOLEAN, Truth(False)),
        ("any", FactType.MONEY, Whatever()),
        ("unknown", FactType.TEXT, Whether(False)),
        ("known", FactType.BOOLEAN, Whether(True)),
    ],
)
def test_a_band_is_read(written, type_, test):
    assert bands.read(written, type_) == test


@pytest.mark.parametrize(
    ("written", "type_", "said"),
    [
        ("below", FactType.NUMBER, "a number is expected, not “below”."),
        ("below 500", FactType.MONEY, "an amount with its currency is expected, such as £500, not “500”."),
        ("below £500", FactType.NUMBER, "a number is expected, not “£500”."),
        ("below balance", FactType.MONEY, "an amount with its currency is expected, such as £500, not “balance”."),
        ("5 to 5", FactType.NUMBER, "nothing lies from 5 to 5."),
        ("1 to 2 to 3", FactType.NUMBER, "a number is expected, not “2 to 3”."),
        ("£5 to €9", FactType.MONEY, "both ends of a band are of one currency."),
        ("below 1; DROP TABLE book", FactType.NUMBER, "a number is expected, not “1; DROP TABLE book”."),
        ("maybe", FactType.BOOLEAN, "“yes” or “no” is expected, not “maybe”."),
        ("GB, GB", FactType.TEXT, "write each text once, and 100 at most."),
        ("GB,", FactType.TEXT, "there is a comma too many."),
        ('GB, "IE', FactType.TEXT, "write texts with commas between them; one that holds a comma in quotes."),
        ("erly", FactType.TEXT, "“erly” is never a value here. Did you mean “early”?"),
        ("x" * 1_001, FactType.TEXT, "write a band of at most 1000 characters."),
    ],
)
def test_a_band_that_is_none_says_why(written, type_, said):
    with pytest.raises(bands.BandMistaken) as caught:
        bands.read(written, type_, choices=("early", "late") if written == "erly" else ())

    assert str(caught.value) == said


def _cards(bands_):
    return SCORECARD.replace(SCORECARD[SCORECARD.index("      below") : SCORECARD.index("  - id: stage")], bands_)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            _cards("      below £1,000: 1\n      £900 to £5,000: 2\n      £5,000 and above: 3\n      unknown: 0\n"),
            "line 12, components → 1 → bands → £900 to £5,000: it overlaps “below £1,000”, or stands in the wrong order: "
            "bands go upwards, each beginning where one ends.",
            id="overlap",
        ),
        pytest.param(
            _cards("      up to £1,000: 1\n      £1,000 and above: 2\n      unknown: 0\n"),
            "line 12, components → 1 → bands → £1,000 and above: it overlaps “up to £1,000”, or stands in the wrong order: "
            "bands go upwards, each beginning where one ends.",
            id="overlap of one penny",
        ),
        pytest.param(
            _cards("      below £1,000: 1\n      £1,001 and above: 2\n      unknown: 0\n"),
            "line 12, components → 1 → bands → £1,001 and above: values between “below £1,000” and this band have none.",
            id="gap",
        ),
        pytest.param(
            _cards("      below £1,000: 1\n      over £1,000: 2\n      unknown: 0\n"),
            "line 12, components → 1 → bands → over £1,000: values between “below £1,000” and this band have none.",
            id="gap of one penny",
        ),
        pytest.param(
            _cards("      £0 to £1,000: 1\n      £1,000 and above: 2\n      unknown: 0\n"),
            "line 11, components → 1 → bands → £0 to £1,000: values below the first band, “£0 to £1,000”, have no band.",
            id="nothing below",
        ),
        pytest.param(
            _cards("      below £1,000: 1\n      unknown: 0\n"),
            "line 11, components → 1 → bands → below £1,000: values above the last band, “below £1,000”, have no band.",
            id="nothing above",
        ),
        pytest.param(
            _cards("      below £1,000: 1\n      £1,000 and above: 2\n"),
            "line 11, components → 1 → bands: say how many points are given for what is not known: unknown: 0.",
            id="nothing for what is not known",
        ),
        pytest.param(
            _cards("      below £1,000: 1\n      €1,000 and above: 2\n      unknown: 0\n"),
            "line 11, components → 1 → bands: all bands of a component are of one currency.",
            id="two currencies",
        ),
        pytest.param(
            SCORECARD.replace('"late, legal": -3, ', ""),
            "line 17, components → 2 → bands: no band has “late”; add it, or “other”.",
            id="a text without a band",
        ),
        pytest.param(
            SCORECARD.replace("late, legal", "late, early"),
            "line 17, components → 2 → bands → late, early: “early” is in a band above already.",
            id="a text in two bands",
        ),
        pytest.param(
            SCORECARD.replace("of: stage", "of: segment").replace("early: 5", "sme: 5"),
            "line 17, components → 2 → bands: the bands leave out texts that none of them names; add “other”.",
            id="texts without end",
        ),
        pytest.param(
            SCORECARD.replace("of: stage", "of: last_paid_on"),
            "line 16, components → 2 → of: a day has no bands; write how long ago it is, such as today - last_paid_on.",
            id="a day",
        ),
        pytest.param(
            SCORECARD.replace("of: stage", "of: stag"),
            "line 16, components → 2 → of: At character 1, “stag” is not a fact of the catalogue. Did you mean “stage”?",
            id="a word that does not exist",
        ),
        pytest.param(
            SCORECARD.replace("early: 5", "early: many"),
            "line 17, components → 2 → bands → early: a number of at most 6 digits and 3 decimals is expected, not “many”.",
            id="points that are none",
        ),
        pytest.param(
            SCORECARD.replace("decimals: 1", "decimals: 7"),
            "line 5, decimals: a whole number from 0 to 3 is expected here.",
            id="decimals",
        ),
        pytest.param(
            SCORECARD.replace("id: stage", "id: owed"),
            "line 15, components → 2 → id: “owed” stands here twice.",
            id="an id twice",
        ),
        pytest.param(
            SCORECARD.replace("weight", "wieght"),
            "line 9, components → 1 → wieght: there is no key “wieght” here. Did you mean “weight”?",
            id="a key that does not exist",
        ),
        pytest.param(
            SEGMENTS.replace("when: balance >= £1,000", "when: balance"),
            "line 10, segments → 2 → when: a condition is expected here, such as balance > £500.",
            id="a segment that asks nothing",
        ),
        pytest.param(
            SEGMENTS.replace("when: balance >= £1,000", "when: balance >= £1,000 and on_hold"),
            "line 10, segments → 2 → when: no account comes here: whatever this is true of is in “Held” above.",
            id="a segment that nobody comes to",
        ),
        pytest.param(
            SEGMENTS.replace("when: on_hold", "when: score > 5 or true"),
            "line 10, segments → 2 → when: no account comes here: whatever this is true of is in “Held” above.",
            id="a segment that takes everybody",
        ),
        pytest.param(
            SEGMENTS.replace("otherwise: {id: rest}", "otherwise: {id: rest, when: on_hold}"),
            "line 11, otherwise → when: there is no key “when” here.",
            id="a condition for all others",
        ),
        pytest.param(
            SEGMENTS.replace("otherwise: {id: rest}", ""),
            "line 2: the key “otherwise” is missing.",
            id="nothing for all others",
        ),
        pytest.param(
            SEGMENTS.replace("when: on_hold", 'when: segment.groups = "large"'),
            "line 7, segments → 1 → when: “segment.groups” cannot speak of itself.",
            id="of itself",
        ),
        pytest.param(
            SEGMENTS.replace("name: groups", "name: my-groups"),
            "line 3, name: a name is made of small letters, digits and underscores, 60 at most, not “my-groups”.",
            id="a name that is no word",
        ),
        pytest.param(
            SEGMENTS.replace("kind: segments", "kind: segment"),
            "line 2, kind: “segment” is none of: segments, scorecard, table. Did you mean “segments”?",
            id="a kind that does not exist",
        ),
        pytest.param(
            TABLE.replace("£1,000 and above", "1,000 and above"),
            "line 12, rows → 2 → owed: an amount with its currency is expected, such as £500, not “1,000”.",
            id="an amount without a currency",
        ),
        pytest.param(
            TABLE.replace("below £10\n    held: no", "£2,000 to £3,000"),
            "line 14, rows → 3: the rows above leave nothing to this row, so that it can never be true.",
            id="a row that can never be true",
        ),
        pytest.param(
            TABLE.replace("below £10", "below €10"),
            "line 14, rows → 3 → owed: all bands of a column are of one currency; ask in two columns.",
            id="two currencies in a column",
        ),
        pytest.param(
            TABLE.replace("held: no", "hold: no"),
            "line 15, rows → 3 → hold: there is no key “hold” here. Did you mean “held”?",
            id="a column that does not exist",
        ),
        pytest.param(
            TABLE.replace("gives: text", "gives: money"),
            "line 11, rows → 1 → then: an amount with its currency is expected, such as £500, not “nobody”.",
            id="an outcome of another type",
        ),
    ],
)
def test_every_mistake_is_named_with_its_place(text, said):
    assert said in sentences(text)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([SEGMENTS, SCORECARD, TABLE]).flatmap(
        lambda text: st.tuples(
            st.just(text),
            st.integers(0, len(text)),
            st.integers(0, 12),
            st.text(max_size=6) | st.sampled_from(["{", "*a", "!!x"]),
        )
    )
)
def test_whatever_is_written_is_read_or_refused(spoilt):
    text, place, length, inserted = spoilt
    spoilt_text = text[:place] + inserted + text[place + length :]

    try:
        words.gather(CATALOGUE, [(1, spoilt_text)])
    except Refusal as refusal:
        assert str(refusal)


# --------------------------------------------------------------------------------------------- words that stand on words


def _on(name, *others):
    asked = " or ".join(["on_hold", *(f'segment.{other} = "yes"' for other in others)])
    segments = f"segments:\n  - id: yes\n    when: {asked}\notherwise: {{id: no}}\n"
    return f"kind: segments\nname: {name}\ntitle: {name.upper()}\n{segments}"


def test_a_circle_is_named():
    documents = [(1, _on("a", "b")), (1, _on("b", "c")), (1, _on("c", "b"))]

    with pytest.raises(PolicyCycle, match=r"segment\.b → segment\.c → segment\.b\.$"):
        words.gather(CATALOGUE, documents)
    assert set(words.gather_understood(CATALOGUE, documents)) == set()


def test_words_that_are_not_understood_are_left_out_with_those_that_speak_of_them():
    documents = [(1, _on("a", "b")), (1, _on("b", "gone")), (1, _on("c")), (1, "kind: [")]

    assert set(words.gather_understood(CATALOGUE, documents)) == {"segment.c"}


@pytest.mark.parametrize("order", [1, -1])
def test_words_stand_eight_deep_at_most(order):
    chain = [(1, _on("a0")), *((1, _on(f"a{n}", f"a{n - 1}")) for n in range(1, 9))]

    assert len(words.gather(CATALOGUE, chain[:8][::order])) == 8
    with pytest.raises(PolicyTooDeep):
        words.gather(CATALOGUE, chain[::order])


def test_a_word_asks_each_word_it_speaks_of_once_however_often_it_names_it():
    twice = _on("b", "a", "a", "a", "a")
    made = words.gather(CATALOGUE, [(1, _on("a")), (2, twice)])

    assert made["segment.b"].expression(date(2026, 3, 2)).count("book.on_hold") == 2
    assert made["segment.b"].version == 2


def test_a_word_has_an_end_to_its_length():
    long = "kind: segments\nname: a\ntitle: A\nsegments:\n" + "".join(
        f"  - id: s{n}\n    when: segment in {{{', '.join(repr(f'{n}.{m}' + 'x' * 15) for m in range(150))}}}\n"
        for n in range(40)
    )

    with pytest.raises(PolicyTooLong):
        words.gather(CATALOGUE, [(1, long + "otherwise: {id: rest}\n")])


def test_words_of_policies_are_named_in_full_only():
    catalogue = words.with_words(CATALOGUE, words.gather(CATALOGUE, [(1, _on("balance"))]))

    assert reading.read(SEGMENTS, catalogue)
    assert "“balance” is not" not in str(sentences(SEGMENTS.replace("balance", "balanc"), catalogue))
