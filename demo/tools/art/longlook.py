"""Pictures of Longlook's titles."""

import math

import figures as f
from canvas import curve, line, mix, num


def quiet_giants(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#8fe0e0", "#2fa0b8", "#0f5f8a", "#07315c", "#041a38")
    c.glow(fx, -40, h * 0.85, "#eafff4", 0.8)
    for k in range(9):
        x, lean, wide = fx + (k - 4) * c.pick(120, 80), (k - 4) * 60, c.rng.uniform(20, 70)
        c.poly([(x, -20), (x + wide, -20), (x + lean + wide * 2.6, h * 0.85), (x + lean - wide, h * 0.85)], c.down(0, h * 0.85, [(0, "#e6fff6", 0.34), (1, "#e6fff6", 0)]))
    c.stroke("".join(f"M{num(c.rng.random() * w)} {num(h * c.rng.uniform(0, 0.05))}q30 -12 60 0q30 12 60 0" for _ in range(16)), "#ffffff", 4, 'opacity="0.35"')
    c.on("middle")
    c.place(f.whale("#1a5a80", "#2f7f9f"), fx - c.pick(520, 190), h * c.pick(0.3, 0.24), 0.3, turn=-6)
    c.place(f.whale("#15496e", "#2a6f92"), fx + c.pick(300, 180), h * c.pick(0.26, 0.33), 0.36, turn=-10)
    c.stroke("".join(f"M{num(c.rng.random() * w)} {num(h * c.rng.uniform(0.1, 0.9))}h0" for _ in range(90)), "#d9fff6", 3.4, 'opacity="0.4"')
    c.on("front")
    k, wy = c.pick(1.02, 0.74), h * c.pick(0.56, 0.54)
    c.place(f.whale("#0b2a4a", "#4f8fae"), fx, wy, k, turn=-5)
    scars = "".join(f"M{num(fx + c.rng.uniform(-400, -200) * k)} {num(wy + c.rng.uniform(-60, 30) * k)}q{num(c.rng.uniform(20, 50))} {num(c.rng.uniform(-14, 4))} {num(c.rng.uniform(60, 110) * k)} {num(c.rng.uniform(-10, 10))}" for _ in range(9))
    c.stroke(scars, "#6fb0c8", 2.2, 'opacity="0.35"')
    dx, dy = fx - c.pick(640, 300), h * c.pick(0.66, 0.7)
    c.stroke(f"M{num(dx)} {num(dy)}l22 4l30 -2l34 10M{num(dx + 52)} {num(dy + 2)}l30 -8l24 -8M{num(dx + 18)} {num(dy + 4)}l10 16l18 6", "#02101f", 9)
    c.disc(dx - 10, dy - 3, 10, "#02101f")
    c.glow(dx - 24, dy, 100, "#fff3b0", 0.85)
    c.stroke("".join(f"M{num(dx + 4 + c.rng.uniform(-14, 14))} {num(dy - 30 - i * 26)}h0" for i in range(8)), "#d9fff6", 8, 'opacity="0.6"')
    c.ridge(h * 1.0, h * 0.16, "#03152c", "#010812", 0.5, 6, h, lambda x: abs(x / w - 0.5) * 1.7)
    c.shade("#021126", 0.5)


def foxes_of_line_nine(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#1d3f5a", "#3f6f80", "#e08a5a", "#f9c07a", until=0.62)
    c.glow(fx, h * 0.5, 520, "#ffe0a0", 0.85)
    for row, (colour, low, high) in enumerate((("#5d6f78", 0.16, 0.34), ("#33505f", 0.08, 0.24))):
        x = -30
        while x < w:
            wide, tall = c.rng.uniform(50, 120), h * c.rng.uniform(low, high)
            c.rect(x, h * 0.58 - tall, wide, tall + 40, colour)
            if row and c.rng.random() < 0.8:
                c.stroke("".join(f"M{num(x + wide * (0.25 + 0.25 * i))} {num(h * 0.58 - tall + 20 + j * 24)}h6" for i in range(3) for j in range(int(tall / 26)) if c.rng.random() < 0.4) or "M0 0", "#ffd98a", 6, 'opacity="0.8"')
            x += wide + c.rng.uniform(-10, 14)
    c.on("middle")
    vx, vy = fx, h * 0.57
    c.poly([(0, h * 0.6), (w, h * 0.6), (w, h), (0, h)], c.down(h * 0.6, h, ["#4a3b3a", "#241d24"]))
    c.poly([(vx - 26, vy + 20), (vx + 26, vy + 20), (vx + c.pick(620, 500), h), (vx - c.pick(620, 500), h)], c.down(vy, h, ["#7a5a4a", "#3a2c30"]))
    for k in range(15):
        t = (k / 14) ** 2.2
        y = vy + 22 + (h - vy) * t
        half = 22 + c.pick(460, 370) * t
        c.rect(vx - half, y, half * 2, 2 + 22 * t, "#1c1418", f'opacity="{0.5 + 0.4 * t:.2f}"')
    for side in (-1, 1):
        c.poly([(vx + side * 12, vy + 20), (vx + side * 15, vy + 20), (vx + side * c.pick(330, 265), h), (vx + side * c.pick(290, 232), h)], c.down(vy, h, ["#ffd9a0", "#d98a5a", "#8fa6b0"]))
    for k, x in enumerate((-0.32, 0.36, -0.62)):
        px = fx + x * c.pick(w * 0.62, w)
        top = h * (0.3 - 0.06 * k)
        c.stroke(f"M{num(px)} {num(h * 0.78)}V{num(top)}M{num(px - 60)} {num(top + 30)}H{num(px + 60)}", "#16202a", 8)
    c.stroke(f"M0 {num(h * 0.24)}Q{num(fx * 0.5)} {num(h * 0.36)} {num(fx)} {num(h * 0.5)}Q{num(fx * 1.2)} {num(h * 0.4)} {w} {num(h * 0.27)}M0 {num(h * 0.3)}Q{num(fx * 0.5)} {num(h * 0.4)} {num(fx)} {num(h * 0.51)}", "#16202a", 3)
    sx = fx + c.pick(330, 250)
    c.rect(sx - 24, h * 0.4, 48, 116, "#10181f", 'rx="18"')
    c.stroke(f"M{num(sx)} {num(h * 0.5)}V{num(h * 0.8)}", "#10181f", 10)
    c.disc(sx, h * 0.4 + 32, 15, "#3a1512")
    c.disc(sx, h * 0.4 + 82, 15, "#5dffa0")
    c.glow(sx, h * 0.4 + 82, 120, "#5dffa0", 0.6)
    c.on("front")
    k = c.pick(1.75, 1.7)
    c.oval(fx + 20, h * 0.93, 190, 18, "#0d0a0e", 'opacity="0.6"')
    c.place(f.fox("#e2622a", "#2a1a1c", "#fff1e0"), fx, h * 0.93, k)
    c.place(f.fox("#c9562a", "#2a1a1c", "#f3dfcc"), fx - c.pick(330, 250), h * 0.82, 0.72)
    c.place(f.fox("#b84f2a", "#2a1a1c", "#ecd5c0"), fx + c.pick(250, 200), h * 0.77, 0.5, True)
    c.stroke("".join(f"M{num(c.rng.random() * w)} {num(h * c.rng.uniform(0.95, 1.02))}q4 -40 {num(c.rng.uniform(-22, 22))} {num(-c.rng.uniform(40, 110))}" for _ in range(90)), "#17141c", 5)
    c.shade("#0c1720", 0.5)


def wavelength(c):
    w, h, fx = c.w, c.h, c.fx
    c.rect(0, 0, w, h, "#1b1c3e")
    tx, ty = fx, h * c.pick(0.27, 0.3)
    bands = ["#f3e4c4", "#f0b95a", "#e8793a", "#cf4330", "#8f2a3a", "#4a2448", "#1f2147"]
    for k, colour in enumerate(reversed(bands)):
        c.disc(tx, ty, c.pick(1320, 1080) - k * c.pick(180, 150), colour)
    c.disc(tx, ty, 90, "#fff6de")
    c.on("middle")
    for k in range(12):
        r = 130 + k * c.pick(92, 78)
        c.disc(tx, ty, r, "none", f'stroke="#fff6de" stroke-width="{num(5 - k * 0.32)}" opacity="{0.75 - k * 0.055:.2f}"')
    x0, base = tx, h * 0.86
    spread = c.pick(120, 110)
    edge = lambda t, side: (x0 + side * spread * t**1.15, ty + (base - ty) * t)
    lattice = line([edge(0, -1), edge(1, -1)], False) + line([edge(0, 1), edge(1, 1)], False)
    steps = [0.06, 0.16, 0.27, 0.39, 0.52, 0.66, 0.82, 1]
    for a, b in zip([0, *steps], steps):
        lattice += line([edge(a, -1), edge(b, 1)], False) + line([edge(a, 1), edge(b, -1)], False) + line([edge(b, -1), edge(b, 1)], False)
    c.stroke(lattice, "#14142e", 7)
    c.stroke(f"M{num(x0)} {num(ty - 70)}V{num(ty + 20)}", "#14142e", 9)
    c.disc(x0, ty - 74, 13, "#fff6de")
    c.disc(x0, ty - 74, 8, "#cf4330")
    c.on("front")
    hills = c.hill(h * 0.86, 30, "#14142e", "#0b0b1e", 1.4, 0.7)
    for k in range(c.pick(13, 6)):
        x = w * (k + 0.5) / c.pick(13, 6) + c.rng.uniform(-20, 20)
        if abs(x - x0) < 170:
            continue
        y, size = hills(x) + 6, c.rng.uniform(40, 64)
        c.poly([(x - size, y), (x - size, y - size * 0.7), (x, y - size * 1.3), (x + size, y - size * 0.7), (x + size, y)], "#14142e")
        c.rect(x - 9, y - size * 0.6, 18, 18, "#f0b95a")
        c.stroke(f"M{num(x + size * 0.5)} {num(y - size)}v-46m-16 10h32", "#14142e", 3.5)
    for k, (colour, swing, waves) in enumerate((("#e8793a", 26, 9), ("#f0b95a", 17, 14), ("#fff6de", 10, 23))):
        y = h * (0.915 + 0.028 * k)
        n = waves * 6
        c.stroke(curve([(w * i / n, y + swing * math.sin(i / 6 * 2 * math.pi) * (0.35 + 0.65 * math.sin(i / n * math.pi * 3) ** 2)) for i in range(n + 1)]), colour, 4, 'opacity="0.9"')


def simple_rules(c):
    w, h, fx = c.w, c.h, c.fx
    c.rect(0, 0, w, h, c.around(fx, h * 0.3, w * 0.9, ["#12324a", "#0b1d33", "#050b18"]))
    c.stroke("".join(f"M{num(x)} 0V{h}" for x in range(0, w, 40)) + "".join(f"M0 {y}H{w}" for y in range(0, h, 40)), "#2a5a7a", 1, 'opacity="0.3"')
    c.on("middle")
    rows, size = c.pick(44, 52), c.pick(19.5, 17.5)
    y0 = h * c.pick(0.1, 0.11)
    row, start = {0}, 0
    colours = ["#fff3c9", "#ffd166", "#ff9f5a", "#f2667a", "#c25bd1", "#6f7bf7", "#3fc8e0"]
    batches = {}
    for r in range(rows):
        runs, previous = [], None
        for x in sorted(row):
            if previous is not None and x == previous + 1:
                runs[-1][1] += 1
            else:
                runs.append([x, 1])
            previous = x
        for x, n in runs:
            left = fx + (x - 0.5) * size
            if left + n * size > -20 and left < w:
                batches.setdefault(r * len(colours) // rows, []).append(f"M{num(left + 1.5)} {num(y0 + r * size)}h{num(n * size - 3)}v{num(size - 3)}h{num(3 - n * size)}z")
        cells = range(-r - 1, r + 2)
        row = {x for x in cells if (x - 1 in row) != (x in row or x + 1 in row)}  # rule 30
    for k, data in batches.items():
        c.path("".join(data), colours[k])
    c.on("front")
    cell = 26
    gliders = ((0.1, 0.24), (0.2, 0.62), (0.33, 0.4), (0.12, 0.84)) if c.wide else ((0.1, 0.08), (0.82, 0.1), (0.08, 0.9))
    for gx, gy in gliders:
        for dx, dy in ((1, 0), (2, 1), (0, 2), (1, 2), (2, 2)):
            c.rect(w * gx + dx * cell, h * gy + dy * cell, cell - 4, cell - 4, "#5ad0c8", 'opacity="0.55" rx="3"')
    c.glow(fx, y0, 260, "#fff3c9", 0.55)
    c.shade("#040914", 0.4)


def night_market(c):
    w, h, fx = c.w, c.h, c.pick(c.w * 0.64, c.fx)
    c.sky("#0d1030", "#2a1744", "#6a2440", "#c2502f", until=0.72)
    vy = h * 0.5
    c.glow(fx, vy + 20, 620, "#ffb35a", 0.9)
    for side in (-1, 1):
        for k in range(c.pick(5, 6)):
            wide, tall = c.rng.uniform(110, 220), h * c.rng.uniform(0.3, 0.52)
            x = fx + side * (110 + k * c.pick(170, 90)) - wide / 2
            c.rect(x, vy + 60 - tall, wide, tall, mix("#2a1640", "#140c26", k / 6))
            c.stroke("".join(f"M{num(x + 20 + i * 44)} {num(vy + 90 - tall + j * 44)}h14" for i in range(int(wide / 46)) for j in range(int(tall / 60)) if c.rng.random() < 0.35) or "M0 0", "#f0a45c", 13, 'opacity="0.4"')
    c.on("middle")
    c.poly([(fx - 40, vy + 60), (fx + 40, vy + 60), (w * 1.3, h), (-w * 0.3, h)], c.down(vy, h, ["#f2a45a", "#7a3438", "#2a1428"]))
    paper = c.soft([(0, "#fff6d0"), (0.5, "#ff9a4a"), (1, "#d8322a")])
    halo = c.soft([(0, "#ffe0a0", 0.75), (0.4, "#ffc978", 0.3), (1, "#ffb35a", 0)])
    lamp = f.lantern(paper, "#5a1a1a")
    cloth = (("#d8322a", "#fff1d6"), ("#f2b63d", "#a8322a"), ("#2f8a82", "#fff1d6"), ("#e0653f", "#ffe0a0"))
    for k in range(5):
        t = (k / 4) ** 1.6
        for side in (-1, 1):
            near, far = 70 + c.pick(520, 360) * t, 70 + c.pick(520, 360) * ((k + 0.85) / 4) ** 1.6
            size = 0.3 + 1.3 * t
            x, y = fx + side * near, vy + 58 + h * 0.2 * t
            wide = (far - near) * 1.0 + 30
            left = x if side > 0 else x - wide
            main, stripe = cloth[(k + (side > 0)) % 4]
            c.rect(left, y - 150 * size, wide, 150 * size, c.down(y - 150 * size, y, ["#ffdf9a", "#f0903f"]))
            c.disc(left + wide / 2, y - 110 * size, 150 * size, halo)
            c.place(f.person("#2a1220", 1.2), left + wide * 0.55, y - 12 * size, 1.05 * size)
            c.rect(left - 4, y - 46 * size, wide + 8, 66 * size, mix("#6a2a26", "#3a1620", t))
            n = 5
            for i in range(n):
                u0, u1 = left - 12 + (wide + 24) * i / n, left - 12 + (wide + 24) * (i + 1) / n
                top = y - 215 * size
                c.path(f"M{num(u0 * 0.9 + (left + wide / 2) * 0.1)} {num(top)}L{num(u1 * 0.9 + (left + wide / 2) * 0.1)} {num(top)}L{num(u1)} {num(y - 150 * size)}Q{num((u0 + u1) / 2)} {num(y - 122 * size)} {num(u0)} {num(y - 150 * size)}Z", main if i % 2 else stripe)
            c.place(lamp, left + wide * (0.2 if side > 0 else 0.8), y - 60 * size, 0.5 * size)
    c.on("front")
    for y0, sag in ((0.12, 0.16), (0.22, 0.13), (0.31, 0.09)):
        n = c.pick(15, 11)
        points = [(w * i / n, h * (y0 + sag * 4 * (i / n) * (1 - i / n) * (0.6 if i % 2 else 0.62))) for i in range(n + 1)]
        c.stroke(curve(points), "#1a0c1c", 3)
        for x, y in points[1:-1]:
            c.disc(x, y + 20, 46, halo)
        c.stroke("".join(f"M{num(x)} {num(y + 14)}v4" for x, y in points[1:-1]), "#fff6d6", 15)
    for k in range(5):
        t = k / 6
        c.place((f.person if k % 3 else f.gown)("#2a1024"), fx + c.rng.uniform(-1, 1) * c.pick(330, 190), h * (0.72 + 0.1 * t), 1.0 + 0.6 * t)
    x = -40
    while x < w + 40:
        c.place(f.person(mix("#1c0a1a", "#0a0410", c.rng.random()), c.rng.uniform(1, 1.25)), x, h * c.rng.uniform(1.12, 1.24), c.rng.uniform(3.0, 3.9))
        x += c.rng.uniform(150, 240)
    for k in range(3):
        c.mist(h * (0.55 - 0.04 * k), 80, "#ffe6c4", 0.12, fx + c.rng.uniform(-300, 300))
    c.shade("#12061a", 0.6)


def ice_library(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#1c4f7a", "#6fb0cf", "#d6eef2", "#ffffff", until=0.7)
    c.glow(fx + 200, h * 0.22, 520, "#ffffff", 0.8)
    c.ridge(h * 0.5, h * 0.16, "#9cc4d8", "#d3e8ef", 0.5)
    c.on("middle")
    # The ice front: columns of facets, like spines on a shelf.
    x, base = -60, h * 0.76
    while x < w + 60:
        wide = c.rng.uniform(64, 140)
        lift = 0.25 + 0.75 * math.exp(-(((x - fx) / (w * c.pick(0.34, 0.6))) ** 2))
        tall = h * c.rng.uniform(0.3, 0.52) * lift
        top, mid = base - tall, x + wide * c.rng.uniform(0.3, 0.7)
        a, b = c.rng.uniform(10, 50), c.rng.uniform(10, 60)
        left = c.rng.choice(("#e8f7fb", "#bfe2ef", "#d6eef6"))
        c.poly([(x, top + a), (mid, top - b * 0.4), (mid, base), (x, base)], c.down(top, base, [left, "#7fbfdc", "#2f86b8"]))
        c.poly([(mid, top - b * 0.4), (x + wide, top + b), (x + wide, base), (mid, base)], c.down(top, base, ["#a3d3e6", "#4f9fc8", "#1f6a9f"]))
        for _ in range(2):
            y = c.rng.uniform(top + 60, base - 10)
            c.poly([(x, y), (mid, y - 16), (x + wide, y + 8), (mid, y - 6)], "#ffffff", 'opacity="0.35"')
        x += wide * 1.04
    c.rect(0, base, w, h, c.down(base, h, ["#3f95bd", "#14567f", "#082a4a"]))
    c.path("".join(f"M{num(c.rng.random() * w)} {num(base)}l{num(c.rng.uniform(14, 40))} 0l-8 {num(c.rng.uniform(60, 190))}z" for _ in range(34)), "#bfe6f2", 'opacity="0.22"')
    c.glints(fx, base + 10, h, "#ffffff", c.pick(700, 380), 66, 0.5)
    for k in range(9):
        fxx, fy, size = c.rng.random() * w, base + h * c.rng.uniform(0.02, 0.2), c.rng.uniform(26, 80)
        c.poly([(fxx - size, fy), (fxx - size * 0.3, fy - size * 0.45), (fxx + size * 0.2, fy - size * 0.3), (fxx + size, fy)], "#eefaff")
        c.poly([(fxx - size, fy), (fxx + size, fy), (fxx + size * 0.4, fy + size * 0.3), (fxx - size * 0.5, fy + size * 0.24)], "#7fbfdc", 'opacity="0.6"')
    c.on("front")
    # A core: rings of winters, standing before the wall.
    cx, cy, rx, tall = fx, h * c.pick(0.95, 0.93), c.pick(92, 96), h * c.pick(0.68, 0.62)
    floe = [(cx + x * c.s, cy + y) for x, y in ((-330, 6), (-230, -22), (-60, -34), (150, -28), (330, -8), (390, 12), (250, 34), (20, 44), (-210, 36))]
    c.poly([(x + 8, y + 26) for x, y in floe], "#1f6a9f", 'opacity="0.7"')
    c.poly(floe, c.along(cx - 330, 0, cx + 390, 0, ["#ffffff", "#d6eef6", "#9ccfe4"]))
    c.oval(cx + 14, cy, rx * 1.25, 26, "#4f9fc8", 'opacity="0.4"')
    c.path(f"M{num(cx - rx)} {num(cy - tall)}V{num(cy)}A{rx} 26 0 0 0 {num(cx + rx)} {num(cy)}V{num(cy - tall)}Z", c.along(cx - rx, 0, cx + rx, 0, [(0, "#d6f2fb"), (0.25, "#ffffff"), (0.6, "#a9dcec"), (1, "#3f8fb8")]))
    y = cy - tall + 14
    while y < cy - 6:
        colour, thick = c.rng.choice((("#2f86b8", 3), ("#6fb8d6", 6), ("#ffffff", 5), ("#4f9fc8", 2), ("#1f4a6a", 3)))
        c.path(f"M{num(cx - rx)} {num(y)}A{rx} 24 0 0 0 {num(cx + rx)} {num(y)}", "none", f'stroke="{colour}" stroke-width="{thick}" opacity="0.55"')
        y += c.rng.uniform(12, 32)
    ash = cy - tall * 0.44
    c.path(f"M{num(cx - rx)} {num(ash)}A{rx} 24 0 0 0 {num(cx + rx)} {num(ash)}", "none", 'stroke="#8a2f1c" stroke-width="10" opacity="0.85"')
    c.oval(cx, cy - tall, rx, 26, "#f4fcff", 'stroke="#6fb8d6" stroke-width="3"')
    c.oval(cx, cy - tall, rx * 0.6, 15, "#cfeaf5")
    c.place(f.person("#a8301f", 1.2), cx + rx + c.pick(90, 74), cy + 6, 1.5)
    c.shade("#062542", 0.5)


def aurora_season(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#030918", "#07182e", "#0d2f44", "#14505a", until=0.74)
    c.stars(150, 0.62, "#e6fff6")
    for k, (low, colour, tip, strength) in enumerate((("#1fae8a", "#2fe0a0", "#7a4fd0", 0.34), ("#3ff0b0", "#5affb8", "#b05ae0", 0.5), ("#9affd0", "#8affc0", "#ff6ad0", 0.4))):
        step = c.pick(20, 10)
        n = w // step
        fill = c.upward([(0, low, 0), (0.06, colour, strength), (0.45, colour, strength * 0.4), (0.8, tip, strength * 0.25), (1, tip, 0)])
        shift, swing, ray = c.rng.uniform(0, 6), h * (0.06 + 0.02 * k), 0.5
        c.add(f'<g fill="{fill}">')
        for i in range(n):
            t = i / n
            ray += (c.rng.random() - ray) * 0.45
            foot = h * (0.62 - 0.1 * k) - h * 0.16 * t + swing * math.sin(t * 7 + shift) + swing * 0.4 * math.sin(t * 17 + shift)
            tall = h * (0.28 + 0.16 * math.sin(t * 9 + shift * 2) ** 2 + 0.16 * ray)
            fade = min(1.0, max(0.0, t * 3.2 - 0.25)) if c.wide else 1.0
            if fade:
                c.add(f'<rect x="{i * step}" y="{foot - tall:.0f}" width="{step}" height="{tall:.0f}"' + (f' opacity="{fade:.2f}"/>' if fade < 1 else "/>"))
        c.add("</g>")
    c.on("middle")
    c.ridge(h * 0.7, h * 0.26, "#0a2232", "#0d3440", 0.52, 6, h * 0.72, lambda x: abs(x / w - 0.5) * 1.6)
    c.ridge(h * 0.71, h * 0.14, "#06141f", "#0a2530", 0.5, 6, h * 0.72, lambda x: abs(x / w - 0.56) * 2)
    c.rect(0, h * 0.715, w, h * 0.3, c.down(h * 0.715, h, ["#1a7a6a", "#0d3f4a", "#041019"]))
    c.glints(fx, h * 0.72, h * 0.95, "#8affc8", c.pick(640, 360), 110, 0.5)
    c.glints(fx - 200, h * 0.72, h * 0.86, "#c07af0", 300, 40, 0.35)
    c.on("front")
    shore = c.hill(h * 0.9, 44, "#0b1a22", "#02070c", 0.9, 3.1)
    x = fx + c.pick(160, 60)
    y = shore(x) + 12
    c.rect(x - 90, y - 84, 180, 90, "#5a1a1a")
    c.poly([(x - 116, y - 80), (x, y - 168), (x + 116, y - 80)], "#dfeef0")
    c.poly([(x - 90, y - 82), (x, y - 150), (x + 90, y - 82)], "#451416")
    for dx in (-56, 22):
        c.rect(x + dx, y - 62, 36, 38, "#ffcf7a")
        c.glow(x + dx + 18, y - 44, 120, "#ffb95a", 0.6)
    c.rect(x + 40, y - 176, 22, 50, "#451416")
    c.path(curve([(x + 51, y - 180), (x + 40, y - 230), (x + 74, y - 290), (x + 50, y - 360), (x + 90, y - 300), (x + 66, y - 236), (x + 62, y - 180)]), "#cfe6e6", 'opacity="0.22"')
    c.conifers(shore, 9, 110, 230, "#030a0e", (0.0, c.pick(0.3, 0.26)))
    c.conifers(shore, 6, 120, 240, "#030a0e", (0.88, 1.0))
    c.place(f.person("#02060a"), x - c.pick(220, 200), shore(x - 220) + 12, 1.0)
    c.shade("#02060f", 0.45)


def deep_time(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#101436", "#3a2a5a", "#a8506a", "#f0a070", until=0.5)
    c.stars(120, 0.3, "#fff0e0")
    c.glow(fx, h * 0.34, 460, "#ffd9a0", 0.8)
    c.disc(fx + c.pick(150, 90), h * 0.15, 46, "#fff0d6")
    c.on("middle")
    # Canyon walls in bands, older towards the foot.
    strata = ["#e8b07a", "#d98a5a", "#f0cf9a", "#c2603f", "#a8442f", "#e0a070", "#8a3a34", "#c97a52", "#6a2c34", "#9a4a3c", "#4a2230", "#74343a", "#321a2a"]
    for side in (-1, 1):
        top = h * c.pick(0.3, 0.34)
        for k, colour in enumerate(strata):
            t = k / len(strata)
            y = top + (h - top) * t**0.92
            gap = c.pick(520, 330) * (1 - t) ** 1.25 + 46
            edge = fx + side * gap
            jag = [(edge, y)] + [(edge + side * c.rng.uniform(0, 26), y + i * (h - y) / 3.0) for i in range(1, 4)]
            out = w + 60 if side > 0 else -60
            n = 7
            upper = [(edge + (out - edge) * i / n, y + (math.sin(i * 1.3 + k * 0.35 + side) * 11 + math.sin(i * 0.6 + side) * 26 * (1 - t)) * min(1, i / 2) - 34 * (1 - t) * i / n * (c.rng.random() * 0.3 + 0.8)) for i in range(n + 1)]
            c.path(curve(upper) + f"L{out} {h}L{num(edge + side * 30)} {h}" + "L" + line(jag[::-1], False)[1:].replace("L", " ") + "Z", c.along(edge, 0, out, 0, [mix(colour, "#ffd9a0", 0.3), colour, mix(colour, "#1a1024", 0.45)]))
    c.poly([(fx - 60, h), (fx - 40, h * 0.86), (fx - 8, h * 0.72), (fx + 8, h * 0.72), (fx + 44, h * 0.86), (fx + 66, h)], c.down(h * 0.7, h, ["#ffd9a0", "#6fc0c0", "#2a6a80"]))
    c.on("front")
    # An ammonite, cut and polished, in the dark foreground.
    ax, ay, size = fx + c.pick(0, 0), h * c.pick(0.66, 0.68), c.pick(250, 235)
    c.glow(ax, ay, size * 1.9, "#1a0c1c", 0.75)
    outer = [(ax + x, ay + y) for x, y in f.spiral(4, size, 0.13, 20)]
    mouth = (ax + size * math.exp(-0.26 * math.pi), ay)
    c.path(curve(outer[60:]) + f"L{num(mouth[0])} {num(mouth[1])}Z", c.around(ax - size * 0.3, ay - size * 0.35, size * 1.5, ["#fff0cf", "#e0a860", "#8f4a2c", "#3a1a20"]))
    c.path(curve(outer[40:62]) + "Z", c.around(ax - size * 0.2, ay - size * 0.2, size, ["#ffe6b4", "#d99a55", "#7a3a28"]))
    c.stroke(curve(outer), "#3a1a20", 8)
    c.stroke(f"M{num(outer[-1][0])} {num(outer[-1][1])}Q{num((outer[-1][0] + mouth[0]) / 2)} {num(ay + 26)} {num(mouth[0])} {num(mouth[1])}", "#3a1a20", 8)
    ribs = []
    for i in range(80, 10, -1):
        a = i * 0.314
        r1, r0 = size * math.exp(0.13 * (a - 8 * math.pi)), size * math.exp(0.13 * (a - 10 * math.pi))
        bend = 0.13
        ribs.append(f"M{num(ax + r1 * math.cos(a))} {num(ay + r1 * math.sin(a))}Q{num(ax + (r0 + r1) / 2 * math.cos(a + bend))} {num(ay + (r0 + r1) / 2 * math.sin(a + bend))} {num(ax + r0 * math.cos(a))} {num(ay + r0 * math.sin(a))}")
    c.stroke("".join(ribs), "#4a2224", 3.2, 'opacity="0.75"')
    c.stroke(curve([(x - 5, y - 6) for x, y in outer[34:]]), "#fff3d6", 3, 'opacity="0.55"')
    c.shade("#140a1e", 0.5)


PICTURES = {
    "the-quiet-giants": quiet_giants,
    "foxes-of-line-nine": foxes_of_line_nine,
    "wavelength": wavelength,
    "simple-rules": simple_rules,
    "night-market": night_market,
    "ice-library": ice_library,
    "aurora-season": aurora_season,
    "deep-time": deep_time,
}
