"""Both clocks fire what falls due in order and at its moment; durations and moments read what they write."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness.base.clock
from harness.base.clock import OffsetClock, VirtualClock, from_iso, iso, parse_duration
from harness.base.errors import HarnessError

START = datetime(2020, 3, 31, 2, 36, 15, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86400))


@pytest.fixture
def wall(monkeypatch):
    """The machine's clock, standing still until a test sets `wall.moment`."""

    class Wall(datetime):
        moment = START

        @classmethod
        def now(cls, tz=None):
            assert tz is UTC
            return cls.moment

    monkeypatch.setattr(harness.base.clock, "datetime", Wall)
    return Wall


class ClockContract:
    """What holds for every clock. Subclass with a fixture `clock` that reads START."""

    @pytest.fixture
    def calls(self, clock):
        """Collects (name, moment) of the callbacks made by `calls.at(due, name)`."""

        class Calls(list):
            def at(self, due, name):
                return clock.call_at(due, lambda: self.append((name, clock.now())))

            def names(self):
                return [name for name, _ in self]

        return Calls()

    def test_time_moves_by_what_is_asked(self, clock):
        """Advancing twice adds up."""
        clock.advance(HOUR)
        clock.advance(MINUTE)
        assert clock.now() == START + HOUR + MINUTE

    def test_time_never_moves_back(self, clock):
        """A negative step does nothing."""
        clock.advance(-HOUR)
        assert clock.now() == START

    def test_what_falls_due_fires_in_order_each_at_its_moment(self, clock, calls):
        """However registered, callbacks run by time, and `now` inside is the time each was due."""
        for minutes in (30, 10, 20):
            calls.at(START + minutes * MINUTE, minutes)
        clock.advance(HOUR)
        assert calls == [(minutes, START + minutes * MINUTE) for minutes in (10, 20, 30)]
        assert clock.now() == START + HOUR

    def test_equal_moments_fire_in_order_of_registration(self, clock, calls):
        """First come, first served."""
        for name in "cab":
            calls.at(START + MINUTE, name)
        clock.advance(MINUTE)
        assert calls.names() == ["c", "a", "b"]

    def test_the_moment_itself_is_due_and_the_one_after_is_not(self, clock, calls):
        """`advance` reaches its end, and not a microsecond further."""
        calls.at(START + HOUR, "at")
        calls.at(START + HOUR + timedelta(microseconds=1), "after")
        clock.advance(HOUR)
        assert calls.names() == ["at"]

    def test_what_is_past_fires_on_the_next_advance(self, clock, calls):
        """A moment already gone by is made up for at once, and time does not step back for it."""
        calls.at(START - DAY, "late")
        assert calls == []
        clock.advance(timedelta())
        assert calls == [("late", START)]

    def test_each_callback_fires_once(self, clock, calls):
        """Advancing again does not repeat what has fired."""
        calls.at(START + MINUTE, "once")
        clock.advance(HOUR)
        clock.advance(HOUR)
        assert calls.names() == ["once"]

    def test_a_callback_may_schedule_the_next(self, clock):
        """A recurring job is one that calls itself back: 28 days of 40 minutes are 1,008 cycles."""
        cycles: list[datetime] = []

        def cycle() -> None:
            cycles.append(clock.now())
            clock.call_at(clock.now() + 40 * MINUTE, cycle)

        clock.call_at(START + 40 * MINUTE, cycle)
        clock.advance(28 * DAY)
        assert cycles == [START + number * 40 * MINUTE for number in range(1, 1009)]

    def test_what_a_callback_schedules_takes_its_place_in_order(self, clock, calls):
        """Something new that is due before something old fires before it."""
        clock.call_at(START + MINUTE, lambda: calls.at(START + 2 * MINUTE, "new"))
        calls.at(START + 3 * MINUTE, "old")
        clock.advance(HOUR)
        assert calls.names() == ["new", "old"]

    def test_a_cancelled_callback_never_fires(self, clock, calls):
        """Cancelling, twice or after the fact, is fine."""
        timer, other = calls.at(START + MINUTE, "no"), calls.at(START + MINUTE, "yes")
        timer.cancel()
        timer.cancel()
        clock.advance(HOUR)
        other.cancel()
        assert calls.names() == ["yes"]

    def test_a_callback_may_cancel_another(self, clock, calls):
        """Turning a job off in one callback stops the one that would follow in the same advance."""
        victim = calls.at(START + 2 * MINUTE, "victim")
        clock.call_at(START + MINUTE, victim.cancel)
        clock.advance(HOUR)
        assert calls == []

    def test_advancing_inside_a_callback_ends(self, clock, calls):
        """A callback that waits moves time on, fires what that makes due, and nothing fires twice."""
        clock.call_at(START + 10 * MINUTE, lambda: clock.advance(2 * HOUR))
        calls.at(START + 20 * MINUTE, "between")
        calls.at(START + 3 * HOUR, "beyond")
        clock.advance(HOUR)
        assert calls == [("between", START + 20 * MINUTE)]
        assert clock.now() == START + 10 * MINUTE + 2 * HOUR

    def test_an_error_in_a_callback_reaches_whoever_waited(self, clock, calls):
        """Time stops where it happened, and what was still to come is not forgotten."""

        def fail() -> None:
            raise ZeroDivisionError

        clock.call_at(START + MINUTE, fail)
        calls.at(START + 2 * MINUTE, "later")
        with pytest.raises(ZeroDivisionError):
            clock.advance(HOUR)
        assert clock.now() == START + MINUTE
        clock.advance(HOUR)
        assert calls == [("later", START + 2 * MINUTE)]


class TestVirtualClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return VirtualClock(START)

    @given(st.lists(st.tuples(st.integers(-5, 50), st.integers(0, 10)), max_size=20))
    def test_any_schedule_fires_in_order_of_time_then_registration(self, schedule):
        """For any moments, in any steps, the order is that of a stable sort."""
        clock, fired = VirtualClock(START), []
        for number, (minutes, _) in enumerate(schedule):
            due = START + minutes * MINUTE
            clock.call_at(due, lambda due=due, number=number: fired.append((due, number, clock.now())))
        for _, step in schedule:
            clock.advance(step * MINUTE)
        clock.advance(HOUR)
        assert [entry[:2] for entry in fired] == sorted(entry[:2] for entry in fired)
        assert len(fired) == len(schedule)
        assert all(now == max(due, START) for due, _, now in fired)
        assert [now for *_, now in fired] == sorted(now for *_, now in fired)


class TestOffsetClock(ClockContract):
    @pytest.fixture
    def clock(self, wall):
        return OffsetClock()

    def test_it_goes_with_the_wall(self, clock, wall):
        """Time passes by itself, and advancing adds to it."""
        clock.advance(DAY)
        wall.moment = START + HOUR
        assert clock.now() == START + DAY + HOUR

    def test_what_the_wall_made_due_fires_without_advancing(self, clock, wall, calls):
        """`run_due` fires what has fallen due by now and leaves time alone."""
        calls.at(START + MINUTE, "due")
        calls.at(START + HOUR, "not yet")
        clock.run_due()
        assert calls == []
        wall.moment = START + 2 * MINUTE
        clock.run_due()
        assert calls == [("due", START + 2 * MINUTE)]

    def test_an_offset_may_be_given(self, wall):
        """A restarted server takes up the time it had reached."""
        assert OffsetClock(DAY).now() == START + DAY

    def test_a_machine_that_is_set_back_takes_no_time_back(self, wall):
        """The time goes on where it was, is told to whoever keeps it, and still goes with the wall when that jumps forward."""
        clock, offsets = OffsetClock(), []
        clock.on_step = offsets.append
        wall.moment = START - DAY
        clock.hold()
        assert abs(clock.now() - START) < SECOND
        assert [abs(offset - DAY) < SECOND for offset in offsets] == [True]
        wall.moment = START
        clock.hold()
        assert abs(clock.now() - START - DAY) < SECOND

    def test_machines_that_share_data_go_by_their_own_clocks(self, wall):
        clock = OffsetClock()
        clock.holds = False
        wall.moment = START - DAY
        clock.hold()
        assert clock.now() == START - DAY


