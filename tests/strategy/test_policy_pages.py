"""The pages of policies, and the counts they show: by segment, band and row, within the reach of whoever looks."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_policy_actions import CHOICE, GROUPS, RISK, STRATEGY, account, publish

from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Version
from tallystick.strategy.queries import policies, policy_reports, versions
from tallystick.strategy.queries.policy_reports import Count

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def html(response):
    return " ".join(response.content.decode().split())


def pounds(*amounts):
    """Give the count of accounts that owe some amounts of pounds."""
    return Count(len(amounts), (Money.of(str(sum(map(Decimal, amounts))), "GBP"),) if amounts else ())


@pytest.fixture
def book():
    """Five accounts: late and small, late, small, usual, and one in euros."""
    made = [
        account(amount, days, currency=currency)
        for amount, days, currency in (
            ("40.00", 40, "GBP"),
            ("400.00", 40, "GBP"),
            ("30.00", 5, "GBP"),
            ("300.00", 15, "GBP"),
            ("20.00", 5, "EUR"),
        )
    ]
    closed = account("99.00", 5)
    sql.execute("UPDATE strategy_book SET is_open = false WHERE account_id = %s", [closed.pk])
    return made


def test_every_account_is_in_one_segment_and_overlaps_are_counted(book):
    [version] = publish(GROUPS)

    report = policy_reports.report(version, day=DAY, by=BY)

    late, small, usual = (report.of(0, place) for place in range(3))
    assert (late, small) == (pounds("40.00", "400.00"), pounds("30.00"))
    assert usual == Count(2, (Money.of("20.00", "EUR"), Money.of("300.00", "GBP")))
    [overlap] = report.overlaps
    assert (overlap.first, overlap.second, overlap.count) == (0, 1, pounds("40.00"))
    assert report.several == pounds("40.00")


def test_a_scorecard_counts_each_band_and_each_step_of_the_score(book):
    [version] = publish(RISK)

    report = policy_reports.report(version, day=DAY, by=BY)

    # below 10, 10 to 31, 31 and above, unknown; then below £100, £100 and above, unknown
    assert [report.of(0, place).accounts for place in range(4)] == [2, 1, 2, 0]
    assert [report.of(1, place).accounts for place in range(3)] == [2, 2, 1]
    # from 1 to 70 in ten steps of 6.9: 10 and 4, 44, 70 and 61
    assert {place: report.of(2, place).accounts for place in range(10) if report.of(2, place).accounts} == {
        0: 1,  # 4
        1: 1,  # 10
        6: 1,  # 44
        8: 1,  # 61
        9: 1,  # 70
    }


def test_a_table_counts_each_row_and_what_falls_to_otherwise(book):
    [*_others, version] = publish(GROUPS, RISK, CHOICE)

    report = policy_reports.report(version, day=DAY, by=BY)

    assert [report.of(0, place).accounts for place in range(3)] == [2, 2, 1]
    assert policy_reports.missing_cases(version).cases == (("“small” or “usual”", "up to 50"),)


def test_counts_and_lists_are_of_the_clients_within_reach(book):
    [version] = publish(GROUPS)
    mine = builders.actor(builders.user(), "see strategies", "see accounts", clients=frozenset({book[0].client_id}))

    report = policy_reports.report(version, day=DAY, by=mine)
    listed = policy_reports.accounts_at(version, part=0, place=0, day=DAY, by=mine)

    assert report.counts == {(0, 0): pounds("40.00")}
    assert [(each.account, each.owed) for each in listed] == [(book[0], Money.of("40.00", "GBP"))]
    assert len(policy_reports.accounts_at(version, part=0, place=0, day=DAY, by=BY)) == 2
    assert policy_reports.accounts_at(version, part=7, place=0, day=DAY, by=BY) == []
    with pytest.raises(NotPermitted):
        policy_reports.accounts_at(
            version, part=0, place=0, day=DAY, by=builders.actor(builders.user(), "see strategies")
        )
    with pytest.raises(NotPermitted):
        policy_reports.report(version, day=DAY, by=builders.actor(builders.user(), "see accounts"))


def test_the_accounts_of_an_overlap_are_listed(book):
    [version] = publish(GROUPS)

    both = policy_reports.accounts_in_both(version, first=0, second=1, day=DAY, by=BY)

    assert [each.account for each in both] == [book[0]]
    assert policy_reports.accounts_in_both(version, first=0, second=9, day=DAY, by=BY) == []


def test_a_draft_says_whom_it_would_move(book):
    [published] = publish(GROUPS)
    draft = actions.draft(document=GROUPS.replace("> 30", "> 10"), at=at(DAY), by=BY)

    moves = policy_reports.moves(draft, published, day=DAY, by=BY)

    assert [(each.before, each.after, each.accounts) for each in moves] == [("usual", "late", 1)]


# ------------------------------------------------------------------------------------------------------------- the pages


def test_a_policy_is_read_aloud_with_its_counts(book, signed_in, django_assert_max_num_queries):
    versions = publish(GROUPS, RISK, CHOICE)
    browser = signed_in(Role.COLLECTOR)

    listed = html(browser.get(reverse("strategy:policies")))
    with django_assert_max_num_queries(28):
        segments = html(browser.get(reverse("strategy:version", args=[versions[0].pk])))
    scorecard = html(browser.get(reverse("strategy:version", args=[versions[1].pk])))
    table = html(browser.get(reverse("strategy:version", args=[versions[2].pk])))

    assert "<code>segment.groups</code>" in listed
    assert "New policy" not in listed
    assert "days past due is more than 30 days" in segments
    assert "all other accounts" in segments
    assert "£440.00" in segments
    assert "1 account meets more than one condition and is in the first" in segments
    assert "days past due, points times 2" in scorecard
    assert "The book by score" in scorecard
    assert "Cases that no row is about" in table
    assert "“small” or “usual”" in table
    assert reverse("strategy:version", args=[versions[2].pk]) in segments


def test_a_policy_is_written_kept_compared_and_published(book, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    kept = browser.post(reverse("strategy:new_policy"), {"document": GROUPS.replace("\n", "\r\n")})
    first = Version.objects.get()
    assert kept.url == reverse("strategy:version", args=[first.pk])
    assert "you wrote it" in html(browser.get(kept.url))
    assert "Version 1 has not been approved yet." in html(browser.post(kept.url + "/publish", follow=True))
    assert "Somebody else has to approve version 1" in html(browser.post(kept.url + "/approve", follow=True))
    actions.approve(version_id=first.pk, comment="As we said.", at=at(DAY), by=BY)
    assert "As we said." in html(browser.get(kept.url))
    browser.post(kept.url + "/publish")

    second = browser.post(
        reverse("strategy:new_version", args=[first.pk]), {"document": GROUPS.replace("> 30", "> 10")}
    )
    page = html(browser.get(second.url))

    assert "What changed since version 1" in page
    assert re.search(r"<td>usual</td><td>late</td><td class=\"num\">1</td>", page)
    actions.approve(version_id=Version.objects.get(number=2).pk, at=at(DAY), by=BY)
    published = html(browser.post(second.url + "/publish", follow=True))
    assert "Every condition that speaks of it means this version." in published
    assert versions.published_version(versions.get_policy("groups")).number == 2


def test_every_mistake_in_a_policy_is_shown_with_its_line(signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)

    answer = browser.post(reverse("strategy:new_policy"), {"document": GROUPS.replace("balance", "balanse")})

    assert answer.status_code == 422
    assert "segments → 2 → when" in html(answer)
    assert "Did you mean “balance”?" in html(answer)
    assert not Version.objects.exists()


def test_a_circle_is_named_on_the_page(signed_in):
    publish(GROUPS, RISK, CHOICE)
    circular = GROUPS.replace("balance < £50", "table.choice = &quot;wait&quot;".replace("&quot;", '"'))

    answer = signed_in(Role.CREDIT_MANAGER).post(reverse("strategy:new_policy"), {"document": circular})

    assert answer.status_code == 422
    assert "segment.groups → table.choice → segment.groups" in html(answer)


def test_an_approval_that_is_refused_says_why(signed_in):
    publish(GROUPS, RISK, CHOICE)
    draft = actions.draft(document=GROUPS.replace("id: late, title: Late", "id: old"), at=at(DAY), by=BY)

    page = html(signed_in(Role.CREDIT_MANAGER).post(reverse("strategy:approve", args=[draft.pk]), follow=True))

    assert "“Choice” speaks of this policy and could not be understood any more" in page


def test_a_draft_that_what_is_published_now_does_not_let_stand_is_shown_all_the_same(signed_in):
    publish(GROUPS)
    draft = actions.draft(
        document=GROUPS.replace("name: groups", "name: more").replace("balance < £50", 'segment.groups = "late"'),
        at=at(DAY),
        by=BY,
    )
    publish(GROUPS.replace("id: late, title: Late", "id: old"))

    page = signed_in(Role.COLLECTOR).get(reverse("strategy:version", args=[draft.pk]))

    assert page.status_code == 200
    assert "“late” is never a value of “segment.groups”" in html(page)


def test_a_policy_is_approved_or_sent_back_with_a_reason(signed_in):
    [first, second] = [
        actions.draft(document=GROUPS.replace("> 30", days), at=at(DAY), by=BY) for days in ("> 20", "> 10")
    ]
    browser = signed_in(Role.CREDIT_MANAGER)
    back = reverse("strategy:send_back", args=[first.pk])

    assert "Read it and approve it" in html(browser.get(reverse("strategy:version", args=[first.pk])))
    assert "Say why" in html(browser.post(back, {"reason": " "}, follow=True))
    sent = html(browser.post(back, {"reason": "Too soon."}, follow=True))
    assert "Too soon." in sent
    assert "It was sent back: write another version." in sent
    approved = html(browser.post(reverse("strategy:approve", args=[second.pk]), follow=True))
    assert "It is approved. Publish it, now or at an instant to come." in approved
    assert html(browser.get(reverse("strategy:policies"))).count("Approved") == 1


def test_a_collector_writes_no_policy(signed_in):
    [version] = publish(GROUPS)
    browser = signed_in(Role.COLLECTOR)

    assert browser.get(reverse("strategy:new_policy")).status_code == 403
    assert browser.get(reverse("strategy:new_version", args=[version.pk])).status_code == 403
    for name in ("publish", "approve", "send_back"):
        assert browser.post(reverse(f"strategy:{name}", args=[version.pk]), {"reason": "No."}).status_code == 403


def test_a_policy_is_downloaded_as_it_was_written(signed_in):
    [version] = publish(GROUPS)

    answer = signed_in(Role.COLLECTOR).get(reverse("strategy:download", args=[version.pk]))

    assert answer.content.decode() == GROUPS
    assert 'filename="groups-1.yaml"' in answer["Content-Disposition"]


def test_the_accounts_of_a_segment_are_listed_within_reach(book, signed_in):
    [version] = publish(GROUPS)
    address = reverse("strategy:policy_accounts", args=[version.pk])
    browser = signed_in(Role.COLLECTOR, Reach(client_id=book[0].client_id))

    page = html(browser.get(address + "?part=0&place=0"))

    assert book[0].reference in page
    assert book[1].reference not in page
    assert book[0].reference in html(browser.get(address + "?first=0&second=1"))
    assert "No account is here." in html(browser.get(address + "?part=9&place=99"))
    assert browser.get(address + "?part=-1").status_code == 404
    assert browser.get(address + "?place=1%3B").status_code == 404


def test_why_shows_what_the_policies_say_of_an_account_and_the_scores_that_were_kept(book, signed_in):
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    actions.keep_scores(day=DAY - timedelta(days=20), at=at(DAY), by=BY)

    page = html(signed_in(Role.COLLECTOR).get(reverse("strategy:why", args=[book[0].pk])))

    assert re.search(r"Groups</a></dt><dd>Late</dd>", page)
    assert "<dd>10 points<span" in page
    assert "Age of the debt 0 · What is owed 10" in page
    # twenty days ago it was 20 days past due: 2 x 20 and 10
    assert "<b>50</b> points" in page
    assert "Age of the debt 40 · What is owed 10" in page


def test_a_large_book_is_counted_when_somebody_asks(book, signed_in, monkeypatch):
    [version] = publish(GROUPS)
    monkeypatch.setattr(policy_reports, "SMALL", -1)
    browser = signed_in(Role.COLLECTOR)
    address = reverse("strategy:version", args=[version.pk])

    assert "Count the book" in html(browser.get(address))
    assert "£440.00" not in html(browser.get(address))
    assert "£440.00" in html(browser.get(address + "?count=1"))


def test_the_shipped_policies_can_be_published_in_their_order(signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)

    for name in ("payment_risk", "treatment", "next_contact"):
        assert f"name: {name}" in html(browser.get(reverse("strategy:new_policy") + f"?from={name}"))
        strategies.publish_policy(policies.shipped(name))
    assert policies.shipped_names() == ["next_contact", "payment_risk", "treatment"]


@pytest.mark.usefixtures("calendar")
def test_why_of_a_day_that_is_over_shows_the_scores_as_they_were_by_the_version_of_then(book, signed_in):
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(STRATEGY)
    for ago in (20, 10):
        actions.keep_scores(day=DAY - timedelta(days=ago), at=at(DAY), by=BY)
    publish(RISK.replace("title: Risk", "title: Other risk"))
    browser = signed_in(Role.COLLECTOR)

    def page(ago):
        day = (DAY - timedelta(days=ago)).isoformat()
        return html(browser.get(reverse("strategy:why", args=[book[0].pk]), {"on": day}))

    # twenty days past due on that day, 2 x 20 and 10; thirty days ten days later, in the same band
    assert "Scores as they were" in page(15)
    assert "<b>50</b> points" in page(15)
    assert "Age of the debt 40 · What is owed 10" in page(15)
    assert ">Risk</a> <b>50</b>" in page(5)
    assert "Scores as they were" not in page(21)
