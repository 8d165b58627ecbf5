"""CAMT.052, 053 and 054 of every version by local name, and nothing that an XML file should not do."""

import io
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payments.reading import FIXTURES, codes, lines, read, read_fixture

from tallystick.kernel.money import Money
from tallystick.payments.rules import camt, refusals
from tallystick.payments.rules.statement import Document, Kind, Report, Status
from tallystick.payments.rules.warnings import WarningCode

W = WarningCode
#: File: report, lines with what became of each, and what was warned of.
FILES = {
    "camt052/genkgo_camt052.v2.other-account.xml": (Report.INTRADAY, ["-200000.00 SEK booked"], []),
    "camt052/genkgo_camt052.v2.with-account-name.xml": (Report.INTRADAY, ["-200000.00 SEK booked"], [W.DAY_ASSUMED]),
    "camt052/genkgo_camt052.v2.xml": (Report.INTRADAY, ["-200000.00 SEK booked"], []),
    "camt052/genkgo_camt052.v4.xml": (Report.INTRADAY, ["-200000.00 SEK pending"], []),
    "camt052/genkgo_camt052.v8.xml": (Report.INTRADAY, ["-200000.00 SEK booked"], []),
    "camt053/constructed_uk_camt053_v8_gbp.xml": (
        Report.STATEMENT,
        [
            "12750.00 GBP booked",
            "18350.00 GBP booked",
            "440.00 GBP booked",
            "850.00 GBP booked",
            "-440.00 GBP booked",
            "-25.00 GBP booked",
            "6400.00 GBP booked",
        ],
        [],
    ),
    "camt053/genkgo_camt053.v2.all-balance-types.xml": (Report.STATEMENT, ["8.85 EUR booked"], [W.DOES_NOT_BALANCE]),
    "camt053/genkgo_camt053.v2.minimal.xml": (Report.STATEMENT, ["8.85 EUR booked"], [W.CURRENCIES_DIFFER]),
    "camt053/genkgo_camt053.v2.with-account-name.xml": (Report.STATEMENT, ["8.85 EUR booked"], []),
    "camt053/genkgo_camt053.v2.with-party-ids.xml": (Report.STATEMENT, ["8.85 EUR booked"], [W.CURRENCIES_DIFFER]),
    "camt053/genkgo_camt053.v3.xml": (Report.STATEMENT, ["8.85 EUR booked"], [W.CURRENCIES_DIFFER]),
    "camt053/genkgo_camt053.v4.xml": (Report.STATEMENT, ["8.85 EUR booked"], [W.CURRENCIES_DIFFER]),
    "camt054/genkgo_camt054.v2.with-account-name.xml": (Report.NOTICE, ["-200000.00 SEK booked"], [W.DAY_ASSUMED]),
    "camt054/genkgo_camt054.v2.xml": (Report.NOTICE, ["-200000.00 SEK booked"], []),
    "camt054/genkgo_camt054.v8-with-financial-institution.xml": (
        Report.NOTICE,
        ["-200000.00 SEK booked"],
        [W.DAY_ASSUMED],
    ),
    "camt054/genkgo_camt054.v8.xml": (Report.NOTICE, ["-200000.00 SEK booked"], []),
}


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=FILES)
def test_a_published_file_is_read_whole(name, expected):
    contents = read_fixture(name)

    (statement,) = contents.statements
    shown = [f"{line.amount} {line.status}" for line in statement.lines]
    assert (statement.opening.report, shown, codes(contents)) == expected


@pytest.mark.parametrize("name", FILES)
def test_lines_add_up_to_the_entries_that_the_file_shows(name):
    root = ElementTree.parse(FIXTURES / name).getroot()  # noqa: S314 - a fixture of ours
    shown = 0
    for entry in root.iterfind(".//{*}Ntry"):
        amount = entry.find("{*}Amt")
        minor = Money.of(amount.text, amount.get("Ccy")).minor
        shown += minor if entry.find("{*}CdtDbtInd").text == "CRDT" else -minor

    assert sum(line.amount.minor for line in lines(read_fixture(name))) == shown


