"""One name for one thing: folder, distribution, import, command."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

OUTSIDE = {"deploy/local": "local", "cli": "cli"}
"""Packages that do not lie in libs/ or services/, and their names."""


def packages(root: Path) -> dict[Path, str]:
    """Every package's folder and the name that all its other names derive from."""
    found = {path.parent: path.parent.name for path in root.glob("libs/*/pyproject.toml")}
    found |= {path.parent: path.parent.name for path in root.glob("services/*/pyproject.toml")}
    return found | {root / folder: name for folder, name in OUTSIDE.items()}


def name_faults(folder: Path, name: str) -> Iterator[str]:
    """Where a package is called otherwise than its folder says."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if project["name"] != f"inkoop-{name}":
        yield f"{folder}: the distribution is {project['name']}, not inkoop-{name}"
    module = f"inkoop_{name.replace('-', '_')}"
    imports = [path.name for path in (folder / "src").iterdir() if (path / "__init__.py").exists()]
    if imports != [module]:
        yield f"{folder}: the import is {imports}, not {module}"
    if "Private :: Do Not Upload" not in project.get("classifiers", []):
        yield f"{folder}: a package registry would take it"
    if folder.parent.name == "services" and list(project.get("scripts", {})) != [f"inkoop-{name}"]:
        yield f"{folder}: the command is {list(project.get('scripts', {}))}, not inkoop-{name}"


def test_every_package_is_called_as_its_folder(root: Path) -> None:
    found = packages(root)
    assert len(found) >= 8
    assert [fault for folder, name in found.items() for fault in name_faults(folder, name)] == []


@pytest.mark.parametrize(
    ("project", "module", "said"),
    [
        ('name = "inkoop-other"', "inkoop_order_desk", "the distribution is inkoop-other"),
        ('name = "inkoop-order-desk"', "order_desk", "the import is ['order_desk']"),
        ('name = "inkoop-order-desk"', "inkoop_order_desk", "a package registry would take it"),
        ('name = "inkoop-order-desk"', "inkoop_order_desk", "the command is []"),
    ],
)
def test_a_package_with_another_name_is_found(
    tmp_path: Path, project: str, module: str, said: str
) -> None:
    folder = tmp_path / "services/order-desk"
    (folder / "src" / module).mkdir(parents=True)
    (folder / "src" / module / "__init__.py").touch()
    (folder / "pyproject.toml").write_text(f"[project]\n{project}\n")
    assert any(said in fault for fault in name_faults(folder, "order-desk"))
