"""Silhouettes, each as markup around the origin (feet at 0,0, y upwards negative) for `Canvas.place`."""

import math

from canvas import line, num


def shape(data, fill, more=""):
    return f'<path d="{data}" fill="{fill}"{" " + more if more else ""}/>'


def person(fill, coat=1.0):
    """Somebody in a coat, 100 high, seen from behind."""
    w = 17 * coat
    body = f"M-6 -84C-{w:.0f} -82 -{w:.0f} -66 -{w:.0f} -52L-{w * 1.12:.0f} -22L-10 -20L-9 0L-2 0L-1 -20L1 -20L2 0L9 0L10 -20L{w * 1.12:.0f} -22L{w:.0f} -52C{w:.0f} -66 {w:.0f} -82 6 -84Z"
    return shape(body, fill) + f'<ellipse cx="0" cy="-91" rx="7.5" ry="9" fill="{fill}"/>'


def hooded(fill):
    """Somebody in a habit, 100 high."""
    return shape("M0 -104C13 -100 15 -84 14 -74C24 -60 26 -30 30 0L-30 0C-26 -30 -24 -60 -14 -74C-15 -84 -13 -100 0 -104Z", fill)


def gown(fill):
    """Somebody in a wide skirt and a short jacket, 100 high."""
    return shape("M0 -86C9 -86 14 -78 16 -66L20 -46L14 -45C22 -30 30 -12 34 0L-34 0C-30 -12 -22 -30 -14 -45L-20 -46L-16 -66C-14 -78 -9 -86 0 -86Z", fill) + f'<ellipse cx="0" cy="-93" rx="8" ry="9.5" fill="{fill}"/>'


def camel(fill, rider=None):
    """A dromedary, 130 high and 165 long, walking right."""
    body = "M2 -60C6 -76 16 -84 28 -86C44 -90 50 -116 66 -116C82 -116 88 -92 104 -86C114 -82 122 -92 127 -106C130 -116 134 -124 142 -127C152 -130 162 -124 166 -117C162 -111 152 -110 147 -110C143 -96 138 -78 127 -70C122 -60 118 -54 116 -46L119 0L112 0L107 -42L98 -43L95 -22L100 0L93 0L88 -24L89 -45C72 -42 52 -44 42 -50L36 -28L41 0L34 0L28 -28L24 -28L19 0L12 0L17 -30L16 -50C10 -52 6 -48 2 -34C0 -42 0 -52 2 -60Z"
    out = shape(body, fill)
    if rider:
        out += shape("M56 -110C54 -128 56 -142 66 -146C76 -142 80 -128 78 -108Z", rider) + f'<circle cx="66" cy="-150" r="8" fill="{rider}"/>'
    return out


def whale(fill, belly):
    """A sperm whale, 1000 long, head to the left, its middle at the origin."""
    body = "M-480 -10C-486 -80 -400 -112 -250 -112C-40 -112 130 -92 280 -52C330 -38 370 -36 400 -42C430 -72 465 -104 520 -122C508 -82 482 -50 452 -28C486 -8 512 20 524 56C476 44 430 20 400 -6C360 0 300 18 220 40C100 72 -60 88 -170 78C-200 118 -234 142 -270 152C-264 118 -254 94 -240 72C-320 66 -390 56 -440 46C-470 40 -478 20 -480 -10Z"
    lower = "M-476 6C-470 34 -458 42 -440 46C-390 56 -320 66 -240 72L-170 78C-60 88 100 72 220 40C300 18 360 0 400 -6C300 -2 180 10 40 26C-120 44 -300 38 -476 6Z"
    jaw = "M-462 40C-400 44 -330 50 -268 54"
    return shape(body, fill) + shape(lower, belly, 'opacity="0.55"') + f'<path d="{jaw}" fill="none" stroke="{belly}" stroke-width="4" opacity="0.8"/><circle cx="-262" cy="16" r="6" fill="{belly}"/>'


