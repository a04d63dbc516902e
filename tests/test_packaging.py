"""The built wheel holds what the checkout holds: an editable install hides what is missing."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("config", "storage", "crawlers", "classifiers", "scoring", "signals")
BUILD = ("pyproject.toml", "README.md", "LICENSE", *ROOMS)
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


@pytest.fixture(scope="module")
def rooms():
    """The files of the rooms that git tracks or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *ROOMS]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The files of the wheel, built from a copy so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("build")
    for name in BUILD:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    # Isolation fetches setuptools of the version pyproject asks for; without a network there is nothing to compare.
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", "dist", "."]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if built.returncode and re.search("Could not find a version|ConnectionError|Connection|No matching", built.stderr):
        pytest.skip("setuptools cannot be fetched here")
    assert built.returncode == 0, built.stderr
    (path,) = (folder / "dist").glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


def test_every_folder_with_an_init_is_a_package(rooms):
    folders = {str(Path(name).parent).replace("/", ".") for name in rooms if name.endswith("__init__.py")}
    assert {f"oncu.{folder}" for folder in folders} == set(SETUPTOOLS["packages"])


def test_every_package_says_its_folder():
    expected = {name: name.removeprefix("oncu.").replace(".", "/") for name in SETUPTOOLS["packages"]}
    assert SETUPTOOLS["package-dir"] == expected


def test_the_wheel_holds_every_file_of_the_rooms_and_no_other(rooms, wheel):
    packed = {name.removeprefix("oncu/") for name in wheel if name.startswith("oncu/")}
    assert packed == rooms


def test_the_wheel_holds_nothing_beside_the_rooms(wheel):
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"oncu"}


def test_every_room_says_that_it_is_typed(rooms):
    assert {f"{room}/py.typed" for room in ROOMS} <= rooms


def test_no_code_lies_outside_a_package(rooms):
    packages = set(SETUPTOOLS["package-dir"].values())
    assert {name for name in rooms if name.endswith(".py") and str(Path(name).parent) not in packages} == set()
