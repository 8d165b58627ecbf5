"""One's own page: roles, language and time zone, and the way to password, second factor and sessions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallystick.access import actions, forms, queries
from tallystick.access.web.gate import ActorRequest, signed_in
from tallystick.access.web.people import client_names, role_rows
from tallystick.kernel import clock


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: ActorRequest) -> HttpResponse:
    """Show one's own page, and keep what is chosen there."""
    person = queries.get_user_with_roles(request.actor.user_id or 0)
    form = forms.OwnSettingsForm(
        request.POST or None, initial={"language": person.language, "time_zone": person.time_zone}
    )
    if request.method == "POST" and form.is_valid():
        actions.change_own_settings(**form.cleaned_data, at=clock.now(), by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("access:profile")
    context = {
        "person": person,
        "form": form,
        "roles": role_rows(queries.held_by(person), {client.id: client.name for client in client_names()}),
        "sessions": queries.sessions_of(person.pk),
        "has_second_factor": request.standing.has_second_factor,
    }
    return render(request, "access/profile.html", context, status=422 if request.method == "POST" else 200)


urlpatterns = [path("me/", profile, name="profile")]
