"""Command-line options that all certifications share: product, waivers, and the files to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

_Command = Callable[..., None]
_FILE = click.Path(path_type=Path, dir_okay=True)


class Form(Struct, frozen=True):
    """A file that the certificate can be written to: its option, what it is for, and the module of `writing` that renders it."""

    option: str
    help: str
    module: str


FORMS = (
    Form("json", "Write the certificate as JSON, for programs.", "document"),
    Form("html", "Write it as one HTML page with all its evidence, for people.", "html"),
    Form("summary", "Write a summary on one page, to print or to mail.", "summary"),
    Form("junit", "Write it as JUnit XML, for build servers.", "junit"),
    Form("ctrf", "Write it in the Common Test Report Format, for dashboards.", "ctrf"),
    Form("har", "Write its requests and answers as an HTTP archive.", "har"),
    Form(
        "validation-result",
        "Write what the gallery suite came to as Microsoft's validation-result-RUN.json; into a folder by that name.",
        "validation_result",
    ),
)


class Options(Struct, frozen=True):
    """What is tested by name, the file of waivers, the files that the certificate is written to by option, and who signs."""

    product: str
    product_version: str
    waivers: Path | None
    only_failures: bool
    manifest: Path | None
    key: Path | None
    files: Mapping[str, Path]


class ServerOptions(Struct, frozen=True):
    """What `harness certify server` is given of the server and of how to ask it; `timeout` and `settle` are in seconds."""

    url: str
    token: str
    names: tuple[str, ...]
    checks: tuple[str, ...]
    yes: bool
    schema: Path | None
    without: tuple[str, ...]
    no_groups: bool
    token_endpoint: str | None
    client_id: str | None
    client_secret: str | None
    federated_issuer: str | None
    federated_application_id: str | None
    federated_application_secret: str | None
    federated_token_endpoint: str | None
    federated_client_id: str
    federated_audience: str
    timeout: float
    rate: float
    settle: float
    seed: str | None
    load: int
    load_processes: int


class ClientOptions(Struct, frozen=True):
    """What `harness certify client` is given; `timeout` is in seconds, `words` are the command's own."""

    words: tuple[str, ...]
    timeout: float
    profile: str
    calls_per_object: float
    endpoint_variable: str
    token_variable: str
    source: str | None
    people: int
    seed: str | None


def with_options(command: _Command) -> _Command:
    """Add those options; the command is given them as `options`."""

    @wraps(command)
    def gathered(**values: Any) -> None:
        paths = {each.option: values.pop(each.option.replace("-", "_")) for each in FORMS}
        own = {name: values.pop(name) for name in Options.__struct_fields__ if name != "files"}
        files = {option: path for option, path in paths.items() if path is not None}
        command(options=Options(**own, files=files), **values)

    wrapped: _Command = gathered
    for option in (
        click.option(
            "--key",
            type=_FILE,
            metavar="FILE",
            help="Sign with this private key (PEM); made if it is missing.",
        ),
        click.option(
            "--manifest",
            type=_FILE,
            metavar="FILE",
            help="Write the hash of every file written, and sign them.",
        ),
        *(
            click.option(f"--{each.option}", type=_FILE, metavar="FILE", help=each.help)
            for each in reversed(FORMS)
        ),
        click.option("--only-failures", is_flag=True, help="Print what did not pass, and the verdicts."),
        click.option(
            "--waivers", type=_FILE, metavar="FILE", help="Failures that are accepted, with reasons (YAML)."
        ),
        click.option("--product-version", default="", metavar="TEXT", help="The product's version."),
        click.option("--product", default="", metavar="NAME", help="What is tested, for the certificate."),
    ):
        wrapped = option(wrapped)
    return wrapped