def fox(coat, dark, white):
    """A fox sitting, 200 high, looking at the viewer."""
    out = shape("M52 -6C96 -10 128 -40 122 -88C118 -116 98 -128 96 -148C128 -132 156 -88 140 -44C128 -12 92 8 44 4Z", coat)
    out += shape("M96 -148C112 -140 128 -122 136 -100C124 -106 112 -108 104 -108C98 -122 94 -134 96 -148Z", white)
    out += shape("M0 -132C40 -132 56 -80 60 -40C64 -14 56 0 44 4L-44 4C-56 0 -64 -14 -60 -40C-56 -80 -40 -132 0 -132Z", coat)
    out += shape("M0 -124C20 -116 26 -84 20 -52C14 -26 6 -14 0 -6C-6 -14 -14 -26 -20 -52C-26 -84 -20 -116 0 -124Z", white)
    out += shape("M-30 4L-26 -44L-12 4ZM30 4L26 -44L12 4Z", dark)
    out += shape("M-58 -238L-14 -196L14 -196L58 -238C66 -208 66 -188 54 -164L0 -118L-54 -164C-66 -188 -66 -208 -58 -238Z", coat)
    out += shape("M-52 -222L-26 -196L-48 -182ZM52 -222L26 -196L48 -182Z", dark)
    out += shape("M-54 -164C-40 -160 -22 -158 -12 -140L0 -118ZM54 -164C40 -160 22 -158 12 -140L0 -118Z", white)
    out += f'<circle cx="0" cy="-124" r="7" fill="{dark}"/>'
    return out + shape("M-34 -172C-28 -180 -18 -178 -14 -168C-22 -166 -28 -166 -34 -172ZM34 -172C28 -180 18 -178 14 -168C22 -166 28 -166 34 -172Z", dark)


def rabbit(fur, light):
    """A very large rabbit from behind, 300 high without its ears."""
    ears = "M-58 -258C-96 -330 -112 -430 -78 -476C-42 -452 -26 -350 -22 -272ZM40 -268C44 -360 70 -446 112 -462C134 -414 112 -322 74 -252Z"
    body = "M0 -300C62 -304 92 -262 88 -222C86 -206 82 -196 84 -186C146 -150 172 -80 160 -24C154 2 120 8 0 8C-120 8 -154 2 -160 -24C-172 -80 -146 -150 -84 -186C-82 -196 -86 -206 -88 -222C-92 -262 -62 -304 0 -300Z"
    rim = "M84 -186C146 -150 172 -80 160 -24C156 -6 140 2 104 5C132 -40 128 -120 84 -186ZM74 -252C112 -322 134 -414 112 -462C108 -400 92 -320 58 -262Z"
    return shape(ears, fur) + shape(body, fur) + shape(rim, light) + f'<circle cx="6" cy="-34" r="34" fill="{light}"/>'


def cat(fill):
    """A cat sitting, 100 high, its tail hanging left."""
    return shape("M-26 0C-32 -30 -22 -54 -10 -62C-18 -70 -18 -84 -14 -98L-4 -88L6 -88L16 -98C20 -84 20 -70 12 -62C24 -50 30 -24 28 0Z", fill) + f'<path d="M-20 -6C-44 -6 -52 14 -40 40" fill="none" stroke="{fill}" stroke-width="9" stroke-linecap="round"/>'


def rider(fill):
    """Somebody on a horse, 150 high, facing left."""
    horse = "M-84 -96C-92 -102 -98 -96 -100 -88C-96 -84 -86 -84 -80 -80C-70 -66 -64 -54 -58 -44L-62 0L-54 0L-46 -38L-40 -36L-44 0L-36 0L-28 -40C-8 -38 14 -40 30 -42L36 -20L30 0L38 0L46 -22L48 -42L58 0L66 0L60 -50C66 -54 70 -44 72 -24C80 -44 78 -66 64 -72C40 -80 0 -78 -30 -76C-46 -78 -56 -92 -66 -106L-70 -98L-76 -108Z"
    man = "M-24 -70C-28 -96 -22 -120 -8 -124C6 -120 12 -98 10 -70L18 -38L8 -36L-4 -66Z"
    return shape(horse, fill) + shape(man, fill) + f'<ellipse cx="-8" cy="-132" rx="8" ry="10" fill="{fill}"/>' + shape("M-34 -134C-18 -140 2 -140 18 -134C6 -131 2 -134 0 -148C-6 -152 -12 -152 -16 -148C-18 -134 -24 -131 -34 -134Z", fill)


