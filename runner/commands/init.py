"""Make a new recipe repository that works at once.

Writes a recipe, its sample data, a shared setting of its own in conf/, and a CI workflow that validates
and plans every recipe of a pull request. Refuses to touch files that are already there.

--role NAME --bucket BUCKET creates the IAM role that Bedrock assumes for the jobs instead, and writes it into
DIR/conf/executor/bedrock.yaml (`runner doctor --iam` shows its policies). Running it again changes nothing;
with other words it makes the role's policy what they say.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from runner import __version__
from runner.atomic import write_bytes
from runner.errors import RunnerError
from runner.iam.policies import ROLE_FEATURES
from runner.options import named_path
from runner.resources import shipped

_TEMPLATES = Path(__file__).parent.parent / "starter"
_SOURCE = re.compile(r"^\s*- source@\S+:\s*(\w+)", re.MULTILINE)
_DATA = re.compile(r"^path:\s*(recipes/data/\S+)", re.MULTILINE)
_EXTRAS = {"huggingface": "hub"}
_OF_ROLE = ("features", "kms_key", "teacher", "grader", "profile")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner init`."""
    parser.add_argument("folder", metavar="DIR", type=named_path, help="folder to fill; made when missing")
    parser.add_argument("--recipe", default="quickstart", metavar="NAME", help="shipped recipe to start from")
    parser.add_argument("--force", action="store_true", help="replace files that are already there")
    parser.add_argument("--role", metavar="NAME", help="create this IAM role on AWS; writes no recipe")
    parser.add_argument("--bucket", metavar="BUCKET", help="with --role: the bucket of data and results")
    parser.add_argument("--region", metavar="REGION", default="us-east-1", help="with --role: of the jobs")
    parser.add_argument("--profile", metavar="NAME", help="with --role: AWS profile to use")
    parser.add_argument(
        "--with",
        dest="features",
        action="append",
        default=[],
        choices=ROLE_FEATURES,
        help="with --role: what it must also allow; may be given several times",
    )
    parser.add_argument("--kms-key", metavar="ARN", help="with --role: a key of yours for data and model")
    parser.add_argument("--teacher", metavar="MODEL", help="with --role: the teacher of a distillation")
    parser.add_argument("--grader", metavar="ARN", help="with --role: the Lambda function of a reward")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Write the files, or none of them."""
    if args.role or args.bucket or any(getattr(args, name) for name in _OF_ROLE):
        from runner.commands._init_role import run as make_role

        return make_role(args)
    files = _files(args.recipe)
    if args.folder.exists() and not args.folder.is_dir():
        raise RunnerError(f"{args.folder} is not a folder; nothing was written", fix="choose another name")
    there = [name for name in files if (args.folder / name).exists()]
    if there and not args.force:
        raise RunnerError(
            f"{args.folder} already holds {', '.join(there)}; nothing was written",
            fix="choose another folder, or add --force to replace these files",
        )
    for name, content in files.items():
        write_bytes(args.folder / name, content)
    if args.format == "json":
        print(json.dumps({"folder": str(args.folder), "files": list(files)}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"wrote {args.folder / name}" for name in files))
        print(f"next: cd {shlex.quote(str(args.folder))} && runner plan recipes/{args.recipe}.yaml")
    return 0


def _files(recipe: str) -> Mapping[str, bytes]:
    """Every file of the new repository by its path."""
    names = sorted(path.stem for path in shipped("recipes").glob("*.yaml"))
    if recipe not in names:
        raise RunnerError(
            f"there is no shipped recipe {recipe!r}", fix=f"--recipe takes one of: {', '.join(names)}"
        )
    text = (shipped("recipes") / f"{recipe}.yaml").read_text(encoding="utf-8")
    sources = [_conf("source", name) for name in _SOURCE.findall(text)]
    data = [path for source in sources for path in _DATA.findall(source)]
    extras = sorted(
        {extra for kind, extra in _EXTRAS.items() if any(f"kind: {kind}" in each for each in sources)}
    )
    package = f"bedrock-recipe-runner[{','.join(extras)}]" if extras else "bedrock-recipe-runner"
    return {
        f"recipes/{recipe}.yaml": text.encode(),
        **{path: (shipped("recipes").parent / path).read_bytes() for path in data},
        "conf/budget/team.yaml": _template("team.yaml"),
        ".github/workflows/recipes.yml": _template("workflow.yml", distribution=f"{package}=={__version__}"),
        ".gitignore": _template("gitignore"),
        "README.md": _template("README.md", recipe=recipe),
    }


def _conf(group: str, name: str) -> str:
    return (shipped("conf") / group / f"{name}.yaml").read_text(encoding="utf-8")


def _template(name: str, **values: str) -> bytes:
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text.encode()
