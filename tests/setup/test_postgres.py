"""The embedded database finds its way after whatever happened to it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from peersupport.embedded import postgres
from peersupport.embedded.places import Place
from peersupport.embedded.processes import Child, Trouble


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path / "sockets", tmp_path / "postgres")


@pytest.fixture
def stranger() -> Iterator[int]:
    """A living process that has nothing to do with us but looks like a PostgreSQL on other data."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", "postgres", "-D", "/somewhere/else"]
    process = subprocess.Popen(command)
    yield process.pid
    assert process.poll() is None
    process.kill()
    process.wait()


def fake_initdb(folder: Path) -> Path:
    """A stand-in for initdb, for the rules around it: it makes what a complete cluster is known by."""
    folder.mkdir()
    program = folder / "initdb"
    program.write_text('#!/bin/sh\nmkdir "$2" && echo 18 >"$2/PG_VERSION"\n')
    program.chmod(0o755)
    return folder


def test_a_cluster_cut_off_in_the_making_is_made_anew(place: Place, tmp_path: Path) -> None:
    half = place.database.with_name("postgres-half")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres.create(place, fake_initdb(tmp_path / "bin"))
    assert (place.database / "PG_VERSION").read_text() == "18\n"
    assert not half.exists()


def test_data_of_another_major_version_are_refused_and_kept(place: Place, tmp_path: Path) -> None:
    place.database.mkdir()
    (place.database / "PG_VERSION").write_text("16\n")
    with pytest.raises(Trouble, match="are of PostgreSQL 16 and this is 18"):
        postgres.create(place, tmp_path)
    assert (place.database / "PG_VERSION").exists()


def test_a_folder_that_holds_no_cluster_is_refused_and_kept(place: Place, tmp_path: Path) -> None:
    place.database.mkdir()
    (place.database / "letter").write_text("keep me")
    with pytest.raises(Trouble, match="is not a PostgreSQL database"):
        postgres.create(place, tmp_path)
    assert (place.database / "letter").exists()


@pytest.mark.parametrize("text", ["", "\n", "not a number\n", "999999999\n", "0\n"])
def test_a_stale_lock_file_is_removed(place: Place, text: str) -> None:
    place.database.mkdir()
    lock = place.database / "postmaster.pid"
    lock.write_text(text)
    postgres.drop_stale_lock(place)
    assert not lock.exists()


def test_a_stranger_with_the_number_in_the_lock_file_is_left_alone(place: Place, stranger: int) -> None:
    place.database.mkdir()
    lock = place.database / "postmaster.pid"
    lock.write_text(f"{stranger}\n")
    postgres.drop_stale_lock(place)
    assert not lock.exists()


def test_a_server_that_outlived_its_run_is_asked_to_end(place: Place) -> None:
    place.database.mkdir()
    waiting = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", waiting, "-D", str(place.database)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()
    (place.database / "postmaster.pid").write_text(f"{server.pid}\n")
    began = time.monotonic()
    postgres.drop_stale_lock(place)
    assert time.monotonic() - began < 5
    assert server.wait(5) == -2
    server.stdout.close()


def test_data_of_a_removed_clone_are_not_taken_over(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    place = Place(tmp_path / "data", outside / "sockets", outside / "postgres", database_user="nobody")
    place.data.mkdir()
    place.database.mkdir(parents=True)
    postgres.forget_former_clone(place)
    assert not place.database.exists()
    place.database.mkdir()
    postgres.forget_former_clone(place)
    assert place.database.exists()


def test_what_does_not_come_up_is_said_in_one_sentence(place: Place) -> None:
    child = Child("database", ["false"], log=place.data / "postgres.log")
    child.start()
    with pytest.raises(Trouble, match=r"PostgreSQL did not start; .*postgres\.log says why"):
        postgres.wait_and_create_database(place, child)
    child.stop()


@pytest.mark.django_db
def test_the_database_knows_letters_beyond_ascii() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('李娜')), cardinality(show_trgm('Đức'))")
        assert cursor.fetchone() == (3, 4)
