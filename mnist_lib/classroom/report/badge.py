"""A badge: two words side by side as one small SVG, readable without colours."""

from __future__ import annotations

from html import escape

GREEN, AMBER, GREY = "#00694e", "#8a5a00", "#555555"  # each carries white letters with a contrast above 4.5


def badge_of(parameters: int, accuracy: float, word: str) -> str:
    """The badge of a verdict: its size, its accuracy, and whether it holds."""
    left, right = f"MNIST {parameters:,} parameters", f"{word} · {accuracy:.2f} %"
    a, b = (round(6.4 * len(text)) + 14 for text in (left, right))
    colour = {"holds": GREEN, "near": AMBER}.get(word, GREY)
    title = escape(f"{left}: {right}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{a + b}" height="22" role="img" aria-label="{title}">'
            f"<title>{title}</title>"
            f'<rect width="{a + b}" height="22" rx="4" fill="#333333"/>'
            f'<path d="M{a} 0h{b - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4h-{b - 4}z" fill="{colour}"/>'
            f'<g fill="#ffffff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11" text-anchor="middle">'
            f'<text x="{a / 2:g}" y="15" textLength="{a - 14}">{escape(left)}</text>'
            f'<text x="{a + b / 2:g}" y="15" textLength="{b - 14}">{escape(right)}</text></g></svg>\n')
