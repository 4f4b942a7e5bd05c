"""`harness serve`: both apps for a person."""

from __future__ import annotations

import click

from harness.cli.serve_options import ServeOptions, with_serve_options


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
        options.put_in_order(),
        populate=options.people(),
        ready_file=options.ready_file,
        allow_remote=options.allow_remote,
        say=click.echo,
    )
