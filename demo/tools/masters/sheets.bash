# Sheets of particles as SVG, 1280x720, without a seam: what leaves on one side comes in on the other.
# shellcheck shell=bash

sheet_svg() {
    awk -v kind="$1" '
    function r(a, b) { return a + (b - a) * rand() }
    function stroke(n, dx, dy, width, colour, a, b,    i, k) {
        for (i = 0; i < n; i++) { k = r(0.6, 1.4); printf "<path d=\"M%.0f %.0fl%.1f %.1f\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linecap=\"round\" opacity=\"%.2f\"/>\n", r(0, 1280), r(0, 720), dx * k, dy * k, colour, width, r(a, b) }
    }
    function dots(n, from, to, colour, a, b,    i) {
        for (i = 0; i < n; i++) printf "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.1f\" fill=\"%s\" opacity=\"%.2f\"/>\n", r(0, 1280), r(0, 720), r(from, to), colour, r(a, b)
    }
    function soft(name, inner, outer) {
        printf "<radialGradient id=\"%s\"><stop offset=\"0\" stop-color=\"%s\"/><stop offset=\".35\" stop-color=\"%s\" stop-opacity=\".55\"/><stop offset=\"1\" stop-color=\"%s\" stop-opacity=\"0\"/></radialGradient>\n", name, inner, outer, outer
    }
    BEGIN {
        srand(length(kind) * 131 + index("abcdefghijklmnopqrstuvwxyz", substr(kind, 1, 1)))
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1280\" height=\"720\" viewBox=\"0 0 1280 720\"><defs>"
        soft("warm", "#fff6d0", "#ffae4a"); soft("red", "#ffd0a0", "#e0402a"); soft("teal", "#e6fffa", "#3fc8c0"); soft("white", "#ffffff", "#cfe0ff"); soft("sand", "#ffe6b0", "#e8a860")
        print "<g id=\"p\">"
        if (kind == "rain") stroke(210, -7, 30, 1.2, "#dfe6ff", 0.18, 0.4)
        if (kind == "downpour") stroke(80, -14, 64, 2.2, "#eef2ff", 0.2, 0.5)
        if (kind == "snow") dots(220, 1, 2.6, "#ffffff", 0.4, 0.85)
        if (kind == "flakes") dots(46, 3, 8, "url(#white)", 0.6, 1)
        if (kind == "sparks") dots(90, 1.2, 3, "#ffc070", 0.4, 0.9)
        if (kind == "embers") dots(34, 6, 22, "url(#warm)", 0.5, 0.95)
        if (kind == "lights") { dots(22, 14, 40, "url(#warm)", 0.25, 0.5); dots(14, 14, 36, "url(#red)", 0.25, 0.5) }
        if (kind == "orbs") { dots(9, 40, 110, "url(#warm)", 0.2, 0.42); dots(6, 40, 90, "url(#teal)", 0.15, 0.35); dots(6, 40, 100, "url(#red)", 0.15, 0.35) }
        if (kind == "dust") { stroke(120, 80, 0, 1.6, "#ffe6b0", 0.1, 0.35); dots(10, 120, 260, "url(#sand)", 0.1, 0.22) }
        if (kind == "gusts") { stroke(60, 170, 5, 2.6, "#fff0c8", 0.1, 0.3); dots(7, 160, 300, "url(#sand)", 0.1, 0.24) }
        if (kind == "bubbles") { dots(60, 1, 3, "#e6fffa", 0.3, 0.7); dots(24, 3, 9, "url(#teal)", 0.3, 0.7) }
        if (kind == "stars") { dots(190, 0.6, 1.5, "#ffffff", 0.3, 0.9); dots(10, 4, 9, "url(#white)", 0.5, 0.9) }
        if (kind == "suns") { dots(26, 1.5, 3, "#ffffff", 0.6, 1); dots(9, 10, 26, "url(#white)", 0.5, 0.95); dots(3, 20, 44, "url(#warm)", 0.5, 0.9) }
        if (kind == "scratches") { for (i = 0; i < 5; i++) printf "<path d=\"M%.0f -10v740\" stroke=\"#fffbe8\" stroke-width=\"%.1f\" opacity=\"%.2f\"/>\n", r(0, 1280), r(0.6, 1.8), r(0.12, 0.4); dots(26, 1, 4, "#0a0a06", 0.4, 0.9); stroke(8, 24, 12, 1.4, "#0a0a06", 0.4, 0.8) }
        print "</g></defs>"
        for (x = -1; x <= 1; x++) for (y = -1; y <= 1; y++) printf "<use href=\"#p\" xlink:href=\"#p\" x=\"%d\" y=\"%d\"/>\n", x * 1280, y * 720
        print "</svg>"
    }' | sed '1s/<svg /<svg xmlns:xlink="http:\/\/www.w3.org\/1999\/xlink" /'
}
