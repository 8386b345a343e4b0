# The scenes: each sets INPUTS (ffmpeg's inputs), PREPARE (the pictures it needs) and GRAPH, whose [scene] is 1280x720 at 24
# frames a second. In scope: frames, secs, colours (three, dark to bright), and the recipe's own arguments as $1...
#
# Motion is in whole pixels a frame, or over a picture larger than the frame: anything else trembles.
# shellcheck shell=bash disable=SC2034,SC2154

# A picture of the title as an input, prepared at a size; sets `at` to its number.
still() {
    PREPARE+=("$1 $2 $3")
    INPUTS+=(-framerate 24 -i "$1-$2x$3.png")
    at=$count
    count=$((count + 1))
}

# A generated source as an input.
generated() {
    INPUTS+=(-f lavfi -i "$1")
    at=$count
    count=$((count + 1))
}

hold='loop=-1:1'

# A sheet of particles that scrolls for ever: kind, steps across and down in pixels a frame; adds the label to lay over the scene.
sheet() {
    still "$1" 1280 720
    GRAPH+="[$at:v]format=yuva420p,$hold,scroll=h=$(ratio "$2" 1280):v=$(ratio "$3" 720)[$4];"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.9f", a / b }'; }

# A lookup from grey to the recipe's three colours.
tint() {
    local channel part=() a b c
    for channel in 1 3 5; do
        a=$((16#${colours[0]:channel:2})) b=$((16#${colours[1]:channel:2})) c=$((16#${colours[2]:channel:2}))
        part+=("'if(lt(val,128),$a+($b-$a)*val/128,$b+($c-$b)*(val-128)/127)'")
    done
    echo "format=gray,format=rgb24,lutrgb=r=${part[0]}:g=${part[1]}:b=${part[2]}"
}

# A slow walk over the wide picture, to the right or back; `grade` changes its colours, once.
walk() {
    local grade=${grade:-}
    still hero 1920 1080
    local x="min(640,n)"
    [ "$1" = left ] && x="max(0,640-n)"
    [ "$1" = slow ] && x="320+trunc(n/2)"
    GRAPH+="[$at:v]${grade:+$grade,}format=yuv420p,$hold,crop=1280:720:x='$x':y=${2:-240}:exact=1"
}

scene_pan() { walk "$@"; GRAPH+="[scene];"; }

scene_zoom() {
    still hero 2560 1440
    local t="on/$frames" z
    [ "$1" = out ] && t="(1-on/$frames)"
    z="1+${4:-0.5}*$t"
    GRAPH+="[$at:v]format=yuv420p,zoompan=z='$z':x='(iw-iw/zoom)*${2:-0.7}':y='(ih-ih/zoom)*${3:-0.45}':d=$frames:s=1280x720:fps=24[scene];"
}

scene_rise() {
    still poster 1280 1920
    GRAPH+="[$at:v]format=yuv420p,$hold,crop=1280:720:x=0:y='max(0,1200-2*n)'[scene];"
}

# Three depths of the picture, each at a speed of its own.
scene_parallax() {
    still back 1920 1080
    GRAPH+="[$at:v]format=yuv420p,$hold,crop=1280:720:x='420+trunc(n/6)':y=240:exact=1[b];"
    still middle 1920 1080
    GRAPH+="[$at:v]format=yuva420p,$hold,crop=1280:720:x='260+trunc(n/2)':y=240:exact=1[m];"
    still front 1920 1080
    GRAPH+="[$at:v]format=yuva420p,$hold,crop=1280:720:x='min(640,n)':y=240:exact=1[f];"
    GRAPH+="[b][m]overlay[bm];[bm][f]overlay[scene];"
}

scene_rain() {
    walk slow
    GRAPH+="[r0];"
    sheet rain -4 17 far
    sheet downpour -9 41 near
    GRAPH+="[r0][far]overlay[r1];[r1][near]overlay[scene];"
}

scene_snow() {
    walk slow 300
    GRAPH+="[s0];"
    sheet snow 1 2 far
    sheet flakes 3 5 near
    GRAPH+="[s0][far]overlay[s1];[s1][near]overlay[scene];"
}

# Sparks, or lanterns, that rise.
scene_embers() {
    walk "${1:-slow}"
    GRAPH+="[e0];"
    sheet sparks -1 -2 far
    sheet embers 1 -4 near
    GRAPH+="[e0][far]overlay[e1];[e1][near]overlay[scene];"
}

scene_bokeh() {
    walk right
    GRAPH+="[b0];"
    sheet lights 1 0 far
    sheet orbs 3 -1 near
    GRAPH+="[b0][far]overlay[b1];[b1][near]overlay[scene];"
}

# Air that trembles over the picture, and what the wind carries.
ripple() {
    generated "color=gray:s=1280x720:r=24"
    local wave="128+$1*sin((X+40*sin(2*PI*Y/720*2))/1280*2*PI*3)*sin(Y/720*2*PI*$2)"
    GRAPH+="[$at:v]trim=end_frame=1,format=yuv420p,geq=lum='$wave':cb=128:cr=128,$hold,scroll=h=0.0015625:v=$3,split[rx][ry];"
}

scene_sand() {
    walk slow
    GRAPH+="[d0];"
    ripple 5 9 0.008333333
    sheet dust -31 1 far
    sheet gusts -57 -3 near
    GRAPH+="[d0][rx][ry]displace=edge=smear[d1];[d1][far]overlay[d2];[d2][near]overlay[scene];"
}

scene_underwater() {
    walk slow 120
    GRAPH+="[w0];"
    ripple 7 4 0.002777778
    sheet bubbles 0 -2 near
    GRAPH+="[w0][rx][ry]displace=edge=smear[w1];[w1][near]overlay[scene];"
}

# Curtains of colour behind the land.
scene_aurora() {
    still back 1280 720
    GRAPH+="[$at:v]format=yuv420p,${hold}[sky];"
    generated "gradients=s=320x180:r=24:c0=${colours[0]}:c1=${colours[1]}:c2=${colours[2]}:c3=${colours[0]}:c4=${colours[1]}:c5=${colours[0]}:nb_colors=6:speed=0.012:seed=${1:-3}:x0=40:y0=0:x1=280:y1=170"
    GRAPH+="[$at:v]format=yuva420p,colorchannelmixer=aa=0.55,scale=1280:720:flags=bilinear[curtain];"
    sheet stars 0 0 night
    still middle 1280 720
    GRAPH+="[$at:v]format=yuva420p,${hold}[land];"
    still front 1280 720
    GRAPH+="[$at:v]format=yuva420p,${hold}[near];"
    GRAPH+="[sky][curtain]overlay[a0];[a0][night]overlay[a1];[a1][land]overlay[a2];[a2][near]overlay[scene];"
}

# A slow plasma in the recipe's colours; the foreground of the picture stands before it when asked.
plasma() {
    generated "color=black:s=96x54:r=24"
    GRAPH+="[$at:v]format=gray,geq=lum='128+60*sin(X/11+T*0.9)+40*sin((X+3*Y)/15-T*0.6)+27*sin(hypot(X-62,Y-18)/6-T*1.4)',$(tint),scale=1280:720:flags=bicubic,format=yuv420p"
}

scene_sea() {
    plasma
    GRAPH+="[p0];"
    still front 1280 720
    GRAPH+="[$at:v]format=yuva420p,${hold}[near];[p0][near]overlay[scene];"
}

scene_cosmos() {
    plasma
    GRAPH+="[c0];"
    sheet stars 1 0 far
    sheet suns 3 1 near
    GRAPH+="[c0][far]overlay[c1];[c1][near]overlay[scene];"
}

scene_tunnel() {
    generated "color=black:s=128x72:r=24"
    GRAPH+="[$at:v]format=gray,geq=lum='st(0,hypot(X-90,Y-34)+0.8);clip((128+90*sin(7*log(ld(0))-T*4)+36*sin(6*atan2(Y-34,X-90)+sin(T*0.7)*2))*min(1,ld(0)/12),0,255)',$(tint),scale=1280:720:flags=bicubic,format=yuv420p[t0];"
    still front 1280 720
    GRAPH+="[$at:v]format=yuva420p,colorchannelmixer=aa=0.6,${hold}[near];[t0][near]overlay[scene];"
}

scene_fractal() {
    generated "mandelbrot=s=480x270:r=24:maxiter=150:inner=mincol:start_scale=2.6:end_scale=$1:end_pts=$frames:start_x=$2:start_y=$3"
    GRAPH+="[$at:v]$(tint),gblur=0.6,scale=1280:720:flags=bilinear,format=yuv420p[scene];"
}

scene_life() {
    generated "life=s=128x72:r=8:ratio=0.33:mold=9:life_color=${colours[2]}:death_color=${colours[1]}:mold_color=${colours[0]}:seed=$1"
    GRAPH+="[$at:v]fps=24,scale=1280:720:flags=neighbor,format=yuv420p[scene];"
}

# Layers that settle row by row, by the rule of a cellular automaton, and the picture through them.
scene_strata() {
    generated "cellauto=s=80x45:r=6:rule=$1:seed=$2:scroll=1:full=1"
    GRAPH+="[$at:v]fps=24,$(tint),format=yuva420p,colorchannelmixer=aa=0.22,scale=1280:720:flags=neighbor[rows];"
    walk right
    GRAPH+="[s0];[s0][rows]overlay[scene];"
}

# Light that moves over the picture, and a little snow.
scene_shimmer() {
    plasma
    GRAPH=${GRAPH/,scale=1280/,format=yuva420p,colorchannelmixer=aa=0.38,scale=1280}
    GRAPH=${GRAPH%,format=yuv420p}
    GRAPH+="[light];"
    walk left
    GRAPH+="[s0];"
    sheet snow 1 2 far
    GRAPH+="[s0][light]overlay[s1];[s1][far]overlay[scene];"
}

scene_kaleidoscope() {
    still hero 1920 1080
    GRAPH+="[$at:v]crop=1000:1000:${1:-840}:80,scale=800:800,gblur=1.5,format=yuv420p,$hold,rotate=a='n*0.0045':ow=640:oh=360,split=4[k1][k2][k3][k4];"
    GRAPH+="[k2]hflip[h2];[k3]vflip[h3];[k4]hflip,vflip[h4];[k1][h2]hstack[up];[h3][h4]hstack[low];[up][low]vstack[scene];"
}

# The picture above, and trembling below what the water makes of it.
scene_mirror() {
    still hero 1920 1080
    GRAPH+="[$at:v]crop=1920:520:0:0,scale=1920:-2,format=yuv420p,$hold,crop=1280:360:x='min(640,n)':y=120,split[above][under];"
    generated "color=gray:s=1280x360:r=24"
    GRAPH+="[$at:v]trim=end_frame=1,format=yuv420p,geq=lum='128+8*sin(Y/360*2*PI*11)*sin(X/1280*2*PI*5)':cb=128:cr=128,$hold,scroll=h=0.003125:v=0.005555556,split[rx][ry];"
    GRAPH+="[under]vflip,eq=brightness=-0.08:saturation=0.7[u0];[u0][rx][ry]displace=edge=smear[below];[above][below]vstack[scene];"
}

# Four places of the picture, one after the other.
scene_album() {
    local each n x y moves=("fade" "circleopen" "wipeleft" "smoothleft") spots=("0:360" "640:40" "640:360" "300:180") label=v0
    each=$(((secs + 3 + 3) / 4 + 1))
    for n in 0 1 2 3; do
        still hero 1920 1080
        x=${spots[n]%:*} y=${spots[n]#*:}
        local drift="$x+$((n % 2 ? -1 : 1))*trunc(n/2)"
        [ "$n" = 3 ] && drift="$x-trunc(n/4)"
        GRAPH+="[$at:v]format=yuv420p,$hold,crop=1280:720:x='clip($drift,0,640)':y=$y:exact=1,trim=end_frame=$((each * 24)),settb=1/24,setpts=N[v$n];"
    done
    for n in 1 2 3; do
        GRAPH+="[$label][v$n]xfade=transition=${moves[n]}:duration=1:offset=$((n * (each - 1)))[x$n];"
        label=x$n
    done
    GRAPH+="[$label]null[scene];"
}

scene_triptych() {
    still poster 720 1080
    GRAPH+="[$at:v]format=yuv420p,$hold,split=3[p1][p2][p3];"
    GRAPH+="[p1]crop=424:720:0:y='max(0,360-n)'[q1];[p2]crop=424:720:148:y='min(360,n)'[q2];[p3]crop=424:720:296:y='max(0,360-n)'[q3];"
    GRAPH+="[q1]pad=428:720:0:0:${colours[0]}[f1];[q2]pad=428:720:0:0:${colours[0]}[f2];[f1][f2][q3]hstack=3[scene];"
}

# What four cameras see.
scene_cctv() {
    local n spots=("900:506:900:290" "560:315:1110:0" "560:315:660:660" "400:225:1110:430") names=("CAM 1" "CAM 2" "CAM 3" "CAM 4")
    for n in 0 1 2 3; do
        still hero 1920 1080
        GRAPH+="[$at:v]crop=${spots[n]},scale=720:405,hue=s=0.3,format=yuv420p,$hold,crop=640:360:x='40+40*sin(n/$((50 + 13 * n)))':y=20,drawtext=fontfile=$mono:text='${names[n]}':fontcolor=white@0.8:fontsize=20:x=18:y=326[c$n];"
    done
    generated "color=gray:s=320x180:r=12"
    GRAPH+="[$at:v]format=yuva420p,noise=c0s=40:c0f=t,colorchannelmixer=aa=0.1,fps=24,scale=1280:720:flags=neighbor[grain];"
    GRAPH+="[c0][c1]hstack[up];[c2][c3]hstack[low];[up][low]vstack[q];[q][grain]overlay,eq=brightness='0.02*sin(n*1.7)-0.25*lt(mod(n,157),4)':eval=frame[scene];"
}

scene_oldfilm() {
    local grade
    grade=$(tint)
    walk slow
    GRAPH+=",eq=brightness='0.025*sin(n*2.3)+0.02*sin(n*0.71)':contrast=1.1:eval=frame[o0];"
    still scratches 1280 720
    GRAPH+="[$at:v]format=yuva420p,$hold,scroll=h=0.213:v=0.05,fps=8,fps=24[dirt];[o0][dirt]overlay=y='4*lt(mod(n,41),2)'[scene];"
}

# Lamps that fail.
scene_flicker() {
    scene_zoom "$@"
    GRAPH=${GRAPH%'[scene];'}
    GRAPH+=",eq=brightness='-0.04+0.04*sin(n/9)-0.30*lt(mod(n,89),3)-0.18*between(mod(n,89),7,9)-0.4*between(n,$((frames * 11 / 20)),$((frames * 11 / 20 + 22)))':saturation=0.9:eval=frame[scene];"
}

scene_lightning() {
    scene_parallax
    GRAPH=${GRAPH%'[scene];'}
    GRAPH+=",eq=brightness='-0.03+0.42*lt(mod(n,131),2)+0.30*between(mod(n,131),6,8)*(9-mod(n,131))/3+0.26*lt(mod(n+70,211),3)':eval=frame[scene];"
}

scene_glitch() {
    scene_zoom in 0.7 0.45 0.3
    GRAPH=${GRAPH%'[scene];'}
    GRAPH+=",split=3[g0][g1][g2];[g1]crop=1280:90:0:200,hue=h=80[s1];[g2]crop=1280:40:0:450,hue=h=-70[s2];"
    GRAPH+="[g0][s1]overlay=x='24*sin(n*3)':y=200:enable='lt(mod(n,67),9)'[g3];[g3][s2]overlay=x='-40*cos(n*5)':y=450:enable='lt(mod(n+30,53),7)',eq=contrast='1+0.5*lt(mod(n,67),4)':eval=frame[scene];"
}

# The music, drawn by itself, before the picture.
scene_radio() {
    VIZ=1
    local grade="format=yuv420p,eq=brightness=-0.1"
    walk slow
    GRAPH+="[r0];[viz]asplit[va][vb];"
    GRAPH+="[va]showcqt=s=1280x300:r=24:axis=0:bar_h=300:sono_h=0:basefreq=80:endfreq=3000:bar_g=2:sono_g=4,format=gray,split[l0][l1];"
    generated "color=${colours[2]}:s=1280x300:r=24"
    GRAPH+="[l1]nullsink;[$at:v]format=yuva420p[ink];[ink][l0]alphamerge[bars];"
    GRAPH+="[vb]showwaves=s=1280x120:r=24:mode=line:colors=${colours[1]}:draw=full,format=yuva420p[line];"
    GRAPH+="[r0][bars]overlay=y=330[r1];[r1][line]overlay=y=80[scene];"
}

scene_wave() {
    VIZ=1
    walk left
    GRAPH+="[w0];[viz]showwaves=s=1280x220:r=24:mode=cline:colors=${colours[2]}:scale=sqrt,format=yuva420p,colorchannelmixer=aa=0.7[line];[w0][line]overlay=y=60[scene];"
}
