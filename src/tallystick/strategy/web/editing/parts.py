"""One part of a working copy: a form for it, added, changed, moved and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions
from tallystick.strategy.forms import orders, sections, tasks
from tallystick.strategy.forms.orders import ORDER_NAMES
from tallystick.strategy.forms.parts import Offers, PartForm
from tallystick.strategy.queries import catalogue, editing
from tallystick.strategy.rules.editing import changes, choosing, names, writing
from tallystick.strategy.rules.editing.changes import Path, Section, StateInUse
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.lifecycle import CopyChanged
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.web.editing import places, rows
from tallystick.strategy.web.editing.copies import revision_of
from tallystick.strategy.web.editing.work import Work, fields_of, part_name, title_of

#: Forms of the parts of a list, by the last key of the list.
_LISTED: dict[str, type[PartForm]] = {
    "leave": sections.LeaveForm,
    "steps": sections.StepForm,
    "answers": sections.AnswerForm,
}
#: Forms of the parts that have a name, by what holds them.
_NAMED: dict[str, type[PartForm]] = {
    "states": sections.StateForm,
    "never_when": sections.GuardForm,
    "splits": sections.SplitForm,
}


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def change(request: ActorRequest, copy_id: int, at: str = "") -> HttpResponseBase:
    """Change a part."""
    copy = editing.get_copy(copy_id, by=request.actor)
    data, path = writing.read(copy.document), places.path_of(at)
    work = Work(copy, data, path, False, _form(request, data, path, _offers(data)))
    return _written(request, work, actions.put_part, _("{part} changed"))


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def add(request: ActorRequest, copy_id: int, at: str) -> HttpResponseBase:
    """Add a part: to a list, behind what it has, or under a name that is free."""
    copy = editing.get_copy(copy_id, by=request.actor)
    data, holder = writing.read(copy.document), places.path_of(at)
    offers, kind = _offers(data), request.GET.get("kind", "")
    last = holder[-1] if holder else ""
    posted = request.POST if request.method == "POST" else None
    path: Path = holder if last in _NAMED else (*holder, len(places.items_at(data, holder)) + 1)
    if last == "do" and kind in ORDER_NAMES:
        form: PartForm = orders.order_form(kind, posted, offers=offers, is_watched=_is_watched(holder))
        work = Work(copy, data, path, True, form)
    elif last == "states":
        return _add_state(request, copy, data, offers)
    elif last in _NAMED or last in _LISTED:
        made = {**_NAMED, **_LISTED}[str(last)](posted, before={}, offers=offers)
        work = Work(copy, data, path, True, made)
        if last in ("steps", "answers") and kind in ORDER_NAMES:
            work.order = orders.order_form(kind, posted, offers=offers, is_watched=last == "steps", prefix="order")
    else:
        raise NotFound(what=_("part"), reference=at)
    return _written(request, work, actions.add_part, _("{part} added"))


def _add_state(request: ActorRequest, copy: Any, data: Plain, offers: Offers) -> HttpResponseBase:
    """Add a state, by a transition that leads to it: nothing may be out of reach."""
    form = sections.NewStateForm(request.POST if request.method == "POST" else None, before={}, offers=offers)
    path: Path = ("states",)
    if form.is_valid():
        holder: Path = ("states", form.cleaned_data["comes_from"], "leave")
        path = (*holder, len(places.items_at(data, holder)) + 1)
    work = Work(copy, data, path, True, form)
    return _written(
        request, work, actions.add_part, _("State “{title}” added").replace("{title}", form.data.get("title", ""))
    )


def _written(request: ActorRequest, work: Work, act: Callable[..., Any], sentence: str) -> HttpResponseBase:
    """Show the form of a part; when it is sent, do it, or show it again with every mistake where it belongs."""
    if request.method != "POST":
        return _page(request, work)
    if "take_rows" in request.POST:
        words = rows.words_of(work.copy.document)
        work.fill_in("when", choosing.text_of(rows.posted(request.POST, "when"), words))
        return _page(request, work)
    if not _are_valid(work):
        return _page(request, work)
    path, value = work.value()
    try:
        act(
            copy_id=work.copy.pk,
            revision=revision_of(request),
            path=path,
            section=value,
            states=work.states(),
            said=sentence.replace("{part}", part_name(work, path, value)),
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except DocumentMistaken as mistaken:
        work.blame(path, mistaken.problems)
        return _page(request, work)
    except Refusal as refusal:
        work.refusal = refusal
        return _page(request, work)
    return _back(work.copy.pk, path)


def _are_valid(work: Work) -> bool:
    """Check both forms, so that both say what is wrong."""
    form, order = work.form.is_valid(), work.order is None or work.order.is_valid()
    return form and order


def _page(request: ActorRequest, work: Work) -> HttpResponse:
    is_late = isinstance(work.refusal, CopyChanged)
    lists = [(*work.path, "do")] if work.path[-2:-1] in (("steps",), ("answers",)) else []
    if isinstance(work.form, tasks.WatchedTaskForm):
        lists = [(*work.path, "task", "escalate", "do")]
    context = {
        "copy": work.copy,
        "work": work,
        "form": work.form,
        "order": work.order,
        "address": places.address_of(work.path),
        "trail": [
            (places.address_of(path), name)
            for path, name in names.way(work.data, work.path if not work.is_new else work.path[:-1])
        ],
        "title": title_of(work),
        "problems": [(places.address_of(_nearest(work.data, each.path)), each) for each in work.problems],
        "refusal": work.refusal,
        "says_now": "\n".join(writing.entry(str(work.path[-1]), places.part_at(work.data, work.path)))
        if is_late and work.path and not work.is_new
        else "",
        "lists": [(places.address_of(path), places.orders(work.data, path)) for path in lists]
        if not work.is_new
        else [],
        "order_names": ORDER_NAMES,
        "words": fields_of(work.form),
        **_rows(request, work),
        "order_words": fields_of(work.order) if work.order else "",
        "is_escalation": isinstance(work.form, tasks.WatchedTaskForm),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "strategy/editing/part.html", context, status=status)


def _rows(request: ActorRequest, work: Work) -> dict[str, Any]:
    """Give the condition of the part as rows, and what rows can be about; nothing where it has no condition."""
    if "when" not in work.form.fields:
        return {}
    words = rows.words_of(work.copy.document)
    found = choosing.rows_of(str(work.form["when"].value() or ""), words)
    if "take_rows" in request.POST:
        # A row that is not finished is shown all the same.
        found = rows.posted(request.POST, "when")
    return {"choosing": rows.context_of(found, "when", words), "facts": rows.facts(words)}


@requires("publish strategies")
@require_POST
def move(request: ActorRequest, copy_id: int, at: str) -> HttpResponseBase:
    """Move a part up or down."""
    copy = editing.get_copy(copy_id, by=request.actor)
    path, by = places.path_of(at), -1 if request.POST.get("by") == "up" else 1
    sentence = _("“{part}” moved up") if by < 0 else _("“{part}” moved down")
    data = writing.read(copy.document)
    refusal = _tried(
        lambda: actions.move_part(
            copy_id=copy_id,
            revision=revision_of(request),
            path=path,
            by_places=by,
            said=sentence.format(part=names.name(data, path)),
            at=clock.now(),
            by=request.actor,
        )
    )
    if refusal:
        said.error(request, str(refusal))
    now = (*path[:-1], path[-1] + by) if isinstance(path[-1], int) else path
    return _back(copy_id, now, moved="up" if by < 0 else "down")


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def remove(request: ActorRequest, copy_id: int, at: str) -> HttpResponseBase:
    """Remove a part; of a state to which something leads, ask first where that goes instead."""
    copy = editing.get_copy(copy_id, by=request.actor)
    data, path = writing.read(copy.document), places.path_of(at)
    refusal: Refusal | None = None
    if request.method == "POST":
        refusal = _tried(
            lambda: actions.remove_part(
                copy_id=copy_id,
                revision=revision_of(request),
                path=path,
                instead=request.POST.get("instead", ""),
                said=_("“{part}” removed").format(part=names.name(data, path)),
                at=clock.now(),
                by=request.actor,
            )
        )
        if refusal is None:
            return _back(copy_id, path if "do" in path or isinstance(path[-1], str) else path[:-2])
        if not isinstance(refusal, StateInUse):
            said.error(request, _said(refusal))
            return _back(copy_id, path)
    context = {
        "copy": copy,
        "address": at,
        "title": names.name(data, path),
        "refusal": refusal,
        "leading": [
            (places.address_of(place), " → ".join(name for _path, name in names.way(data, place)))
            for place in changes.leading_to(copy.document, str(path[-1]))
        ],
        "states": [each for each in _states(data) if each[0] != path[-1]],
    }
    return render(request, "strategy/editing/remove.html", context, status=refusal.status if refusal else 200)


def _tried(act: Callable[[], Any]) -> Refusal | None:
    try:
        act()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return refusal
    return None


def _said(refusal: Refusal) -> str:
    if isinstance(refusal, DocumentMistaken):
        first = refusal.problems[0]
        return _("Not done. {place}: {sentence}").format(place=first.place, sentence=first.sentence)
    return str(refusal)


def _back(copy_id: int, path: Path, *, moved: str = "") -> HttpResponseBase:
    """Go back to where the part is: an order to its step, everything else to its line on the page of the whole."""
    for place, key in enumerate(path):
        if key == "do":
            return redirect(
                "strategy:change_part", copy_id, places.address_of(path[:place]).removesuffix("/task/escalate")
            )
    mark = f"state-{path[1]}" if len(path) == 2 and path[0] == "states" else places.mark_of(path) if path else "top"
    page = reverse("strategy:working", args=[copy_id])
    # What was pressed gets the focus again; no browser gives it where the address has a mark.
    where = "?" + urlencode({"at": places.address_of(path), "by": moved}) if moved else f"#{mark}"
    return redirect(page + where)


def _form(request: ActorRequest, data: Plain, path: Path, offers: Offers) -> PartForm:
    """Make the form of the part at a path.

    :raises NotFound: there is no such part, or it has no form of its own
    """
    posted = request.POST if request.method == "POST" else None
    here = places.part_at(data, path)
    section: Section = here if isinstance(here, dict) else {}
    match path:
        case ():
            return sections.WholeForm(posted, before=section, offers=offers)
        case ("never_when", str(name)):
            made = sections.GuardForm(posted, before={"name": name, "when": here}, offers=offers)
            del made.fields["name"]
            return made
        case ("splits", str()):
            form = sections.SplitForm(posted, before=section, offers=offers)
            del form.fields["name"]
            return form
        case ("states", str()):
            return sections.StateForm(posted, before=section, offers=offers)
        case (*_before, "do", int()):
            word = str(next(iter(here)) if isinstance(here, dict) else here)
            return orders.order_form(word, posted, before=here, offers=offers, is_watched=_is_watched(path[:-1]))
        case (*_before, "leave" | "steps" | "answers" as kind, int()):
            return _LISTED[str(kind)](posted, before=section, offers=offers)
    raise NotFound(what=_("part"), reference=places.address_of(path))


def _is_watched(path: Path) -> bool:
    """Test if the orders of a list are those of a step."""
    return path[-3:-2] == ("steps",)


def _nearest(data: Plain, path: Path) -> Path:
    """Give the part with a name that is nearest to a place."""
    named = names.way(data, path)
    return named[-1][0] if named else ()


def _states(data: Plain) -> list[tuple[str, str]]:
    states = data.get("states") if isinstance(data, dict) else None
    return [(state, names.state_title(data, state)) for state in states] if isinstance(states, dict) else []


def _offers(data: Plain) -> Offers:
    guards = data.get("never_when") if isinstance(data, dict) else None
    return Offers(
        states=_states(data),
        guards=tuple(guards) if isinstance(guards, dict) else (),
        events=sorted(catalogue.event_kinds()),
        calendars=sorted(jurisdictions.calendar_names()),
        templates=editing.templates(),
        teams=editing.teams(),
        users=editing.people(),
    )