class TestOffsetClockThread:
    def test_the_thread_fires_what_is_due_until_stopped(self):
        """A callback fires without anybody advancing, outside the caller's thread, and none after `stop`."""
        clock, fired = OffsetClock(), threading.Event()
        threads: list[str] = []

        def note() -> None:
            threads.append(threading.current_thread().name)
            fired.set()

        clock.start()
        clock.call_at(clock.now(), note)
        assert fired.wait(timeout=10)
        clock.stop()
        clock.call_at(clock.now(), note)
        assert threads == ["harness-clock"]

    def test_an_error_is_reported_and_time_goes_on(self):
        """One failed callback does not take the following ones with it."""
        clock, errors, fired = OffsetClock(), [], threading.Event()
        clock.on_error = errors.append
        clock.call_at(clock.now(), lambda: 1 / 0)
        clock.start()
        clock.call_at(clock.now() + timedelta(microseconds=1), fired.set)
        assert fired.wait(timeout=10)
        clock.stop()
        assert [type(error) for error in errors] == [ZeroDivisionError]

    def test_callbacks_never_overlap(self):
        """While a callback runs, an advance from elsewhere waits: two cycles are never under way at once."""
        clock, order = OffsetClock(), []
        entered, advancing = threading.Event(), threading.Event()

        def slow() -> None:
            order.append("slow begins")
            entered.set()
            advancing.wait(timeout=10)
            order.append("slow ends")

        clock.call_at(clock.now(), slow)
        clock.start()
        assert entered.wait(timeout=10)
        clock.call_at(clock.now() + MINUTE, lambda: order.append("other"))

        def advance() -> None:
            advancing.set()
            clock.advance(HOUR)

        other = threading.Thread(target=advance)
        other.start()
        other.join()
        clock.stop()
        assert order == ["slow begins", "slow ends", "other"]


class TestDurations:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("40m", 40 * MINUTE),
            ("28d", 28 * DAY),
            ("1h30m", 90 * MINUTE),
            ("1h 30m", 90 * MINUTE),
            (" 6 h ", 6 * HOUR),
            ("250ms", timedelta(milliseconds=250)),
            ("1.5h", 90 * MINUTE),
            ("2w", 14 * DAY),
            ("0s", timedelta()),
        ],
    )
    def test_a_duration_is_read(self, text, expected):
        """Numbers with units, alone or together, spaces allowed."""
        assert parse_duration(text) == expected

    @pytest.mark.parametrize(
        "text",
        ["", " ", "40", "m", "40x", "40 minutes", "-5m", "1h-30m", "1,5h", "1.h", "1.5.5h", "PT40M", "5M"],
    )
    def test_what_is_no_duration_is_refused_with_the_form(self, text):
        """The message repeats what was written and shows how to write it."""
        with pytest.raises(HarnessError, match="40m") as caught:
            parse_duration(text)
        assert f"'{text}'" in str(caught.value)

    @pytest.mark.parametrize("text", ["99999999999d", "9" * 400 + "w"])
    def test_forever_is_refused(self, text):
        """A duration beyond what dates can hold is a message, not a crash."""
        with pytest.raises(HarnessError, match="longer than time"):
            parse_duration(text)

    @given(
        st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999)
    )
    def test_parts_add_up_exactly(self, days, hours, minutes, seconds, milliseconds):
        """Any combination is the sum of its parts, to the microsecond."""
        text = f"{days}d{hours}h{minutes}m{seconds}s{milliseconds}ms"
        expected = timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds
        )
        assert parse_duration(text) == expected

    @given(st.text(max_size=12))
    def test_any_text_is_a_duration_or_a_message(self, text):
        """No text whatever makes it fail otherwise."""
        with suppress(HarnessError):
            assert parse_duration(text) >= timedelta()


class TestMoments:
    def test_a_moment_is_written_as_the_services_write_it(self):
        """UTC with Z, to the second, or with the decimals asked for, cut and not rounded."""
        moment = START.replace(microsecond=123_999)
        assert iso(moment) == "2020-03-31T02:36:15Z"
        assert iso(moment, 3) == "2020-03-31T02:36:15.123Z"
        assert iso(moment, 7) == "2020-03-31T02:36:15.1239990Z"

    @given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - zone beside it
    def test_what_is_written_is_read(self, moment):
        """With six or seven decimals nothing is lost, with none the fraction is."""
        assert from_iso(iso(moment, 6)) == from_iso(iso(moment, 7)) == moment
        assert from_iso(iso(moment)) == moment.replace(microsecond=0)
        assert from_iso(iso(moment)).tzinfo == UTC


@pytest.mark.parametrize("clock", [VirtualClock(from_iso("2026-03-02T08:00:00Z")), OffsetClock()])
@pytest.mark.parametrize("days", [7_000 * 365, 999_999_999])
def test_a_clock_stops_short_of_the_end_of_time(clock, days):
    """Behind the last moment that dates can hold nothing could be planned; the clock stays where it was."""
    before = clock.now()
    with pytest.raises(HarnessError, match="no further than 9000-01-01"):
        clock.advance(timedelta(days=days))
    assert clock.now() - before < timedelta(minutes=1)
