"""Where a person begins."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse

from tallystick.access.web import ActorRequest, signed_in
from tallystick.desk.rules.navigation import homes_of


@signed_in
def home(request: ActorRequest) -> HttpResponseBase:
    """Go to the page where the person's day begins: the worklist, the payments, the people, the audit trail."""
    for page in homes_of(request.actor):
        try:
            return redirect(reverse(page.url_name))
        except NoReverseMatch:  # its room is not installed here
            continue
    return render(request, "desk/nothing.html")


urlpatterns = [path("", home, name="home")]
