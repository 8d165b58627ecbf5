"""Who does something: a person with rights and scopes, or the system itself for a stated reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallystick.kernel.refusals import NotPermitted


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see and touch: everything, or the named clients only.

    `client_ids` None means every client; an empty set means none.
    """

    client_ids: frozenset[int] | None = None

    def allows(self, client_id: int) -> bool:
        """Test if a client lies within the scope.

        >>> Scope().allows(7), Scope(frozenset({7})).allows(8)
        (True, False)
        """
        return self.client_ids is None or client_id in self.client_ids

    def as_list(self) -> list[int] | None:
        """Give the client ids for SQL, sorted; None for every client."""
        return None if self.client_ids is None else sorted(self.client_ids)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. Doors make one and pass it in as `by`; it is the last argument of every action."""

    #: Shown on the timeline: a user name, or "system: nightly run".
    label: str
    user_id: int | None = None
    rights: frozenset[str] = field(default_factory=frozenset)
    scope: Scope = Scope()
    #: The system may do everything, for the reason in its label.
    is_system: bool = False

    def may(self, right: str) -> bool:
        """Test if the actor holds a right, such as "record promises"."""
        return self.is_system or right in self.rights

    def must_be_allowed_to(self, right: str) -> None:
        """Refuse unless the actor holds a right.

        :raises NotPermitted: the actor does not hold it
        """
        if not self.may(right):
            raise NotPermitted(right=right)


def system(reason: str) -> Actor:
    """Make the actor for work that nobody asked for by hand.

    >>> system("nightly run").label
    'system: nightly run'
    """
    return Actor(label=f"system: {reason}", is_system=True)
