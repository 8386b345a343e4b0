"""A small SVG canvas: three depth layers, gradients, and the landscape parts that the pictures share.

Everything random comes from a `random.Random` seeded by the picture's name, so that a picture never changes by itself.
Each layer is written as `<g id="...">` ... `</g><!--...-->` on lines of its own: demo/make-masters takes them apart again
to move them at different speeds.
"""

import math
import random

LAYERS = ("back", "middle", "front")


def num(value):
    """A coordinate with one decimal, as short as it can be written."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def mix(a, b, t):
    """The colour between `a` and `b` (`#rrggbb`)."""
    pairs = zip(bytes.fromhex(a[1:]), bytes.fromhex(b[1:]))
    return "#" + "".join(f"{round(x + (y - x) * t):02x}" for x, y in pairs)


def line(points, close=True):
    """Path data through points, straight."""
    head, *rest = points
    data = f"M{num(head[0])} {num(head[1])}L" + " ".join(f"{num(x)} {num(y)}" for x, y in rest)
    return data + ("Z" if close else "")


def curve(points, close=False):
    """Path data through points, smooth (Catmull-Rom)."""
    n = len(points)
    at = (lambda i: points[i % n]) if close else (lambda i: points[min(max(i, 0), n - 1)])
    data = [f"M{num(points[0][0])} {num(points[0][1])}"]
    for i in range(n if close else n - 1):
        a, b, c, d = at(i - 1), at(i), at(i + 1), at(i + 2)
        p, q = ((b[k] + (c[k] - a[k]) / 6 for k in (0, 1)), (c[k] - (d[k] - b[k]) / 6 for k in (0, 1)))
        data.append("C" + " ".join(num(v) for v in (*p, *q, *c)))
    return "".join(data) + ("Z" if close else "")


class Canvas:
    """One picture. `fx` is where its subject stands: right of the middle on the wide one, whose left stays calm for text."""

    def __init__(self, name, width, height):
        self.w, self.h = width, height
        self.wide = width > height
        self.fx = width * (0.7 if self.wide else 0.5)
        self.s = 1.0 if self.wide else 0.86
        self.rng = random.Random(name)
        self.defs = []
        self.parts = {layer: [] for layer in LAYERS}
        self.current = "back"

    def on(self, layer):
        """What is drawn from here on lies on this layer."""
        self.current = layer
        return self

    def pick(self, wide, tall):
        """One value for the hero, another for the poster."""
        return wide if self.wide else tall

    def add(self, markup):
        self.parts[self.current].append(markup)

    # Paint.

    def _url(self, markup):
        name = f"d{len(self.defs)}"
        self.defs.append(markup.replace("@", name, 1))
        return f"url(#{name})"

    @staticmethod
    def _stops(stops):
        if not isinstance(stops[0], tuple):
            stops = [(i / (len(stops) - 1), colour) for i, colour in enumerate(stops)]
        out = []
        for stop in stops:
            alpha = f' stop-opacity="{stop[2]:.2f}"' if len(stop) > 2 else ""
            out.append(f'<stop offset="{stop[0]:.2f}" stop-color="{stop[1]}"{alpha}/>')
        return "".join(out)

    def down(self, y0, y1, stops):
        """A gradient from top to bottom."""
        return self.along(0, y0, 0, y1, stops)

    def along(self, x0, y0, x1, y1, stops):
        """A gradient from one point to another."""
        ends = " ".join(f'{k}="{num(v)}"' for k, v in zip(("x1", "y1", "x2", "y2"), (x0, y0, x1, y1)))
        return self._url(f'<linearGradient id="@" gradientUnits="userSpaceOnUse" {ends}>{self._stops(stops)}</linearGradient>')

    def around(self, x, y, r, stops):
        """A gradient from a point outwards."""
        circle = f'cx="{num(x)}" cy="{num(y)}" r="{num(r)}"'
        return self._url(f'<radialGradient id="@" gradientUnits="userSpaceOnUse" {circle}>{self._stops(stops)}</radialGradient>')

    def soft(self, stops):
        """A gradient outwards that fits whatever it fills."""
        return self._url(f'<radialGradient id="@">{self._stops(stops)}</radialGradient>')

    def upward(self, stops):
        """A gradient from foot to top of whatever it fills."""
        return self._url(f'<linearGradient id="@" x1="0" y1="1" x2="0" y2="0">{self._stops(stops)}</linearGradient>')

    def blur(self, amount):
        """A soft edge, as an attribute."""
        room = 'x="-30%" y="-30%" width="160%" height="160%"'
        url = self._url(f'<filter id="@" {room}><feGaussianBlur stdDeviation="{num(amount)}"/></filter>')
        return f'filter="{url}"'

    # Shapes.

    def path(self, data, fill="none", more=""):
        self.add(f'<path d="{data}" fill="{fill}"{" " + more if more else ""}/>')

    def stroke(self, data, colour, width, more=""):
        self.path(data, "none", f'stroke="{colour}" stroke-width="{num(width)}" stroke-linecap="round" stroke-linejoin="round"{" " + more if more else ""}')

    def rect(self, x, y, w, h, fill, more=""):
        self.add(f'<rect x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}" fill="{fill}"{" " + more if more else ""}/>')

    def disc(self, x, y, r, fill, more=""):
        self.add(f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}" fill="{fill}"{" " + more if more else ""}/>')

    def oval(self, x, y, rx, ry, fill, more=""):
        self.add(f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(rx)}" ry="{num(ry)}" fill="{fill}"{" " + more if more else ""}/>')

    def poly(self, points, fill, more=""):
        self.path(line(points), fill, more)

    def place(self, figure, x, y, scale, flip=False, turn=0.0):
        """A figure (markup in its own coordinates), moved, scaled, mirrored."""
        sx = -scale if flip else scale
        rotate = f" rotate({num(turn)})" if turn else ""
        self.add(f'<g transform="translate({num(x)} {num(y)}) scale({sx:.3f} {scale:.3f}){rotate}">{figure}</g>')

    # Landscape.

    def sky(self, *colours, until=1.0):
        self.rect(0, 0, self.w, self.h, self.down(0, self.h * until, list(colours)))

    def glow(self, x, y, r, colour, strength=0.8):
        fill = self.around(x, y, r, [(0, colour, strength), (0.35, colour, strength * 0.42), (1, colour, 0)])
        self.disc(x, y, r, fill)

    def stars(self, count, until, colour="#ffffff"):
        sizes = {}
        for _ in range(count):
            y = self.h * until * self.rng.random() ** 1.3
            size = self.rng.choice((1.4, 1.4, 2.2, 3.2))
            sizes.setdefault(size, []).append(f"M{num(self.rng.random() * self.w)} {num(y)}h0")
        for size, dots in sizes.items():
            self.stroke("".join(dots), colour, size, f'opacity="{0.35 + size / 5:.2f}"')

    def ridge(self, y, height, top, foot, rough=0.55, steps=6, base=None, lift=None):
        """A mountain ridge by midpoint displacement; `lift(x)` in 0..1 raises it towards where the peak should be."""
        heights = [self.rng.uniform(0, 1), self.rng.uniform(0, 1)]
        swing = 0.5
        for _ in range(steps):
            heights = [v for a, b in zip(heights, heights[1:]) for v in (a, (a + b) / 2 + self.rng.uniform(-swing, swing))] + heights[-1:]
            swing *= rough
        low, high = min(heights), max(heights)
        points = []
        for i, v in enumerate(heights):
            x = self.w * i / (len(heights) - 1)
            v = (v - low) / (high - low)
            points.append((x, y - height * (v if lift is None else v * 0.35 + lift(x) * 0.65)))
        base = base or self.h
        fill = self.down(y - height, base, [top, foot])
        self.path(line([(0, base), *points, (self.w, base)]), fill)
        return points

    def hill(self, y, swell, top, foot, waves=1.2, phase=0.0, base=None):
        """A rounded hill; gives back its outline as a function of x."""
        base = base or self.h
        outline = lambda x: y - swell * (0.6 * math.sin(phase + x / self.w * math.pi * waves) + 0.4 * math.sin(phase * 2.3 + x / self.w * math.pi * waves * 2.1))
        points = [(self.w * i / 14, outline(self.w * i / 14)) for i in range(15)]
        self.path(curve(points) + f"L{self.w} {num(base)}L0 {num(base)}Z", self.down(y - swell, base, [top, foot]))
        return outline

    def conifers(self, outline, count, low, high, colour, span=(0.0, 1.0)):
        """Fir trees along an outline."""
        data = []
        for i in range(count):
            x = self.w * (span[0] + (span[1] - span[0]) * (i + self.rng.random() * 0.9) / count)
            tall = self.rng.uniform(low, high)
            foot, wide = outline(x) + tall * 0.06, tall * 0.2
            left, right = [(x, foot - tall)], []
            for k in range(1, 5):
                y = foot - tall * (1 - k / 4)
                left += [(x - wide * k / 4, y), (x - wide * k / 4 * 0.5, y)]
                right += [(x + wide * k / 4, y), (x + wide * k / 4 * 0.5, y)]
            data.append(line(left[:-1] + [(x - wide * 0.15, foot)] + [(x + wide * 0.15, foot)] + right[-2::-1]))
        self.path("".join(data), colour)

    def mist(self, y, height, colour, strength=0.5, x=None):
        x = self.w / 2 if x is None else x
        self.oval(x, y, self.w * 0.75, height, self.soft([(0, colour, strength), (0.6, colour, strength * 0.45), (1, colour, 0)]))

    def clouds(self, y, spread, count, colour, strength=0.5, size=1.0):
        """Flat banks of cloud."""
        fill = self.soft([(0, colour, strength), (0.5, colour, strength * 0.72), (1, colour, 0)])
        for _ in range(count):
            x, cy = self.rng.uniform(-0.1, 1.1) * self.w, y + self.rng.uniform(-spread, spread)
            self.oval(x, cy, self.rng.uniform(180, 560) * size, self.rng.uniform(18, 54) * size, fill)

    def glints(self, x, y0, y1, colour, spread, count=60, strength=0.8, width=3.0):
        """Light on water: dashes that widen towards the viewer."""
        for bright in (1.0, 0.6, 0.35):
            data = []
            for _ in range(count // 3):
                t = self.rng.random() ** 1.2
                y = y0 + (y1 - y0) * t
                reach = spread * (0.15 + 0.85 * t) * (1.4 - bright * 0.7)
                cx = x + self.rng.gauss(0, 0.45) * reach
                long = (8 + 70 * t) * self.rng.uniform(0.4, 1)
                data.append(f"M{num(cx - long / 2)} {num(y)}h{num(long)}")
            self.stroke("".join(data), colour, width * (0.6 + bright * 0.6), f'opacity="{strength * bright:.2f}"')

    def birds(self, x, y, spread, count, colour, size=14):
        data = []
        for _ in range(count):
            bx, by = x + self.rng.uniform(-1, 1) * spread, y + self.rng.uniform(-0.5, 0.5) * spread
            k = size * self.rng.uniform(0.6, 1.3)
            data.append(f"M{num(bx - k)} {num(by - k * 0.35)}q{num(k * 0.6)} {num(-k * 0.25)} {num(k)} {num(k * 0.4)}q{num(k * 0.4)} {num(-k * 0.65)} {num(k)} {num(-k * 0.4)}")
        self.stroke("".join(data), colour, size * 0.17)

    def tree(self, x, y, size, colour, lean=0.0, depth=6, spread=0.5, width=None):
        """A bare tree; gives back the ends of its twigs."""
        strokes, tips = {}, []

        def grow(x, y, angle, long, thick, left):
            bend = angle + self.rng.uniform(-0.18, 0.18)
            x1, y1 = x + math.cos(bend) * long, y + math.sin(bend) * long
            mx, my = (x + x1) / 2 + self.rng.uniform(-0.1, 0.1) * long, (y + y1) / 2
            strokes.setdefault(max(1.2, round(thick, 0)), []).append(f"M{num(x)} {num(y)}Q{num(mx)} {num(my)} {num(x1)} {num(y1)}")
            if left:
                for side in (-1, 1) if self.rng.random() < 0.85 else (-1, 0.2, 1):
                    grow(x1, y1, bend + side * self.rng.uniform(0.25, 1) * spread, long * self.rng.uniform(0.62, 0.84), thick * 0.62, left - 1)
            else:
                tips.append((x1, y1))

        grow(x, y, -math.pi / 2 + lean, size * 0.3, width or size * 0.07, depth - 1)
        for thick, data in strokes.items():
            self.stroke("".join(data), colour, thick)
        return tips

    def shade(self, colour="#000000", strength=0.55, side=True):
        """Darkens the edges, and on the wide picture the side where text is read."""
        self.on("front")
        if side and self.wide:
            self.rect(0, 0, self.w * 0.62, self.h, self.along(0, 0, self.w * 0.62, 0, [(0, colour, strength), (0.5, colour, strength * 0.55), (1, colour, 0)]))
        reach = math.hypot(self.w, self.h) * 0.62
        self.rect(0, 0, self.w, self.h, self.around(self.fx, self.h * 0.46, reach, [(0, colour, 0), (0.6, colour, 0), (1, colour, strength)]))

    def svg(self):
        """The finished picture."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.w} {self.h}" width="{self.w}" height="{self.h}">'
        body = [f'<g id="{layer}">\n' + "\n".join(parts) + f"\n</g><!--{layer}-->" for layer, parts in self.parts.items() if parts]
        return "\n".join([head, "<defs>", *self.defs, "</defs>", *body, "</svg>"]) + "\n"