def test_no_published_file_is_left_out():
    found = {
        f"{path.parent.name}/{path.name}" for kind in ("052", "053", "054") for path in FIXTURES.glob(f"camt{kind}/*")
    }
    assert found == set(FILES) | {"camt053/genkgo_camt053.v2.wrong.xml"}


def test_a_file_without_a_statement_is_read_as_empty():
    assert read_fixture("camt053/genkgo_camt053.v2.wrong.xml").statements == ()


def test_a_british_statement_says_who_paid_what_for():
    first, second, *batch, returned, fee, last = (
        read_fixture("camt053/constructed_uk_camt053_v8_gbp.xml").statements[0].lines
    )

    assert (first.reference, first.counterparty, first.kind) == ("INV-2024-0841", "ASHFORD DIGITAL LTD", Kind.TRANSFER)
    assert (first.bank_reference, first.counterparty_account) == ("ASR1", "20295963748472")
    assert second.documents == (
        Document("INV-2025-0088", Money.of("18500", "GBP")),
        Document("CN-0012", Money.of("-150", "GBP")),
    )
    assert [(line.entry, line.share, line.counterparty, line.mandate) for line in batch] == [
        (3, 1, "SMITH AND SONS", "INV0000002"),
        (3, 2, "BRAMLEY AND FOX", "INV0000003"),
    ]
    assert (returned.kind, returned.counterparty, returned.return_reason) == (Kind.RETURN, "SMITH AND SONS", "0")
    assert (fee.kind, fee.counterparty, fee.reference) == (Kind.CHARGE, "", "")
    assert last.narrative == "/INV/INV-2025-0012"


def document(*entries: str, version: str = "08", head: str = "", foot: str = "") -> str:
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-03-06T23:10:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id><Ccy>GBP</Ccy></Acct>{head}"
        f"{''.join(entries)}{foot}</Stmt></BkToCstmrStmt></Document>"
    )


def entry(
    amount: str = "10.00", *, mark: str = "CRDT", more: str = "", details: str = "", currency: str = "GBP"
) -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2026-03-06</Dt></BookgDt>{more}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(code: str, amount: str, mark: str = "CRDT", currency: str = "GBP") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>2026-03-06</Dt></Dt></Bal>'
    )


def share(amount: str, *, currency: str = "GBP", mark: str = "CRDT", more: str = "") -> str:
    return f'<TxDtls><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{more}</TxDtls>'


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 15)])
def test_every_version_is_read(version):
    contents = read(document(entry(), version=version))

    assert [str(line.amount) for line in lines(contents)] == ["10.00 GBP"]


def test_a_prefix_or_no_namespace_at_all_is_read():
    plain = document(entry()).replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', "")

    assert len(lines(read(plain))) == 1


