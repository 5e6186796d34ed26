"""The project's own promises: one concept one path, charters, no trace of the machine it was written on."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from schemas import contract
from schemas.contract import LAYERS
from warehouse import model

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipelines", "assets", "schemas", "expectations", "warehouse", "simulation")
TRACKED = subprocess.run(
    ["git", "-C", str(ROOT), "ls-files", "-z"],  # noqa: S607 - git from the caller's path
    capture_output=True,
    text=True,
    check=False,
).stdout.split("\0")[:-1]


def test_every_model_has_a_contract() -> None:
    known = {table.name for layer in LAYERS for table in contract.contracts(layer)}
    assert {name for layer in LAYERS for name in model.models(layer)} <= known


def test_every_contract_is_made_by_a_model_or_by_python() -> None:
    """A table without SQL is named in some Python file: of its own name, or as a literal."""
    python = "\n".join(
        file.read_text(encoding="utf-8")
        for room in ("assets", "expectations", "warehouse", "pipelines")
        for file in (ROOT / room).rglob("*.py")
    )
    orphans = [
        table.name
        for layer in LAYERS
        for table in contract.contracts(layer)
        if table.name not in model.models(layer)
        and table.name not in python
        and not (ROOT / "assets" / layer / f"{table.table}.py").exists()
    ]
    assert orphans == []


def test_every_contract_s_key_is_made_of_its_columns() -> None:
    for layer in LAYERS:
        for table in contract.contracts(layer):
            assert set(table.key) <= set(table.column_names), table.name
            assert len(set(table.column_names)) == len(table.column_names), table.name


def test_no_stored_column_is_a_hugeint() -> None:
    """Parquet would turn it into a floating-point number."""
    wide = [
        f"{table.name}.{column.name}"
        for layer in LAYERS
        for table in contract.contracts(layer)
        for column in table.columns
        if "hugeint" in column.type.lower()
    ]
    assert wide == []


@pytest.mark.parametrize("init", [p for room in PACKAGES for p in sorted((ROOT / room).rglob("__init__.py"))], ids=str)
def test_every_package_has_a_charter_and_no_code(init: Path) -> None:
    body = ast.parse(init.read_text(encoding="utf-8")).body
    assert len(body) == 1, f"{init.relative_to(ROOT)} holds code or nothing"
    charter = ast.get_docstring(ast.Module(body, []))
    assert charter, init.relative_to(ROOT)
    assert len(re.findall(r"[.:;](\s|$)", charter)) >= 2, f"{init.relative_to(ROOT)} says too little"


def test_every_folder_of_python_is_a_package() -> None:
    folders = {file.parent for room in PACKAGES for file in (ROOT / room).rglob("*.py")}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_file_names_a_machine_or_a_package_host() -> None:
    """Paths of a developer's machine and hosts of registries would work in one place only, or leak it."""
    traces = re.compile(
        r"/(?:work|root|opt|tmp|home/\w+|Users/\w+)/\w|"  # folders
        r"\b(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)\b|"  # registries
        r"--(?:extra-)?index-url|--find-links (?!wheelhouse)"
    )
    here = Path(__file__).name
    found = [
        f"{name}:{number}"
        for name in TRACKED
        if (ROOT / name).is_file() and Path(name).name != here
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if traces.search(line)
    ]
    assert TRACKED, "not a git checkout"
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "requirements-spark.txt"])
def test_a_lock_pins_and_hashes_everything_it_names(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in (line for line in text.splitlines() if line and not line.startswith("#")):
        assert re.fullmatch(
            r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        ), line[:60]


def test_the_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["dependencies"] + project["optional-dependencies"]["dev"],
        "requirements-spark.txt": [d for extra in ("dev", "spark") for d in project["optional-dependencies"][extra]],
    }
    for lock, dependencies in wanted.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        locked = {
            name.replace(".", "-") for name in re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==", text, re.MULTILINE)
        }
        names = {re.split(r"[<>=!~\[ ;]", name)[0].lower().replace(".", "-") for name in dependencies}
        assert names <= locked, lock
    runtime, dev, spark = ((ROOT / lock).read_text(encoding="utf-8") for lock in wanted)
    versions = [set(re.findall(r"^\S+==\S+", text, re.MULTILINE)) for text in (runtime, dev, spark)]
    assert versions[0] <= versions[1] <= versions[2]


def test_the_way_imports_go_is_part_of_the_check() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert [
        tool for tool in ("ruff check", "ruff format", "mypy", "sqlfluff", "lint-imports") if tool not in recipe
    ] == []
