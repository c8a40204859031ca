"""Where a recipe's files may be: its own folder, the project's conf/, the packaged conf/."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from runner.composition.documents import Documents, display
from runner.finding import Finding, Place
from runner.project import project_root
from runner.resources import shipped


def located(file: Path) -> tuple[Path, Path]:
    """The recipe file, absolute (its folder without links, itself as named), and the project folder."""
    folder = file.absolute().parent.resolve()
    return folder / file.name, project_root(folder / "recipe.yaml")


def search_path(file: Path) -> list[Path]:
    """The folders in which conf files are looked up, first match wins."""
    main, root = located(file)
    folders = [main.parent, root / "conf", shipped("conf")]
    return list(dict.fromkeys(folders))


def config_name(file: Path) -> str:
    """The name under which Hydra knows the recipe file: the file name with its ending, whatever that is."""
    return file.name


def documents_of(file: Path, allow_env: Collection[str]) -> Documents:
    """The reader of a recipe's files; a conf/ that is a link out of the project becomes a finding."""
    main, root = located(file)
    folders = search_path(file)
    documents = Documents(tuple(folders), main, root, allow_env)
    conf = root / "conf"
    if conf in folders and not conf.resolve().is_relative_to(root) and conf != shipped("conf"):
        documents.folders = tuple(folder for folder in folders if folder != conf)
        message = f"{display(conf)} is a link to a folder outside the project"
        fix = "put the folder itself there"
        documents.findings.append(Finding("R305", message, place=Place(display(conf)), fix=fix))
    return documents
