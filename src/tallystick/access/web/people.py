"""Pages for people: the list, a new person, one person with everything that can be done for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access import actions, forms, queries
from tallystick.access.ports import ClientDirectory, ClientName
from tallystick.access.rules import grants
from tallystick.access.rules.rights import ROLE_NAMES, Role
from tallystick.access.web.gate import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.refusals import Refusal

_PAGE = 50


def client_names() -> Sequence[ClientName]:
    """Give the clients that roles can be given for, through the directory that settings plug in."""
    if not settings.ACCESS_CLIENT_DIRECTORY:
        return ()
    directory: ClientDirectory = import_string(settings.ACCESS_CLIENT_DIRECTORY)
    return directory()


def role_rows(held: Iterable[Any], clients: Mapping[int, str]) -> list[tuple[str, str]]:
    """Give the roles that open grants stand for, each with what it covers, in words."""
    covered: dict[Role, list[str]] = {}
    for grant in held:
        if grant.business_unit is not None:
            words = grant.business_unit.name
        elif grant.client_id is not None:
            words = clients.get(grant.client_id, _("client {id}").format(id=grant.client_id))
        else:
            words = _("every client") if grants.touches_clients(Role(grant.role)) else ""
        covered.setdefault(Role(grant.role), []).append(words)
    return [(str(ROLE_NAMES[role]), ", ".join(sorted(covered[role]))) for role in Role if role in covered]


@requires("manage users")
@require_GET
def users(request: ActorRequest) -> HttpResponse:
    """List people by name, found by any of their names."""
    text, with_leavers = request.GET.get("q", "").strip(), "leavers" in request.GET
    page = Paginator(queries.users(text=text, with_leavers=with_leavers), _PAGE).get_page(request.GET.get("page"))
    names = {client.id: client.name for client in client_names()}
    rows = [{"user": user, "roles": role_rows(queries.held_by(user), names)} for user in page.object_list]
    return render(
        request, "access/users.html", {"page": page, "rows": rows, "text": text, "with_leavers": with_leavers}
    )


@requires("manage users")
@require_http_methods(["GET", "POST"])
def new_user(request: ActorRequest) -> HttpResponse:
    """Add a person; roles and the link for a password are given on the page that follows."""
    form = forms.NewUserForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.add_user(**form.cleaned_data, at=clock.now(), by=request.actor)
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, _("Added. Now give them a role, and the link to choose a password."))
            return redirect("access:user", user.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "access/new_user.html", {"form": form, "refusal": refusal}, status=status)


def _details_form(user_id: int, data: Any = None) -> forms.DetailsForm:
    person = queries.get_user(user_id)
    return forms.DetailsForm(data, initial={"full_name": person.full_name, "email": person.email})


def _roles_form(user_id: int, data: Any = None) -> forms.RolesForm:
    return forms.RolesForm(
        data,
        initial=forms.RolesForm.holding(queries.roles_of(user_id), queries.reaches_of(user_id)),
        units=queries.unit_choices(),
        clients=[(client.id, client.name) for client in client_names()],
    )


def _teams_form(user_id: int, data: Any = None) -> forms.TeamsForm:
    return forms.TeamsForm(data, initial={"teams": queries.team_ids_of(user_id)}, teams=queries.team_choices())


def _show(request: ActorRequest, user_id: int, *, status: int = 200, **said: Any) -> HttpResponse:
    person = queries.get_user(user_id)
    names = {client.id: client.name for client in client_names()}
    context = {
        "person": person,
        "details_form": _details_form(user_id),
        "roles_form": _roles_form(user_id),
        "teams_form": _teams_form(user_id),
        "is_self": user_id == request.actor.user_id,
        "past_grants": [
            {"grant": grant, "role": ROLE_NAMES[Role(grant.role)], "client": names.get(grant.client_id or 0)}
            for grant in queries.past_grants(user_id)
        ],
        "sessions": queries.sessions_of(user_id),
        "has_second_factor": queries.standing_of(person).has_second_factor,
        "may_audit": request.actor.may("see audit"),
        **said,
    }
    return render(request, "access/user.html", context, status=status)


@requires("manage users")
@require_GET
def user(request: ActorRequest, user_id: int) -> HttpResponse:
    """Show a person and what can be done for them."""
    return _show(request, user_id)


def _submitted(
    request: ActorRequest, user_id: int, name: str, form: django_forms.Form, do: Callable[[], None], done: str
) -> HttpResponse:
    """Do what a form of the person's page asks for, or show the page again with what is wrong."""
    refusal = None
    if form.is_valid():
        try:
            do()
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, done)
            return redirect("access:user", user_id)
    return _show(request, user_id, status=422, **{f"{name}_form": form, f"{name}_refusal": refusal})


