"""Stop anywhere, go on, and end where an undisturbed run ends: nothing lost, nobody created twice."""

from collections import Counter
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.azure_ad.provisioning.log.provisioning_log import entry_of
from tests.azure_ad.provisioning.company import CYCLE, Company, summary
from tests.azure_ad.scim_server import ScimServer, refusal

pytestmark = pytest.mark.slow

NAMES = ("ana", "ben", "eve", "kim")
TEAMS = ("Red", "Blue")
PREVENTION = '{"DeleteThresholdEnabled":true}'


class Killed(BaseException):
    """The process is gone; nothing that runs in it may notice."""


@dataclass(frozen=True)
class Story:
    """Who is there, and what happens between the cycles. People and teams are numbers.

    `most` is how many may be disabled or deleted in a cycle; at the end of the story it is any number.
    """

    people: tuple[tuple[bool, bool], ...]  # assigned, enabled
    teams: tuple[tuple[bool, tuple[int, ...]], ...]  # assigned, members
    managers: tuple[tuple[int, int], ...]
    chapters: tuple[tuple[tuple[str, int, int], ...], ...] = field(default=())
    most: int | None = None


class Run:
    """One telling of a story, cut at request number `cut` if that ever comes."""

    def __init__(self, story: Story, cut: int = -1, how: str = "before"):
        self.server = ScimServer()
        self.server.rules.append(self._refuse)
        self.count, self.cut, self.how, self.cut_at = 0, cut, how, None
        self.company = Company(self._send)
        self.company.store.lasting = True  # as a file is, which the next process finds
        self.pages = []
        self.people = [
            self.company.person(name, assigned=assigned, accountEnabled=enabled)
            for name, (assigned, enabled) in zip(NAMES, story.people, strict=False)
        ]
        self.teams = [
            self.company.group(name, tuple(self.people[member] for member in members), assigned=assigned)
            for name, (assigned, members) in zip(TEAMS, story.teams, strict=False)
        ]
        for person, manager in story.managers:
            self.company.directory.set_manager(self.people[person], self.people[manager])
        if story.most is not None:
            self.company.engine.save_secrets(self.company.app, {"SyncNotificationSettings": PREVENTION})
            threshold = {"QuarantineTooManyDeletesThreshold": str(story.most)}
            self.company.engine.save_settings(self.company.job, threshold)
        self.company.engine.start(self.company.job)
        self._live(0)
        for chapter in story.chapters:
            for event in chapter:
                self._happen(*event)
            self._live(1)
        if story.most is not None:
            self.company.engine.save_secrets(self.company.app, {"SyncNotificationSettings": ""})
            self._allow()
        self._live(2)

    def _refuse(self, request):
        """Eve is refused until she has a title, so that escrows are part of every story."""
        refused = request.method == "POST" and b"eve@" in request.body and b'"title"' not in request.body
        return refusal(400) if refused else None

    def _send(self, request):
        self.count += 1
        if self.count - 1 != self.cut:
            return self.server(request)
        self.cut_at = request
        if self.how == "stop":
            self.company.engine.stop()
        elif self.how == "after":
            self.server(request)
            raise Killed
        elif self.how == "before":
            raise Killed
        return self.server(request)

    def _live(self, cycles):
        before = self.cut_at
        due = self.company.clock.now() + cycles * CYCLE
        with suppress(Killed):
            self.company.wait(cycles * CYCLE)
        if self.cut_at is not before:
            self.company.reopen()
            self.company.wait(due - self.company.clock.now())
        self.pages.append(deepcopy(self.server.state()))

    def _allow(self):
        self.company.engine.restart(self.company.job, frozenset({"ForceDeletes"}))

    def _happen(self, event, first, second):
        """Something changes in the directory; what makes no sense now does not happen."""
        company, directory = self.company, self.company.directory
        person = self.people[first % len(self.people)]
        other = self.people[second % len(self.people)]
        team = self.teams[first % len(self.teams)] if self.teams else ""
        present = directory.get("User", person) is not None
        held = team != "" and directory.get("Group", team) is not None
        if event == "title" and present:
            company.change(person, jobTitle=f"Title {second}")
        elif event == "switch" and present:
            company.change(person, accountEnabled=not directory.get("User", person)["accountEnabled"])
        elif event == "assign" and present and not company.apps.assignments_of(company.app, person):
            company.assign(person)
        elif event == "unassign" and present:
            company.unassign(person)
        elif event == "leave" and present:
            directory.delete("User", person)
        elif event == "purge" and directory.deleted.find(person):
            directory.purge(person)
        elif event == "allow":
            self._allow()
        elif event == "manager" and present and directory.get("User", other) and person != other:
            directory.set_manager(person, None if directory.manager(person) == other else other)
        elif event == "member" and held and directory.get("User", other):
            joined = other in directory.members(team)
            (directory.remove_member if joined else directory.add_member)(team, other)
        elif event == "disband" and held:
            directory.delete("Group", team)
        elif event == "toggle" and held:
            assigned = company.apps.assignments_of(company.app, team)
            (company.unassign if assigned else company.assign)(team)

    @property
    def created(self):
        return Counter(self.server.created)

    @property
    def creations_told(self):
        """Count the successful create entries by what they created."""
        entries = [entry_of(entry.body) for entry in self.company.store.read("provisioning")]
        return Counter(
            entry["sourceIdentity"]["displayName"].lower()
            for entry in entries
            if summary(entry)[1:] == ("create", "success")
        )


