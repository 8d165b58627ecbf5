"""Each lint rule of the house flags its bad line, spares its good one, and holds over the whole program."""

import ast

import pytest
from tests.architecture import house, lint

EVERYWHERE = tuple(file for file in house.modules() if "migrations" not in file.parts)
PURE = tuple(house.of_kind("rules", "events", "ports"))
NO_WRITERS = tuple(house.of_kind("rules", "events", "ports", "queries", "facts", "forms", "web", "api", "tasks"))
ROOMS = tuple(file for file in EVERYWHERE if file.relative_to(house.HOUSE).parts[0] in house.BUILT)

#: Strategy compiles checked documents to SQL and addresses the leaves of its book by name; bench names its own scratch tables.
#: What a person wrote reaches their text only through the compiler's quoting, which tests/strategy/test_compile.py attacks.
COMPILES_SQL = ("strategy/actions", "strategy/queries", "config/bench")
WRITES_NO_SQL = tuple(
    file for file in EVERYWHERE if not file.relative_to(house.HOUSE).as_posix().startswith(COMPILES_SQL)
)

#: rule, good line, bad lines, files it holds for
RULES = [
    pytest.param(
        lint.sql_built_from_text,
        "sql.rows(sql.load('tallystick.ledger', 'balance.sql', 'as_of'), {'day': day})\n"
        "cursor.execute(SQL('TRUNCATE {}').format(Identifier(name)))",
        [
            "cursor.execute(f'SELECT * FROM {table}')",
            "cursor.execute('SELECT %s' % name)",
            "cursor.execute('SELECT ' + name)",
            "sql.rows('SELECT {}'.format(name))",
        ],
        WRITES_NO_SQL,
        id="SQL is never built from text",
    ),
    pytest.param(
        lint.timedelta_without_a_unit,
        "timedelta(days=7)",
        ["timedelta(7)", "datetime.timedelta(1, 3)"],
        EVERYWHERE,
        id="a time span says its unit",
    ),
    pytest.param(
        lint.first_of_no_order,
        "Promise.objects.order_by('-made_at').first()\nPromise.objects.filter(pk=7).first()",
        ["Promise.objects.filter(account=account).first()"],
        EVERYWHERE,
        id="the first of something has an order",
    ),
    pytest.param(
        lint.float_near_money,
        "from tallystick.kernel.money import Money\nMoney.of('1.10', 'GBP')",
        [
            "from tallystick.kernel.money import Money\nMoney(int(float(text) * 100), 'GBP')",
            "def owed(amount_minor: float): ...",
        ],
        ROOMS,
        id="no float near money",
    ),
    pytest.param(
        lint.row_made_outside_actions,
        "Promise.objects.filter(account_id=1)",
        ["Promise.objects.create(account_id=1)", "Promise.objects.bulk_create(made)"],
        NO_WRITERS,
        id="only actions write",
    ),
    pytest.param(
        lint.django_beyond_words,
        "from django.utils.translation import gettext_lazy as _",
        ["from django.db import models", "import django.db", "from django.utils import timezone"],
        PURE,
        id="rules know no Django",
    ),
    pytest.param(
        lint.reads_the_time,
        "clock.now()",
        ["datetime.now(UTC)", "date.today()", "timezone.now()"],
        ROOMS,
        id="nobody asks the machine for the time",
    ),
]


@pytest.mark.parametrize(("rule", "good", "bad", "files"), RULES)
def test_the_rule_tells_good_from_bad(rule, good, bad, files):
    assert not list(rule(ast.parse(good)))
    for line in bad:
        assert list(rule(ast.parse(line))), line


@pytest.mark.parametrize(("rule", "good", "bad", "files"), RULES)
def test_the_program_keeps_the_rule(rule, good, bad, files):
    broken = [f"{house.name_of(file)}:{line}" for file in files for line in rule(house.tree_of(file))]

    assert not broken, rule.__doc__
