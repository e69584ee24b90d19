"""The README's first five minutes, run to the letter against a served demonstration."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEADLINE = 90  # seconds for a busy machine to migrate, seed and serve


def blocks() -> str:
    """The shell of the section, without the lines in which a reader fills in passwords."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## The first five minutes over the API")[1].split("\n## ")[0]
    return "\n".join(
        block for block in re.findall(r"```sh\n(.*?)```", section, re.S) if "export API" not in block
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """`shubbak demo` in a data directory of its own; always on SQLite, as the README says."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    directory = tmp_path_factory.mktemp("readme")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("SHUBBAK_")},
        "SHUBBAK_DATA_DIR": str(directory / "var"),
        "SHUBBAK_PORT": str(port),
        "COLUMNS": "120",
    }
    shown = directory / "shown.txt"
    with shown.open("w") as output:
        command = [sys.executable, "-m", "app.cli", "demo"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process)
            passwords = dict(re.findall(r"(\w+)@shubbak\.example\W+([0-9a-f-]{20})", shown.read_text()))
            yield {
                **environment,
                "API": f"http://127.0.0.1:{port}/api/v1",
                "WORKER_PASSWORD": passwords["worker"],
                "PARTNER_PASSWORD": passwords["partner"],
            }
        finally:
            process.terminate()
            process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the demonstration did not start")


def run(script: str, served: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=served, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_newcomer_sees_one_person_go_from_reception_to_an_outcome_as_often_as_wanted(
    served: dict[str, str], time: str
) -> None:
    found = run(blocks(), served)
    assert found.returncode == 0, (time, found.stderr)
    assert "Refused" not in found.stderr
    said = found.stdout
    assert '"possible_duplicates"' in said
    assert '"case_not_ready_to_close"' in said
    assert '"illegal_move"' in said
    assert re.search(r'"status":"completed"', said)
    assert re.search(r'"status":"closed"', said)
    assert "referral.complete" in said
    assert '"internal_error"' not in said
    assert '"invalid_input"' not in said


def test_a_refusal_is_shown_where_an_answer_was_to_be_taken_out_of_it(served: dict[str, str]) -> None:
    helpers = blocks().split("RUN=")[0]
    found = run(helpers + "token worker@shubbak.example wrong", served)
    assert found.returncode == 1
    assert '"code": "invalid_credentials"' in found.stderr


@pytest.mark.parametrize(
    "path", ["/docs", "/static/vendor/swagger-ui/swagger-ui-bundle.js", "/static/docs.js"]
)
def test_the_documentation_needs_nothing_from_elsewhere(served: dict[str, str], path: str) -> None:
    base = served["API"].removesuffix("/api/v1")
    with urllib.request.urlopen(base + path, timeout=10) as answer:
        assert answer.status == 200
        if path == "/docs":
            assert not re.search(rb'(?:src|href)="(?:https?:)?//', answer.read())
