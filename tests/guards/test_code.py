"""Rules of the house that a machine can check: reads go through visible_to, writes through deeds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from peersupport.celery import app as celery_app

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))
ASKED = sorted((ROOT / "followups" / "models" / "asked").glob("*.py"))
# Asked about one person whom `visible_to` gave: what is the person's own may be seen with the person.
OF_ONE_FOUND = {"standing_of_person"}
# Models that hold no participant: who may see them is decided where they are used.
SHARED = {"SweepRun", "Role", "Invitation"}
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# Internal rows, reached only through a row that has visible_to.
INTERNAL = {
    "caseload.PhoneNumber": "read with its participant",
    "caseload.ServiceEpisode": "read with its participant",
    "caseload.Assignment": "who walks with whom; joined to participants that were asked for",
    "caseload.Activity": "the same list for everybody",
    "caseload.GroupSeries_facilitators": "the link between a group and who leads it",
    "caseload.GroupMeeting_facilitators": "the link between a meeting and who led it",
    "caseload.BarrierChange": "read with its barrier",
    "caseload.WordHint": "the same words for everybody",
    "caseload.Prompt": "the same words for everybody",
    "caseload.CrisisContact": "public numbers, read for a team; about nobody",
    "caseload.RecordRules": "a team's rules, read with its team; about nobody",
    "followups.NextStep": "read with its session",
    "followups.Digest": "that a summary was made; about nobody",
    "followups.SweepRun": "the worker's heartbeat, about nobody",
    "caseload.Session_activities": "the link between a session and its activities",
}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", [*PAGES, *ASKED], ids=lambda path: "/".join(path.parts[-2:]))
def test_a_page_reads_only_what_its_reader_may_see(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if path in ASKED:
        tree.body = [node for node in tree.body if getattr(node, "name", "") not in OF_ONE_FOUND]
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    allowed = {"visible_to", "kept_by", "members_of", "active_in", "for_token", "state", "alarm"}
    allowed |= {"caseload_sizes", "number_for"}

    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            after = parents[node]
            assert isinstance(after, ast.Attribute), f"{path.name}:{node.lineno}"
            assert after.attr in allowed, f"{path.name}:{node.lineno} reads .objects.{after.attr}"
    for call in calls(tree):
        if getattr(call.func, "id", "") == "get_object_or_404":
            assert not isinstance(call.args[0], ast.Name) or call.args[0].id[0].islower(), f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_never_writes(path: Path) -> None:
    for call in calls(ast.parse(path.read_text())):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        unsaved = any(word.arg == "commit" and word.value.value is False for word in call.keywords)
        assert name not in WRITES or (name == "save" and unsaved), f"{path.name}:{call.lineno} calls .{name}()"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_module_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 150


DATED = sorted(path for room in ("models", "forms") for path in ROOT.glob(f"*/{room}/*.py"))


@pytest.mark.parametrize("path", [*PAGES, *DATED], ids=lambda path: "/".join(path.parts[-2:]))
def test_a_day_is_asked_of_a_teams_zone(path: Path) -> None:
    """`now` is UTC: its date is not the day that it is for anybody. followups.calendar.local_date knows it."""
    for call in calls(ast.parse(path.read_text())):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"date", "today"} and not call.args:
            of = call.func.value.func if isinstance(call.func.value, ast.Call) else call.func.value
            name = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
            assert name not in {"now", "at", "date", "utcnow"}, f"{path.name}:{call.lineno}"


def test_every_model_says_who_may_see_it_or_why_not() -> None:
    for label in ("caseload", "followups"):
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            known = hasattr(model.objects.all(), "visible_to") or f"{label}.{model.__name__}" in INTERNAL
            assert known, model


def test_an_unknown_person_sees_nothing(participant) -> None:
    for label in ("caseload", "followups"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model.objects.all(), "visible_to"):
                from_nobody = model.objects.visible_to(type("Nobody", (), {"pk": None, "is_active": False})())
                assert not from_nobody.exists(), model


def test_every_beat_entry_names_a_task_that_exists() -> None:
    celery_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in celery_app.tasks
        assert entry["options"]["expires"] <= entry["schedule"]


def test_tasks_are_short_and_never_wait_in_the_broker() -> None:
    text = (ROOT / "followups" / "tasks.py").read_text()
    for function in (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)):
        assert len(function.body) <= 3, function.name
    for path in [*ROOT.glob("followups/**/*.py"), *PAGES]:
        for word in ("countdown=", "eta=", ".retry("):
            assert word not in path.read_text(), path
