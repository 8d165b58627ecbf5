"""How each kind of worked case is asked: the words of a case become the names of a rule, and nothing else."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tallystick.accounts.rules import metrics
from tallystick.charges import queries as charges
from tallystick.charges.rules.interest import Bearing, interest
from tallystick.charges.rules.late_payment import Debt
from tallystick.charges.rules.terms import Balance, Compounding, Rounding, Terms
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules.pack import value_on
from tallystick.jurisdictions.rules.rates import DayCount, Rate, RateStep
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.kernel.money import Money
from tallystick.payments.rules import standard18

Case = Mapping[str, Any]
#: The day of the reference: what a case is asked for that names no day.
TODAY = date(2026, 11, 22)
ENGLAND = jurisdictions.law("GB-EAW")
REGIONS = {"england-and-wales": "GB-EAW", "england-wales": "GB-EAW", "scotland": "GB-SCT", "northern-ireland": "GB-NIR"}


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _money(text: str) -> Money:
    return Money.of(text, "GBP")


def _text(minor: int) -> str:
    return str(Money(minor, "GBP").amount)


def _plain(value: object) -> object:
    """Give an answer as the file writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _asks(rule: str, *, law: jurisdictions.LawOf = ENGLAND, **names: str) -> Callable[[Case], dict[str, object]]:
    """Ask a timetable: each input goes by its own name, or by that which `names` says."""

    def answer(case: Case) -> dict[str, object]:
        given = {}
        for name, value in case.items():
            if value is not None and not name.startswith("weekday"):
                given[names.get(name, name)] = _read(value)
        day = next((value for value in given.values() if isinstance(value, date)), TODAY)
        return {name: _plain(value) for name, value in law.ask(rule, day=day, **given).items()}

    return answer