EVENTS = (
    "title",
    "switch",
    "assign",
    "unassign",
    "leave",
    "purge",
    "manager",
    "member",
    "disband",
    "toggle",
    "allow",
)
STORIES = st.builds(
    Story,
    people=st.lists(st.tuples(st.booleans(), st.integers(0, 4).map(bool)), min_size=3, max_size=4).map(tuple),
    teams=st.lists(
        st.tuples(st.booleans(), st.sets(st.integers(0, 2)).map(sorted).map(tuple)), max_size=2
    ).map(tuple),
    managers=st.lists(st.sampled_from([(0, 1), (1, 2), (2, 0)]), max_size=2, unique=True).map(tuple),
    chapters=st.lists(
        st.lists(
            st.tuples(st.sampled_from(EVENTS), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4
        ).map(tuple),
        max_size=2,
    ).map(tuple),
    most=st.none() | st.integers(0, 2),
)
RICH = Story(
    people=((True, True), (False, True), (False, True), (True, False)),
    teams=((True, (0, 1, 2)), (True, (3,))),
    managers=((0, 1), (1, 0)),
    chapters=(
        (("title", 2, 2),),
        (("title", 0, 1), ("member", 0, 3), ("switch", 3, 0), ("manager", 1, 3)),
        (("member", 0, 1), ("disband", 1, 0), ("leave", 0, 0), ("manager", 1, 3), ("unassign", 3, 0)),
    ),
)
HELD = Story(
    people=((True, True),) * 4,
    teams=((True, (0, 1)), (True, (3,))),
    managers=((0, 1),),
    chapters=(
        (("unassign", 0, 0), ("disband", 1, 0), ("switch", 3, 0), ("title", 1, 1)),
        (("assign", 0, 0), ("leave", 1, 0), ("purge", 1, 0)),
        (("allow", 0, 0), ("unassign", 2, 0)),
        (("unassign", 0, 0), ("toggle", 0, 0)),
    ),
    most=1,
)
told_undisturbed = cache(Run)


def check(story, cut, how):
    """The cut run is, after each chapter, where the undisturbed one is."""
    whole, run = told_undisturbed(story), Run(story, cut, how)
    assert run.cut_at is not None
    assert run.pages == whole.pages
    assert run.created == whole.created
    assert run.creations_told == whole.creations_told
    assert run.company.status["code"] == "Active"
    assert run.company.store.get("progress", run.company.job) is None


@pytest.mark.parametrize("how", ["stop", "before", "after"])
def test_every_single_point_of_a_rich_story(how):
    """At each request of three cycles: stopping, and dying before or after the server got it, changes nothing."""
    requests = told_undisturbed(RICH).count
    assert requests > 40
    for cut in range(requests):
        check(RICH, cut, how)


@pytest.mark.parametrize("how", ["stop", "before", "after"])
def test_every_single_point_of_a_story_of_deletions(how):
    """The same while disables and deletes are held back, given up, allowed and sent."""
    requests = told_undisturbed(HELD).count
    assert requests > 40
    for cut in range(requests):
        check(HELD, cut, how)


@given(STORIES, st.floats(0, 1, exclude_max=True), st.sampled_from(["stop", "before", "after"]))
@settings(max_examples=150)
def test_any_point_of_any_story(story, where, how):
    """Random directories, assignments and changes, cut anywhere."""
    check(story, int(where * told_undisturbed(story).count), how)


def test_an_undisturbed_story_tells_each_creation_once():
    """The measure itself: as many create entries as accounts, nobody twice."""
    whole = told_undisturbed(RICH)
    assert set(whole.created) == {*(f"{name}@contoso.com" for name in NAMES), *TEAMS}
    assert set(whole.created.values()) == {1}
    assert whole.creations_told.total() == whole.created.total()


def test_a_resumed_cycle_goes_on_behind_the_last_object():
    """What was settled is not asked for again: only the object under way is repeated."""
    story = Story(people=((True, True),) * 4, teams=(), managers=())
    run = Run(story, cut=5, how="before")
    assert run.cut_at.method == "POST"
    assert run.server.seen()[:6] == [
        'GET /Users?filter=userName eq "ana@contoso.com"',
        "POST /Users",
        'GET /Users?filter=userName eq "ben@contoso.com"',
        'GET /Users?filter=userName eq "ben@contoso.com"',
        "POST /Users",
        'GET /Users?filter=userName eq "eve@contoso.com"',
    ]


def test_a_resumed_cycle_keeps_its_id_and_its_counts():
    """One cycle in the logs and in lastExecution, however often the process ended."""
    story = Story(people=((True, True),) * 2, teams=(), managers=())
    run = Run(story, cut=2, how="stop")
    entries = [entry_of(entry.body) for entry in run.company.store.read("provisioning")]
    assert len(entries) == 2
    assert len({entry["cycleId"] for entry in entries}) == 1
    assert run.company.status["lastSuccessfulExecutionWithExports"]["countExported"] == 2
