"""The same seed gives the same run, to the byte."""

from datetime import timedelta

import pytest

from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer, refusal, reply


def tell(seed):
    """Run a story with a bit of everything; return all rows of the store and all requests."""
    server = ScimServer()
    company = Company(server, seed=seed)
    ana, ben = company.person("ana"), company.person("ben", assigned=False)
    group = company.group("Office", (ana, ben))
    company.directory.set_manager(ana, ben)
    server.refuse("POST", "/Users", refusal(400), times=1)
    company.turn_on()
    company.change(ben, jobTitle="Pilot")
    company.directory.remove_member(group, ben)
    company.cycle()
    server.refuse("GET", "/Users", reply(401), times=1)
    company.cycle()
    company.wait(timedelta(minutes=5))
    company.restart()
    company.graph("GET", "/users")
    return company.rows(), server.requests


@pytest.fixture(scope="module")
def first():
    return tell("1")


def test_the_same_seed_gives_the_same_bytes(first):
    """Stores, logs and requests of two runs are equal, ids and times included."""
    assert tell("1") == first


def test_another_seed_differs(first):
    """Ids are drawn from the seed, so another seed's run shares none of them."""
    rows, requests = tell("2")
    assert rows != first[0]
    assert requests != first[1]
    assert len(requests) == len(first[1])


def test_one_consumers_draws_do_not_shift_anothers():
    """Looking at things over Graph changes no id that the engine draws afterwards."""

    def created(looks):
        company = Company(ScimServer())
        for _ in range(looks):
            company.graph("GET", "/users/nobody")
        company.person("ana")
        company.turn_on()
        return company.log()

    assert created(0) == created(3)