def boat(fill, sail=None):
    """A small boat, 120 long."""
    out = shape("M-60 -22L60 -22C54 -6 44 0 30 0L-34 0C-48 -2 -56 -10 -60 -22Z", fill)
    if sail:
        out += shape("M-4 -26L-4 -150L58 -34Z", sail) + shape("M-10 -30L-10 -130L-50 -36Z", sail, 'opacity="0.8"') + f'<path d="M-7 -22V-156" stroke="{fill}" stroke-width="4"/>'
    return out


def butterfly(wing, body):
    """A butterfly, 60 wide."""
    return shape("M0 0C-10 -26 -34 -30 -30 -10C-28 2 -12 4 0 0C-14 6 -22 18 -12 22C-4 24 0 12 0 0C10 -26 34 -30 30 -10C28 2 12 4 0 0C14 6 22 18 12 22C4 24 0 12 0 0Z", wing) + f'<path d="M0 -8V14" stroke="{body}" stroke-width="3" stroke-linecap="round"/>'


def vulture(fill):
    """A vulture perched, 60 high."""
    return shape("M-6 0C-22 -14 -22 -42 -6 -50C-8 -58 -2 -66 6 -62L14 -54L6 -52C18 -44 20 -18 6 0L10 14L2 4Z", fill)


def lantern(fill, frame):
    """A paper lantern, 100 high."""
    ribs = "".join(f"M{num(-w)} {num(y)}Q0 {num(y + 7)} {num(w)} {num(y)}" for y, w in ((-78, 31), (-62, 37), (-46, 38), (-30, 36), (-16, 30)))
    return shape("M-22 -92C-50 -70 -50 -24 -22 -4L22 -4C50 -24 50 -70 22 -92Z", fill) + f'<path d="{ribs}" fill="none" stroke="{frame}" stroke-width="1.6" opacity="0.45"/><path d="M-20 -96H20V-90H-20ZM-20 -6H20V0H-20Z" fill="{frame}"/>'


def piano(fill):
    """A grand piano with its lid up, 120 high."""
    return shape("M-90 -52L86 -52L92 -38L-90 -34ZM-84 -36L-78 0L-72 0L-74 -36ZM74 -38L78 0L84 0L84 -38ZM4 -36L6 0L12 0L12 -36ZM-90 -52L-60 -118C-20 -122 40 -104 86 -58L80 -54C40 -90 -10 -108 -54 -108L-80 -52ZM-104 -46L-88 -46L-88 -38L-104 -38Z", fill)


def spiral(turns, size, grow=0.17, steps=26):
    """Points of a logarithmic spiral that ends `size` from its centre."""
    last = turns * 2 * math.pi
    return [(size * math.exp(grow * (a - last)) * math.cos(a), size * math.exp(grow * (a - last)) * math.sin(a)) for a in (last * i / (steps * turns) for i in range(int(steps * turns) + 1))]


def lighthouse(wall, dark, band, lamp):
    """A lighthouse, 400 high."""
    out = shape("M-44 0L-28 -300L28 -300L44 0Z", wall)
    for low, high in ((60, 120), (180, 240)):
        a, b = 44 - 16 * low / 300, 44 - 16 * high / 300
        out += shape(line([(-a, -low), (-b, -high), (b, -high), (a, -low)]), band)
    out += shape("M4 0L2 -300L28 -300L44 0Z", "#000000", 'opacity="0.28"')
    out += f'<rect x="-38" y="-312" width="76" height="13" fill="{dark}"/><rect x="-20" y="-352" width="40" height="40" fill="{lamp}"/>'
    out += shape("M-26 -352L26 -352L14 -376C8 -384 -8 -384 -14 -376ZM-2 -384H2V-402H-2Z", dark)
    out += f'<path d="M-20 -352V-312M-7 -352V-312M7 -352V-312M20 -352V-312M-38 -326H38M-38 -326V-312M38 -326V-312" stroke="{dark}" stroke-width="2.5"/>'
    return out + "".join(f'<rect x="-5" y="{y}" width="9" height="16" rx="4" fill="{dark}"/>' for y in (-270, -150, -40))


