"""Exact figures: fractions inside, half-up rounding at the edge, and how they are written into a formula."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

ZERO, ONE = Fraction(0), Fraction(1)
CATEGORY_PLACES = 2
SHOWN_PLACES = 4


def exact(value: Any) -> Fraction:
    """Return a number of a scheme or a row as the fraction it is written as (0.02 is 1/50)."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def half_up(value: Fraction, places: int = CATEGORY_PLACES) -> Fraction:
    """Return `value` rounded to `places` decimals, halves away from zero.

    Rule: ASM-01
    Source: scorecard, scheme A (rounding)
    """
    scale = 10**places
    rounded = Fraction(floor(abs(value) * scale + Fraction(1, 2)), scale)
    return rounded if value >= 0 else -rounded


def decimal_text(value: Fraction, places: int) -> str:
    """Return `value` rounded half-up with exactly `places` decimals."""
    scaled = abs(half_up(value, places)) * 10**places
    digits = str(int(scaled)).rjust(places + 1, "0")
    whole, rest = (digits[:-places], digits[-places:]) if places else (digits, "")
    sign = "-" if value < 0 and int(scaled) else ""
    return f"{sign}{whole}.{rest}" if places else f"{sign}{whole}"


def shown(value: Fraction) -> str:
    """Return `value` as short as it can be written, rounded to four decimals."""
    text = decimal_text(value, SHOWN_PLACES)
    return text.rstrip("0").rstrip(".")


def equals(value: Fraction) -> str:
    """Return "= 0.76" when the figure is exact in four decimals, "≈ 18.2857" when it is not."""
    sign = "=" if half_up(value, SHOWN_PLACES) == value else "≈"
    return f"{sign} {shown(value)}"
