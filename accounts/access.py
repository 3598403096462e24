"""Who may do what. One table from role to permission, one decorator, one answer per request.

Two questions, each with one place: may this *role* do this at all (here, 403), and may this
*person* see this *row* (`visible_to` on every queryset, 404).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import Membership, Role, User
from accounts.models.covers import lent_to
from accounts.prepared import Parts, parts, prepared


class Permission(enum.Enum):
    """Everything a page can ask for."""

    BE_SIGNED_IN = "be signed in"
    KEEP_A_CASELOAD = "keep a caseload"
    KEEP_FOLLOW_UPS = "keep follow-ups"
    READ_RECORDS = "read participants' records"
    SUPERVISE = "see what is overdue and help"
    RUN_ACCOUNTS = "run accounts and teams"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SPECIALIST: frozenset({Permission.KEEP_A_CASELOAD, Permission.KEEP_FOLLOW_UPS, Permission.READ_RECORDS}),
    Role.SUPERVISOR: frozenset({Permission.KEEP_FOLLOW_UPS, Permission.READ_RECORDS, Permission.SUPERVISE}),
    Role.ADMINISTRATOR: frozenset({Permission.RUN_ACCOUNTS}),
}


@dataclass(frozen=True)
class Standing:
    """What a person may do, and in which teams. Read once per request."""

    roles: frozenset[tuple[Role, UUID | None]]

    def teams(self, role: Role) -> list[UUID]:
        """The teams in which the person has that role."""
        return [team for held, team in self.roles if held == role and team is not None]

    def has(self, permission: Permission) -> bool:
        """Whether any of the person's roles gives that permission."""
        if permission is Permission.BE_SIGNED_IN:
            return True
        return any(permission in ROLE_PERMISSIONS[role] for role, _team in self.roles)


def standing_of(user: Any) -> Standing:
    """The standing of a person; nobody's for one who is not signed in or not active.

    Kept on the user object, which lives as long as its request: a change of role holds from the next one.
    """
    if not isinstance(user, User) or not user.is_active:
        return Standing(frozenset())
    known = user.__dict__.get("_standing")
    if known is None:
        known = user.__dict__["_standing"] = Standing(frozenset((Role(role), team) for role, team in held(user.pk)))
    return known


@prepared
def held(user: UUID) -> QuerySet[Any, Any]:
    """Role and team of each membership. Somebody who stands in for a supervisor is one, as long as the cover lasts."""
    rows = Membership.objects.filter(user=user).values_list("role", "team_id")
    return rows.union(lent_to(user).values_list("role", "team_id"))


@parts.register
def parts_of_user(user: User) -> Parts:
    """For prepared questions: whose they are is a value, and so are their teams; which roles they have is the shape."""
    roles = sorted(standing_of(user).roles, key=lambda held: (held[0], str(held[1])))
    teams = list(dict.fromkeys(team for _role, team in roles if team is not None))
    shape = tuple((role, team and teams.index(team)) for role, team in roles)

    def made_of(values: list[Any]) -> User:
        pk, *marked = values
        # Nothing else of them can be read: it would be kept for the next person.
        somebody = User.from_db(None, ["id", "is_active"], [pk, True])
        held = frozenset((role, None if place is None else marked[place]) for role, place in shape)
        somebody.__dict__["_standing"] = Standing(held)
        return somebody

    return Parts((User, shape), (user.pk, *teams), made_of, all_needed=False)


def supervised_teams(user: Any) -> list[UUID]:
    """Ids of the teams this person supervises."""
    return standing_of(user).teams(Role.SUPERVISOR)


def specialist_teams(user: Any) -> list[UUID]:
    """Ids of the teams in which this person walks with participants."""
    return standing_of(user).teams(Role.SPECIALIST)


def teams_of(user: Any) -> "list[UUID]":
    """Ids of the teams whose participants this person may meet in either role."""
    return list(dict.fromkeys(supervised_teams(user) + specialist_teams(user)))


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a page be opened only with that permission; answers 403 otherwise.

    The permission stays on the view, where the menu and the access tests read it.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not standing_of(request.user).has(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
