"""The house checks itself: arrows between rooms, sizes, heavy imports, what may not be committed, documents."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("collector", "nlp", "portraits", "simulator", "storage", "vkaudience")
ALLOWED = {
    "collector": {"storage"},
    "nlp": {"storage"},
    "portraits": {"storage"},
    "simulator": set(),
    "storage": set(),
    "vkaudience": {"collector", "nlp", "portraits", "simulator", "storage"},
}
# One third-party library, one room. numpy, scipy and pandas belong to whoever computes.
HOMES = {
    "vk_api": {"collector"},
    "httpx": {"collector"},
    "tenacity": {"collector"},
    "pymorphy3": {"nlp"},
    "natasha": {"nlp"},
    "gensim": {"nlp"},
    "sqlite_utils": {"storage"},
    "jinja2": {"portraits"},
    "openpyxl": {"collector"},
    "datasketch": {"nlp"},
    "numba": {"nlp"},
    "pyLDAvis": {"nlp"},
    "platformdirs": {"vkaudience"},
    "click": {"vkaudience"},
    "rich": {"vkaudience"},
}
HEAVY = {"gensim", "natasha", "pandas", "scipy", "numpy", "pymorphy3", "sqlite_utils", "vk_api", "jinja2"}
MOST_LINES = 400
QUICK_START = ["python3 start.py demo", "python3 start.py test"]


def modules() -> list[Path]:
    """Every module of the six rooms."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def room_of(module: Path) -> str:
    return module.relative_to(ROOT).parts[0]


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Top-level names that the nodes under ``tree`` import, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name.partition(".")[0], node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." if node.level else (node.module or "").partition(".")[0]), node.lineno


def at_import(node: ast.AST) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported: not those in functions, nor under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.stmt):
            yield child
        yield from at_import(child)


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {module: ast.parse(module.read_text(encoding="utf-8")) for module in modules()}


def tracked() -> list[Path]:
    """Files that git would commit; without git (an archive), the rooms and the root's files."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        files = [ROOT / name for name in listed.split("\0") if name]
    else:
        files = [*ROOT.glob("*.*"), *modules()]
    return [file for file in files if file.is_file()]


def text_of(file: Path) -> str:
    """A file's text; empty for what is no text."""
    data = file.read_bytes()
    return "" if b"\0" in data[:8000] else data.decode("utf-8", "replace")


# --- the rooms ----------------------------------------------------------------------------------------------------


def test_every_room_is_there() -> None:
    assert {room_of(module) for module in modules()} == set(ROOMS)


def test_the_arrows_between_rooms_point_one_way(trees: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{module.relative_to(ROOT)}:{line} imports {name}"
        for module, tree in trees.items()
        for name, line in imports(tree)
        if name in ROOMS and name != room_of(module) and name not in ALLOWED[room_of(module)]
    ]
    assert wrong == []


def test_imports_are_absolute_so_that_every_tool_sees_the_arrows(trees: dict[Path, ast.Module]) -> None:
    wrong = [f"{module}:{line}" for module, tree in trees.items() for name, line in imports(tree) if name == "."]
    assert wrong == []


def test_a_library_is_at_home_in_one_room(trees: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{module.relative_to(ROOT)}:{line} imports {name}"
        for module, tree in trees.items()
        for name, line in imports(tree)
        if room_of(module) not in HOMES.get(name, {room_of(module)})
    ]
    assert wrong == []


def test_every_library_of_ours_has_a_home(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    named = [*project["project"]["dependencies"], *extras["fast"], *extras["export"]]
    libraries = {plain(re.split(r"[<>=;\[ ]", requirement)[0]) for requirement in named}
    shared = {"numpy", "scipy", "pandas"}
    unseen = {"dawg2"}  # pymorphy3's own dictionary; no module of ours imports it
    assert libraries - shared - unseen == {plain(name) for name in HOMES}


def test_the_simulator_needs_the_standard_library_only(trees: dict[Path, ast.Module]) -> None:
    known = sys.stdlib_module_names | {"simulator"}
    foreign = {name for m, tree in trees.items() if room_of(m) == "simulator" for name, _ in imports(tree)} - known
    assert foreign == set()


def test_heavy_libraries_are_imported_where_they_are_needed(trees: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{module.relative_to(ROOT)}:{statement.lineno}"
        for module, tree in trees.items()
        for statement in at_import(tree)
        if isinstance(statement, ast.Import | ast.ImportFrom) and any(name in HEAVY for name, _ in imports(statement))
    ]
    assert wrong == []


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys, vkaudience.__main__ as program\n"
        "code = program.main(['--help'])\n"
        f"loaded = sorted({HEAVY | {'httpx', 'rich'}!r} & set(sys.modules))\n"
        "sys.exit('loaded: ' + ' '.join(loaded) if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_no_file_has_grown_past_one_sitting() -> None:
    sizes = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in [*modules(), ROOT / "start.py"]}
    assert {str(file.relative_to(ROOT)): size for file, size in sizes.items() if size > MOST_LINES} == {}


