"""The web door: the gate every page stands behind, logging in, and the pages for people, teams and the audit trail."""

from tallystick.access.web import audit, organization, people, profile
from tallystick.access.web.gate import ActorRequest, public, requires, signed_in, unaudited
from tallystick.access.web.middleware import concerns, say

urlpatterns = [*profile.urlpatterns, *organization.urlpatterns, *audit.urlpatterns, *people.urlpatterns]

__all__ = ["ActorRequest", "concerns", "public", "requires", "say", "signed_in", "unaudited", "urlpatterns"]
