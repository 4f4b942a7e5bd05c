"""`harness serve`: both apps for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from harness.cli.serve_options import ServeOptions, with_serve_options

if TYPE_CHECKING:
    from harness.wire.recording.exchanges import Exchange


@click.command()
@with_serve_options
def serve(*, options: ServeOptions) -> None:
    """Start both apps for a person, until Ctrl-C.

    Both are on loopback, with automatic provisioning enabled and a provisioning job whose schedule is off. GET / on either app
    shows addresses and commands to copy; /portal/ on Azure AD and /console/ on AWS SSO are for a browser.

    With --scenario both are as that scenario left them, to the last identifier, and time stands still until it is moved.
    """
    if (staging := options.staging()) is not None:
        from harness.scenario.staging.serving import serve_scenario

        serve_scenario(staging, click.echo)
        return
    from harness.serving.session import serve as serve_until_stopped

    serve_until_stopped(
        replace(options.put_in_order(), scenario_of=_scenario_of),
        populate=options.people(),
        ready_file=options.ready_file,
        allow_remote=options.allow_remote,
        say=click.echo,
    )


def _scenario_of(exchanges: Iterable[Exchange]) -> str:
    """Write what was watched as a scenario, its people made up; those without an answer are left out."""
    from harness.base.ids import Ids
    from harness.diagnosis.reproducing.masking import Mask
    from harness.traffic.calls import Call
    from harness.traffic.scenario import text
    from harness.world import DEFAULT_PROFILE

    calls = [
        Call(each.request, each.response.status, each.response)
        for each in exchanges
        if each.response is not None
    ]
    return text(calls, Mask(Ids("1")).text, DEFAULT_PROFILE)
