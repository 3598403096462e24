"""What each table and field of a copied record is called for the person it is about, in the order they read it.

Their own words and what they reached come first, the paperwork last. A test walks every field that can be in a
copy: a new column has to be named here, or be kept out for people with a reason.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Note:
    """A sentence under a row: who did it, and when. Without a name it is said the other way."""

    at: str
    by: tuple[str, ...]
    by_whom: Any
    alone: Any


@dataclass(frozen=True)
class Told:
    """A table as the person reads it: `head` are the fields a row begins with, `unsaid` those that tell people nothing.

    `begins` are the words around the first of the head, where it says too little alone. Programs find all of these in
    the JSON.
    """

    title: Any
    head: tuple[str, ...]
    lines: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    unsaid: tuple[str, ...] = ()
    begins: Any = "%(first)s"


def written(at: str = "recorded_at", by: str = "recorded_by") -> Note:
    """Who wrote a row down."""
    return Note(at, (by,), _("Written down by %(who)s on %(when)s."), _("Written down on %(when)s."))


def planned(at: str = "created_at", by: str = "created_by") -> Note:
    """Who planned something; what nobody planned was put there by what had been agreed."""
    return Note(at, (by,), _("Planned by %(who)s on %(when)s."), _("Planned on %(when)s."))


WRITTEN = (written(),)
TABLES: dict[str, Told] = {
    "caseload.Quotation": Told(
        # What it is about comes first: alone, what does not help would read as what does.
        _("In your own words"),
        ("topic", "text"),
        {"said_on": _("you said this on")},
        WRITTEN,
    ),
    "caseload.Goal": Told(
        _("Your goals"),
        ("wording",),
        {
            "dimension": _("part of life"),
            "state": _("how it stands"),
            "started_on": _("since"),
            "review_on": _("we look at it together again on"),
            "closed_on": _("until"),
            "closed_words": _("what you said about it then"),
        },
        WRITTEN,
    ),
    "caseload.GoalStep": Told(
        _("Small steps towards your goals"),
        ("text",),
        {
            "goal": _("the goal"),
            "due_on": _("by"),
            "done_on": _("done on"),
            "done_by": _("who did it"),
            "dropped_on": _("you let it go on"),
        },
        WRITTEN,
    ),
    "caseload.GoalProgress": Told(
        _("How you saw your way to a goal"),
        ("direction",),
        {"goal": _("the goal"), "words": _("your words"), "said_on": _("you said this on")},
        WRITTEN,
    ),
    "caseload.Win": Told(_("Your wins"), ("text",), {"happened_on": _("on"), "session": _("told in")}, WRITTEN),
    "caseload.Milestone": Told(
        _("Days you want remembered"),
        ("what",),
        {"on": _("the day"), "yearly": _("every year"), "ended_on": _("no longer remembered since")},
        WRITTEN,
    ),
    "caseload.Tried": Told(
        _("What you tried, and whether it helped"),
        ("text",),
        {
            "tried_on": _("on"),
            "session": _("told in"),
            "answer": _("did it help?"),
            "answered_on": _("you said so on"),
        },
        WRITTEN,
    ),
    "caseload.Expectations": Told(
        _("What we agreed to expect of each other"),
        ("agreed_on",),
        {"theirs": _("what you expect of us"), "ours": _("what we ask of you")},
        WRITTEN,
    ),
    "caseload.Connection": Told(_("Where you belong"), ("what",), {"since": _("since"), "until": _("until")}, WRITTEN),
    "caseload.RosterPlace": Told(
        _("Groups you belong or belonged to"), ("series",), {"joined_on": _("since"), "left_on": _("until")}
    ),
    "caseload.Barrier": Told(
        _("What was in the way"),
        ("what",),
        {"state": _("how it is now"), "since": _("since"), "changed_on": _("it changed on")},
        WRITTEN,
    ),
    "caseload.BarrierChange": Told(
        _("How that changed"), ("state",), {"barrier": _("what it was"), "on": _("on")}, WRITTEN
    ),
    "caseload.Referral": Told(
        _("Other help we told you about"),
        ("service", "to_whom"),
        {
            "why": _("what for"),
            "state": _("how it went"),
            "why_not": _("what came in between"),
            "offered_on": _("we told you on"),
            "changed_on": _("it changed on"),
        },
        WRITTEN,
    ),
    "caseload.Setback": Told(
        _("Setbacks"),
        ("happened_on",),
        {"words": _("your words"), "answer": _("did you want us closer for a while?")},
        WRITTEN,
    ),
    "followups.CloserRhythm": Told(
        _("Times of closer contact"),
        ("occasion",),
        {
            "happened_on": _("that was on"),
            "only_soon": _("one contact, soon after"),
            "agreed_by": _("who wished for it"),
            "until": _("until"),
            "ended_at": _("it ended on"),
            "ended_wish": _("who wished for the end"),
        },
        (planned(),),
        ("team",),
    ),
    "caseload.Session": Told(
        _("Our sessions"),
        ("started_at",),
        {
            "status": _("how it went"),
            "specialist": _("with"),
            "method": _("how"),
            "minutes": _("how long"),
            "place": _("where"),
            "meeting": _("group"),
            "what_the_group_did": _("what the group did"),
            "strands": _("what it was about"),
            "activities": _("what we did"),
            "goal": _("the goal we worked on"),
            "shared_experience": _("we told something of our own life"),
            "note": _("what we wrote"),
            "unsigned_because": _("nobody signed this, because"),
        },
        (
            Note("logged_at", (), "", _("Written down on %(when)s.")),
            Note("signed_at", ("signed_name", "signed_credential"), _("Signed by %(who)s on %(when)s."), ""),
            Note("unsigned_at", ("unsigned_by",), _("Left without a signature by %(who)s on %(when)s."), ""),
        ),
        # The two moments say whether it was late; the signature says who signed; a limit is between colleagues.
        ("team", "logged_late", "signed_by", "note_due_on"),
    ),
    "caseload.NoteAddition": Told(
        _("What we added to a note later"),
        ("kind",),
        {"session": _("it belongs to"), "text": _("what we added"), "reason": _("why")},
        (Note("written_at", ("author_name", "author_credential"), _("Signed by %(who)s on %(when)s."), ""),),
        ("author",),
    ),
    "caseload.Agreement": Told(
        _("What you said about a note"),
        ("said_on",),
        {"session": _("it belongs to"), "agrees": _("you agree with it"), "words": _("your words")},
        WRITTEN,
    ),
    "followups.NextStep": Told(
        _("What came next after a session"),
        ("session",),
        {
            "followup": _("what we said we would do"),
            "reason": _("nothing was planned, because"),
            "decided_by": _("who decided"),
        },
    ),
    "followups.FollowUp": Told(
        _("What we said we would do"),
        ("purpose", "what"),
        {
            "due_on": _("the day"),
            "planned_on": _("first meant for"),
            "latest_on": _("at the latest on"),
            "why_here": _("why on this day"),
            "state": _("how it stands"),
            "kept": _("we kept our word"),
            "closing_reason": _("why it ended like this"),
            "decided_by": _("who decided"),
            "owner": _("in the hands of"),
            "attempts": _("how many times we tried"),
            "session": _("said in"),
            "plan": _("as agreed"),
            "closer": _("closer contact after"),
            "milestone": _("the day to remember"),
            "referral": _("the other help"),
            "step": _("the small step"),
            "came_from": _("takes up again"),
        },
        (
            planned(),
            Note(
                "moved_at",
                ("moved_by",),
                _("The day was chosen by %(who)s on %(when)s."),
                _("The day changed on %(when)s."),
            ),
            Note("closed_at", ("closed_by",), _("Settled by %(who)s on %(when)s."), _("Settled on %(when)s.")),
        ),
        ("team",),
    ),
    "followups.CheckInPlan": Told(
        _("How often we said we would be in touch"),
        ("kind",),
        {
            "every": _("days from one time to the next"),
            "weekdays": _("only on"),
            "starts_on": _("from"),
            "agreed_by": _("who wished for it"),
            "paused_until": _("resting until"),
            "ended_at": _("it ended on"),
            "ended_wish": _("who wished for the end"),
        },
        (planned(),),
        ("team", "planned_until"),  # how far the program has looked ahead
    ),
    "followups.ContactAttempt": Told(
        _("When we tried to reach you"),
        ("at", "label"),
        {
            "channel": _("how"),
            "by": _("who tried"),
            "followup": _("what it was for"),
            "next_followup": _("what we planned then"),
        },
        (Note("undone_at", ("undone_by",), _("Taken back by %(who)s on %(when)s."), _("Taken back on %(when)s.")),),
        ("team",),
    ),
    "caseload.Complaint": Told(
        _("What you were not happy with"),
        ("words",),
        {
            "said_by": _("who said so"),
            "said_on": _("said on"),
            "for_supervisor": _("only the supervisor was told"),
        },
        WRITTEN,
    ),
    "caseload.SignalTalk": Told(
        _("Talks about how it is between us"), ("talked_on",), {"agreed": _("what we agreed on")}, WRITTEN
    ),
    "caseload.PeerRequest": Told(
        _("When you asked for another peer"),
        ("asked_on",),
        {
            "words": _("what would suit you better"),
            "for_supervisor": _("only the supervisor was told"),
            "answer": _("what we agreed on"),
        },
        (written(), Note("answered_at", ("answered_by",), _("Answered by %(who)s on %(when)s."), "")),
    ),
    "caseload.Participant": Told(
        _("About you"),
        ("name_used",),
        {
            "legal_name": _("name on your papers"),
            "pronouns": _("your pronouns"),
            "language": _("language you like best"),
            "preferred_channel": _("how you like to be reached"),
            "good_times": _("times that suit you"),
            "team": _("your team"),
            "is_active": _("you are with us now"),
            "last_contact_at": _("we were last in touch on"),
        },
        (written("created_at", "created_by"),),
    ),
    "caseload.PhoneNumber": Told(
        _("Your phone numbers"),
        ("number",),
        {
            "label": _("whose or where"),
            "may_call": _("we may call"),
            "may_text": _("we may send a text"),
            "message": _("leaving a message"),
            "message_text": _("what a message may say"),
        },
    ),
    "caseload.ServiceEpisode": Told(
        _("Your time with us"),
        ("started_on",),
        {
            "ended_on": _("until"),
            "ending_reason": _("how it ended"),
            "may_contact": _("may we get in touch after the end?"),
            "ended_by": _("who wrote down the end"),
        },
        begins=_("Since %(first)s"),
    ),
    "caseload.Assignment": Told(
        _("Who walked with you"),
        ("specialist",),
        {
            "started_at": _("since"),
            "ended_at": _("until"),
            "end_reason": _("why it ended"),
            "assigned_by": _("who brought you together"),
        },
        (),
        ("team",),
    ),
    "caseload.Merge": Told(
        _("Records about you that we put together"),
        ("at",),
        {"by": _("who did it")},
        (),
        ("team", "undone_at", "undone_by"),  # one that was undone is in no copy
    ),
    "caseload.SessionReview": Told(
        _("Notes a supervisor has read"),
        ("session",),
        {},
        (Note("read_at", ("reviewer",), _("Read by %(who)s on %(when)s."), ""),),
    ),
    "caseload.RecordReview": Told(
        _("When your record was looked through"),
        ("reviewed_on",),
        {"words": _("what was still to be done")},
        (written(by="reviewer"),),
    ),
    "accounts.AuditEvent": Told(
        _("What was done with your record"), ("at", "action"), {"by": _("who did it")}, (), ("team",)
    ),
}
