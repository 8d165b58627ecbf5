"""The packs that ship: every example holds, and the command line shows what they say."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.queries.packs import content
from tallystick.jurisdictions.rules.pack import Rule
from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.kernel.refusals import NotFound

RULES = [
    pytest.param(jurisdiction, rule, id=f"{jurisdiction} {rule.id}")
    for jurisdiction in queries.jurisdictions()
    for pack in queries.packs_of(jurisdiction)
    for rule in pack.rules
]


def test_every_worked_example_of_every_pack_holds():
    assert queries.failing_examples() == []


@pytest.mark.parametrize(("jurisdiction", "rule"), RULES)
def test_every_rule_shows_itself_by_an_example(jurisdiction: str, rule: Rule):
    assert rule.rows
    assert rule.examples


def test_each_folder_of_data_is_a_jurisdiction_of_that_name():
    assert set(queries.calendar_names()) <= set(queries.jurisdictions())
    assert set(queries.jurisdictions()) >= {"GB", "GB-EAW", "GB-SCT", "GB-NIR", "EU", "IE", "US"}


def test_a_part_of_the_kingdom_has_its_own_law_first_and_then_that_of_the_whole():
    scotland, england = queries.law("GB-SCT"), queries.law("GB-EAW")

    assert scotland.rule("bank_rate") is england.rule("bank_rate")
    given = {"day": date(2020, 1, 1), "accrual_or_breach": date(2020, 1, 1)}
    assert scotland.ask("limitation.simple_contract", **given)["last_day_to_issue"] == date(2025, 1, 1)
    assert england.ask("limitation.simple_contract", **given)["last_day_to_issue"] == date(2026, 1, 1)
    with pytest.raises(NotFound):
        scotland.rule("fee.issue.money")
    with pytest.raises(NotFound):
        queries.law("XX")


def test_a_rate_that_follows_an_index_changes_with_it_from_day_to_day_or_half_year_to_half_year():
    answers = queries.law("EU").ask("interest.late_payment", day=date(2023, 12, 1), last_day=date(2024, 7, 1))

    assert answers["changes"] == [date(2024, 1, 1), date(2024, 7, 1)]
    assert answers["percent"] == Decimal("12.25")


def test_what_is_uncertain_or_past_its_review_is_listed():
    listed = {concern.rule for concern in queries.to_review(today=date(2026, 11, 29))}

    assert {"bank_rate", "fee.order_to_obtain_information", "interest.late_payment"} <= listed
    assert "fee.n244_on_notice" not in listed
    assert any(concern.rule == "" for concern in queries.to_review(today=date(2028, 1, 1)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["review", "--day", "2026-11-29"], "GB bank_rate, 2025-12-18", id="review"),
        pytest.param(["list"], "GB-EAW   England and Wales", id="jurisdictions"),
        pytest.param(["list", "GB-NIR"], "interest.late_payment", id="rules"),
        pytest.param(["show", "GB-EAW", "fee.n244_on_notice"], "SI 2025/351, amending", id="rows with their sources"),
        pytest.param(
            ["ask", "GB-EAW", "fee.issue.money", "amount=12345.60", "--day", "2026-11-22"], "amount: 617.28", id="a fee"
        ),
        pytest.param(
            [
                "ask",
                "GB-EAW",
                "service.other",
                "method=email",
                "sent_or_done=2026-03-06",
                "time=16:30",
                "--day=2026-03-06",
            ],
            "deemed_served: 2026-03-09",
            id="a day",
        ),
        pytest.param(["examples"], "Every worked example holds.", id="examples"),
    ],
)
def test_the_command_line_shows_the_law(words, said, capsys):
    call_command("law", *words)

    assert said in capsys.readouterr().out


def test_a_field_that_is_written_twice_is_refused(tmp_path):
    file = tmp_path / "fees.yaml"
    file.write_text("id: xx\nid: yy\n")

    with pytest.raises(BadPack, match="line 2, “id” is written twice"):
        content(file)


@pytest.mark.parametrize("jurisdiction", queries.jurisdictions())
def test_the_law_of_each_place_bears_its_own_examples_out(jurisdiction):
    found = [queries.failures_of(pack, queries.law(jurisdiction)) for pack in queries.packs_of(jurisdiction)]

    assert found == [[]] * len(found)


#: Questions that are asked of a place by its name alone, and what England and Wales, Scotland and Northern Ireland answer.
DUE = date(2021, 3, 31)
SWAPPED = [
    pytest.param(
        "limitation.simple_contract", {"last_day_to_pay_ends_at_midnight": DUE}, "last_day_to_issue",
        (date(2027, 3, 31), date(2026, 3, 31), date(2027, 3, 31)), id="limitation",
    ),
    pytest.param(
        "limitation.effect", {}, "words",
        (["remedy barred, debt remains"], ["obligation extinguished"], ["remedy barred, debt remains"]), id="effect",
    ),
    pytest.param("claim.track", {"amount": "5000.01"}, "words", (["small"], ["ordinary cause"], ["civil bill"]), id="court"),
    pytest.param(
        "interest.late_payment", {}, "percent", (Decimal("11.75"),) * 3, id="one Act for all"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "given", "name", "answers"), SWAPPED)
def test_a_book_that_moves_to_another_part_of_the_kingdom_changes_a_name_and_no_code(rule, given, name, answers):
    asked = [
        queries.law(place).ask(rule, day=date(2026, 11, 22), **given)[name] for place in ("GB-EAW", "GB-SCT", "GB-NIR")
    ]

    assert tuple(asked) == answers
