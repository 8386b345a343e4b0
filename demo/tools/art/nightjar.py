"""Pictures of Nightjar's titles."""

import math

import figures as f
from canvas import curve, line, mix, num


def house_with_no_north(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#0b100f", "#1f2c28", "#4a5a4a", "#94a07c", until=0.74)
    mx, my = fx + c.pick(-150, -90), h * 0.36
    c.glow(mx, my, 660, "#e6ecc0", 0.6)
    c.disc(mx, my, c.pick(250, 220), c.around(mx - 60, my - 60, 420, ["#f6f4d8", "#d3d6b0", "#9fa688"]))
    for dx, dy, r in ((-70, -60, 44), (60, 20, 62), (-20, 90, 34), (110, -90, 26), (-120, 50, 22), (20, -120, 18)):
        c.disc(mx + dx, my + dy, r, "#8f9a7c", 'opacity="0.22"')
    c.clouds(h * 0.4, h * 0.08, 10, "#16201c", 0.75)
    c.ridge(h * 0.74, h * 0.1, "#2f3d36", "#4a5a4a", 0.5)
    c.on("middle")
    c.mist(h * 0.73, 90, "#c3cba4", 0.5)
    top = h * c.pick(0.7, 0.68)
    hill = [(-20, h * 0.93), (fx - c.pick(620, 330), h * 0.88), (fx - c.pick(250, 190), top + 26), (fx, top), (fx + c.pick(230, 190), top + 24), (fx + c.pick(560, 330), h * 0.88), (w + 20, h * 0.92)]
    c.path(curve(hill) + f"L{w + 20} {h}L-20 {h}Z", c.down(top, h, ["#18211d", "#060908"]))
    path = [(fx + 10, top + 20), (fx + 60, top + 90), (fx - 40, top + 160), (fx + 30, h)]
    c.path(curve(path) + f"L{num(fx + 170)} {h}" + "L" + curve([(fx + 90, h), (fx + 10, top + 160), (fx + 92, top + 90), (fx + 26, top + 20)])[1:] + "Z", "#4a5644", 'opacity="0.55"')
    c.on("front")
    # A house whose walls disagree.
    k, base = c.pick(1.1, 1.05), top + 22
    at = lambda points: [(fx + x * k, base + y * k) for x, y in points]
    c.poly(at([(-150, 0), (-168, -190), (20, -206), (34, 0)]), "#0c1110")
    c.poly(at([(-196, -182), (-92, -312), (-50, -306), (52, -200)]), "#070a09")
    c.poly(at([(20, 0), (12, -250), (150, -228), (142, 0)]), "#121916")
    c.poly(at([(-8, -238), (70, -372), (92, -364), (178, -216)]), "#080b0a")
    c.poly(at([(140, 0), (146, -120), (232, -106), (226, 0)]), "#0c1110")
    c.poly(at([(128, -112), (190, -166), (248, -96)]), "#070a09")
    c.poly(at([(-120, -270), (-124, -366), (-92, -370), (-90, -290)]), "#0a0e0d")
    for points, lit in (([(-124, -110), (-126, -160), (-92, -164), (-90, -112)], 0), ([(-50, -112), (-50, -162), (-14, -164), (-14, -112)], 0), ([(58, -150), (56, -206), (98, -202), (98, -150)], 1), ([(48, -70), (48, -112), (84, -110), (84, -70)], 0), ([(170, -40), (170, -78), (200, -76), (200, -40)], 0), ([(-78, -212), (-66, -250), (-48, -216)], 0)):
        c.poly(at(points), "#ffc45a" if lit else "#26332c")
        if lit:
            x, y = at(points)[0]
            c.glow(x + 20, y - 28, 190, "#ffb347", 0.65)
            c.poly(at([(72, -150), (70, -182), (78, -192), (86, -182), (86, -150)]), "#1a0f06")
    c.poly(at([(96, 0), (96, -62), (126, -60), (126, 0)]), "#050706")
    c.tree(fx + c.pick(400, 270), h * 0.83, c.pick(560, 500), "#060908", -0.22, 7, 0.62, 34)
    c.tree(fx - c.pick(430, 300), h * 0.88, 330, "#080c0b", 0.2, 6, 0.6, 18)
    c.birds(mx - 30, my - 60, 200, 9, "#0a0e0d", 20)
    c.place(f.person("#040605"), fx + c.pick(60, 40), h * 0.945, 1.15)
    fence = "".join(f"M{num(x)} {num(h * 0.965 + math.sin(x / 90) * 8)}l{num(c.rng.uniform(-8, 8))} {num(-c.rng.uniform(46, 70))}" for x in range(10, w, 44) if abs(x - fx) > 110)
    c.stroke(fence, "#050706", 7)
    c.mist(h * 0.94, 70, "#8f9a7c", 0.3)
    c.shade("#030504", 0.65)


def mask_maker(c):
    w, h, fx = c.w, c.h, c.fx
    c.rect(0, 0, w, h, c.around(fx, h * 0.46, w * c.pick(0.6, 0.95), ["#a31621", "#5c0a14", "#1c0308", "#0a0103"]))
    for k in range(c.pick(15, 10)):
        x = w * (k + 0.5) / c.pick(15, 10)
        c.stroke(f"M{num(x)} -10V{num(h * c.rng.uniform(0.05, 0.3))}", "#0a0103", 3)
    c.on("middle")
    hung = ((-0.36, 0.3, 0.34), (-0.42, 0.62, 0.26), (0.2, 0.26, 0.3), (0.24, 0.66, 0.36), (-0.2, 0.2, 0.2)) if c.wide else ((-0.36, 0.14, 0.3), (0.38, 0.18, 0.34), (-0.4, 0.82, 0.36), (0.4, 0.86, 0.3))

    def face(skin, dark, lips):
        """A carved face, 800 high, around the origin."""
        out = f'<path d="M0 -400C170 -400 250 -280 252 -110C254 60 200 230 110 330C70 374 36 396 0 396C-36 396 -70 374 -110 330C-200 230 -254 60 -252 -110C-250 -280 -170 -400 0 -400Z" fill="{skin}"/>'
        out += f'<g fill="{dark}"><ellipse cx="-104" cy="-236" rx="52" ry="20" opacity="0.55"/><ellipse cx="104" cy="-236" rx="52" ry="20" opacity="0.55"/>'
        out += '<path d="M-176 -86C-140 -128 -76 -126 -44 -84C-84 -72 -140 -70 -176 -86ZM176 -86C140 -128 76 -126 44 -84C84 -72 140 -70 176 -86Z"/><path d="M-42 90C-30 106 -14 106 -8 98C-4 106 4 106 8 98C14 106 30 106 42 90C30 88 -30 88 -42 90Z" opacity="0.8"/></g>'
        out += f'<path d="M-92 190C-56 168 -24 166 0 176C24 166 56 168 92 190C60 236 -60 236 -92 190Z" fill="{lips}"/><path d="M-74 192C-40 184 40 184 74 192C44 206 -44 206 -74 192Z" fill="{dark}"/><path d="M-58 190C-30 185 30 185 58 190L50 196C20 192 -20 192 -50 196Z" fill="#fff3dc" opacity="0.85"/>'
        return out

    small = face("#4a0d16", "#14020a", "#6a0f1c")
    for dx, y, size in hung:
        x = fx + dx * w
        c.stroke(f"M{num(x)} -10V{num(h * y - 380 * size)}", "#14020a", 3)
        c.place(small, x, h * y, size, turn=c.rng.uniform(-7, 7))
    c.on("front")
    k = c.pick(1.12, 1.05)
    cy = h * c.pick(0.52, 0.5)
    c.glow(fx, cy, 640, "#ff5a3a", 0.35)
    skin = "#f3e3c8"
    c.stroke(f"M{num(fx - 246 * k)} {num(cy - 60)}C{num(fx - 330)} {num(cy + 120)} {num(fx - 290)} {num(cy + 320)} {num(fx - 340)} {num(h + 20)}M{num(fx + 246 * k)} {num(cy - 60)}C{num(fx + 330)} {num(cy + 120)} {num(fx + 300)} {num(cy + 340)} {num(fx + 360)} {num(h + 20)}", "#d8322a", 9)
    c.place(face(skin, "#1a0a0c", "#b3202a"), fx, cy, k)
    at = lambda x, y: f"{num(fx + x * k)} {num(cy + y * k)}"
    c.path(f"M{at(-214, -262)}C{at(-180, -380)} {at(-70, -412)} {at(0, -410)}C{at(70, -412)} {at(180, -380)} {at(214, -262)}C{at(170, -340)} {at(70, -366)} {at(0, -316)}C{at(-70, -366)} {at(-170, -340)} {at(-214, -262)}Z", "#14060a")
    shadow = f"M{num(fx)} {num(cy - 400 * k)}C{num(fx + 170 * k)} {num(cy - 400 * k)} {num(fx + 250 * k)} {num(cy - 280 * k)} {num(fx + 252 * k)} {num(cy - 110 * k)}C{num(fx + 254 * k)} {num(cy + 60 * k)} {num(fx + 200 * k)} {num(cy + 230 * k)} {num(fx + 110 * k)} {num(cy + 330 * k)}C{num(fx + 70 * k)} {num(cy + 374 * k)} {num(fx + 36 * k)} {num(cy + 396 * k)} {num(fx)} {num(cy + 396 * k)}C{num(fx - 30)} {num(cy + 250 * k)} {num(fx + 34)} {num(cy + 120 * k)} {num(fx + 6)} {num(cy + 40 * k)}C{num(fx + 40)} {num(cy - 60 * k)} {num(fx - 20)} {num(cy - 220 * k)} {num(fx)} {num(cy - 400 * k)}Z"
    c.path(shadow, c.along(fx, 0, fx + 252 * k, 0, [(0, "#1c0308", 0.55), (0.3, "#1c0308", 0.86), (1, "#0a0103", 0.97)]))
    crack = [(fx + 6, cy - 318 * k), (fx + 24, cy - 296 * k), (fx + 40, cy - 270 * k), (fx - 4, cy - 190 * k), (fx + 22, cy - 120 * k), (fx - 12, cy - 20 * k), (fx + 10, cy + 40 * k), (fx - 6, cy + 96 * k)]
    c.stroke(line(crack, False) + line([crack[3], (fx - 66, cy - 160 * k), (fx - 90, cy - 176 * k)], False) + line([crack[5], (fx - 50, cy + 16 * k)], False), "#2a0a0e", 5)
    c.stroke(line(crack, False), "#ff6a3a", 1.6, 'opacity="0.9"')
    c.disc(fx + 106 * k, cy - 92 * k, 9, "#ff4a2a")
    c.glow(fx + 106 * k, cy - 92 * k, 70, "#ff4a2a", 0.9)
    c.shade("#080103", 0.5)


def corridor_12(c):
    w, h, fx = c.w, c.h, c.fx
    vy = h * c.pick(0.47, 0.46)
    dw, dh = c.pick(64, 60), c.pick(104, 120)
    c.rect(0, 0, w, h, "#140a08")
    reach = c.pick(1500, 620)
    deep = lambda t: (1 / (1 - 0.93 * t) - 1) / (1 / 0.07 - 1)
    x_at = lambda side, t: fx + side * (dw + (reach - dw) * deep(t))
    top_at = lambda t: vy - dh - (h * c.pick(0.85, 0.62)) * deep(t)
    foot_at = lambda t: vy + dh + (h * c.pick(0.75, 0.62)) * deep(t)
    c.poly([(fx - dw, vy - dh), (fx + dw, vy - dh), (x_at(1, 1), top_at(1)), (x_at(-1, 1), top_at(1))], c.down(0, vy - dh, ["#3a2416", "#a07a3c"]))
    c.poly([(fx - dw, vy + dh), (fx + dw, vy + dh), (x_at(1, 1), foot_at(1)), (x_at(-1, 1), foot_at(1))], c.down(vy + dh, h, ["#b3452a", "#7a1a1c", "#3a0a10"]))
    for side in (-1, 1):
        c.poly([(fx + side * dw, vy - dh), (x_at(side, 1), top_at(1)), (x_at(side, 1), foot_at(1)), (fx + side * dw, vy + dh)], c.along(fx + side * dw, 0, x_at(side, 0.94), 0, ["#e0b45a", "#a8823a", "#4f3a1c", "#1c120a"]))
        for k in range(40):
            t = k / 39
            x, a, b = x_at(side, t), top_at(t), foot_at(t)
            c.stroke(f"M{num(x)} {num(a)}V{num(b)}", "#7a5420", 1 + 7 * deep(t), 'opacity="0.22"')
        c.poly([(fx + side * dw, vy + dh * 0.3), (x_at(side, 1), vy + (foot_at(1) - vy) * 0.3), (x_at(side, 1), foot_at(1)), (fx + side * dw, vy + dh)], c.along(fx + side * dw, 0, x_at(side, 0.93), 0, ["#8a4a26", "#4a2414", "#170a08"]))
    c.on("middle")
    # The carpet: a band of lozenges that narrows to the end.
    for k in range(13):
        a, b = k / 13, (k + 1) / 13
        for j in (-2, -1, 0, 1, 2):
            far, near, mid = deep(a), deep(b), deep((a + b) / 2)
            px = lambda d, u: fx + u * (dw * 0.36 + (reach - dw) * d * 0.36)
            py = lambda d: vy + dh + h * c.pick(0.75, 0.62) * d
            c.poly([(px(far, j), py(far)), (px(mid, j + 0.5), py(mid)), (px(near, j), py(near)), (px(mid, j - 0.5), py(mid))], ("#e8b04a", "#d8742a")[(j + k) % 2], f'opacity="{0.85 - 0.5 * b:.2f}"')
    for k in range(6):
        a, b = 0.24 + k * 0.128, 0.24 + k * 0.128 + 0.062
        for side in (-1, 1):
            p, q = x_at(side, a), x_at(side, b)
            door = lambda t, u: vy - dh * 0.55 + (foot_at(t) - (vy - dh * 0.55)) * u if u else vy - (vy - top_at(t)) * 0.52
            c.poly([(p, door(a, 0)), (q, door(b, 0)), (q, foot_at(b)), (p, foot_at(a))], mix("#5a1f18", "#170707", k / 6), 'stroke="#2a1008" stroke-width="3"')
            c.disc(p + (q - p) * 0.16, vy + (foot_at(a) - vy) * 0.36, 2 + 5 * deep(b), "#e8b04a")
            y, wide = vy - (vy - top_at(a)) * 0.42, 5 + 44 * deep(a)
            x = x_at(side, a - 0.03)
            c.oval(x, y, wide * 0.5, wide, "#fff0b8")
            c.glow(x, y, wide * 5, "#ffcf6a", 0.5)
    c.on("front")
    c.rect(fx - dw, vy - dh, dw * 2, dh * 2, c.down(vy - dh, vy + dh, ["#fff3c4", "#f0c870", "#a8662a"]))
    c.glow(fx, vy, 360, "#ffe6a0", 0.6)
    c.rect(fx - 36, vy - dh * 0.62, 72, dh * 1.62, "#5a1a14")
    c.rect(fx - 30, vy - dh * 0.56, 60, dh * 1.56, "#12060a")
    c.place(f.person("#000000"), fx, vy + dh * 1.02, 1.15)
    c.path(f"M{num(fx - 34)} {num(vy + dh)}L{num(fx + 34)} {num(vy + dh)}L{num(fx + 120)} {h}L{num(fx - 120)} {h}Z", c.down(vy + dh, h, [(0, "#000000", 0.75), (1, "#000000", 0)]))
    for k, t in enumerate((0.5, 0.74, 0.9)):
        y, wide = top_at(t) + 4, 10 + 150 * deep(t)
        c.oval(fx, y, wide, wide * 0.2, "#fff6d0", 'opacity="0.9"')
        c.glow(fx, y, wide * 2.4, "#ffd98a", 0.45)
    c.shade("#080304", 0.72)


def under_the_reeds(c):
    w, h, fx = c.w, c.h, c.fx
    line_y = h * 0.47
    c.sky("#3a4a52", "#7a8f8f", "#b9c3b4", "#d9d6bf", until=0.5)
    c.glow(fx, h * 0.2, 460, "#f6f0d6", 0.7)
    c.disc(fx, h * 0.2, 58, "#f3efdc")
    c.ridge(line_y, h * 0.13, "#7f9390", "#a9b5a8", 0.5, 6, line_y + 4)
    c.ridge(line_y, h * 0.07, "#5a6f6e", "#8a9a90", 0.5, 6, line_y + 4)
    c.mist(line_y, 70, "#e6e6d6", 0.9)
    c.on("middle")
    c.rect(0, line_y, w, h - line_y, c.down(line_y, h, ["#a9b5a8", "#566b6c", "#1c2b30", "#0a1216"]))
    c.disc(fx, line_y + h * 0.2, 54, "#f3efdc", 'opacity="0.28"')
    # A boat with two aboard; three are in the water.
    by = line_y + 36
    boat = "M-190 -26C-120 -6 120 -6 200 -34C190 4 150 20 110 22L-120 22C-160 20 -184 4 -190 -26Z"
    k = c.pick(1.1, 0.98)
    c.place(f.person("#1a2326", 1.1), fx - 96 * k, by - 4, 1.55 * k)
    c.place(f.gown("#243034"), fx + 78 * k, by - 2, 1.15 * k)
    c.stroke(f"M{num(fx - 128 * k)} {num(by - 210)}L{num(fx - 60 * k)} {num(by + 60)}", "#1a2326", 6)
    c.place(f'<path d="{boat}" fill="#12191b"/>', fx, by, k)
    mirror = f'<path d="M-190 26C-120 6 120 6 200 34C190 -4 150 -20 110 -22L-120 -22C-160 -20 -184 -4 -190 26Z" fill="#0a1012"/>'
    c.place(mirror, fx, by + 46, k)
    c.add(f'<g transform="translate({num(fx - 96 * k)} {num(by + 66)}) scale({1.5 * k:.2f} {-1.45 * k:.2f})" opacity="0.62">{f.person("#0c1416", 1.1)}</g>')
    c.add(f'<g transform="translate({num(fx + 78 * k)} {num(by + 66)}) scale({1.12 * k:.2f} {-1.1 * k:.2f})" opacity="0.6">{f.gown("#10191c")}</g>')
    x, y, tall = fx - 8 * k, by + 66, 3.2 * k
    c.add(f'<g transform="translate({num(x)} {num(y)}) scale({tall * 0.92:.2f} {-tall:.2f})">{f.gown(c.down(-100, 0, ["#f6f3e8", "#dfe3dc", "#8fa09f"]))}</g>')
    hair = f"M{num(x - 34)} {num(y + 60 * tall)}C{num(x - 60)} {num(y + 90 * tall)} {num(x - 46)} {num(y + 106 * tall)} {num(x)} {num(y + 107 * tall)}C{num(x + 46)} {num(y + 106 * tall)} {num(x + 60)} {num(y + 90 * tall)} {num(x + 34)} {num(y + 58 * tall)}C{num(x + 30)} {num(y + 84 * tall)} {num(x + 14)} {num(y + 92 * tall)} {num(x)} {num(y + 92 * tall)}C{num(x - 14)} {num(y + 92 * tall)} {num(x - 30)} {num(y + 84 * tall)} {num(x - 34)} {num(y + 60 * tall)}Z"
    c.path(hair, "#050809")
    c.disc(x, y + 93 * tall, 24 * k, "#050809")
    ripples = "".join(f"M{num(x + c.rng.gauss(0, 1) * 170)} {num(by + 60 + c.rng.random() * h * 0.4)}h{num(c.rng.uniform(30, 120))}" for _ in range(46))
    c.stroke(ripples, "#c3cfc6", 2.4, 'opacity="0.28"')
    for i in range(5):
        c.oval(fx, by + 34, (230 + i * 70) * k, 20 + i * 13, "none", f'stroke="#dfe6dc" stroke-width="2" opacity="{0.4 - i * 0.07:.2f}"')
    c.on("front")
    for shade, count, low, high, thick in (("#2c3a30", 60, 0.2, 0.42, 4), ("#141d18", 50, 0.3, 0.62, 6), ("#070b0a", 34, 0.4, 0.8, 9)):
        stems, heads = [], []
        for _ in range(count):
            side = c.rng.random() ** 1.7 * 0.34
            x = w * (side if c.rng.random() < 0.5 else 1 - side * c.pick(0.42, 1))
            tall = h * c.rng.uniform(low, high)
            bend = c.rng.uniform(-60, 60)
            stems.append(f"M{num(x)} {h + 10}q{num(bend * 0.1)} {num(-tall * 0.6)} {num(bend)} {num(-tall)}")
            heads.append(f"M{num(x + bend)} {num(h + 10 - tall)}l{num(bend * 0.2)} {num(-34 - thick * 3)}")
        c.stroke("".join(stems), shade, thick)
        c.stroke("".join(heads), mix(shade, "#8a6f4a", 0.35), thick * 2.2)
    c.shade("#060a0b", 0.55)


def hollow_choir(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#0a1420", "#123040", "#2a6a6a", "#7ab09a", until=0.8)
    wy, r = h * c.pick(0.3, 0.28), c.pick(150, 140)
    c.glow(fx, wy, 620, "#d9ffe0", 0.75)
    # The rose window is the moon, seen through branches.
    c.disc(fx, wy, r, "#eafff0")
    for k in range(12):
        a = k * math.pi / 6
        c.stroke(f"M{num(fx + 34 * math.cos(a))} {num(wy + 34 * math.sin(a))}L{num(fx + r * math.cos(a))} {num(wy + r * math.sin(a))}", "#1c4a4a", 5)
        c.disc(fx + r * 0.72 * math.cos(a + 0.26), wy + r * 0.72 * math.sin(a + 0.26), r * 0.14, "none", 'stroke="#1c4a4a" stroke-width="4"')
    c.disc(fx, wy, 34, "none", 'stroke="#1c4a4a" stroke-width="6"')
    c.disc(fx, wy, r, "none", 'stroke="#123a3c" stroke-width="12"')
    for k in range(5):
        x = fx + (k - 2) * 60
        c.poly([(x - 10, wy + r), (x + 10, wy + r), (x + (k - 2) * 90 + 60, h), (x + (k - 2) * 90 - 60, h)], c.down(wy, h, [(0, "#d9ffe0", 0.3), (1, "#d9ffe0", 0)]))
    for depth, (colour, gap, thick, count) in enumerate((("#2a5f60", 150, 26, 4), ("#1a4448", 240, 46, 4), ("#0d2a30", 380, 84, 3))):
        if depth == 2:
            c.on("middle")
        g = gap * c.pick(1, 0.62)
        base = h * (0.76 + 0.06 * depth)
        apex = h * (0.12 - 0.09 * depth)
        for k in range(count):
            for side in (-1, 1):
                x = fx + side * g * (0.9 + k * c.pick(1.15, 0.9))
                inner = x - side * g * 0.9
                wood = c.along(x - thick, 0, x + thick, 0, [mix(colour, "#000000", 0.4), colour, mix(colour, "#000000", 0.45)])
                c.path(f"M{num(x - thick / 2)} {num(base)}C{num(x - thick * 0.35)} {num(h * 0.6)} {num(x - thick * 0.3)} {num(h * 0.4)} {num(x - thick * 0.3)} {num(h * 0.32)}L{num(x - thick * 0.5)} -10H{num(x + thick * 0.5)}L{num(x + thick * 0.3)} {num(h * 0.32)}C{num(x + thick * 0.3)} {num(h * 0.4)} {num(x + thick * 0.35)} {num(h * 0.6)} {num(x + thick * 0.7)} {num(base)}Z", wood)
                c.stroke(f"M{num(x)} {num(h * 0.42)}C{num(x - side * 6)} {num(h * 0.24)} {num(x - side * g * 0.4)} {num(apex + 60)} {num(inner)} {num(apex)}", mix(colour, "#000000", 0.25), thick * 0.32)
                c.stroke(f"M{num(x)} {num(h * 0.38)}C{num(x + side * 6)} {num(h * 0.22)} {num(x + side * g * 0.4)} {num(apex + 70)} {num(x + side * g * 0.8)} {num(apex - 10)}", mix(colour, "#000000", 0.3), thick * 0.22)
    c.mist(h * 0.78, 120, "#9fe0c4", 0.45, fx)
    c.on("front")
    c.hill(h * 0.84, 14, "#0c2226", "#020708", 1.2, 0.5)
    robe = f.hooded("#050c0e")
    halo = c.soft([(0, "#ffc978", 0.8), (0.35, "#ffb95a", 0.32), (1, "#ffb95a", 0)])
    for k in range(11):
        side = -1 if k % 2 else 1
        row = k // 2
        if k == 10:
            x, y, size = fx, h * 0.84, 1.35
        else:
            x, y, size = fx + side * (c.pick(90, 62) + row * c.pick(74, 50)), h * (0.835 + row * 0.028), 1.35 + row * 0.24
        c.place(robe, x, y, size)
        flame = (x - side * 14 * size * (k != 10), y - 58 * size)
        c.disc(*flame, 63 * size, halo)
        c.stroke(f"M{num(flame[0])} {num(flame[1] + 6)}v{num(16 * size)}", "#f0e6cf", 5)
        c.oval(flame[0], flame[1] - 4, 4.5, 10, "#fff3c4")
    c.place(f.person("#1a0f0a"), fx + c.pick(-60, -44), h * 0.985, 1.9)
    c.shade("#020608", 0.7)


def static_at_3_07(c):
    w, h, fx = c.w, c.h, c.fx
    c.rect(0, 0, w, h, c.around(fx, h * 0.5, w * 0.75, ["#22304a", "#10131f", "#05060a"]))
    for k in range(20):
        c.rect(0, h * k / 20, w, 2, "#3a4a6a", 'opacity="0.16"')
    c.on("middle")
    snow = "".join(f"M{num(c.rng.uniform(-140, 140))} {num(c.rng.uniform(-104, 104))}h{c.rng.choice((5, 9, 16, 26))}" for _ in range(120))
    haze = c.soft([(0, "#e6f6ff"), (0.7, "#9fc0d9"), (1, "#3f5a78")])
    noise = f'<path d="{snow}" stroke="#0c1420" stroke-width="6" opacity="0.75"/><path d="{snow}" transform="scale(-1 1)" stroke="#ffffff" stroke-width="5" opacity="0.8"/>'

    def television(x, y, k, screen, tint, tilt=0.0):
        """A set with a round-cornered tube; its picture is markup 300 wide and 230 high around the origin."""
        body = f'<rect x="-200" y="-150" width="400" height="300" rx="26" fill="#1c1a1e"/><rect x="-200" y="-150" width="400" height="300" rx="26" fill="none" stroke="#3a343a" stroke-width="5"/>'
        glass = '<rect x="-176" y="-126" width="300" height="240" rx="44" fill="#05070a"/>'
        knobs = '<circle cx="160" cy="-84" r="22" fill="#3a343a"/><circle cx="160" cy="-22" r="22" fill="#3a343a"/><path d="M160 -102v18M148 -22h24" stroke="#c9bfae" stroke-width="4"/>' + "".join(f'<path d="M144 {40 + 14 * i}h32" stroke="#3a343a" stroke-width="5"/>' for i in range(5))
        c.place(body + glass + f'<g transform="translate(-26 -6) scale(0.93)"><rect x="-150" y="-116" width="300" height="232" rx="46" fill="{tint}"/>{screen}</g>' + knobs, x, y, k, turn=tilt)

    bars = "".join(f'<rect x="{-133 + 38 * i}" y="-100" width="38" height="200" fill="{col}"/>' for i, col in enumerate(("#d9d9d9", "#d9d04a", "#4ad0d0", "#4ad06a", "#c84ac8", "#d04a4a", "#4a5ad0")))
    spread = c.pick(430, 250)
    for dx, dy, k, kind, tilt in ((-1, -0.22, 0.78, 0, -3), (1, -0.2, 0.86, 1, 4), (-1.04, 0.26, 0.84, 1, 3), (1.0, 0.3, 0.78, 0, -4), (0.1, -0.36, 0.82, 0, 2), (-0.15, 0.4, 0.9, 0, -2)):
        x, y = fx + dx * spread, h * (0.5 + dy)
        c.glow(x, y, 300 * k, "#8fb8e0", 0.35)
        if kind:
            television(x, y, k, bars + '<path d="M-133 -40H133M-133 30H133" stroke="#000" stroke-width="12" opacity="0.25"/>', "#1a1a1a", tilt)
        else:
            television(x, y, k, noise, haze, tilt)
    c.on("front")
    # The set in the middle shows somebody who is too close.
    k, y = c.pick(1.5, 1.2), h * 0.5
    c.glow(fx, y, 520, "#bfe0ff", 0.6)
    eye = '<path d="M-130 10C-80 -76 80 -76 130 10C80 82 -80 82 -130 10Z" fill="#f3f6f2"/><circle cx="0" cy="6" r="58" fill="#5a7a6a"/><circle cx="0" cy="6" r="58" fill="none" stroke="#1a2a24" stroke-width="8"/><circle cx="0" cy="6" r="27" fill="#05070a"/><circle cx="-18" cy="-14" r="11" fill="#ffffff"/><path d="M-140 4C-84 -92 84 -92 140 4" fill="none" stroke="#20262a" stroke-width="12"/>'
    veins = "".join(f"M{s * 124} {num(10 + i * 7)}q{-s * 24} {num(c.rng.uniform(-12, 12))} {-s * 52} {num(c.rng.uniform(-14, 14))}" for s in (-1, 1) for i in (-2, 0, 2))
    scan = "".join(f"M-150 {-110 + 10 * i}H150" for i in range(23))
    television(fx, y, k, eye + f'<path d="{veins}" fill="none" stroke="#c23a3a" stroke-width="2.5"/><path d="{scan}" stroke="#05070a" stroke-width="3" opacity="0.35"/><rect x="-150" y="40" width="300" height="16" fill="#ff3a8a" opacity="0.35"/><rect x="-150" y="-62" width="300" height="9" fill="#3affc8" opacity="0.4"/>', "#c3b7a6")
    for i in range(7):
        yy = h * c.rng.random()
        c.rect(0, yy, w, c.rng.uniform(2, 7), c.rng.choice(("#ff3a8a", "#3affc8", "#ffffff")), 'opacity="0.12"')
    c.shade("#030408", 0.7)


def carrion_hill(c):
    w, h, fx = c.w, c.h, c.fx
    c.sky("#14020a", "#4a0812", "#a31a1a", "#e8552a", "#ffb35a", until=0.72)
    mx, my, r = fx + c.pick(60, 0), h * 0.36, c.pick(310, 290)
    c.glow(mx, my, r * 2.2, "#ff7a4a", 0.7)
    c.disc(mx, my, r, c.around(mx - 80, my - 80, r * 1.6, ["#ff8a5a", "#e03a2a", "#8a0f1a"]))
    for dx, dy, rr in ((-120, -90, 52), (70, -140, 36), (120, 60, 70), (-60, 110, 44), (-180, 40, 30), (20, 10, 24)):
        c.disc(mx + dx, my + dy, rr, "#7a0c18", 'opacity="0.3"')
    c.clouds(h * 0.44, h * 0.06, 9, "#2a0410", 0.7)
    c.ridge(h * 0.68, h * 0.08, "#6a1018", "#a3301c", 0.5)
    c.on("middle")
    mesa = lambda x, y, a, b, tall: [(x - a, y), (x - b * 1.06, y - tall * 0.5), (x - b, y - tall), (x + b, y - tall), (x + b * 1.1, y - tall * 0.45), (x + a, y)]
    c.poly(mesa(w * c.pick(0.24, 0.12), h * 0.7, 260, 110, 190), c.down(h * 0.5, h * 0.7, ["#3a0812", "#7a1a18"]))
    c.poly(mesa(w * c.pick(0.47, 0.9), h * 0.7, 150, 50, 240), c.down(h * 0.5, h * 0.7, ["#300610", "#7a1a18"]))
    c.rect(0, h * 0.695, w, h * 0.31, c.down(h * 0.695, h, ["#7a1a18", "#1c030a"]))
    tx = fx + c.pick(-520, -40)
    for k in range(8):
        x, wide, tall = tx - 330 + k * 62, c.rng.uniform(36, 62), c.rng.uniform(26, 60)
        c.rect(x, h * 0.71 - tall, wide, tall, "#22040c")
        if k % 3:
            c.poly([(x - 6, h * 0.71 - tall), (x + wide / 2, h * 0.71 - tall - 22), (x + wide + 6, h * 0.71 - tall)], "#22040c")
        if k in (2, 5):
            c.rect(x + wide * 0.4, h * 0.71 - tall * 0.6, 8, 10, "#ffb35a")
    c.rect(tx + 30, h * 0.71 - 110, 22, 110, "#22040c")
    c.stroke(f"M{num(tx + 41)} {num(h * 0.71 - 150)}v40m-13 -26h26", "#22040c", 6)
    c.on("front")
    top = h * 0.78
    hill = [(-20, h * 0.95), (fx - c.pick(560, 330), h * 0.89), (fx - c.pick(180, 160), top + 12), (fx + c.pick(120, 60), top), (fx + c.pick(430, 300), h * 0.85), (w + 20, h * 0.88)]
    c.path(curve(hill) + f"L{w + 20} {h}L-20 {h}Z", c.down(top, h, ["#14020a", "#050104"]))
    x = fx + c.pick(250, 190)
    tips = c.tree(x, h * 0.862, c.pick(690, 640), "#0c0106", -0.16, 7, 0.56, 44)
    bird = f.vulture("#0c0106")
    for k, (bx, by) in enumerate((min(tips), min(tips, key=lambda tip: tip[1]), max(tips))):
        c.place(bird, bx, by + 8, 1.25 - 0.15 * k, k == 0)
    c.birds(mx - 60, my - 120, 190, 7, "#1c030a", 26)
    c.place(f.rider("#0a0105"), fx - c.pick(150, 130), top + 16, c.pick(1.5, 1.35))
    c.stroke(f"M{num(fx - c.pick(60, 46))} {num(top - 60)}Q{num(fx - 10)} {num(top - 10)} {num(fx + 26)} {num(top - 40)}", "#0a0105", 4)
    c.place(f.person("#0a0105"), fx + 36, top + 8, 1.15)
    for k in range(c.pick(9, 6)):
        gx = fx + c.pick(-620, -330) + k * c.pick(62, 58)
        gy = h * 0.935 + (k % 3) * 14
        c.stroke(f"M{num(gx)} {num(gy)}l{num(c.rng.uniform(-6, 6))} -64m-20 16l40 {num(c.rng.uniform(-6, 6))}", "#0a0105", 9)
    c.shade("#0c0106", 0.55)


PICTURES = {
    "the-house-with-no-north": house_with_no_north,
    "the-mask-maker": mask_maker,
    "corridor-12": corridor_12,
    "under-the-reeds": under_the_reeds,
    "the-hollow-choir": hollow_choir,
    "static-at-3-07": static_at_3_07,
    "carrion-hill": carrion_hill,
}
