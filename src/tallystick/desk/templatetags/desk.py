"""Words of templates: icons, amounts, days, the sidebar, charts. `docs/contributing/look.md` shows them in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from django import forms, template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, to_locale
from lucide.jinja import lucide

from tallystick.desk.rules import browsers, charts, formats, navigation
from tallystick.kernel.money import Money

register = template.Library()

_THEMES = ("light", "dark")


@cache
def _parse(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def _locale() -> Locale:
    return _parse(get_language() or "en-gb")


@lru_cache(maxsize=512)
def _drawn(name: str, size: int) -> str:
    return str(
        lucide(name, size=size, stroke_width="1.75", **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    )


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """Draw a Lucide icon. It is decoration unless it has a `label`, which is then what a screen reader says.

    :raises lucide.IconDoesNotExist: there is no icon of that name
    """
    drawn = mark_safe(_drawn(name, int(size)))  # noqa: S308 - a file of the package, no text of a user
    if not label:
        return drawn
    return format_html('<span role="img" aria-label="{}">{}</span>', label, drawn)


@register.filter
def money(value: Money | int | None, currency: str = "") -> str:
    """Write `Money`, or minor units and their currency: `{{ row.amount_minor|money:row.currency }}`; None is a dash.

    :raises TypeError: minor units came without a currency, or something that is no amount
    """
    amount = _amount(value, currency)
    return formats.NOTHING if amount is None else formats.money(amount, _locale())


@register.filter
def short_money(value: Money | int | None, currency: str = "") -> str:
    """Write an amount in about three figures: £1.24M."""
    amount = _amount(value, currency)
    return formats.NOTHING if amount is None else formats.short_money(amount, _locale())


def _amount(value: Money | int | None, currency: str) -> Money | None:
    if value is None or isinstance(value, Money):
        return value
    if not currency:
        raise TypeError(f"{value!r} is an amount of no currency")
    return Money(value, currency)


@register.filter
def negated(value: Money) -> Money:
    """Turn the sign of an amount: what a credit takes away."""
    return -value


@register.filter
def number(value: int | Decimal | None) -> str:
    """Write a number with the separators of the language; None is a dash."""
    return formats.NOTHING if value is None else formats.number(value, _locale())


@register.filter
def exact(value: Decimal | None) -> str:
    """Write a number with every decimal it has; None is a dash."""
    return formats.NOTHING if value is None else formats.exact(value, _locale())


@register.filter
def percent(value: Decimal | None) -> str:
    """Write a fraction as a percentage: 0.755 is 75.5%; None is a dash."""
    return formats.NOTHING if value is None else formats.percent(value, _locale())


@register.filter
def day(value: date | None, style: str = "medium") -> str:
    """Write a day: "medium", "short", "weekday", "month", "long", "full"; None is a dash."""
    return formats.NOTHING if value is None else formats.day(value, _locale(), style)


@register.filter
def day_near(value: date, today: date | None) -> str:
    """Write a day with its weekday, or with its year where that is not the year of `today`."""
    return day(value, "weekday" if not today or value.year == today.year else "medium")


@register.filter
def instant(value: datetime | None, style: str = "medium") -> str:
    """Write an instant in the reader's time zone: "medium", "short", "time"; None is a dash."""
    if value is None:
        return formats.NOTHING
    return formats.instant(value, timezone.get_current_timezone(), _locale(), style)


@register.filter
def day_of(value: datetime) -> date:
    """Give the day an instant falls on in the reader's time zone."""
    return timezone.localtime(value).date()


@register.filter
def age(value: date | int | None, today: date | None = None) -> str:
    """Write how old a number of days or, given today, a day is: "12 days", "today", "in 3 days"; None is a dash."""
    if value is None:
        return formats.NOTHING
    if isinstance(value, int):
        return formats.days(value, _locale())
    if today is None:
        raise TypeError("the age of a day needs today: {{ item.due_on|age:today }}")
    past = (today - value).days
    if past == 0:
        return gettext("today")
    return formats.days(past, _locale()) if past > 0 else formats.days_ahead(-past, _locale())


