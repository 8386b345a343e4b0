"""Pictures of Harbour's titles."""

import math

import figures as f
from canvas import curve, line, mix, num


def big_buck_bunny(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#7cc6e8", "#bfe6ea", "#fdf3cf", "#ffe3a3", until=0.75)
    sx, sy = fx + c.pick(-260, -120), h * 0.42
    c.glow(sx, sy, 640, "#fff6c8", 1)
    c.disc(sx, sy, 70, "#fffbe6")
    c.clouds(h * 0.2, h * 0.09, 14, "#ffffff", 0.75, 0.8)
    c.ridge(h * 0.62, h * 0.16, "#8fc3c4", "#c9e2bb", 0.5)
    c.on("middle")
    far = c.hill(h * 0.62, 40, "#9ccf86", "#6fb058", 1.6, 0.6)
    c.conifers(far, 26, 30, 80, "#6ba667")
    c.hill(h * 0.72, 46, "#86c25a", "#4c9440", 1.1, 2.4)
    # The old tree, leafy, with the burrow's owner before it.
    tx, ty = fx + c.pick(300, 190), h * 0.74
    c.tree(tx, ty + 30, 520 * c.s, "#5b4630", 0.05, 5, 0.6, 46)
    for dx, dy, r, colour in ((-150, -330, 150, "#3f8a45"), (120, -350, 170, "#3a8040"), (0, -450, 180, "#4f9d4b"), (-60, -360, 130, "#67b457"), (90, -470, 110, "#7cc463"), (210, -280, 90, "#4b9848"), (-230, -260, 80, "#529f4c")):
        points = [(tx + dx * c.s + math.cos(a) * r * c.s * c.rng.uniform(0.88, 1.08), ty + dy * c.s + math.sin(a) * r * 0.8 * c.s * c.rng.uniform(0.88, 1.08)) for a in (k * 0.524 for k in range(12))]
        c.path(curve(points, True), colour)
    c.on("front")
    c.hill(h * 0.83, 60, "#7fbf4e", "#2f6f35", 0.9, 3.5)
    c.glow(fx - 40, h * 0.86, 330, "#e9f28c", 0.35)
    c.place(f.rabbit("#6d6470", "#cfc3b4"), fx - 30, h * c.pick(0.95, 0.93), 1.16 * c.s)
    c.place(f.butterfly("#f7a6c4", "#57304a"), fx - c.pick(300, 230), h * 0.46, 1.5, turn=-14)
    c.place(f.butterfly("#fff1a8", "#6a4a1f"), fx + c.pick(160, 150), h * 0.36, 1.0, turn=22)
    c.place(f.butterfly("#f3d0ff", "#4a2f63"), fx - c.pick(420, 300), h * 0.62, 0.8, turn=10)
    blades = []
    for _ in range(150):
        x, y = c.rng.random() * w, h * c.rng.uniform(0.93, 1.01)
        blades.append(f"M{num(x)} {num(y)}q{num(c.rng.uniform(-8, 8))} -30 {num(c.rng.uniform(-22, 22))} {num(-c.rng.uniform(30, 70))}")
    c.stroke("".join(blades), "#28632f", 4, 'opacity="0.7"')
    for _ in range(34):
        x, y, colour = c.rng.random() * w, h * c.rng.uniform(0.88, 0.99), c.rng.choice(("#ffffff", "#ffd84a", "#ff8fa8", "#c8a2ff"))
        c.disc(x, y, c.rng.uniform(5, 10), colour)
        c.disc(x, y, 2.6, "#f59f2c")


def harbour_lights(c):
    w, h, fx = c.w, c.h, c.fx
    lx, ly, k = fx + c.pick(90, 60), h * c.pick(0.7, 0.66), c.pick(1.16, 1.2)
    top = ly - 332 * k
    c.sky("#050b1c", "#0b1f3c", "#1c4a66", "#3f7f8a", until=0.72)
    c.stars(130, 0.5, "#cfe6ff")
    c.glow(w * c.pick(0.24, 0.2), h * 0.62, 700, "#59b3a8", 0.28)
    c.clouds(h * 0.5, h * 0.07, 12, "#0a1a30", 0.55)
    far = c.pick(-1500, -900)
    c.poly([(lx, top - 6), (lx + far, top - 150), (lx + far, top + 170), (lx, top + 6)], c.along(lx, 0, lx + far, 0, [(0, "#ffe6a6", 0.85), (0.45, "#ffd27a", 0.28), (1, "#ffd27a", 0)]))
    c.poly([(lx, top - 6), (lx + 900, top - 130), (lx + 900, top + 60), (lx, top + 6)], c.along(lx, 0, lx + 900, 0, [(0, "#ffe6a6", 0.7), (1, "#ffd27a", 0)]))
    c.on("middle")
    c.ridge(h * 0.71, h * 0.09, "#0d2438", "#0d2438", 0.5, 6, h * 0.76, lambda x: max(0, 1 - x / w * 1.7))
    lamps = "".join(f"M{num(w * c.rng.uniform(0.02, 0.3))} {num(h * c.rng.uniform(0.69, 0.72))}h0" for _ in range(22))
    c.stroke(lamps, "#ffcf7a", 5, 'opacity="0.9"')
    c.rect(0, h * 0.72, w, h * 0.28, c.down(h * 0.72, h, ["#2a6470", "#10344b", "#050d1c"]))
    c.glints(w * 0.16, h * 0.73, h * 0.9, "#ffcf7a", 330, 40, 0.5)
    c.glints(lx - 120, h * 0.74, h, "#ffe0a0", 300, 80, 0.75)
    if c.wide:
        c.place(f.boat("#07131f", "#c9d8d6"), w * 0.4, h * 0.79, 0.8)
    for y, colour in ((0.82, "#0d2d42"), (0.87, "#0a2336"), (0.92, "#071829")):
        c.path(curve([(w * i / 12, h * y + math.sin(i * 1.7 + y * 40) * 12) for i in range(13)]) + f"L{w} {h}L0 {h}Z", colour, 'opacity="0.75"')
    c.on("front")
    c.glow(lx, top, 420, "#ffd98a", 0.9)
    rock = [(-620, 420), (-520, 190), (-430, 150), (-330, 90), (-250, 84), (-170, 26), (-90, 0), (90, -4), (160, 30), (230, 48), (300, 120), (420, 150), (520, 240), (700, 420)]
    c.poly([(lx + x * c.s, ly + y) for x, y in rock], c.down(ly, h, ["#13202c", "#04080f"]))
    c.poly([(lx - 90 * c.s, ly), (lx - 170 * c.s, ly + 26), (lx - 250 * c.s, ly + 84), (lx - 200 * c.s, ly + 130), (lx - 110 * c.s, ly + 60), (lx + 10, ly + 10)], "#ffd98a", 'opacity="0.09"')
    for x, y, wide, deep in ((-420, 160, 150, 130), (-60, 50, 120, 160), (140, 60, 150, 130), (330, 150, 130, 150), (-240, 190, 120, 120)):
        c.poly([(lx + x * c.s, ly + y), (lx + (x + wide) * c.s, ly + y + 26), (lx + (x + wide * 0.6) * c.s, ly + y + deep), (lx + (x - 20) * c.s, ly + y + deep * 0.7)], "#2c4354", 'opacity="0.22"')
    c.place(f.lighthouse("#efe6d6", "#18222c", "#b8402f", "#fff3c4"), lx, ly + 6, k)
    c.rect(lx - 190 * c.s, ly - 30, 90, 52, "#0f1a24")
    c.poly([(lx - 190 * c.s - 10, ly - 30), (lx - 190 * c.s + 45, ly - 66), (lx - 190 * c.s + 100, ly - 30)], "#0a121a")
    c.rect(lx - 190 * c.s + 34, ly - 18, 20, 20, "#ffcf7a")
    c.place(f.person("#060a10"), lx - c.pick(330, 300) * c.s, ly + c.pick(96, 90), 0.7)
    c.glow(lx, top, 60, "#fffbe8", 1)
    c.shade("#030812", 0.6)


def glass_orchard(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#f4b9a4", "#f8d3b3", "#fdeccb", "#fff6e0", until=0.8)
    c.glow(fx, h * 0.6, 760, "#fff2c4", 0.9)
    c.clouds(h * 0.22, h * 0.12, 12, "#ffffff", 0.55)
    c.ridge(h * 0.7, h * 0.18, "#d9a4a0", "#efc9ad", 0.5)
    c.on("middle")
    far = c.hill(h * 0.72, 30, "#c99b86", "#a8846d", 1.5, 1)
    c.conifers(far, 30, 40, 90, "#a5796e")
    # The greenhouse: a gothic arch of glass, ribs towards the middle.
    gx, gy = fx, h * 0.86
    half, tall = c.pick(470, 335), c.pick(690, 690)
    arch = lambda k, t=1.0: f"M{num(gx - half * k)} {num(gy)}V{num(gy - tall * 0.4 * t)}C{num(gx - half * k)} {num(gy - tall * 0.75 * t)} {num(gx - half * k * 0.45)} {num(gy - tall * 0.95 * t)} {num(gx)} {num(gy - tall * t)}C{num(gx + half * k * 0.45)} {num(gy - tall * 0.95 * t)} {num(gx + half * k)} {num(gy - tall * 0.75 * t)} {num(gx + half * k)} {num(gy - tall * 0.4 * t)}V{num(gy)}Z"
    c.path(arch(1), c.down(gy - tall, gy, ["#e8f3e6", "#bfe0cf", "#7fb59a"]), 'opacity="0.85"')
    c.glow(gx, gy - tall * 0.35, 420, "#fff3b8", 0.95)
    for side in (-1, 1):
        for k, (dx, size) in enumerate(((0.18, 150), (0.42, 230), (0.72, 300))):
            x, base = gx + side * half * dx, gy - 30 + k * 16
            leaf = mix("#7fae7a", "#1f5c46", k / 2)
            c.stroke(f"M{num(x)} {num(base)}q{num(side * 8)} {num(-size * 0.5)} 0 {num(-size * 0.7)}", mix("#8a7a5a", "#3c3527", k / 2), 6 + k * 3)
            points = [(x + math.cos(a) * size * 0.4 * c.rng.uniform(0.8, 1.1), base - size * 0.85 + math.sin(a) * size * 0.42 * c.rng.uniform(0.8, 1.1)) for a in (i * 0.571 for i in range(11))]
            c.path(curve(points, True), leaf)
            for _ in range(5 + k * 3):
                a, r = c.rng.uniform(0, 6.3), size * 0.34 * c.rng.random() ** 0.5
                c.oval(x + math.cos(a) * r, base - size * 0.85 + math.sin(a) * r, 7 + k * 3, 9 + k * 3, "#ffd23f")
    c.poly([(gx - 26, gy - 40), (gx + 26, gy - 40), (gx + half * 0.3, gy + 6), (gx - half * 0.3, gy + 6)], "#f3dcb0", 'opacity="0.9"')
    c.place(f.gown("#7a3f3a"), gx, gy - 14, 1.25)
    c.on("front")
    ribs = arch(1) + arch(0.72) + arch(0.44) + arch(0.18)
    c.stroke(ribs, "#3f6a5c", 6)
    bars = "".join(f"M{num(gx - half * e)} {num(gy - tall * t)}H{num(gx + half * e)}" for t, e in ((0.2, 1), (0.4, 1), (0.58, 0.95), (0.74, 0.78), (0.88, 0.5)))
    c.stroke(bars + f"M{num(gx)} {num(gy - tall - 34)}V{num(gy - tall * 0.45)}", "#4d7a6b", 3.5)
    c.disc(gx, gy - tall - 42, 10, "#c99b3f")
    c.poly([(gx - half * 0.8, gy - tall * 0.2), (gx - half * 0.45, gy - tall * 0.74), (gx - half * 0.3, gy - tall * 0.74), (gx - half * 0.62, gy - tall * 0.2)], "#ffffff", 'opacity="0.3"')
    c.hill(h * 0.9, 24, "#7d5f4f", "#3e2c28", 1.3, 0.2)
    tufts = "".join(f"M{num(c.rng.random() * w)} {num(h * c.rng.uniform(0.9, 0.97))}q4 -24 {num(c.rng.uniform(-14, 14))} {num(-c.rng.uniform(26, 60))}" for _ in range(130))
    c.stroke(tufts, "#553d34", 4)
    c.stroke(tufts[: len(tufts) // 2], "#8a6a4c", 2)


def paper_moons(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#0e1033", "#262463", "#5a3a86", "#b4628f", "#f09b84", until=0.66)
    c.stars(120, 0.45, "#ffe9f4")
    mx, my = fx + c.pick(210, 130), h * 0.2
    c.glow(mx, my, 420, "#ffe6c4", 0.6)
    c.disc(mx, my, 92, "#fff3da")
    c.ridge(h * 0.6, h * 0.16, "#6a3f80", "#7d4a86", 0.5, 6, h * 0.66)
    c.on("middle")
    near = c.ridge(h * 0.63, h * 0.1, "#3a2560", "#2b1c4d", 0.5, 6, h * 0.68)
    c.rect(0, h * 0.645, w, h * 0.4, c.down(h * 0.645, h, ["#c4738c", "#6a3f86", "#241d55", "#0d0d2b"]))
    c.glints(mx, h * 0.66, h * 0.95, "#ffe3c0", 240, 60, 0.7)
    # The arched bridge and its reflection.
    bx, by, span = fx - c.pick(40, 0), h * 0.655, c.pick(640, 420)
    deck = f"M{num(bx - span)} {num(by)}Q{num(bx)} {num(by - 210)} {num(bx + span)} {num(by)}L{num(bx + span - 60)} {num(by)}Q{num(bx)} {num(by - 150)} {num(bx - span + 60)} {num(by)}Z"
    c.path(deck, "#1b1238")
    posts = "".join(f"M{num(bx + span * t)} {num(by - 105 * (1 - t * t) - 2)}v-34" for t in (-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9))
    c.stroke(posts + f"M{num(bx - span)} {num(by - 32)}Q{num(bx)} {num(by - 244)} {num(bx + span)} {num(by - 32)}", "#1b1238", 6)
    c.path(f"M{num(bx - span)} {num(by)}Q{num(bx)} {num(by + 130)} {num(bx + span)} {num(by)}L{num(bx + span - 60)} {num(by)}Q{num(bx)} {num(by + 90)} {num(bx - span + 60)} {num(by)}Z", "#1b1238", 'opacity="0.45"')
    c.place(f.gown("#120b2a"), bx - 30, by - 104, 0.9)
    c.place(f.person("#120b2a"), bx + 26, by - 104, 0.95)
    c.on("front")
    paper = c.soft([(0, "#fffbe0"), (0.5, "#ffd98a"), (1, "#f2893f")])
    lamp = f.lantern(paper, "#8a3d22")
    for k in range(c.pick(15, 14)):
        t = k / 14
        x = fx + math.sin(k * 2.4) * c.pick(520, 300) * (0.35 + 0.65 * t)
        y = h * (0.56 - 0.5 * t) + c.rng.uniform(-40, 40)
        size = 0.22 + 0.3 * c.rng.random() + (0.55 if k in (3, 8) else 0)
        c.glow(x, y - 48 * size, 130 * size + 30, "#ffb95a", 0.6)
        c.place(lamp, x, y, size, turn=c.rng.uniform(-9, 9))
    for k in range(12):
        t = c.rng.random()
        x, y, size = c.rng.uniform(0.05, 0.98) * w, h * (0.7 + 0.24 * t), 0.25 + 0.55 * t
        c.glow(x, y - 20 * size, 120 * size, "#ff9d45", 0.65)
        c.place(lamp, x, y, size)
        c.oval(x, y + 16 * size, 44 * size, 9 * size, "#ffb45c", 'opacity="0.5"')
    c.shade("#0a0924", 0.5)


def salt_road(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#b23a3a", "#e0653f", "#f59a4a", "#fccf7c", "#fff0c0", until=0.66)
    sx, sy, r = fx, h * 0.44, c.pick(250, 230)
    c.glow(sx, sy, r * 2.6, "#fff2b8", 0.9)
    c.disc(sx, sy, r, c.down(sy - r, sy + r, ["#fffbe2", "#ffe59a", "#ffc15e"]))
    c.clouds(h * 0.36, h * 0.1, 10, "#ffdf9e", 0.5)
    c.ridge(h * 0.62, h * 0.1, "#d9744a", "#e89a5c", 0.45)
    c.on("middle")

    def dune(y, height, peak, light, dark, side):
        """A dune with a sharp crest: one lit flank, one in shade."""
        top = (peak * w, y - height)
        left = [(-20, y + 40), (peak * w * 0.4, y - height * 0.18), (peak * w * 0.8, y - height * 0.8), top]
        right = [top, (peak * w + (w - peak * w) * 0.3, y - height * 0.62), (peak * w + (w - peak * w) * 0.7, y - height * 0.15), (w + 20, y + 10)]
        c.path(curve(left) + "L" + curve(right)[1:] + f"L{w + 20} {h}L-20 {h}Z", c.down(y - height, h, [light, dark]))
        shade = [top, (top[0] + side * 90, y - height * 0.45), (top[0] + side * 40, y + 20), (top[0] + side * 190, h)]
        tail = right if side > 0 else left[::-1]
        c.path(curve(shade) + f"L{w + 20 if side > 0 else -20} {h}L" + curve(tail[::-1])[1:] + "Z", dark, 'opacity="0.42"')
        return lambda x: y - height * (x / (peak * w)) ** 1.5 if x < peak * w else y - height * (1 - (x - peak * w) / (w - peak * w)) ** 1.3

    dune(h * 0.68, h * 0.1, 0.3, "#f0a35a", "#c2603a", 1)
    crest = dune(h * 0.78, h * 0.13, c.pick(0.66, 0.55), "#e28a47", "#8f3d2c", 1)
    for k in range(c.pick(9, 6)):
        x = fx - c.pick(640, 330) + k * c.pick(128, 108)
        t = abs(x - c.pick(0.66, 0.55) * w) / w
        y = crest(x) + 8 + t * 10
        c.place(f.camel("#3a1a18", "#22100f" if k % 2 else None), x, y, 0.62 if c.wide else 0.55)
    c.on("front")
    dune(h * 0.92, h * 0.12, c.pick(0.34, 0.2), "#b8552f", "#4a1c1a", 1)
    ripple = "".join(f"M{num(w * c.rng.uniform(-0.05, 0.9))} {num(h * (0.88 + 0.11 * k / 26))}q{num(c.rng.uniform(80, 160))} {num(c.rng.uniform(-12, 4))} {num(c.rng.uniform(200, 380))} 6" for k in range(26))
    c.stroke(ripple, "#f0a35a", 2.5, 'opacity="0.25"')
    c.birds(fx - c.pick(240, 160), h * 0.24, 110, 7, "#7a2a24", 13)
    c.shade("#4a1216", 0.42)


def last_tram(c):
    w, h, fx = c.w, c.h, c.fx
    vy = h * 0.52
    c.sky("#0a0a1e", "#1a1440", "#3c1f5c", "#7a2f6d", until=0.56)
    c.glow(fx, vy, 560, "#e85a9a", 0.55)
    for row, (colour, lit, depth) in enumerate((("#24174a", "#c86aa8", 0.42), ("#160f33", "#f0a45c", 0.72))):
        for side in (-1, 1):
            x = fx + side * (90 + row * c.pick(120, 70))
            while 0 < x < w or (side < 0 and x > -100) or (side > 0 and x < w + 100):
                wide, tall = c.rng.uniform(70, 130) * (1 + row * 0.6), h * c.rng.uniform(0.24, 0.5) * depth * 1.25
                left = x if side > 0 else x - wide
                c.rect(left, vy + 30 - tall, wide, tall + 60, c.down(vy - tall, vy + 60, [colour, mix(colour, "#5a2a66", 0.5)]))
                lights = "".join(f"M{num(left + wide * (0.2 + 0.3 * i))} {num(vy + 20 - tall + j * 26)}h7" for i in range(3) for j in range(1, int(tall / 30)) if c.rng.random() < 0.3)
                if lights:
                    c.stroke(lights, lit, 7, 'opacity="0.75"')
                x += side * (wide + 6)
    c.on("middle")
    c.poly([(fx - 60, vy + 40), (fx + 60, vy + 40), (w * 1.25, h), (-w * 0.25, h)], c.down(vy, h, ["#5a2a6a", "#1c1438", "#090818"]))
    c.rect(0, vy + 60, w, h, c.down(vy + 60, h, [(0, "#120c2a", 0), (0.5, "#0c0a20", 0.8), (1, "#07061a", 1)]))
    for side, colour in ((-1, "#35e0d8"), (1, "#ff4f8b"), (-1, "#ffb347"), (1, "#7a6cff")):
        d = c.rng.uniform(c.pick(300, 190), c.pick(560, 330))
        y = vy - c.rng.uniform(40, 190)
        c.rect(fx + side * d, y, 30, 130, colour, 'opacity="0.9" rx="6"')
        c.glow(fx + side * d + 15, y + 65, 170, colour, 0.5)
        c.rect(fx + side * d - 6, h * 0.74, 42, h * 0.2, c.down(h * 0.74, h * 0.94, [(0, colour, 0.55), (1, colour, 0)]), c.blur(5))
    rails = "".join(f"M{num(fx + a * 30)} {num(vy + 40)}L{num(fx + a * c.pick(330, 270))} {h}" for a in (-1, -0.55, 0.55, 1))
    c.stroke(rails, "#ff9ac6", 3.5, 'opacity="0.6"')
    c.stroke(f"M{num(fx)} {num(vy - 200)}L{num(fx - 500)} 0M{num(fx)} {num(vy - 200)}L{num(fx + 300)} 0M{num(fx)} {num(vy - 196)}L{num(fx + 620)} {num(vy - 330)}M0 {num(h * 0.16)}Q{num(w / 2)} {num(h * 0.26)} {w} {num(h * 0.12)}", "#08071a", 3)
    c.on("front")
    # The tram, head on.
    ty, k = h * c.pick(0.83, 0.78), c.pick(1.1, 1.06)
    half, tall = 165 * k, 400 * k
    c.glow(fx, ty - 110 * k, 520, "#fff2c0", 0.55)
    c.oval(fx, ty + 4, half * 1.35, 22, "#05040f", 'opacity="0.8"')
    c.rect(fx - half, ty - tall, half * 2, tall, c.along(fx - half, 0, fx + half, 0, ["#0f3f4a", "#1d7a80", "#0f3f4a"]), f'rx="{num(46 * k)}"')
    c.rect(fx - half * 0.8, ty - tall * 0.8, half * 1.6, tall * 0.4, c.down(ty - tall * 0.8, ty - tall * 0.4, ["#ffe9b0", "#ff9f6a"]), 'rx="18"')
    c.rect(fx - half * 0.55, ty - tall * 0.945, half * 1.1, tall * 0.085, "#ffd98a", 'rx="8"')
    c.stroke(f"M{num(fx - half * 0.26)} {num(ty - tall * 0.8)}V{num(ty - tall * 0.4)}M{num(fx + half * 0.26)} {num(ty - tall * 0.8)}V{num(ty - tall * 0.4)}", "#0d2c34", 7)
    c.place(f.person("#241327"), fx - half * 0.5, ty - tall * 0.26, 1.3 * k)
    c.place(f.person("#241327"), fx + half * 0.52, ty - tall * 0.25, 1.2 * k)
    c.rect(fx - half, ty - tall * 0.37, half * 2, tall * 0.37, c.along(fx - half, 0, fx + half, 0, ["#b98a4a", "#ffe1a0", "#b98a4a"]), 'rx="20"')
    c.rect(fx - half, ty - tall * 0.41, half * 2, tall * 0.08, "#0d2c34")
    c.disc(fx, ty - tall * 0.2, 34 * k, "#fffdf0")
    c.glow(fx, ty - tall * 0.2, 210, "#fffbe0", 0.95)
    for side in (-1, 1):
        c.disc(fx + side * half * 0.72, ty - tall * 0.12, 11 * k, "#ff5f5f")
    c.stroke(f"M{num(fx)} {num(ty - tall)}V{num(vy - 205)}M{num(fx - 60)} {num(ty - tall)}L{num(fx)} {num(ty - tall - 60)}L{num(fx + 60)} {num(ty - tall)}", "#0a0818", 6)
    c.poly([(fx - 60, ty + 10), (fx + 60, ty + 10), (fx + 150, h), (fx - 150, h)], c.down(ty, h, [(0, "#fff2c0", 0.6), (1, "#fff2c0", 0.05)]), c.blur(8))
    rain = "".join(f"M{num(c.rng.uniform(0, 1.1) * w)} {num(c.rng.random() * h)}l{num(-5 * z)} {num(24 * z)}" for z in (c.rng.uniform(0.7, 2.2) for _ in range(190)))
    c.stroke(rain, "#d8ccff", 1.8, 'opacity="0.4"')
    c.shade("#05040f", 0.6)


def cartographers_daughter(c):
    w, h, fx = c.w, c.h, c.fx
    c.rect(0, 0, w, h, c.around(fx, h * 0.45, w * 0.8, ["#f6e7c3", "#e8cf9b", "#b98f57"]))
    rx, ry = fx - c.pick(900, 190), h * c.pick(0.78, 0.86)
    rhumb = "".join(f"M{num(rx)} {num(ry)}L{num(rx + 2600 * math.cos(a))} {num(ry + 2600 * math.sin(a))}" for a in (i * math.pi / 16 for i in range(32)))
    c.stroke(rhumb, "#a8733c", 1.2, 'opacity="0.35"')
    waves = "".join(f"M{num(c.rng.random() * w)} {num(c.rng.random() * h)}q9 -10 18 0q9 10 18 0" for _ in range(50))
    c.stroke(waves, "#9c7a4a", 2, 'opacity="0.4"')
    c.on("middle")
    ix, iy = fx + c.pick(0, 20), h * c.pick(0.48, 0.4)
    tones = [c.rng.uniform(0, 6.3) for _ in range(5)]

    def coast(r, squash=0.8):
        return [(ix + r * math.cos(a) * (1 + 0.16 * math.sin(2 * a + tones[0]) + 0.11 * math.sin(3 * a + tones[1]) + 0.06 * math.sin(7 * a + tones[2]) * r / 400), iy + squash * r * math.sin(a) * (1 + 0.14 * math.sin(2 * a + tones[3]) + 0.08 * math.sin(5 * a + tones[4]))) for a in (i * math.pi / 18 for i in range(36))]

    big, tall = c.pick(400, 290), c.pick(0.8, 1.15)
    for k in range(5):
        c.stroke(curve(coast(big + 22 + k * 17, tall), True), "#2f6f7a", 3.2 - k * 0.5, f'opacity="{0.75 - k * 0.14:.2f}"')
    shades = ["#cfd9a3", "#b9c98b", "#d9c583", "#d1a865", "#bd8750", "#9a6440", "#f4ead4"]
    for k, colour in enumerate(shades):
        c.path(curve(coast(big * (1 - k * 0.135), tall), True), colour, 'stroke="#6b4a2a" stroke-width="2.4"')
    for _ in range(34):
        a, r = c.rng.uniform(0, 6.3), big * c.rng.uniform(0.55, 0.88)
        x, y = ix + r * math.cos(a), iy + tall * r * math.sin(a) * 0.9
        c.poly([(x - 9, y), (x, y - 26), (x + 9, y)], "#5f7a4a")
    c.stroke(curve([(ix - big * 0.1, iy - big * 0.1), (ix - big * 0.2, iy + big * 0.2), (ix - big * 0.45, iy + big * 0.3), (ix - big * 0.6, iy + big * 0.62 * tall), (ix - big * 0.85, iy + big * 0.8 * tall)]), "#2f6f7a", 7)
    c.disc(ix - big * 0.86, iy + big * 0.8 * tall, 13, "#b3261e")
    pier = (ix - big * 0.9, iy + big * 0.82 * tall)
    bends = [(ix - big * 1.25, iy + big * 0.9 * tall), (ix - big * 1.5, iy + big * 0.5)] if c.wide else [(pier[0] - 60, pier[1] + 60)]
    route = curve([pier, *bends, (rx + c.pick(130, 10), ry - c.pick(130, 190))])
    c.stroke(route, "#b3261e", 5, 'stroke-dasharray="4 16"')
    c.on("front")
    for turn, long, colour in ((22.5, 96, "#a8733c"), (45, 128, "#2f6f7a"), (0, 176, "#7a2a1e")):
        for k in range(4):
            a = math.radians(turn + 90 * k)
            tip, l, r = (rx + long * math.cos(a), ry + long * math.sin(a)), (rx + 26 * math.cos(a - 0.78), ry + 26 * math.sin(a - 0.78)), (rx + 26 * math.cos(a + 0.78), ry + 26 * math.sin(a + 0.78))
            c.poly([(rx, ry), l, tip], colour)
            c.poly([(rx, ry), r, tip], "#f6e7c3", f'stroke="{colour}" stroke-width="2"')
    c.disc(rx, ry, 150, "none", 'stroke="#7a5a34" stroke-width="3"')
    c.disc(rx, ry, 138, "none", 'stroke="#7a5a34" stroke-width="1.5"')
    c.disc(rx, ry, 15, "#c99b3f", 'stroke="#5c3b1c" stroke-width="3"')
    c.place(f.boat("#5c3b1c", "#fbf3dd"), c.pick(w * 0.34, w * 0.8), h * c.pick(0.3, 0.9), c.pick(1.15, 1.1))
    c.shade("#5a3414", 0.32, side=False)


def winter_pass(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#9fb4cc", "#c3d2e0", "#e3eaf0", "#f6f2ee", until=0.7)
    c.glow(fx - 220, h * 0.26, 520, "#ffffff", 0.9)
    peak = lambda at, sharp: lambda x: max(0.0, 1 - abs(x / w - at) * sharp)
    for y, height, at, sharp, top, foot in ((0.6, 0.44, c.pick(0.86, 0.78), 2.4, "#a9bccf", "#dfe8ef"), (0.66, 0.5, c.pick(0.62, 0.4), 2.7, "#7e97b1", "#cfdbe6")):
        points = c.ridge(h * y, h * height, top, foot, 0.52, 6, None, peak(at, sharp))
        high = min(points, key=lambda p: p[1])
        i = points.index(high)
        cap = points[max(0, i - 7) : i + 8]
        teeth = [(x + c.rng.uniform(-14, 14), y2 + c.rng.uniform(40, 120)) for x, y2 in cap[::-1]]
        c.poly(cap + teeth, "#ffffff", 'opacity="0.85"')
        c.mist(h * (y + 0.02), h * 0.1, "#f4f6f8", 0.8)
    c.on("middle")
    a = c.hill(h * 0.74, 46, "#e9eff4", "#c2d0de", 1.5, 2.0)
    c.conifers(a, 40, 40, 110, "#4d6479", (0, 0.4))
    c.conifers(a, 20, 40, 100, "#566d83", (0.8, 1))
    c.mist(h * 0.77, h * 0.07, "#ffffff", 0.8)
    b = c.hill(h * 0.82, 50, "#ffffff", "#b7c8da", 1.0, 0.4)
    c.conifers(b, 12, 110, 200, "#2c4054", (0.0, 0.24))
    # The refuge, one window lit.
    x, y = fx + c.pick(220, 150), h * c.pick(0.79, 0.77)
    c.rect(x - 70, y - 70, 140, 90, "#3a2c28")
    c.poly([(x - 92, y - 62), (x, y - 134), (x + 92, y - 62)], "#f7fafc")
    c.poly([(x - 70, y - 66), (x, y - 116), (x + 70, y - 66)], "#2c211f")
    c.rect(x - 22, y - 44, 34, 34, "#ffb347")
    c.glow(x - 5, y - 28, 130, "#ffb347", 0.6)
    c.on("front")
    c.hill(h * 0.93, 46, "#ffffff", "#a5b9cf", 0.8, 1.4)
    steps = "".join(f"M{num(fx - 70 + math.sin(k * 0.34) * 46 + (k % 2) * 10 * (1 + k / 6))} {num(h * 0.885 + k * k * 0.75)}h{num(4 + k * 0.9)}" for k in range(13))
    c.stroke(steps, "#7f97b0", 6, 'opacity="0.8"')
    px, py = fx - 70, h * 0.885
    c.place(f.person("#22303e", 1.15), px, py, 1.75)
    c.stroke(f"M{num(px + 26)} {num(py - 96)}l26 14v14", "#22303e", 5)
    c.glow(px + 52, py - 54, 110, "#ff3b30", 0.5)
    c.rect(px + 43, py - 68, 18, 26, "#e02b20", 'rx="5"')
    c.stroke(f"M{num(px - 16)} {num(py - 148)}q-30 16 -64 6", "#c8261c", 8)
    snow = "".join(f"M{num(c.rng.random() * w)} {num(c.rng.random() * h)}h0" for _ in range(150))
    c.stroke(snow, "#ffffff", 6, 'opacity="0.9"')
    c.stroke("".join(f"M{num(c.rng.random() * w)} {num(c.rng.random() * h)}h0" for _ in range(40)), "#ffffff", 12, 'opacity="0.6"')


def after_the_monsoon(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#3f6f8f", "#8fb3b8", "#f3c9a8", "#ffe4b8", until=0.5)
    c.glow(fx - 80, h * 0.36, 560, "#fff1c4", 0.9)
    c.clouds(h * 0.13, h * 0.09, 15, "#4a6a82", 0.6)
    c.clouds(h * 0.27, h * 0.06, 9, "#ffd9b8", 0.7)
    c.ridge(h * 0.46, h * 0.15, "#6d9a93", "#a3c0a0", 0.5)
    c.on("middle")
    palms = c.hill(h * 0.46, 16, "#4f8467", "#3a6f57", 2.2, 1)
    for _ in range(c.pick(17, 9)):
        x = c.rng.random() * w
        y, tall = palms(x) + 8, c.rng.uniform(70, 150)
        bend = c.rng.uniform(-22, 22)
        c.stroke(f"M{num(x)} {num(y)}q{num(bend * 0.2)} {num(-tall * 0.5)} {num(bend)} {num(-tall)}", "#2d5948", 4)
        fronds = "".join(f"M{num(x + bend)} {num(y - tall)}q{num(dx * 0.5)} {num(dy - 8)} {num(dx)} {num(dy + 12)}" for dx, dy in ((-38, -6), (38, -6), (-26, -22), (26, -22), (-30, 8), (30, 8)))
        c.stroke(fronds, "#2d5948", 5)
    # Terraces: each pool mirrors the sky, each bank is green.
    for k in range(9):
        t = k / 9
        y = h * (0.485 + 0.5 * t**1.25)
        thick = h * (0.012 + 0.035 * t)
        bow = h * (0.03 + 0.05 * t) * (1 if k % 2 else -0.7)
        edge = [(w * i / 8, y + bow * math.sin(i / 8 * math.pi * 1.6 + k * 0.8)) for i in range(9)]
        if k == 4:
            c.on("front")
        c.path(curve(edge) + f"L{w} {h}L0 {h}Z", mix("#7fb86a", "#1f5a3c", t))
        pool = [(x, y2 + thick) for x, y2 in edge]
        c.path(curve(pool) + f"L{w} {h}L0 {h}Z", c.along(0, 0, w, 0, [mix("#9fc3c4", "#35646f", t), mix("#ffe0b4", "#d99a7a", t), mix("#9fc3c4", "#35646f", t)]))
        shoots = "".join(f"M{num(c.rng.random() * w)} {num(y + thick + c.rng.uniform(6, 12 + 40 * t))}v{num(-8 - 16 * t)}" for _ in range(24))
        c.stroke(shoots, mix("#8fc46f", "#2f7a48", t), 2 + 2 * t, 'opacity="0.8"')
    px, py = fx, h * 0.83
    c.oval(px, py + 4, 60, 8, "#173c30", 'opacity="0.5"')
    c.place(f.gown("#2b2440"), px - 30, py, 1.9)
    c.place(f.person("#3a2030"), px + 52, py + 4, 1.85)
    c.path(f"M{num(px - 110)} {num(py - 196)}C{num(px - 90)} {num(py - 300)} {num(px + 110)} {num(py - 310)} {num(px + 140)} {num(py - 190)}Q{num(px + 98)} {num(py - 214)} {num(px + 58)} {num(py - 196)}Q{num(px + 14)} {num(py - 220)} {num(px - 28)} {num(py - 198)}Q{num(px - 70)} {num(py - 218)} {num(px - 110)} {num(py - 196)}Z", "#d8322a")
    c.path(f"M{num(px + 16)} {num(py - 274)}C{num(px + 70)} {num(py - 276)} {num(px + 124)} {num(py - 250)} {num(px + 140)} {num(py - 190)}Q{num(px + 98)} {num(py - 214)} {num(px + 58)} {num(py - 196)}Z", "#a81f24")
    c.stroke(f"M{num(px + 14)} {num(py - 270)}V{num(py - 90)}", "#2a1a1a", 5)
    c.shade("#1a3a40", 0.38)


def old_quarter(c):
    w, h, fx = c.w, c.h, c.fx
    vx, vy = fx - c.pick(60, 0), h * 0.55
    c.sky("#5aa7c9", "#a9d6d9", "#fbe9bf", until=0.6)
    c.glow(vx, vy - 60, 420, "#fff1c0", 0.9)
    c.ridge(h * 0.58, h * 0.1, "#c98f6a", "#e0b088", 0.5)
    c.rect(vx - 70, vy - 210, 140, 300, "#d9a066")
    c.poly([(vx - 84, vy - 206), (vx, vy - 280), (vx + 84, vy - 206)], "#a8552f")
    c.rect(vx - 22, vy - 150, 44, 74, "#7a3f2a", 'rx="22"')
    c.on("middle")
    walls = (((-1, 0.0, 0.42), "#e0934a", "#a85a2c"), ((1, 0.0, 0.5), "#e8b35c", "#b87636"), ((-1, 0.42, 1), "#d0623f", "#8f3a2a"), ((1, 0.5, 1), "#cf7f6a", "#8a4a4a"))
    edge = lambda side, t: (vx + side * (90 + (c.pick(1500, 560) - 90) * t**1.5), vy - 230 - h * 0.5 * t, vy + 70 + h * 0.46 * t)
    for (side, a, b), light, dark in walls:
        xa, ta, ba = edge(side, a)
        xb, tb, bb = edge(side, b)
        c.poly([(xa, ta), (xb, tb), (xb, bb), (xa, ba)], c.along(xa, 0, xb, 0, [light, dark]))
        for i in (0.25, 0.68):
            t = a + (b - a) * i
            x1, t1, b1 = edge(side, t)
            x2, t2, b2 = edge(side, t + 0.12 * (b - a) * 1.6)
            for u, v in ((0.28, 0.5), (0.66, 1.0)):
                win = [(x1, t1 + (b1 - t1) * u), (x2, t2 + (b2 - t2) * u), (x2, t2 + (b2 - t2) * v), (x1, t1 + (b1 - t1) * v)]
                c.poly(win, "#2d4a52" if v < 1 else "#4a2418")
                if v < 1:
                    c.poly([win[0], ((win[0][0] * 2 + win[1][0]) / 3, (win[0][1] * 2 + win[1][1]) / 3), ((win[3][0] * 2 + win[2][0]) / 3, (win[3][1] * 2 + win[2][1]) / 3), win[3]], "#2f8a82")
                    c.stroke(line([(win[3][0], win[3][1] + 4), (win[2][0], win[2][1] + 4)], False), "#f7e3b5", 7)
                    c.stroke("".join(f"M{num(win[3][0] + (win[2][0] - win[3][0]) * q)} {num(win[3][1])}q6 -20 {num(c.rng.uniform(-10, 10))} -24" for q in (0.2, 0.5, 0.8)), "#3f7a3a", 6)
    c.poly([(vx - 90, vy + 70), (vx + 90, vy + 70), (w + 700, h + 200), (-700, h + 200)], c.down(vy + 60, h, ["#f3cf8e", "#b98552", "#6a4030"]))
    for k in range(9):
        y = vy + 84 + k * k * c.pick(5.2, 6.4)
        half = edge(1, (y - vy - 70) / (h * 0.46))[0] - vx
        c.stroke(f"M{num(vx - half)} {num(y)}H{num(vx + half)}", "#8a5a38", 2 + k * 0.5, 'opacity="0.55"')
    c.on("front")
    cloths = ("#f7f2e6", "#d8433a", "#3f8fa0", "#f2b63d", "#e98aa0", "#f7f2e6", "#5a7a4a")
    for y0, y1, k, size in ((-330, -300, 0.36, 46), (-470, -500, 0.62, 74)):
        x0, x1 = edge(-1, k)[0], edge(1, k)[0]
        sag = lambda t: vy + y0 + (y1 - y0) * t + 4 * 36 * t * (1 - t)
        c.stroke(f"M{num(x0)} {num(vy + y0)}Q{num((x0 + x1) / 2)} {num(vy + (y0 + y1) / 2 + 72)} {num(x1)} {num(vy + y1)}", "#5a3a2a", 3)
        for i, colour in enumerate(cloths):
            t = 0.1 + i * 0.125
            x, y = x0 + (x1 - x0) * t, sag(t)
            if colour == cloths[0] or i % 3:
                c.path(f"M{num(x)} {num(y)}h{num(size)}q-4 {num(size * 0.8)} 2 {num(size * 1.3)}q{num(-size * 0.5)} -8 {num(-size)} 2Z", colour)
            else:
                c.path(f"M{num(x)} {num(y)}h{num(size)}l{num(size * 0.3)} {num(size * 0.4)}l{num(-size * 0.26)} {num(size * 0.16)}l-4 {num(size * 0.7)}h{num(-size)}l-4 {num(-size * 0.7)}l{num(-size * 0.26)} {num(-size * 0.16)}Z", colour)
    c.oval(vx + 70, h * 0.885, 60, 10, "#3a2018", 'opacity="0.4"')
    c.place(f.cat("#241a1c"), vx + 70, h * 0.885, 1.5)
    c.shade("#4a2416", 0.5)


def letters_from_jeju(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#2f9bc4", "#7cc8d8", "#c9ecdf", "#fff4d0", until=0.6)
    c.glow(fx - c.pick(420, 220), h * 0.22, 480, "#ffffff", 0.85)
    c.clouds(h * 0.2, h * 0.08, 12, "#ffffff", 0.8)
    px = fx + c.pick(120, 40)
    cone = [(px + d * c.pick(1.0, 0.62), h * y) for d, y in ((-1100, 0.585), (-640, 0.53), (-330, 0.44), (-140, 0.36), (-92, 0.33), (-40, 0.35), (30, 0.348), (84, 0.325), (150, 0.37), (340, 0.45), (640, 0.53), (1000, 0.585))]
    c.path(curve(cone) + "Z", c.down(h * 0.33, h * 0.59, ["#4f7f95", "#86b3ab", "#b8d6b8"]))
    c.path(curve([(px - 78, h * 0.342), (px - 40, h * 0.354), (px + 30, h * 0.352), (px + 66, h * 0.342), (px + 60, h * 0.4), (px + 20, h * 0.37), (px - 16, h * 0.41), (px - 46, h * 0.375)], True), "#ffffff", 'opacity="0.7"')
    c.on("middle")
    c.rect(0, h * 0.575, w, h * 0.2, c.down(h * 0.575, h * 0.77, ["#2f8fa8", "#3fb5b5", "#9fe0cf"]))
    c.glints(fx - c.pick(420, 220), h * 0.585, h * 0.75, "#ffffff", 360, 70, 0.8)
    for x, y in ((0.2, 0.63), (0.47, 0.66), (0.9, 0.62)):
        c.disc(w * x, h * y, 10, "#ff7a2a")
        c.oval(w * x, h * y + 9, 18, 4, "#ffffff", 'opacity="0.6"')
    c.path(curve([(0, h * 0.73), (w * 0.3, h * 0.755), (w * 0.6, h * 0.735), (w, h * 0.76)]) + f"L{w} {h}L0 {h}Z", "#ffffff", 'opacity="0.8"')
    c.path(curve([(0, h * 0.745), (w * 0.3, h * 0.77), (w * 0.6, h * 0.75), (w, h * 0.775)]) + f"L{w} {h}L0 {h}Z", c.down(h * 0.75, h * 0.9, ["#f3e0b8", "#d9b98a"]))
    c.oval(fx, h * 0.845, 190, 14, "#8a6a4a", 'opacity="0.4"')
    c.place(f.piano("#14202a"), fx, h * 0.845, c.pick(1.6, 1.5))
    c.place(f.gown("#c2412f"), fx - c.pick(196, 184), h * 0.848, 1.35)
    c.on("front")
    for k in range(8):
        t = k / 7
        x, y, size = fx - c.pick(60, 30) + t * c.pick(430, 250) + math.sin(k * 2) * 26, h * (0.6 - 0.46 * t) + math.cos(k * 1.7) * 30, 22 + 16 * math.sin(k + 1) ** 2
        turn = k * 0.7
        page = [(x + size * (a * math.cos(turn) - b * math.sin(turn)), y + size * (a * math.sin(turn) + b * math.cos(turn))) for a, b in ((-1, -0.62), (1, -0.62), (1, 0.62), (-1, 0.62))]
        c.poly(page, "#fffdf5")
        c.stroke(line([page[0], ((page[2][0] + page[3][0]) / 2 * 0.4 + (page[0][0] + page[1][0]) / 2 * 0.6, (page[2][1] + page[3][1]) / 2 * 0.4 + (page[0][1] + page[1][1]) / 2 * 0.6), page[1]], False), "#d99a6a", 2)
    c.hill(h * 0.93, 20, "#e9c93f", "#a88a1c", 1.4, 0.6)
    for colour, size in (("#ffe75a", 9), ("#ffd21f", 7), ("#fff6a8", 5)):
        c.stroke("".join(f"M{num(c.rng.random() * w)} {num(h * (0.905 + 0.1 * c.rng.random()))}h0" for _ in range(150)), colour, size)
    c.stroke("".join(f"M{num(c.rng.random() * w)} {num(h * 1.0)}q3 -30 {num(c.rng.uniform(-8, 8))} {num(-h * c.rng.uniform(0.03, 0.08))}" for _ in range(60)), "#5f8a2f", 3, 'opacity="0.8"')


def harbour_lights_ko(c):
    """The Korean poster: the same coast at first light, and the daughter who came back."""
    w, h = c.w, c.h
    c.sky("#2a1d46", "#7a3a63", "#e0705f", "#ffc27a", until=0.62)
    lx, ly = w * 0.72, h * 0.56
    c.glow(w * 0.3, h * 0.58, 620, "#ffe6b0", 0.9)
    c.clouds(h * 0.3, h * 0.14, 12, "#ffb59a", 0.5, 0.8)
    c.on("middle")
    c.rect(0, h * 0.6, w, h * 0.4, c.down(h * 0.6, h, ["#f0946a", "#8a4a6a", "#2a2450"]))
    c.glints(w * 0.3, h * 0.61, h * 0.9, "#fff0c4", 260, 80, 0.8)
    c.path(curve([(w * 0.42, h * 0.61), (w * 0.56, ly + 26), (w * 0.66, ly - 2), (w * 0.8, ly + 2), (w * 0.92, ly + 34), (w + 20, h * 0.6)]) + f"L{w + 20} {num(h * 0.64)}L{num(w * 0.4)} {num(h * 0.625)}Z", "#2a1a3c")
    c.place(f.lighthouse("#f6dfd0", "#2a1a3c", "#b8402f", "#fff3c4"), lx, ly + 4, 0.8)
    c.glow(lx, ly - 262, 200, "#fff0c0", 0.9)
    c.birds(w * 0.34, h * 0.28, 170, 9, "#4a2450", 15)
    c.on("front")
    c.path(curve([(-20, h * 0.84), (w * 0.3, h * 0.87), (w * 0.7, h * 0.9), (w + 20, h * 0.88)]) + f"L{w + 20} {h}L-20 {h}Z", c.down(h * 0.84, h, ["#241634", "#0c0818"]))
    x, y = w * 0.34, h * 1.09
    c.place(f.person("#120c22", 1.15), x, y, 6.4)
    c.path(f"M{num(x - 46)} {num(y - 520)}C{num(x - 74)} {num(y - 640)} {num(x - 30)} {num(y - 668)} {num(x + 4)} {num(y - 664)}C{num(x + 60)} {num(y - 660)} {num(x + 62)} {num(y - 590)} {num(x + 92)} {num(y - 560)}C{num(x + 66)} {num(y - 556)} {num(x + 60)} {num(y - 540)} {num(x + 84)} {num(y - 516)}C{num(x + 30)} {num(y - 520)} {num(x)} {num(y - 500)} {num(x - 46)} {num(y - 520)}Z", "#120c22")
    c.path(f"M{num(x - 64)} {num(y - 532)}C{num(x - 20)} {num(y - 500)} {num(x + 40)} {num(y - 504)} {num(x + 70)} {num(y - 530)}C{num(x + 140)} {num(y - 560)} {num(x + 190)} {num(y - 500)} {num(x + 262)} {num(y - 540)}C{num(x + 210)} {num(y - 470)} {num(x + 150)} {num(y - 500)} {num(x + 80)} {num(y - 486)}C{num(x + 20)} {num(y - 470)} {num(x - 40)} {num(y - 480)} {num(x - 70)} {num(y - 500)}Z", "#d8413a")
    c.path(f"M{num(x + 70)} {num(y - 530)}C{num(x + 140)} {num(y - 560)} {num(x + 190)} {num(y - 500)} {num(x + 262)} {num(y - 540)}C{num(x + 200)} {num(y - 520)} {num(x + 140)} {num(y - 510)} {num(x + 60)} {num(y - 505)}Z", "#ff9a6a", 'opacity="0.7"')
    c.shade("#160a20", 0.45)


def salt_road_ar(c):
    """The Arabic poster: the caravan by night, walking the way that Arabic is read."""
    w, h = c.w, c.h
    c.sky("#060a24", "#14204f", "#3a3f86", "#a06a8a", until=0.72)
    c.stars(210, 0.62, "#f3ecff")
    c.glow(w * 0.3, h * 0.2, 420, "#ffe9c4", 0.6)
    mx, my = w * 0.3, h * 0.2
    c.path(f"M{num(mx + 60)} {num(my - 85)}A104 104 0 1 0 {num(mx + 88)} {num(my + 56)}A88 88 0 1 1 {num(mx + 60)} {num(my - 85)}Z", "#fff3da")
    c.ridge(h * 0.66, h * 0.1, "#4a3f78", "#6a5488", 0.45)
    c.on("middle")
    crest = lambda x: h * 0.72 - h * 0.06 * math.sin(x / w * math.pi * 0.9 + 0.3)
    c.path(curve([(w * i / 10, crest(w * i / 10)) for i in range(11)]) + f"L{w} {h}L0 {h}Z", c.down(h * 0.66, h, ["#7a5a86", "#2a2450"]))
    for k in range(6):
        x = w * (0.1 + 0.165 * k)
        c.place(f.camel("#140f2a", "#0c0920" if k % 2 else None), x, crest(x) + 8, 0.62, True)
        if k in (0, 3):
            c.disc(x - 74, crest(x) - 34, 7, "#ffcf7a")
            c.glow(x - 74, crest(x) - 34, 90, "#ffb95a", 0.7)
    c.on("front")
    c.path(curve([(-20, h * 0.86), (w * 0.3, h * 0.8), (w * 0.62, h * 0.87), (w + 20, h * 0.92)]) + f"L{w + 20} {h}L-20 {h}Z", c.down(h * 0.8, h, ["#3a3064", "#0d0a22"]))
    c.path(curve([(w * 0.3, h * 0.8), (w * 0.4, h * 0.86), (w * 0.34, h * 0.92), (w * 0.5, h)]) + f"L{w} {h}L{w} {num(h * 0.92)}L{num(w * 0.62)} {num(h * 0.87)}Z", "#140f30", 'opacity="0.5"')
    c.shade("#04061a", 0.45)


PICTURES = {
    "big-buck-bunny": big_buck_bunny,
    "harbour-lights": harbour_lights,
    "the-glass-orchard": glass_orchard,
    "paper-moons": paper_moons,
    "salt-road": salt_road,
    "the-last-tram": last_tram,
    "the-cartographers-daughter": cartographers_daughter,
    "winter-pass": winter_pass,
    "after-the-monsoon": after_the_monsoon,
    "old-quarter": old_quarter,
    "letters-from-jeju": letters_from_jeju,
}

# Posters of their own for some languages.
LOCALISED = {
    ("harbour-lights", "ko"): harbour_lights_ko,
    ("salt-road", "ar"): salt_road_ar,
}