def _read(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def calendar(case: Case) -> dict[str, object]:
    holidays = jurisdictions.holidays(REGIONS[case["region"]])
    return {"bank_holidays": [day.isoformat() for day in sorted(holidays) if day.year == case["year"]]}


def bank_rate(case: Case) -> dict[str, object]:
    return {"bank_rate_pct": str(ENGLAND.ask("bank_rate", day=_day(case["on"]))["value"])}


def reference_rate(case: Case) -> dict[str, object]:
    found = ENGLAND.ask("interest.late_payment", day=_day(case["interest_starts"]))
    return {
        "reference_date": found["read_on"].isoformat(),
        "reference_rate_pct": str(found["index_percent"]),
        "statutory_rate_pct": str(found["percent"]),
    }


def interest_s69(case: Case) -> dict[str, object]:
    principal, rate = _money(case["principal"]), Decimal(case["rate_pct"])
    first_day, until = _day(case["from"]) + timedelta(days=1), _day(case["to"])
    step = RateStep(first_day, rate, "the claim", first_day, "the claim")

    def worked(terms: Terms, last: date) -> int:
        return interest(terms, Bearing(first_day, [Balance(first_day, principal.minor)], [step]), until=last).total

    proof = interest(Terms(), Bearing(first_day, [Balance(first_day, principal.minor)], [step]), until=until)
    by_law = charges.interest_by_law(
        principal, rule="interest.before_judgment.county", jurisdiction="GB-EAW", first_day=first_day, until=until
    )
    assert rate != Decimal(8) or by_law.total == proof.total
    return {
        "days": proof.days,
        "interest": _text(proof.total),
        "daily_rate_rounded": _text(worked(Terms(), first_day)),
        "interest_if_daily_rate_rounded_first": _text(worked(Terms(rounding=Rounding.DAY), until)),
    }


def interest_late_payment(case: Case) -> dict[str, object]:
    if "invoices" in case:
        return _several(case)
    as_at = _day(case["as_at"])
    payments = [(_day(each["date"]), _money(each["amount"])) for each in case.get("payments", ())]
    debt = Debt("A-1", _money(case["principal"]), _day(case["last_day_to_pay"]), payments)
    found = charges.late_payment(debt, jurisdiction="GB-EAW", as_at=as_at)
    owed = str(found.owed.amount)
    return {
        "interest_starts": debt.interest_starts.isoformat(),
        **reference_rate({"interest_starts": debt.interest_starts.isoformat()}),
        "days": found.interest.days,
        "interest": _text(found.interest.total),
        "compensation": str(found.fixed_sum.amount),
        "total": owed,
        "balance_with_interest_and_compensation": owed,
        "segments": [
            {"days": line.days, "balance": _text(line.base), "interest": _text(line.amount)}
            for line in found.interest.lines
        ],
    }


def _several(case: Case) -> dict[str, object]:
    lines, total = [], Money.zero("GBP")
    for invoice in case["invoices"]:
        debt = Debt(invoice["ref"], _money(invoice["amount"]), _day(invoice["last_day_to_pay"]))
        found = charges.late_payment(debt, jurisdiction="GB-EAW", as_at=_day(case["as_at"]))
        total += found.owed
        lines.append(
            {
                "invoice": debt.reference,
                "days": found.interest.days,
                "rate": str(found.interest.lines[0].percent),
                "interest": _text(found.interest.total),
                "compensation": str(found.fixed_sum.amount),
            }
        )
    return {"lines": lines, "grand_total": str(total.amount)}


def compensation(case: Case) -> dict[str, object]:
    return {"fixed_sum": str(ENGLAND.ask("late_payment.fixed_sum", day=TODAY, amount=case["debt"])["amount"])}


def judgment_interest(case: Case) -> dict[str, object]:
    judgment, runs_from, until = _money(case["judgment_sum"]), _day(case["runs_from"]), _day(case["as_at"])
    runs = charges.judgment_bears_interest(
        judgment, court=case["court"], debt_kind=case["debt_kind"], jurisdiction="GB-EAW", on=runs_from
    )
    proof = charges.interest_by_law(
        judgment,
        rule="interest.judgment",
        jurisdiction="GB-EAW",
        first_day=runs_from + timedelta(days=1),
        until=until,
    )
    return {"interest_runs": runs, "days": proof.days, "interest": _text(proof.total if runs else 0)}


def interest_contract(case: Case) -> dict[str, object]:
    start = date(2026, 1, 1)
    until = date(2026, 1 + case["whole_months"], 1)
    percent = Decimal(case["rate_pct_per_month"]) * 12
    compounding = Compounding.MONTHLY if case["compounding"].startswith("monthly") else Compounding.NONE
    terms = Terms(day_count=DayCount.MONTHS, compounding=compounding)
    first_day = start + timedelta(days=1)
    step = RateStep(first_day, percent, "contract", start, "contract")
    bearing = Bearing(first_day, [Balance(first_day, _money(case["principal"]).minor)], [step])
    return {"interest": _text(interest(terms, bearing, until=until).total)}


def issue_fee(case: Case) -> dict[str, object]:
    rule = "fee.issue.money_online" if case["channel"] == "online" else "fee.issue.money"
    return {"fee": str(ENGLAND.ask(rule, day=_day(case["issued_on"]), amount=case["claim_incl_interest"])["amount"])}


def hearing_fee(case: Case) -> dict[str, object]:
    if case["track"] == "small":
        answer = ENGLAND.ask("fee.small_claim_hearing", day=_day(case["on"]), amount=case["claim"])["amount"]
    else:
        answer = ENGLAND.ask(f"fee.{case['track']}_track_hearing", day=_day(case["on"]))["value"]
    return {"fee": str(answer)}


def versioned_fee(case: Case) -> dict[str, object]:
    return {"fee": str(ENGLAND.ask(f"fee.{case['fee_code'].lower()}", day=_day(case["on"]))["value"])}


def fixed_costs(case: Case) -> dict[str, object]:
    if "kind" in case:
        found = ENGLAND.ask(f"costs.judgment.{case['kind']}", day=TODAY, amount=case["judgment"])
        return {"entry_of_judgment": str(found["amount"])}
    if "claim" in case:
        served = "by_court_or_post" if "court" in case["service"] else "personal"
        return {
            "commencement": str(ENGLAND.ask(f"costs.commencement.{served}", day=TODAY, amount=case["claim"])["amount"])
        }
    issued, principal = _day(case["issued_on"]), _money(case["principal"])
    proof = charges.interest_by_law(
        principal,
        rule="interest.before_judgment.county",
        jurisdiction="GB-EAW",
        first_day=issued - timedelta(days=case["interest_days"] - 1),
        until=issued,
    )
    claim = principal + Money(proof.total, "GBP")
    asked = {
        "issue_fee": "fee.issue.money",
        "fixed_commencement": "costs.commencement.by_court_or_post",
        "fixed_judgment": "costs.judgment.default_aos",
    }
    sums = {name: ENGLAND.ask(rule, day=issued, amount=claim.amount)["amount"] for name, rule in asked.items()}
    return {
        "interest": _text(proof.total),
        **{name: str(amount) for name, amount in sums.items()},
        "judgment_total": str(claim.amount + sum(sums.values())),
    }


def enforcement_agent_fees(case: Case) -> dict[str, object]:
    power = "writ" if "High Court" in case["power"] and not case["power"].startswith("other") else "warrant"
    stages = (
        ("compliance", "enforcement_1", "enforcement_2", "sale")
        if power == "writ"
        else ("compliance", "enforcement", "sale")
    )
    owed = case["sum_to_be_recovered"]
    sums = {stage: ENGLAND.ask(f"agent.{power}.{stage}", day=TODAY, amount=owed)["amount"] for stage in stages}
    return {**{stage: str(amount) for stage, amount in sums.items()}, "total_all_stages": str(sum(sums.values()))}


def enforcement_forum(case: Case) -> dict[str, object]:
    if case["cca_regulated"]:
        return {"execution_against_goods_in": ENGLAND.ask("enforcement.goods.court_cca_regulated", day=TODAY)["words"]}
    found = ENGLAND.ask("enforcement.goods.court", day=TODAY, amount=case["sum_to_enforce"])
    return {"execution_against_goods_in": found["words"]}


def statutory_demand(case: Case) -> dict[str, object]:
    if "served" in case:
        return _asks(f"statutory_demand.{case['debtor']}")({"served": case["served"]})
    rule = f"statutory_demand.threshold.{case['debtor']}"
    return {"threshold_met": ENGLAND.ask(rule, day=TODAY, amount=case["debt"])["met"]}


def breathing_space(case: Case) -> dict[str, object]:
    rule = "breathing_space" if case["kind"] == "standard" else "breathing_space.mental_health_crisis"
    return _asks(rule)({name: value for name, value in case.items() if name != "kind"})


def limitation(case: Case) -> dict[str, object]:
    law = jurisdictions.law(REGIONS[case["jurisdiction"]])
    given = {name: value for name, value in case.items() if name != "jurisdiction"}
    answers = _asks("limitation.simple_contract", law=law)(given)
    acknowledged = case.get("acknowledgment_or_part_payment")
    restarted = None if acknowledged is None else answers["restarted"] is not None
    effect = law.ask("limitation.effect", day=TODAY)["words"][0]
    return {**answers, "clock_restarted": restarted, "effect": effect}


def dro(case: Case) -> dict[str, object]:
    found = ENGLAND.ask("dro.debt_limit", day=_day(case["application"]), amount=case["total_qualifying_debt"])
    return {"debt_cap": str(found["limit"]), "within_cap": found["met"]}


def cpa(case: Case) -> dict[str, object]:
    found = ENGLAND.ask(f"credit.{case['product'].lower()}.payment_requests", day=TODAY, history=case["history"])
    return {"may_request_payment": found["allowed"], "refusals_counted": found["counted"]}


def contact_window(case: Case) -> dict[str, object]:
    law = jurisdictions.law({"us-reg-f": "US", "ireland": "IE"}[case["regime"]])
    return {"allowed": law.ask("contact.hours", day=TODAY, time=case["consumer_local_time"])["allowed"]}


def cpr_time(rule: str, *numbers: str) -> Callable[[Case], dict[str, object]]:
    def answer(case: Case) -> dict[str, object]:
        days = next(case[name] for name in numbers if name in case)
        event = next(_day(value) for value in case.values() if isinstance(value, str))
        found = ENGLAND.ask(rule, day=event, event=event, days=days)
        return {name: _plain(value) for name, value in found.items()}

    return answer


def eu_late_payment(case: Case) -> dict[str, object]:
    law, start = jurisdictions.law("EU"), date(2024, 7, 1)
    rate = value_on(law.rule("interest.late_payment"), start, Rate)
    scale = value_on(law.rule("late_payment.fixed_sum"), start, Scale)
    return {
        "statutory_rate_pct": str(Decimal(case["ecb_rate_pct"]) + rate.of.margin),
        "fixed_sum_eur": str(scale.charge(Money.of("100.00", "EUR")).amount),
    }


def data_protection(case: Case) -> dict[str, object]:
    return _asks("data.complaint" if "complaint_received" in case else "data.subject_request")(case)


def modulus(case: Case) -> dict[str, object]:
    possible = jurisdictions.is_possible_account(case["sort_code"], case["account"])
    return {"result": "valid" if possible else "invalid"}


def standard18_record(case: Case) -> dict[str, object]:
    record = standard18.line(
        standard18.Record(
            standard18.Account(case["dest_sort"], case["dest_account"]),
            case["transaction_code"],
            standard18.Account(case["orig_sort"], case["orig_account"]),
            case["pence"],
            case["user_name"],
            case["reference"],
            case["dest_name"],
        )
    )
    return {"record": record, "length": len(record)}


def measures(case: Case) -> dict[str, object]:
    given = {name: Decimal(value) if isinstance(value, str) else value for name, value in case.items()}
    match given:
        case {"ending_receivables": receivables, "credit_sales": sales, "days": days}:
            found = {"dso": metrics.days_sales_outstanding(receivables, sales, days)}
        case {"current_receivables": receivables, "credit_sales": sales, "days": days}:
            found = {"bpdso": metrics.days_sales_outstanding(receivables, sales, days)}
        case {"dso": dso, "bpdso": best}:
            found = {"average_days_delinquent": metrics.average_days_delinquent(dso, best)}
        case {"ending_ar": receivables, "months_newest_first": months}:
            listed = [metrics.Month(Decimal(sales), days) for _month, sales, days in months]
            found = {"dso": metrics.days_sales_outstanding_counted_back(receivables, listed)}
        case {
            "beginning_ar": beginning,
            "period_credit_sales": sales,
            "ending_total_ar": total,
            "ending_current_ar": now,
        }:
            effectiveness = metrics.collection_effectiveness(
                beginning=beginning, sales=sales, ending_total=total, ending_current=now
            )
            found = {"cei_pct": effectiveness}
        case {"open_deductions": still_open, "raised": raised, "days": days}:
            found = {"ddo": metrics.days_deductions_outstanding(still_open, raised, days)}
    return {name: _plain(value) for name, value in found.items()}


ANSWERS: Mapping[str, Callable[[Case], dict[str, object]]] = {
    "calendar": calendar,
    "bank_rate": bank_rate,
    "reference_rate": reference_rate,
    "interest_s69": interest_s69,
    "interest_late_payment": interest_late_payment,
    "payment_term": _asks("late_payment.term"),
    "compensation": compensation,
    "judgment_interest": judgment_interest,
    "interest_contract": interest_contract,
    "issue_fee": issue_fee,
    "hearing_fee": hearing_fee,
    "versioned_fee": versioned_fee,
    "fixed_costs": fixed_costs,
    "enforcement_agent_fees": enforcement_agent_fees,
    "enforcement_forum": enforcement_forum,
    "enforcement_notice": _asks("enforcement.goods.notice"),
    "enforcement_time": _asks("enforcement.times"),
    "deemed_service_claim_form": _asks("service.claim_form"),
    "deemed_service_other": _asks("service.other"),
    "cpr_time_before": cpr_time("time.before", "at_least_days_before"),
    "cpr_time_after": cpr_time("time.after", "hearing_at_least_days_after"),
    "cpr_time_within": cpr_time("time.within", "within_days"),
    "claim_timeline": _asks("claim.timeline"),
    "pap_debt": _asks("protocol.debt", letter_dated_and_posted="letter_dated"),
    "ccj_register": _asks("judgment.register"),
    "statutory_demand": statutory_demand,
    "winding_up_notice": _asks("winding_up.notice"),
    "breathing_space": breathing_space,
    "dro": dro,
    "disp": _asks("complaint.periods"),
    "cca_notice": _asks("credit.default_notice"),
    "data_protection": data_protection,
    "limitation": limitation,
    "cpa": cpa,
    "contact_window": contact_window,
    "bacs_cycle": _asks("bacs.cycle"),
    "dd_advance_notice": _asks("direct_debit.advance_notice"),
    "eu_late_payment": eu_late_payment,
    "modulus": modulus,
    "bacs_std18": standard18_record,
    "bacs_julian": lambda case: {"field": standard18.label_day(_day(case["date"]))},
    "metrics": measures,
}