def test_every_module_and_function_that_others_use_says_what_it_does(trees: dict[Path, ast.Module]) -> None:
    silent = [
        str(module.relative_to(ROOT))
        for module, tree in trees.items()
        if module.name != "__init__.py" and not ast.get_docstring(tree)
    ]
    silent += [
        f"{module.relative_to(ROOT)}:{node.lineno} {node.name}"
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_tests_shadow_no_room() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_ships_its_types(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()


# --- what may not be committed ------------------------------------------------------------------------------------


def test_no_path_of_one_machine_and_no_registry_host_is_committed() -> None:
    # Put together from parts, so that this file does not find itself.
    machine = re.compile("|".join(("/" + "work/", "/" + "root/", r"/" + r"home/[a-z]+/", r"C:\\+" + "Users")))
    host = re.compile("https?://[^ \"']*(" + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js")) + ")")
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in tracked()
        for match in [machine.search(text_of(file)) or host.search(text_of(file))]
        if match
    ]
    assert found == []


def test_nothing_that_looks_like_a_key_or_a_study_is_committed() -> None:
    key = re.compile(r"vk1\.a\.[\w-]{20,}|\b[0-9a-f]{85}\b")
    assert [file.name for file in tracked() if file.suffix in {".db", ".sqlite", ".token", ".pickle", ".pkl"}] == []
    assert [file.name for file in tracked() if key.search(text_of(file))] == []


def test_constraints_name_versions_and_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins and all(re.fullmatch(r"[\w.-]+==[\w.]+(; .+)?", line) for line in pins)


# --- packaging ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_same_everywhere(project: dict[str, Any]) -> None:
    version = project["project"]["version"]
    headings = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == version
    assert cited is not None and cited.group(1) == version


def test_the_wheel_holds_every_room(project: dict[str, Any]) -> None:
    assert sorted(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == sorted(ROOMS)
    assert sorted(project["tool"]["mypy"]["packages"]) == sorted(ROOMS)
    # Messages send people to the worked example, so it has to travel along.
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "config.toml": "vkaudience/config.toml"
    }


def test_every_dependency_is_pinned_in_the_constraints(project: dict[str, Any]) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {plain(line.partition("==")[0]) for line in lines if "==" in line}
    named = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["test"]]
    assert {plain(re.split(r"[<>=;\[ ]", requirement)[0]) for requirement in named} <= pinned


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["README.md", "README.ru.md"])
def readme(request: pytest.FixtureRequest) -> str:
    return (ROOT / request.param).read_text(encoding="utf-8")


def command_rows(readme: str) -> dict[str, bool]:
    """The commands of the README's table, and whether it says that they are here."""
    rows = re.findall(r"^\| `([a-z]+)` \|[^|]*\| (yes|not yet|да|пока нет) \|$", readme, re.MULTILINE)
    return {name: here in ("yes", "да") for name, here in rows}


def test_the_quick_start_begins_with_the_two_commands(readme: str) -> None:
    section = readme.partition("\n## Quick start\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\w*\n(.*?)\n```$", section, re.MULTILINE | re.DOTALL)
    assert blocks[:2] == QUICK_START
    assert "py start.py demo" in section and "py start.py test" in section


def test_the_readme_lists_the_commands_that_are_here(readme: str) -> None:
    from vkaudience import __main__ as program

    here, rows = program.COMMANDS, command_rows(readme)
    assert set(here) <= set(rows), "a command is missing from the tables of README.md and README.ru.md"
    stale = [name for name, told in rows.items() if told != (name in here)]
    assert stale == [], "in both READMEs' tables: `not yet` -> `yes` and `пока нет` -> `да`, or back, for these"


