"""Which team something begins in, for whoever works in several."""

from typing import Any

from django.http import HttpRequest

from accounts.access import teams_of
from caseload.models import paperwork


def team_choice(request: HttpRequest) -> dict[str, Any]:
    """The team that is asked for, else the first of theirs by name, None without any; and all there are."""
    teams = list(paperwork.with_rules(teams_of(request.user)))
    wanted = request.GET.get("team", "")
    return {"team": next((one for one in teams if str(one.pk) == wanted), teams[0] if teams else None), "teams": teams}
