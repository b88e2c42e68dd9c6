"""The operating curve of a lot plan as a picture: how often a list passes, by how wrong it is."""

from __future__ import annotations

from typing import Final

from workbench.domain.words import number_id
from workbench.verification.sampling.lots import LotPlan, trace_curve

_WIDE, _HIGH = 640, 330
_LEFT, _RIGHT, _TOP, _LOW = 64, 34, 38, 58
_INK, _FAINT = "#1b1b1b", "#6e6e6e"
_EVERY: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_curve(plan: LotPlan) -> str:
    """An SVG that stands alone and reads in grey; the two limits of the plan are marked on it.

    Shares on the level axis end at three times the bad one.
    """
    points = trace_curve(plan)
    top = points[-1].share or 1.0

    def x(share: float) -> float:
        return _LEFT + (_WIDE - _LEFT - _RIGHT) * share / top

    def y(accepted: float) -> float:
        return _TOP + (_HIGH - _TOP - _LOW) * (1 - accepted)

    line = " ".join(f"{x(one.share):.1f},{y(one.accepted):.1f}" for one in points)
    marks = [
        (plan.good, 1 - plan.producer_risk, "daftar baik"),
        (plan.bad, plan.consumer_risk, "daftar buruk"),
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{_words(plan)}" font-size="13" fill="{_INK}">',
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>',
    ]
    for share in _EVERY:
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}" '
            f'stroke="#d4d4d4"/><text x="{_LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end">'
            f"{_percent(share)}</text>"
        )
    for times in range(4):
        if (share := times * plan.bad) <= top:
            parts.append(
                f'<text x="{x(share):.1f}" y="{_HIGH - _LOW + 20}" text-anchor="middle">'
                f"{_percent(share)}</text>"
            )
    parts.append(
        f'<text x="{(_LEFT + _WIDE - _RIGHT) / 2}" y="{_HIGH - 14}" text-anchor="middle">'
        "Keluarga yang sebenarnya keliru dalam daftar</text>"
        f'<text transform="translate(16 {(_TOP + _HIGH - _LOW) / 2}) rotate(-90)" '
        'text-anchor="middle">Peluang daftar diterima</text>'
    )
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_INK}" stroke-width="2.5"/>')
    for share, accepted, name in marks:
        at, up = x(share), y(accepted)
        parts.append(
            f'<path d="M{at:.1f},{y(0):.1f}V{up:.1f}H{_LEFT}" fill="none" stroke="{_FAINT}" '
            'stroke-dasharray="5 4"/>'
            f'<circle cx="{at:.1f}" cy="{up:.1f}" r="5" fill="#fff" stroke="{_INK}" '
            'stroke-width="2.5"/>'
            f'<text x="{at + 10:.1f}" y="{up - 8:.1f}" font-weight="700">{name} '
            f"({_percent(share)}): {_percent(accepted)}</text>"
        )
    return "".join([*parts, "</svg>"])


def _words(plan: LotPlan) -> str:
    return (
        f"Kurva: daftar dengan {_percent(plan.good)} keliru diterima dalam "
        f"{_percent(1 - plan.producer_risk)} undian, dengan {_percent(plan.bad)} keliru dalam "
        f"{_percent(plan.consumer_risk)}."
    )


def _percent(share: float) -> str:
    text = number_id(100 * share, 1)
    return f"{text.removesuffix(',0')} %"
