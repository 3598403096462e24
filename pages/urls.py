"""Every address of ours, on one screen."""

from allauth.account import views as account
from allauth.usersessions import views as signins
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from pages import (
    attempt,
    cover,
    decided,
    deliveries,
    followup,
    health,
    help,
    home,
    join,
    notices,
    outcomes,
    overdue,
    promise,
    record_rules,
    record_urls,
    reminding,
    services,
    setback,
    staff,
    teams,
    today,
    waiting,
    week,
    word_hints,
)


class LettersAndDigits(StringConverter):
    """The first half of a reset link: it ends at the first hyphen, of which the second half may have more."""

    regex = "[0-9A-Za-z]+"


register_converter(LettersAndDigits, "alnum")

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Signing in
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/<alnum:uidb36>-<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("sign-ins/", signins.list_usersessions, name="usersessions_list"),
    path("join/<str:token>/", join.join, name="join"),
    # A specialist's day
    path("today/", today.today, name="today"),
    path("follow-ups/<uuid:followup_id>/outcome/", attempt.record_attempt, name="record_attempt"),
    path("attempts/<uuid:attempt_id>/undo/", attempt.undo_attempt, name="undo_attempt"),
    path("follow-ups/<uuid:followup_id>/date/", followup.reschedule, name="reschedule"),
    path("follow-ups/<uuid:followup_id>/not-needed/", followup.not_needed, name="not_needed"),
    path("follow-ups/<uuid:followup_id>/kept/", promise.kept, name="promise_kept"),
    path("follow-ups/<uuid:followup_id>/kept/undo/", promise.undo_promise, name="undo_promise"),
    path("follow-ups/<uuid:followup_id>/not-kept/", promise.not_kept, name="promise_not_kept"),
    path("follow-ups/<uuid:followup_id>/bring-back/", decided.bring_back, name="bring_back"),
    path("participants/<uuid:participant_id>/bring-back/", decided.bring_person_back, name="bring_person_back"),
    path("decided/", decided.decided, name="decided"),
    path("week/", week.week, name="week"),
    path("reminders/", reminding.reminding, name="reminding"),
    path("notices/", notices.notices, name="notices"),
    path("notices/seen/", notices.notices_seen, name="notices_seen"),
    *record_urls.urlpatterns,
    # Helping
    path("overdue/", overdue.overdue, name="overdue"),
    path("overdue.csv", overdue.overdue_csv, name="overdue_csv"),
    path("follow-ups/<uuid:followup_id>/reassign/", help.reassign, name="reassign"),
    path("follow-ups/<uuid:followup_id>/take-over/", help.take_over, name="take_over"),
    path("follow-ups/<uuid:followup_id>/nudge/", help.nudge, name="nudge"),
    path("follow-ups/<uuid:followup_id>/discussed/", help.discussed, name="discussed"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("participants/<uuid:participant_id>/assign/", waiting.assign, name="assign"),
    path("cover/", cover.cover, name="cover"),
    path("cover/<uuid:cover_id>/end/", cover.end_cover, name="end_cover"),
    # Running accounts and teams
    path("staff/", staff.staff, name="staff"),
    path("staff/invite/", staff.invite, name="invite"),
    path("staff/<uuid:user_id>/", staff.colleague, name="colleague"),
    path("staff/<uuid:user_id>/name/", staff.rename, name="rename"),
    path("staff/<uuid:user_id>/invite-again/", staff.invite_again, name="invite_again"),
    path("staff/<uuid:user_id>/deactivate/", staff.deactivate, name="deactivate"),
    path("staff/<uuid:user_id>/reactivate/", staff.reactivate, name="reactivate"),
    path("outcomes/", outcomes.outcomes, name="outcomes"),
    path("outcomes/new/", outcomes.add_outcome, name="add_outcome"),
    path("outcomes/<slug:code>/", outcomes.outcome, name="outcome"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.add_team, name="add_team"),
    path("teams/<uuid:team_id>/", teams.team, name="team"),
    path("teams/<uuid:team_id>/record/", record_rules.record_rules, name="record_rules"),
    path("hard-moments/", setback.hard_days, name="hard_days"),
    path("activities/", services.activities, name="activities"),
    path("words/", word_hints.word_hints, name="word_hints"),
    path("words.json", word_hints.word_list, name="word_list"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<uuid:message_id>/again/", deliveries.try_again, name="try_again"),
]
