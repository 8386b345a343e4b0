# Music made of tones: an eight-note figure over four chords, with a pad beneath and a little room around it.
# shellcheck shell=bash

# Numbers from -12 to 27 packed into one, base 40, first in the lowest place: what an expression can look up.
packed() {
    local value=0 i
    for ((i = $#; i > 0; i--)); do value=$((value * 40 + ${!i} + 12)); done
    echo "$value"
}

# music ROOT(Hz) EIGHTHS(a second) VOICE FIGURE(8 semitones, comma) CHORDS(4 semitones, comma) SECONDS
music() {
    local root=$1 rate=$2 voice=$3 figure chords secs=$6 tone decay
    IFS=, read -ra figure <<<"$4"
    IFS=, read -ra chords <<<"$5"
    case $voice in
        bell) tone='sin(ld(4))+0.45*sin(2.76*ld(4))+0.2*sin(5.4*ld(4))' decay=3.2 ;;
        harp) tone='sin(ld(4))+0.5*sin(2*ld(4))+0.25*sin(3*ld(4))' decay=4.5 ;;
        reed) tone='sin(ld(4))+0.33*sin(3*ld(4))+0.2*sin(5*ld(4))+0.1*sin(7*ld(4))' decay=1.8 ;;
        glass) tone='sin(ld(4))+0.15*sin(4*ld(4))' decay=1.2 ;;
        drone) tone='0.5*sin(ld(4)/2)+0.4*sin(0.507*ld(4))+0.2*sin(1.41*ld(4))' decay=0.9 ;;
        *) echo "make-masters: no voice $voice" >&2 && return 1 ;;
    esac
    local expr="st(0,t*$rate)"
    expr+=";st(1,mod(floor($(packed "${chords[@]}")/pow(40,mod(floor(ld(0)/16),4))),40)-12)"
    expr+=";st(2,mod(floor($(packed "${figure[@]}")/pow(40,mod(floor(ld(0)),8))),40)-12)"
    expr+=";st(3,mod(ld(0),1)/$rate)"
    expr+=";st(4,2*PI*ld(3)*$root*pow(2,(ld(1)+ld(2))/12))"
    expr+=";st(5,2*PI*t*$root/2*pow(2,ld(1)/12))"
    expr+=";0.26*exp(-$decay*ld(3))*(1-exp(-150*ld(3)))*($tone)"
    expr+="+0.085*pow(sin(PI*mod(ld(0),16)/16),0.7)*(sin(ld(5))+0.8*sin(1.498*ld(5))+0.5*sin(2.004*ld(5)))"
    echo "aevalsrc='$expr':s=16000:d=$secs"
}
