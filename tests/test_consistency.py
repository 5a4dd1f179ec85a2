"""The files that say what to install, and those that tell people about it, agree with each other."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import embedlab
from tests.needs import needed_by
from tools import notebooks, readme

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK_LINES = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line.partition("  #")[0]) for line in LOCK_LINES if not line.startswith("#")]
LOCKED = {canonicalize_name(pin.name): pin for pin in PINS}


def locked_version(name: str) -> str:
    (specifier,) = LOCKED[canonicalize_name(name)].specifier
    return specifier.version


def project_requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for lines in extras for line in lines)]
    return [need for need in map(Requirement, lines) if need.name != "embedlab"]


def texts() -> dict[str, str]:
    """Every text file of the repository, tracked or about to be, but not the tests."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    endings = (".py", ".md", ".toml", ".yml", ".sh", ".lock", ".ipynb", "Makefile", "run")
    wanted = [name for name in names if name.endswith(endings) and not name.startswith("tests/")]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in wanted if (ROOT / name).exists()}


# -- requirements.lock ---------------------------------------------------------------------------


def test_the_lock_is_exact_sorted_and_bound_to_no_index() -> None:
    for pin in PINS:
        assert re.fullmatch(r"==[0-9][\w.]*", str(pin.specifier)), f"{pin}: an exact version without a build's suffix"
    assert [pin.name for pin in PINS] == sorted(LOCKED)
    text = "\n".join(LOCK_LINES)
    assert "://" not in text
    assert not re.search(r"^(nvidia|cuda|triton)|== 'emscripten'", text, re.MULTILINE)
    assert not re.search(r"^\s*-", text, re.MULTILINE)
    for need in project_requirements():
        assert [specifier.operator for specifier in need.specifier] == [">="], str(need)
    assert not {"torchvision", "torchaudio", "rank-bm25"} & set(LOCKED)


@pytest.mark.parametrize("need", project_requirements(), ids=str)
def test_the_lock_meets_every_bound(need: Requirement) -> None:
    assert need.specifier.contains(locked_version(need.name))


@pytest.fixture
def locked() -> None:
    """Skip in another environment than the locked one: what packages need is read from those that are installed."""
    for name, need in LOCKED.items():
        if need.marker is None or need.marker.evaluate():
            try:
                found = metadata.version(name)
            except metadata.PackageNotFoundError:
                pytest.skip(f"not the locked environment: {name} is not installed")
            if not need.specifier.contains(found):
                pytest.skip(f"not the locked environment: {name} is {found}")


@pytest.mark.usefixtures("locked")
def test_what_is_needed_here_is_locked_and_nothing_else() -> None:
    needed = needed_by(["embedlab[dev]"], left_out=r"(nvidia|cuda)-.*|triton")
    here = {name for name, pin in LOCKED.items() if pin.marker is None or pin.marker.evaluate()}
    assert here == set(needed) - {"embedlab"}, "make lock"
    for name in here:
        assert needed[name].specifier.contains(locked_version(name)), needed[name]


def test_every_locked_package_accepts_the_oldest_python() -> None:
    for name in LOCKED:
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # another system's
        if found["Version"].partition("+")[0] == locked_version(name):
            wanted = SpecifierSet(found.get("Requires-Python") or "")
            assert wanted.contains("3.11.0"), f"{name} {found['Version']} wants Python {wanted}: pin an older one"


# -- Python, version, environment.yml ------------------------------------------------------------


def test_python_version_and_packages_are_the_same_everywhere() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in (ROOT / "tools/setup.sh").read_text(encoding="utf-8")
    assert yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][0].startswith("python >=3.11,")
    assert embedlab.__version__ == PROJECT["version"] == metadata.version("embedlab")
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "embedlab"
    assert environment["dependencies"][1:] == ["pip", {"pip": ["-r requirements.lock", "-e ."]}]


# -- what people are told ------------------------------------------------------------------------


def test_extras_that_are_named_exist() -> None:
    known = set(PROJECT["optional-dependencies"])
    found = {
        (name, extra)
        for name, text in texts().items()
        for names in re.findall(r"(?:embedlab|install -e \.|editable \"\.)\[([a-z, ]+)\]", text)
        for extra in re.split(r"\s*,\s*", names)
    }
    assert {extra for _, extra in found} >= {"offline", "dev"}  # the search finds something
    assert [pair for pair in sorted(found) if pair[1] not in known] == []


def test_targets_and_scripts_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"lab", "test", "check", "stamp", "record", "doctor", "publish-name"} <= targets
    for name, text in texts().items():
        for target in re.findall(r"(?:`|^ +|Fix: |run )make ([a-z-]+)", text, re.MULTILINE):
            assert target in targets, f"{name} names `make {target}`"
    for script in re.findall(r"tools/\w+\.(?:py|sh)", (ROOT / "Makefile").read_text(encoding="utf-8")):
        assert (ROOT / script).exists(), script


def test_the_repository_has_one_address() -> None:
    slug = PROJECT["urls"]["Repository"].removeprefix("https://github.com/")
    pattern = r"(?:github\.com|google\.com/github)/([\w.-]+/embedlab)\b"
    for name, text in texts().items():
        if not name.startswith("tools/"):
            assert set(re.findall(pattern, text)) <= {slug}, name
    for name, text in texts().items():
        assert not re.search(r"pypi\.org|files\.pythonhosted|download\.pytorch\.org|/simple\b", text), name


# -- the course map ------------------------------------------------------------------------------


def test_the_readmes_picture_is_one_of_the_course() -> None:
    """The picture is shown with the same alternative text as in its notebook, and is a PNG."""
    books = {path: notebooks.read(path) for path in notebooks.course()}
    assert readme.picture(books).startswith(b"\x89PNG")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"({readme.PICTURE})" in text
    assert f"![{readme.PICTURE_FROM[1]}" in text
    with pytest.raises(LookupError, match="no recorded picture whose alternative text begins with 'A cat'"):
        readme.picture(books, "15", "A cat")
    with pytest.raises(ValueError, match="must hold <!-- course map --> and, after it"):
        readme.with_map("# EmbedLab\n", "| a |")
