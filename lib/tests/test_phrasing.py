"""Numbers in texts are the same on every processor, whose sums differ in their last digits."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording.errors import WordingError
from wording.phrasing import (
    format_interval,
    format_p,
    format_percent,
    join_names,
    round_half_up,
    round_significant,
)
from wording.settings import one_of
from wording.show.values import format_value


def neighbours(value, n=3):
    """The value, and the floats up to `n` places above and below it."""
    up = down = value
    found = [value]
    for _ in range(n):
        up, down = math.nextafter(up, math.inf), math.nextafter(down, -math.inf)
        found += [up, down]
    return found


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_the_last_digits_of_a_share_never_show(hits, of):
    share = min(hits, of) / of
    assert len({format_percent(value) for value in neighbours(share)}) == 1
    assert len({format_value(value, "share") for value in neighbours(share)}) == 1
    assert len({format_p(value) for value in neighbours(share)}) == 1


@given(st.integers(-20_000, 20_000), st.integers(0, 3))
def test_ties_go_away_from_zero(number, digits):
    tie = (number + 0.5) / 10**digits
    away = Decimal(number + (number >= 0)).scaleb(-digits)
    assert {round_half_up(value, digits) for value in neighbours(tie)} == {away}


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_rounding_moves_by_half_a_unit_at_most(value, digits):
    moved = abs(float(round_half_up(value, digits)) - value)
    assert moved <= 0.5 * 10**-digits + abs(value) * 1e-11


def test_small_numbers_keep_their_digits():
    assert str(round_significant(0.000123456, 2)) == "0.00012"
    assert str(round_significant(0.0, 2)) == "0"
    assert format_p(0.00099999999999999995) == "p = 0.001"
    assert format_percent(1 - 1e-15) == "100 %"


def test_intervals_and_names_are_said_in_one_way():
    assert format_interval(0.375, 0.625) == "95 % interval 38 to 63 %"
    assert join_names([]) == ""
    assert join_names("ABCDEFG", top=4, rest="more outlet") == "A, B, C, D and 3 more outlets"
    assert join_names("ABCDE", top=4) == "A, B, C, D and E"


def test_an_unknown_name_is_answered_with_the_nearest():
    assert one_of("voice", "quoted", ["outlet", "quoted"]) == "quoted"
    with pytest.raises(WordingError, match="There is no voice 'quotd'; did you mean 'quoted'"):
        one_of("voice", "quotd", ["outlet", "quoted"])
    with pytest.raises(WordingError, match=r"^study.yml:3: there is no outlet 'B'; there are: A\."):
        one_of("outlet", "B", ["A"], place="study.yml:3")
