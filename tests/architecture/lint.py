"""Lint rules of the house that ruff has not. Each takes a module's tree and gives the lines that break it.

`test_lint.py` tries each on a good and a bad line, then holds the whole program to them.
"""

import ast
from collections.abc import Iterator

_RUNS_SQL = {"execute", "executemany", "copy", "rows", "value", "raw"}
_BUILDS_TEXT = {"format", "join", "replace"}


def _method(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr
    return None


def sql_built_from_text(tree: ast.Module) -> Iterator[int]:
    """SQL is a literal, or loaded by `kernel.sql`; values are parameters, trusted text goes through `sql.fill`."""
    for node in ast.walk(tree):
        if _method(node) not in _RUNS_SQL or not node.args:
            continue
        query = node.args[0]
        formatted = isinstance(query, ast.JoinedStr) and any(
            isinstance(part, ast.FormattedValue) for part in query.values
        )
        glued = isinstance(query, ast.BinOp) and isinstance(query.op, ast.Mod | ast.Add)
        # psycopg composes with `sql.SQL("…").format(sql.Identifier(…))`, which quotes: that is meant.
        built = _method(query) in _BUILDS_TEXT and not _is_composed(query)
        if formatted or glued or built:
            yield node.lineno


def _is_composed(query: ast.expr) -> bool:
    return any("SQL" in {getattr(node, "id", ""), getattr(node, "attr", "")} for node in ast.walk(query))


def timedelta_without_a_unit(tree: ast.Module) -> Iterator[int]:
    """`timedelta(7)` does not say what seven is: `timedelta(days=7)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if "timedelta" in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
            yield node.lineno


def first_of_no_order(tree: ast.Module) -> Iterator[int]:
    """`.first()` of several rows gives whichever comes: say which by `.order_by()`, or name the one by its `pk`."""
    for node in ast.walk(tree):
        if (
            _method(node) == "first"
            and not node.args
            and not _has_call(node, {"order_by"})
            and not _names_the_one(node)
        ):
            yield node.lineno


def _has_call(node: ast.AST, names: set[str]) -> bool:
    return any(_method(part) in names for part in ast.walk(node))


def _names_the_one(node: ast.AST) -> bool:
    return any(isinstance(part, ast.keyword) and part.arg in {"pk", "id"} for part in ast.walk(node))


def float_near_money(tree: ast.Module) -> Iterator[int]:
    """A module that knows money knows no float: neither `float(…)`, nor a parameter or field of that type."""
    speaks_of_money = any(
        (isinstance(node, ast.ImportFrom) and node.module == "tallystick.kernel.money")
        or (isinstance(node, ast.Name | ast.arg | ast.keyword | ast.Attribute) and "minor" in _word(node).split("_"))
        for node in ast.walk(tree)
    )
    if speaks_of_money:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id == "float":
                yield node.lineno


def _word(node: ast.Name | ast.arg | ast.keyword | ast.Attribute) -> str:
    for field in ("id", "arg", "attr"):
        if (word := getattr(node, field, None)) is not None:
            return str(word)
    return ""


def row_made_outside_actions(tree: ast.Module) -> Iterator[int]:
    """Only actions write: `objects.create` and its kin stand nowhere else."""
    makes = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}
    for node in ast.walk(tree):
        if _method(node) in makes and getattr(node.func.value, "attr", "") == "objects":
            yield node.lineno


def django_beyond_words(tree: ast.Module) -> Iterator[int]:
    """Rules, events and ports take nothing from Django but translation."""
    pure = ("django.utils.translation", "django.utils.functional")
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "django"
            and node.module not in pure
        ):
            yield node.lineno
        if isinstance(node, ast.Import) and any(name.name.split(".")[0] == "django" for name in node.names):
            yield node.lineno


def reads_the_time(tree: ast.Module) -> Iterator[int]:
    """The time comes from the door, and to the door from `kernel.clock`: nobody asks the machine."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = ast.unparse(node.func)
            if asked in {"datetime.now", "datetime.utcnow", "date.today", "timezone.now", "datetime.date.today"}:
                yield node.lineno
            if asked in {"datetime.datetime.now", "datetime.datetime.utcnow", "timezone.localdate", "time.time"}:
                yield node.lineno
