"""The workflows on GitHub run what everybody runs, with pinned actions, few rights, and an end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in PATHS}
JOBS = {f"{name}.{job}": body for name, workflow in WORKFLOWS.items() for job, body in workflow["jobs"].items()}
every_workflow = pytest.mark.parametrize("name", WORKFLOWS)
every_job = pytest.mark.parametrize("job", JOBS)


def runs(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_one_action_has_one_pin(path: Path) -> None:
    lines = re.findall(r"^.*\buses:.*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == sum("uses" in step for job in WORKFLOWS[path.stem]["jobs"].values() for step in job["steps"])
    everywhere = "\n".join(other.read_text(encoding="utf-8") for other in PATHS)
    for line in lines:
        pinned = re.fullmatch(r" +(?:- )?uses: ([\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
        assert pinned, f"{line}: a full commit, and its tag as a comment"
        assert len(set(re.findall(rf"{pinned[1]}@.*", everywhere))) == 1, pinned[1]


@every_job
def test_every_job_has_an_end(job: str) -> None:
    assert 0 < JOBS[job]["timeout-minutes"] <= 90


@every_workflow
def test_rights_and_concurrency_are_named(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}  # a job that needs more names it
    assert set(workflow["concurrency"]) == {"group", "cancel-in-progress"}
    assert "pull_request_target" not in workflow[True]  # YAML 1.1 reads `on` so


@every_job
def test_what_others_write_is_never_part_of_a_script(job: str) -> None:
    assert not [line for line in runs(job) if "${{" in line]


def test_ci_and_the_hook_run_what_everybody_runs() -> None:
    more = {job: body["permissions"] for job, body in JOBS.items() if "permissions" in body}
    assert more == {
        "release.wheel": {"contents": "write"},
        "site.publish": {"contents": "read", "pages": "write", "id-token": "write"},
    }
    run = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert [line for line in run.splitlines() if "make" in line and not line.startswith("#")] == ["exec make test"]
    assert runs("test.check") == ["make check"]
    assert runs("site.publish") == ["make site LIVE=1"]
    assert runs("test.strict")[-1] == "bash .ci/run"
    assert [JOBS[f"test.{job}"].get("needs") for job in ("check", "strict", "lax")] == [None, "check", "check"]
    assert WORKFLOWS["test"]["concurrency"]["cancel-in-progress"] is True
    ((repository,),) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")).values()
    (hook,) = repository["hooks"]
    assert (repository["repo"], hook["entry"], hook["pass_filenames"]) == ("local", "make check", False)


def test_the_promised_systems_and_pythons_are_tried() -> None:
    strict, lax = (JOBS[f"test.{job}"]["strategy"]["matrix"] for job in ("strict", "lax"))
    assert strict["python"] == lax["python"] == ["3.11", "3.13"]
    assert [re.split(r"\W", system)[0] for system in lax["system"]] == ["macos", "windows"]
    assert runs("test.lax")[2:] == runs("test.newest")[1:]
    assert not any("requirements.lock" in line for line in runs("test.newest"))
