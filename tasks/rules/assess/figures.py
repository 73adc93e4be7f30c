"""Exact figures: fractions inside, half-up rounding at the edge, and how they are written into a formula."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

ZERO, ONE = Fraction(0), Fraction(1)
CATEGORY_PLACES = 2
SHOWN_PLACES = 4


def exact(value: Any) -> Fraction:
    """Return a number of a scheme or a row as the fraction it is written as (0.02 is 1/50)."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def _scaled(value: Fraction, places: int) -> int:
    # Whole numbers instead of fractions: a year writes 100,000 such figures, and this halves the time of a run.
    scale: int = 10**places
    return (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)


def half_up(value: Fraction, places: int = CATEGORY_PLACES) -> Fraction:
    """Return `value` rounded to `places` decimals, halves away from zero.

    Rule: ASM-01
    Source: scorecard, scheme A (rounding)
    """
    scaled = _scaled(value, places)
    return Fraction(scaled if value.numerator >= 0 else -scaled, 10**places)


def decimal_text(value: Fraction, places: int) -> str:
    """Return `value` rounded half-up with exactly `places` decimals."""
    scaled = _scaled(value, places)
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if value.numerator < 0 and scaled else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def shown(value: Fraction) -> str:
    """Return `value` as short as it can be written, rounded to four decimals."""
    if value.denominator == 1:
        return str(value.numerator)
    text = decimal_text(value, SHOWN_PLACES)
    return text.rstrip("0").rstrip(".")


def equals(value: Fraction) -> str:
    """Return "= 0.76" when the figure is exact in four decimals, "≈ 18.2857" when it is not."""
    sign = "=" if 10**SHOWN_PLACES % value.denominator == 0 else "≈"
    return f"{sign} {shown(value)}"
