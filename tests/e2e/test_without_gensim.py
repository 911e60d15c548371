"""Where gensim has no wheel, everything but its own exports runs: the whole demo in a process that cannot import it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = """
import sys
class NoGensim:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("gensim", "smart_open", "pyLDAvis"):
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, NoGensim())
from vkaudience.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-c", BLOCK, *words]
    return subprocess.run(line, cwd=cwd, env={**os.environ, "PYTHONUTF8": "1"}, capture_output=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    answer = run("demo", "-q", cwd=folder)
    assert answer.returncode == 0, answer.stderr.decode()
    return folder / "vkaudience-demo"


def test_the_whole_pipeline_runs_to_its_report(demo: Path) -> None:
    assert (demo / "report" / "report.html").stat().st_size > 10_000


def test_an_export_leaves_out_gensims_own_and_says_why(demo: Path) -> None:
    answer = run("--db", "study.db", "topics", "export", "out", cwd=demo)
    assert answer.returncode == 0 and "gensim" in answer.stderr.decode()
    assert {one.name for one in (demo / "out").iterdir()} == {
        "topics.csv", "topic_words.csv", "people_topics.csv", "text_topics.csv", "community_topics.csv"
    }  # fmt: skip


@pytest.mark.parametrize("setting", ['engine = "gensim"', "bigrams = true"])
def test_what_needs_gensim_says_so(demo: Path, tmp_path: Path, setting: str) -> None:
    text = f'[study]\ndatabase = "{(demo / "study.db").as_posix()}"\n[topics]\nn_topics = 3\n{setting}\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    answer = run("topics", cwd=tmp_path)
    assert answer.returncode == 2 and "gensim" in answer.stderr.decode()