@pytest.mark.parametrize(
    ("details", "amounts"),
    [
        pytest.param(share("6.00") + share("4.00"), ["6.00", "4.00"], id="shares that add up"),
        pytest.param(share("12.00") + share("2.00", mark="DBIT"), ["12.00", "-2.00"], id="a share the other way"),
        pytest.param(share("6.00") + share("3.99"), ["10.00"], id="shares that do not add up"),
        pytest.param(share("6.00", currency="EUR") + share("4.00", currency="EUR"), ["10.00"], id="another currency"),
        pytest.param(share("105.75"), ["10.00"], id="one detail of another amount"),
        pytest.param("", ["10.00"], id="no details"),
        pytest.param(
            "<TxDtls><AmtDtls><TxAmt><Amt Ccy='GBP'>6</Amt></TxAmt></AmtDtls></TxDtls>"
            "<TxDtls><AmtDtls><TxAmt><Amt Ccy='GBP'>4</Amt></TxAmt></AmtDtls></TxDtls>",
            ["6.00", "4.00"],
            id="version 2",
        ),
    ],
)
def test_an_entry_is_shared_only_by_amounts_that_add_up(details, amounts):
    contents = read(document(entry(details=details)))

    assert [str(line.amount.amount) for line in lines(contents)] == amounts
    assert (W.SHARES_DIFFER in codes(contents)) is (
        details.count("TxDtls") == 4 and amounts == ["10.00"] and "EUR" not in details
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("<Sts>BOOK</Sts>", Status.BOOKED, id="as text"),
        pytest.param("<Sts><Cd>BOOK</Cd></Sts>", Status.BOOKED, id="as code"),
        pytest.param("<Sts>PDNG</Sts>", Status.PENDING, id="pending"),
        pytest.param("<Sts><Cd>FUTR</Cd></Sts>", Status.PENDING, id="in the future"),
        pytest.param("<Sts>INFO</Sts>", Status.INFORMATION, id="information"),
        pytest.param("", Status.BOOKED, id="missing"),
    ],
)
def test_only_what_is_booked_counts(status, expected):
    contents = read(
        document(
            entry().replace("<Sts><Cd>BOOK</Cd></Sts>", status), head=balance("OPBD", "0.00") + balance("CLBD", "0.00")
        )
    )

    assert [line.status for line in lines(contents)] == [expected]
    assert (W.DOES_NOT_BALANCE in codes(contents)) is (expected is Status.BOOKED)


@pytest.mark.parametrize(
    ("balances", "opened", "closed"),
    [
        pytest.param(balance("OPBD", "1.00") + balance("CLBD", "2.00"), "1.00", "2.00", id="booked"),
        pytest.param(balance("PRCD", "1.00") + balance("CLBD", "2.00"), "1.00", "2.00", id="previous closing"),
        pytest.param(balance("ITBD", "1.00") + balance("ITBD", "2.00"), "1.00", "2.00", id="a page in the middle"),
        pytest.param(balance("OPBD", "1.00") + balance("ITBD", "2.00"), "1.00", "2.00", id="the first page"),
        pytest.param(balance("ITBD", "1.00") + balance("CLBD", "2.00"), "1.00", "2.00", id="the last page"),
        pytest.param(balance("OPBD", "1.00", "DBIT"), "-1.00", None, id="overdrawn"),
        pytest.param(balance("CLAV", "5.00"), None, None, id="available only"),
        pytest.param(balance("OPBD", "1.00000"), "1.00", None, id="five decimals"),
    ],
)
def test_balances_are_those_that_were_booked(balances, opened, closed):
    (statement,) = read(document(head=balances)).statements

    said = [each and str(each.amount.amount) for each in (statement.opening.balance, statement.closing.balance)]
    assert said == [opened, closed]


def test_balances_behind_the_entries_count_as_well():
    (statement,) = read(document(entry(), foot=balance("OPBD", "0.00") + balance("CLBD", "10.00"))).statements

    assert str(statement.closing.balance.amount) == "10.00 GBP"


