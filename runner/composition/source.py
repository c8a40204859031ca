"""Hands the documents to Hydra: the scheme `strict://`, and the search path of a recipe.

`compose` uses it without Hydra's plug-in scan. For a Hydra application (`--multirun`), register it and use
the same search path, so that every job reads its files through the same strict reader:

    Plugins.instance().register(StrictSource)
    loader = ConfigLoaderImpl(config_search_path=hydra_search_path(recipe_file))
    loader.load_configuration(recipe_file.name, overrides, RunMode.MULTIRUN)
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import DictConfig, OmegaConf

from runner.composition.documents import Documents
from runner.composition.layout import documents_of
from runner.errors import RecipeError

_SEPARATOR = "::"


class StrictSource(ConfigSource):
    """One folder of a recipe's search path: `strict://<recipe>::<folder's number>::<variables>`."""

    def __init__(self, provider: str, path: str, documents: Documents | None = None) -> None:
        super().__init__(provider, path)
        file, number, allowed = self.path.rsplit(_SEPARATOR, 2)
        self._alone = documents is None
        self.documents = documents or documents_of(Path(file), tuple(filter(None, allowed.split(","))))
        self.folder = self.documents.folders[int(number)]

    def __deepcopy__(self, memo: Any) -> StrictSource:
        return self

    @staticmethod
    def scheme() -> str:
        """What the search path calls this source."""
        return "strict"

    def available(self) -> bool:
        """A folder that is not there has no files, which is no error."""
        return True

    def is_config(self, config_path: str) -> bool:
        """Whether this folder has the file."""
        return self.documents.locate(config_path, self.folder) is not None

    def is_group(self, config_path: str) -> bool:
        """Whether this folder has a folder of that name."""
        return self.documents.is_group(config_path, self.folder)

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """The files of a group."""
        return [] if results_filter == ObjectType.GROUP else self.documents.options(config_path, self.folder)

    def load_config(self, config_path: str) -> ConfigResult:
        """One file, checked. Errors: `RecipeError` when Hydra reads by itself and the file has findings."""
        path = self.documents.locate(config_path, self.folder)
        if path is None:
            raise ConfigLoadError(f"there is no {config_path} in {self.folder}")
        document = self.documents.read(path, config_path)
        if self._alone and self.documents.findings:
            raise RecipeError(self.documents.findings)
        plain = masked(document.tree.plain())
        if self._alone:
            plain = _deletable(plain)
        if document.defaults is not None:
            plain = {"defaults": document.defaults.plain(), **plain}
        config = OmegaConf.create(plain)
        assert isinstance(config, DictConfig)
        return ConfigResult(self.provider, f"strict://{path}", config, {"package": document.package})


_MASK = "\uffff{"  # a noncharacter: no text that may be read holds it


def masked(value: Any) -> Any:
    """The value with `${` hidden from OmegaConf: `interpolation` resolves references, and nothing else."""
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value.replace("${", _MASK) if isinstance(value, str) else value


def unmasked(value: Any) -> Any:
    """The inverse of `masked`."""
    if isinstance(value, dict):
        return {key: unmasked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unmasked(item) for item in value]
    return value.replace(_MASK, "${") if isinstance(value, str) else value


def _deletable(value: Any) -> Any:
    """The value without nulls, which Hydra refuses to delete (`~steps.drop_empty`); for the sweep only."""
    if isinstance(value, dict):
        return {key: _deletable({} if item is None else item) for key, item in value.items()}
    return value


def strict_path(file: Path, number: int, allow_env: Collection[str] = ()) -> str:
    """The search path entry of the folder with that number."""
    return f"strict://{_SEPARATOR.join((str(file), str(number), ','.join(allow_env)))}"


def hydra_search_path(file: Path, allow_env: Collection[str] = ()) -> ConfigSearchPathImpl:
    """The search path of a recipe for a Hydra application, Hydra's own settings included."""
    path = ConfigSearchPathImpl()
    path.append("hydra", "pkg://hydra.conf")
    for number, _ in enumerate(documents_of(file, ()).folders):
        path.append("main" if number == 0 else f"conf{number}", strict_path(file, number, allow_env))
    path.append("schema", "structured://")
    return path
