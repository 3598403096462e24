"""The folders of the embedded parts: ours alone, and held by one run at a time."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from peersupport.embedded import leftovers, places
from peersupport.embedded.places import Place
from peersupport.embedded.processes import Child, Trouble


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path / "sockets", tmp_path / "postgres")


@pytest.fixture
def sleeper() -> Iterator[Child]:
    child = Child("sleeper", ["sleep", "60"])
    child.start()
    yield child
    child.stop()


def test_a_folder_is_made_for_us_alone(tmp_path: Path) -> None:
    found = places.own_folder(tmp_path / "mine", os.geteuid())
    assert stat.S_IMODE(found.stat().st_mode) == 0o700


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o777)
    assert stat.S_IMODE(places.own_folder(tmp_path / "mine", os.geteuid()).stat().st_mode) == 0o700


def test_a_link_laid_in_our_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mine").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Trouble, match="belongs to somebody else"):
        places.own_folder(tmp_path / "mine", os.geteuid())


def test_a_folder_of_another_user_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    with pytest.raises(Trouble, match="belongs to somebody else"):
        places.own_folder(tmp_path / "theirs", os.geteuid() + 1)
    assert (tmp_path / "theirs").stat().st_uid == os.geteuid()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(place: Place) -> None:
    first = place.keep_secret("secret")
    assert len(first) == 64
    assert place.keep_secret("secret") == first
    assert stat.S_IMODE((place.data / "secret").stat().st_mode) == 0o600


def test_a_secret_that_was_cut_off_in_the_making_is_made_anew(place: Place) -> None:
    (place.data / "secret.half").write_text("abc")
    assert len(place.keep_secret("secret")) == 64


def test_a_second_run_on_the_same_data_does_not_get_the_lock(place: Place) -> None:
    held = places.lock(place)
    assert held is not None
    assert places.lock(place) is None
    os.close(held)
    again = places.lock(place)
    assert again is not None
    os.close(again)


def test_what_a_former_run_left_is_ended_at_the_next_start(place: Place, sleeper: Child) -> None:
    leftovers.remember(place, [sleeper])
    leftovers.end(place, patience=0.2)
    assert sleeper.process is not None
    assert sleeper.process.wait(5) == -9
    assert not leftovers.record(place).exists()


def test_a_stranger_that_got_the_number_of_a_former_process_is_left_alone(place: Place, sleeper: Child) -> None:
    assert sleeper.process is not None
    leftovers.record(place).write_text(f"{sleeper.process.pid} another-boot/12345\n")
    leftovers.end(place, patience=0.2)
    assert sleeper.is_running()


@pytest.mark.parametrize("text", ["", "\n", "12", "x y\n", "1 \n", "\0\0\0"])
def test_a_record_that_was_cut_off_in_writing_does_no_harm(place: Place, text: str) -> None:
    leftovers.record(place).write_text(text)
    leftovers.end(place, patience=0.2)
    assert not leftovers.record(place).exists()