def test_declared_totals_are_compared_by_entries_and_sums():
    head = (
        balance("CLBD", "10.00")
        + "<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>10.01</Sum></TtlCdtNtries></TxsSummry>"
    )

    contents = read(document(entry(details=share("6.00") + share("4.00")), head=head))

    assert [(warning.code, warning.fields) for warning in contents.warnings] == [
        (W.COUNT_DIFFERS, {"declared": 2, "read": 1}),
        (W.SUM_DIFFERS, {"declared": "10.01 GBP", "read": "10.00 GBP"}),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(entry("ten"), id="no number"),
        pytest.param(entry("1.001"), id="finer than a penny"),
        pytest.param(entry("-1.00"), id="negative"),
        pytest.param(entry(currency="XQQ"), id="no currency there is"),
        pytest.param(entry(mark="BOTH"), id="neither in nor out"),
        pytest.param(entry("NaN"), id="not a number"),
        pytest.param(entry("1e9"), id="an exponent"),
        pytest.param(entry("1" * 17), id="more than there is"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_warning_with_its_text(bad):
    contents = read(document(entry("1.00"), bad, entry("2.00")))

    (warning,) = contents.warnings
    assert warning.code is W.LINE_UNREADABLE
    assert warning.text.startswith("<Ntry")
    assert [str(line.amount) for line in lines(contents)] == ["1.00 GBP", "2.00 GBP"]


def test_the_real_customer_goes_before_a_payment_factory():
    parties = (
        "<TxDtls><RltdPties><Dbtr><Pty><Nm>FACTORY</Nm></Pty></Dbtr>"
        "<UltmtDbtr><Pty><Nm>CUSTOMER</Nm></Pty></UltmtDbtr></RltdPties></TxDtls>"
    )

    assert lines(read(document(entry(details=parties))))[0].counterparty == "CUSTOMER"


def test_text_that_the_bank_cut_is_joined_again():
    cut = "X" * 140
    remittance = f"<TxDtls><RmtInf><Ustrd>{cut}</Ustrd><Ustrd>Y</Ustrd><Ustrd>Z</Ustrd></RmtInf></TxDtls>"

    assert lines(read(document(entry(details=remittance))))[0].narrative == f"{cut}Y Z"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param('<!DOCTYPE Document SYSTEM "http://example.org/x.dtd">', refusals.FileUnsafe, id="document type"),
        pytest.param('<!DOCTYPE Document [<!ENTITY e SYSTEM "file:///etc/passwd">]>', refusals.FileUnsafe, id="a file"),
        pytest.param('<!DOCTYPE Document [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>', refusals.FileUnsafe, id="a bomb"),
    ],
)
def test_a_file_that_declares_more_than_a_statement_is_not_opened(content, refusal):
    with pytest.raises(refusal):
        read(document(entry()).replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{content}'))


def test_a_file_that_ends_early_is_refused_with_its_line():
    whole = document(entry()).replace("><", ">\n<")

    with pytest.raises(refusals.FileBroken) as refused:
        read(whole[: len(whole) // 2])

    assert refused.value.fields["line_number"] > 5


def test_a_large_file_is_read_entry_by_entry():
    parts = camt.read(io.BytesIO(document(*[entry("1.00")] * 2_000).encode()))

    next(parts)
    held = sum(1 for _ in parts)

    assert held == 2_001


amounts = st.integers(min_value=0, max_value=10**13)
texts = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.dates(), amounts, st.booleans(), texts), max_size=8))
def test_what_is_written_is_read_back(entries):
    written = []
    for day, minor, is_in, text in entries:
        element = ElementTree.Element("Ustrd")
        element.text = text
        remittance = ElementTree.tostring(element, encoding="unicode")
        written.append(
            entry(
                str(Money(minor, "GBP").amount),
                mark="CRDT" if is_in else "DBIT",
                details=f"<TxDtls><RmtInf>{remittance}</RmtInf></TxDtls>",
            ).replace("2026-03-06", day.isoformat())
        )
    moved = sum(minor if is_in else -minor for _, minor, is_in, _ in entries)
    closing = Money(moved, "GBP")
    head = balance("OPBD", "0.00") + balance("CLBD", str(abs(closing.amount)), "CRDT" if moved >= 0 else "DBIT")

    contents = read(document(*written, head=head))

    assert [(line.booked_on, line.amount.minor, line.narrative) for line in lines(contents)] == [
        (day, minor if is_in else -minor, " ".join(text.split())) for day, minor, is_in, text in entries
    ]
    assert codes(contents) == []


def test_an_entry_without_any_day_takes_that_of_the_statement():
    undated = entry().replace("<BookgDt><Dt>2026-03-06</Dt></BookgDt>", "")

    contents = read(document(undated, head=balance("CLBD", "10.00").replace("2026-03-06", "2026-03-05")))

    assert lines(contents)[0].booked_on == date(2026, 3, 5)
    assert codes(contents) == [W.DAY_ASSUMED]