@register.filter
def minutes(seconds: int) -> str:
    """Write a short span of time in whole minutes: "4 min"."""
    return gettext("%(minutes)s min") % {"minutes": formats.number(seconds // 60, _locale())}


@register.simple_tag
def when(value: date | datetime | None, style: str = "medium") -> SafeString:
    """Write a day or an instant as a `<time>` that machines can read too."""
    if value is None:
        return format_html("{}", formats.NOTHING)
    shown = instant(value, style) if isinstance(value, datetime) else day(value, style)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.filter
def breakable(address: str) -> SafeString:
    """Let an e-mail address break behind its @ rather than anywhere."""
    before, at, behind = address.partition("@")
    return format_html("{}{}<wbr>{}", before, at, behind) if at else format_html("{}", address)


@register.filter
def initials(name: str) -> str:
    """Give one or two letters that stand for a name: "Sam Keane" is SK."""
    words = [word for word in name.replace(".", " ").replace("_", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.filter
def browser(user_agent: str) -> str:
    """Say which browser a session runs in: "Firefox on Windows"."""
    name, system = browsers.browser_and_system(user_agent)
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or user_agent


@register.filter
def is_choice(field: forms.BoundField) -> bool:
    """Test if a field is a group of radio buttons or check boxes, which needs a legend instead of a label."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def is_tick(field: forms.BoundField) -> bool:
    """Test if a field is a single check box, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_tag(takes_context=True)
def frame_attributes(context: Context) -> SafeString:
    """Write what the person chose for the frame (theme, narrow sidebar, keys off) as attributes of `<html>`."""
    cookies = getattr(context.get("request"), "COOKIES", {})
    theme = cookies.get("theme")
    chosen = [f' data-theme="{theme}"' if theme in _THEMES else ""]
    chosen.append(" data-rail" if cookies.get("rail") == "1" else "")
    chosen.append(' data-keys="off"' if cookies.get("keys") == "off" else "")
    return mark_safe("".join(chosen))  # noqa: S308 - only literals of the lines above


@register.inclusion_tag("desk/parts/navigation.html", takes_context=True)
def sidebar(context: Context) -> dict[str, Any]:
    """Draw the pages that the actor sees, the current one marked; `nav_counts` gives counts by URL name."""
    request = context.get("request")
    links = list(_links(getattr(request, "actor", None)))
    here = navigation.current_path(getattr(request, "path", ""), [address for _page, address in links])
    counts = context.get("nav_counts") or {}
    return {"links": [(page, address, address == here, counts.get(page.url_name)) for page, address in links]}


@register.simple_tag(takes_context=True)
def search_address(context: Context) -> str:
    """Give the address that searches accounts, or nothing where the actor may not."""
    actor = getattr(context.get("request"), "actor", None)
    return next((address for page, address in _links(actor) if page.url_name == "desk:accounts"), "")


def _links(actor: Any) -> list[tuple[navigation.Page, str]]:
    links = []
    for page in navigation.pages_for(actor):
        try:
            links.append((page, reverse(page.url_name)))
        except NoReverseMatch:  # its room is not installed here
            continue
    return links


@register.inclusion_tag("desk/parts/column_chart.html")
def column_chart(bars: Sequence[charts.Bar], title: str, about: str = "") -> dict[str, Any]:
    """Draw columns from `rules.charts.Bar`s. `title` names the picture, `about` says in words what it shows."""
    chart = charts.column_chart(bars)
    said = f"{title}. {about}" if about else title
    return {
        "chart": chart,
        "columns": [(column, _said(column.bar)) for column in chart.columns],
        "said": said,
        "is_linked": any(bar.href for bar in bars),
    }


def _said(bar: charts.Bar) -> str:
    amount = money(bar.amount)
    if bar.count is None:
        return f"{bar.label}: {amount}"
    sentence = ngettext(
        "%(label)s: %(amount)s on %(count)s account", "%(label)s: %(amount)s on %(count)s accounts", bar.count
    )
    return sentence % {"label": bar.label, "amount": amount, "count": number(bar.count)}