def test_both_readmes_list_the_same_commands_in_one_order() -> None:
    listed = [list(command_rows((ROOT / name).read_text(encoding="utf-8"))) for name in ("README.md", "README.ru.md")]
    assert listed[0] == listed[1]


def test_every_module_of_a_command_is_a_command() -> None:
    from vkaudience import __main__ as program

    modules = {f"vkaudience.{path.stem}" for path in (ROOT / "vkaudience").glob("cmd_*.py")}
    assert {module for module, _ in program.COMMANDS.values()} == modules


def test_every_command_that_is_listed_answers_to_help(capsys: pytest.CaptureFixture[str]) -> None:
    from vkaudience import __main__ as program

    for name in program.COMMANDS:
        assert program.main([name, "--help"]) == 0, name
        assert f"vkaudience {name}" in capsys.readouterr().out


def test_a_finished_readme_has_its_picture_and_no_excuses(readme: str) -> None:
    if all(command_rows(readme).values()):
        assert (ROOT / "docs" / "report.png").is_file()
        assert "under construction" not in readme and "ещё строится" not in readme


def test_the_readmes_links_lead_somewhere(readme: str) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", readme)
    assert [link for link in links if link != "docs/report.png" and not (ROOT / link).exists()] == []


def test_no_document_sends_anybody_to_a_package_of_our_name() -> None:
    """It is on no index: whoever put one there would be installed with the reader's rights."""
    told = [
        ROOT / name for name in ("README.md", "README.ru.md", "config.toml", *map(str, (ROOT / "docs").glob("*.md")))
    ]
    lines = [line for file in told for line in file.read_text(encoding="utf-8").splitlines() if "pip install" in line]
    assert lines and [line for line in lines if re.search(r"pip install[^`)]*\bvkaudience\b", line)] == []


def test_exit_codes_of_the_readme_are_those_of_the_program(readme: str) -> None:
    from vkaudience import __main__ as program

    told = {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    assert told == {0, 1, 2, 3, 4, 5, 130}
    assert {*program.EXIT_CODES.values(), program.INTERRUPTED} <= told


# --- config.toml --------------------------------------------------------------------------------------------------


def example(text: str) -> dict[str, Any]:
    """The example with every key on that stands there as ``# key = ...``."""
    return tomllib.loads(re.sub(r"^# (?=\w+ = |\[\[)", "", text, flags=re.MULTILINE))


def test_the_example_config_is_valid_as_it_stands_and_with_every_key_on(tmp_path: Path) -> None:
    from vkaudience.config import check_config, load_config

    config = load_config(ROOT / "config.toml", {})
    assert [audience["name"] for audience in config.audiences] == ["Рок", "Рэп", "Нигдеград"]
    check_config(example((ROOT / "config.toml").read_text(encoding="utf-8")), {}, tmp_path / "config.toml", {})


def test_the_example_config_shows_every_key_there_is() -> None:
    from vkaudience.schema import LISTS, SECTIONS

    shown = example((ROOT / "config.toml").read_text(encoding="utf-8"))
    for name, keys in SECTIONS.items():
        assert set(shown[name]) == set(keys), name
    for name, keys in LISTS.items():
        assert {key for table in shown[name] for key in table} == set(keys), name


def test_every_key_of_the_example_is_explained_in_both_languages() -> None:
    lines = (ROOT / "config.toml").read_text(encoding="utf-8").splitlines()
    key = re.compile(r"(# )?\w+ = ")
    first = {}
    explained = ""
    for line in lines:
        if key.match(line):
            first.setdefault(line.removeprefix("# ").partition(" ")[0], explained)
        elif line.startswith("# "):
            explained += line
        if not line or line.startswith("[") or key.match(line):
            explained = ""
    # An audience's first lines and a hypothesis stand under a comment that all their keys share.
    shared = {"communities", "audience", "measure", "direction", "declared_at"}
    both = {name for name, text in first.items() if re.search("[а-я]{3}", text) and re.search("[a-z]{3}", text)}
    assert set(first) - both - shared == set()


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_suite_leaves_no_folders_behind(tmp_path: Path, workers: tuple[str, ...]) -> None:
    if workers:
        pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *workers,
        "tests/unit/collector/test_address.py",
    ]
    environ = {**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(tmp_path))}
    done = subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert list(tmp_path.glob("vkaudience-*")) == []