@requires("manage users")
@require_POST
def change_details(request: ActorRequest, user_id: int) -> HttpResponse:
    """Change name and address."""
    form = _details_form(user_id, request.POST)

    def do() -> None:
        actions.change_user(user_id=user_id, **form.cleaned_data, at=clock.now(), by=request.actor)

    return _submitted(request, user_id, "details", form, do, _("Saved."))


@requires("manage users")
@require_POST
def change_roles(request: ActorRequest, user_id: int) -> HttpResponse:
    """Replace the roles."""
    form = _roles_form(user_id, request.POST)

    def do() -> None:
        actions.set_roles(
            user_id=user_id,
            roles=form.chosen_roles(),
            reaches=form.chosen_reaches(),
            at=clock.now(),
            by=request.actor,
        )

    return _submitted(request, user_id, "roles", form, do, _("The roles hold from now on."))


@requires("manage users")
@require_POST
def change_teams(request: ActorRequest, user_id: int) -> HttpResponse:
    """Replace the teams."""
    form = _teams_form(user_id, request.POST)

    def do() -> None:
        actions.set_teams(user_id=user_id, team_ids=form.cleaned_data["teams"], at=clock.now(), by=request.actor)

    return _submitted(request, user_id, "teams", form, do, _("Saved."))


@requires("manage users")
@require_POST
@never_cache
def make_link(request: ActorRequest, user_id: int) -> HttpResponse:
    """Show a link by which the person chooses a password; it is shown once and kept nowhere."""
    link = actions.issue_password_link(user_id=user_id, at=clock.now(), by=request.actor)
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": link.uid, "key": link.token})
    return _show(request, user_id, link=request.build_absolute_uri(address))


def _one_action(do: Callable[..., None], done: Callable[[], str]) -> Callable[..., HttpResponse]:
    """Make the view of a button on the person's page."""

    @requires("manage users")
    @require_POST
    def press(request: ActorRequest, user_id: int) -> HttpResponseRedirect:
        try:
            do(user_id=user_id, at=clock.now(), by=request.actor)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done())
        return redirect("access:user", user_id)

    return press


let_go = _one_action(actions.let_go, lambda: _("Logged out everywhere, all roles ended."))
let_return = _one_action(
    actions.let_return, lambda: _("Back. Now give them a role, and the link to choose a password.")
)
end_sessions = _one_action(actions.end_sessions, lambda: _("Logged out everywhere."))
remove_second_factor = _one_action(
    actions.remove_second_factor, lambda: _("The second factor is removed; they set up a new one at the next log-in.")
)
unlock = _one_action(actions.unlock, lambda: _("Failed attempts are forgotten: they can log in at once."))

urlpatterns = [
    path("", users, name="users"),
    path("new/", new_user, name="new_user"),
    path("<int:user_id>/", user, name="user"),
    path("<int:user_id>/details/", change_details, name="change_details"),
    path("<int:user_id>/roles/", change_roles, name="change_roles"),
    path("<int:user_id>/teams/", change_teams, name="change_teams"),
    path("<int:user_id>/link/", make_link, name="make_link"),
    path("<int:user_id>/let-go/", let_go, name="let_go"),
    path("<int:user_id>/return/", let_return, name="let_return"),
    path("<int:user_id>/sessions/end/", end_sessions, name="end_sessions"),
    path("<int:user_id>/second-factor/remove/", remove_second_factor, name="remove_second_factor"),
    path("<int:user_id>/unlock/", unlock, name="unlock"),
]
