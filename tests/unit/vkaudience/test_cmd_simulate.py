"""``vkaudience simulate``: what is promised of its worlds, and that it serves one by hand."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.world import PLANS, build_world
from vkaudience.cmd_simulate import command


@pytest.mark.parametrize("plan", sorted(PLANS))
def test_the_help_names_every_world_and_its_size(plan: str) -> None:
    shown = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    people = len(build_world(plan).people)
    assert f"{plan} ({len(PLANS[plan].audiences)} " in shown
    assert f" {people})" in shown or f" {people:,};".replace(",", " ") in shown or f" {people} чел" in shown, people


def test_it_prints_an_address_a_token_and_communities_that_answer(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "vkaudience", "simulate", "--plan", "tiny", "--json"]
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE) as served:
        try:
            assert served.stdout is not None
            said = json.loads(served.stdout.readline())
            assert len(said["communities"]) == 3
            name = said["communities"][0].rpartition("/")[2]
            body = f"group_id={name}&v=5.199".encode()
            headers = {"Authorization": f"Bearer {said['tokens']['service']}"}
            request = urllib.request.Request(f"{said['api_url']}/groups.getMembers", data=body, headers=headers)
            with urllib.request.urlopen(request) as answer:
                assert json.load(answer)["response"]["count"] > 0
        finally:
            served.kill()


def test_it_is_slow_and_broken_as_asked(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "vkaudience", "simulate", "--plan", "tiny", "--json", "--latency", "0.2"]
    line += ["--fault", "error_5@users.get", "--fault", "error_30@wall.get"]
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE) as served:
        try:
            assert served.stdout is not None
            said = json.loads(served.stdout.readline())
            for method, code in (("users.get", 5), ("wall.get", 30)):
                headers = {"Authorization": f"Bearer {said['tokens']['service']}"}
                request = urllib.request.Request(f"{said['api_url']}/{method}", data=b"v=5.199", headers=headers)
                begun = time.monotonic()
                with urllib.request.urlopen(request) as answer:
                    assert json.load(answer)["error"]["error_code"] == code
                assert time.monotonic() - begun >= 0.2
        finally:
            served.kill()


def test_what_cannot_be_simulated_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for words, code, says in (
            (("--fault", "error_55"), 2, "error_5"),
            (("--latency", "-1"), 2, "--latency"),
            (("--plan", "tiny", "--port", port), 1, port),
        ):
            line = [sys.executable, "-m", "vkaudience", "simulate", *words]
            answer = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
            assert answer.returncode == code and says in answer.stderr.decode(), answer.stderr.decode()


def test_a_world_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "vkaudience", "simulate", "--plan", "moon"]
    answer = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    assert answer.returncode == 2
    assert "moon" in answer.stderr.decode() and "course" in answer.stderr.decode()


def test_a_taken_port_is_told_as_that(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = [sys.executable, "-m", "vkaudience", "simulate", "--plan", "tiny", "--port", port]
        answer = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    told = answer.stderr.decode()
    assert answer.returncode == 1 and port in told and "занимает другая программа" in told and "--port 0" in told
