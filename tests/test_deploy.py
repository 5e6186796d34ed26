"""What is shipped for servers: units that systemd understands, a compose file of known parts, settings that exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster._core.workspace.load import location_origins_from_yaml_paths

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SETTING = re.compile(r"\bMUCOSA_[A-Z_]+\b")


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = sorted((DEPLOY / "systemd").iterdir())
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        installed = re.sub(r"^(ExecStart=)\S+", rf"\g<1>{sys.executable}", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(installed, encoding="utf-8")
        if unit.suffix == ".service":
            assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "User=mucosa", "UMask=0077"} <= set(text.split("\n"))
    files = [str(tmp_path / unit.name) for unit in units]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],  # noqa: S607 - from the caller's path
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_compose_file_names_what_exists() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"history", "mucosa"}
    assert all(port.startswith("127.0.0.1:") for port in services["mucosa"]["ports"])
    assert set(services["mucosa"]["depends_on"]) <= set(services)
    build = services["mucosa"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"]}
    assert {volume for volume in mounted if "$" not in volume} == set(compose["volumes"])
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert copied
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []


def test_every_setting_that_is_shipped_or_told_of_is_read_somewhere() -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for room in ("pipelines", "assets", "warehouse", "schemas", "expectations")
        for file in (ROOT / room).rglob("*.py")
    )
    told = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (*DEPLOY.rglob("*"), ROOT / "docs" / "operations.md", ROOT / "dagster.yaml")
        if file.is_file()
    )
    assert set(SETTING.findall(told)) - set(SETTING.findall(code)) - {"MUCOSA_POSTGRES_PASSWORD"} == set()


def test_dagster_understands_the_workspace_of_several_code_servers() -> None:
    origins = location_origins_from_yaml_paths([str(DEPLOY / "workspace.yaml")])
    assert [origin.location_name for origin in origins] == ["mucosa", "other"]
