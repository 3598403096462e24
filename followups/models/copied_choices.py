"""What a choice is called for the person it was made about, where its own words speak of them to a colleague."""

from typing import Any

from django.utils.translation import gettext_lazy as _

DECIDED = {
    "participant": _("You"),
    "together": _("You and we together"),
    "specialist": _("Your peer specialist"),
    "supervisor": _("The supervisor"),
}
STATUS = {
    "held": _("We met"),
    "cut_short": _("We met, shorter than planned"),
    "no_show": _("You could not make it"),
    "cancelled_by_them": _("You called it off"),
    "cancelled_by_us": _("We called it off"),
}
# By table and field, each code of it. A test holds them to the codes there are.
SPOKEN: dict[str, dict[str, Any]] = {
    "caseload.PhoneNumber.message": {
        "none": _("Please leave no message"),
        "name_only": _("First name and number only"),
        "may_say": _("A message may say"),
    },
    "caseload.Goal.state": {
        "open": _("On the way"),
        "reached": _("Reached"),
        "set_aside": _("You chose to let it rest"),
    },
    "caseload.GoalStep.done_by": {"them": _("You"), "together": _("You and we together"), "us": _("We")},
    "caseload.Referral.state": {
        "offered": _("We told you about it"),
        "accepted": _("You want to go"),
        "not_now": _("Not now"),
        "got_there": _("You got there"),
        "did_not": _("You did not get there"),
    },
    "caseload.Session.status": STATUS,
    "caseload.Session.strands": {
        "goals": _("Goals"),
        "skills": _("Learning and practicing"),
        "advocacy": _("Speaking up"),
        "community": _("Community"),
    },
    "caseload.Session.place": {
        "office": _("Our place"),
        "home": _("Your home"),
        "community": _("Somewhere in the community"),
        "street": _("On the street"),
        "shelter": _("A shelter"),
        "residence": _("A residence or group home"),
        "hospital": _("A hospital or emergency department"),
        "treatment": _("A treatment program"),
        "school": _("A school"),
        "custody": _("A jail or prison"),
        "telehealth": _("By phone or video, from home"),
        "other": _("Somewhere else"),
    },
    "caseload.NoteAddition.kind": {
        "late_entry": _("Something we knew then and had left out"),
        "addendum": _("Something we learned later"),
        "correction": _("A correction"),
    },
    "caseload.ServiceEpisode.ending_reason": {
        "goals_reached": _("You reached what you came for"),
        "other_support": _("You found other support that fits better"),
        "moved": _("You moved away"),
        "own_choice": _("Your own choice"),
        "contact_lost": _("We could not reach each other; the door stays open"),
        "program_ended": _("The program ended or changed"),
        "died": _("The sad news reached us"),
        "same_person": _("It did not end: it went on with your other record"),
    },
    "caseload.ServiceEpisode.may_contact": {
        "not_asked": _("We did not ask"),
        "yes": _("Yes, we may get in touch"),
        "no": _("No contact, please"),
    },
    "caseload.Assignment.end_reason": {
        "transferred": _("A colleague took over"),
        "colleague_left": _("This colleague no longer works with us"),
        "services_ended": _("Your time with us ended"),
        "back_to_waiting": _("You were waiting for another peer"),
        "same_person": _("Put together with another record about you"),
    },
    "caseload.Complaint.said_by": {"them": _("You"), "for_them": _("Somebody, for you")},
    "followups.CheckInPlan.agreed_by": DECIDED,
    "followups.CheckInPlan.ended_wish": DECIDED,
    "followups.CloserRhythm.agreed_by": DECIDED,
    "followups.CloserRhythm.ended_wish": DECIDED,
    "followups.FollowUp.decided_by": DECIDED,
    "followups.NextStep.decided_by": DECIDED,
    "followups.FollowUp.purpose": {
        "check_in": _("A check-in"),
        "promise": _("Something we promised you"),
        "after_missed": _("After we missed each other"),
        "after_setback": _("After a setback"),
        "after_discharge": _("After coming home from hospital"),
        "referral": _("Asking how it went with other help"),
        "goal_step": _("A step towards a goal"),
        "celebration": _("Something to celebrate"),
        "review": _("For us to look at; not a call"),
    },
    "followups.FollowUp.state": {
        "open": _("Still to come"),
        "waiting": _("We are waiting to hear from you"),
        "paused": _("Resting"),
        "done": _("Done"),
        "not_needed": _("No longer needed"),
        "ended": _("Ended with your time with us"),
    },
}


def spoken(field: str, code: str, otherwise: Any) -> str:
    """The words for the person for a code in this field of a table; where there are none, its own."""
    return str(SPOKEN.get(field, {}).get(code, otherwise))
