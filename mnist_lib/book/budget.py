"""Draws the bar of a network's parameter budget: what each layer spends of the 8,000."""

from .drawing import TALL, WIDE, Drawn, Layer, both, path, svg, text

LIMIT = 8000


def budget(net: Drawn, title: str, limit: int = LIMIT) -> str:
    """The bar: a segment a layer, all normalizations in one pale segment at the end, a dashed line at the limit."""
    return both(*(_bar(net, title, limit, width) for width in (WIDE, TALL)), "budget")


def _bar(net: Drawn, title: str, limit: int, width: int) -> str:
    total, x, y, high = net.parameters, 0.0, 26, 32
    scale, wide = width / max(total, limit), width == WIDE
    left = f"{limit - total:,} left of {limit:,}" if total <= limit else f"{total / limit:,.0f} times the limit"
    body = [
        text(0, 15, f"{total:,} parameters", "op", "start"),
        text(width, 15, left, "small num", "end"),
        f'<rect x=".5" y="{y}" width="{width - 1}" height="{high}" class="track"/>',
    ]
    for layer in net.layers:
        if layer.parameters:
            body += _segment(layer, x, layer.parameters * scale, y, high)
            x += layer.parameters * scale
    at = min(limit * scale, width - 1)
    ends = width - (66 if wide else 0)  # the limit's name stands at the end of the line below
    if net.norm_parameters:
        side = net.norm_parameters * scale
        body += [
            f'<rect x="{x:.1f}" y="{y}" width="{max(side - 1.5, 0.7):.1f}" height="{high}" class="seg norm"/>',
            path(f"M{x + side / 2:.1f} {y + high}v8", "lead"),
            text(
                min(x + side / 2 + 30, ends - 8 if wide else width),
                y + high + 20,
                f"{net.norms} × normalization {net.norm_parameters:,}",
                "small num",
                "end",
            ),
        ]
    body.append(path(f"M{at:.1f} {y - 5}v{high + 10}", "limit"))
    if total > limit:
        body.append(text(0, y + high + 20, f"limit {limit:,}: the line at the very left", "small num", "start"))
    elif wide:
        body.append(text(width, y + high + 20, f"limit {limit:,}", "small num", "end"))
        body += [
            text(value * scale, y + high + 20, f"{value:,}", "small num", "middle" if value else "start")
            for value in range(0, limit // 2 + 1, limit // 4)
        ]
    spent = ", ".join(f"{layer.name} {layer.parameters:,}" for layer in net.layers if layer.parameters)
    norm = f", {net.norms} normalizations {net.norm_parameters:,}" if net.norms else ""
    return svg(
        "wide" if wide else "tall",
        width,
        y + high + 26,
        f"{title}: {total:,} of {limit:,} parameters; {spent}{norm}.",
        body,
    )


def _segment(layer: Layer, x: float, side: float, y: float, high: float) -> list[str]:
    """A layer's part of the bar, with its name and count where there is room for them."""
    count = f"{layer.parameters:,}"
    box = f'<rect x="{x:.1f}" y="{y}" width="{max(side - 1.5, 0.7):.1f}" height="{high}" class="seg"/>'
    if side > max(58, 8 * len(count)):
        return [box, text(x + side / 2, y + 14, layer.name, "onseg"), text(x + side / 2, y + 27, count, "onseg num")]
    return [box, text(x + side / 2, y + 21, count, "onseg num")] if side > 8 * len(count) else [box]
