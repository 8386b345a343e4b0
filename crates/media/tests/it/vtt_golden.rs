use media::vtt::{MAX_CUE_BYTES, VttErrorKind, from_srt, parse, write};

#[test]
fn webvtt_becomes_canonical() {
    let file = "\u{feff}WEBVTT - made by hand\r\nKind: captions\r\n\r\n\
        STYLE\r\n::cue { color: red }\r\n\r\nNOTE\r\nnobody sees this\r\n\r\n\
        2\r\n01:02.500 --> 00:01:04.000 align:start line:-1 region:r size:50%\r\n<v Ana>Hello <i>there &amp; welcome\r\n\
        <script>alert(1)</script> 2 < 3 & so on\r\n\r\n\
        00:00:01.000 --> 00:00:02.000\r\n- Who?\r\n- <c.yellow.bg_x>Me</c></b>\r\n\r\n\
        00:00:05.000 --> 00:00:06.000\r\n<i></i>\r\n";
    insta::assert_snapshot!(write(&parse(file.as_bytes()).expect("reads")));
}

#[test]
fn subrip_becomes_canonical() {
    let file = "1\n0:00:01,5 --> 00:00:03,000 X1:10 X2:20\n{\\an8}<font color=\"#fff\">At the <b>top</font></b>\n\n\
        2\n00:00:03,000 --> 00:00:04,000\n\n\n3\n00:00:02,000 --> 00:00:02,500\n第二行\nيمين\n\n\n";
    insta::assert_snapshot!(write(&from_srt(file.as_bytes()).expect("reads")));
}

#[test]
fn mistakes_are_shown_with_their_line() {
    let vtt = |text: &str| parse(text.as_bytes()).expect_err("must be refused");
    let srt = |text: &str| from_srt(text.as_bytes()).expect_err("must be refused");
    let long = format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n", "x".repeat(MAX_CUE_BYTES + 1));
    let many = format!("WEBVTT\n\n{}", "00:01.000 --> 00:02.000\nx\n\n".repeat(20_001));
    let shown: Vec<String> = [
        vtt("1\n00:00:01,000 --> 00:00:02,000\nx\n"),
        vtt("WEBVTT"),
        vtt("WEBVTTX\n"),
        vtt("WEBVTT\n00:01.000 --> 00:02.000\nx\n"),
        vtt("WEBVTT\n\n00:01,000 --> 00:02.000\nx\n"),
        vtt("WEBVTT\n\nid\n00:01.000 --> 00:61.000\nx\n"),
        vtt("WEBVTT\n\n00:02.000 --> 00:02.000\nx\n"),
        vtt("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nid\nno times\n"),
        vtt("WEBVTT\n\n25:00:00.000 --> 26:00:00.000\nx\n"),
        vtt(&long),
        vtt(&many),
        srt("1\n00:00:01,000 -> 00:00:02,000\nx\n"),
        srt("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:05,000 --> 00:00:04,000\nx\n"),
        srt("1\n00:00:01,000 --> \nx\n"),
        srt("1\n-1:00:01,000 --> 00:00:02,000\nx\n"),
        srt(""),
        from_srt(b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n").expect_err("Latin-1"),
        from_srt(&[0xff, 0xfe, 0x00]).expect_err("half a unit"),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
    let huge = parse(&vec![b'x'; media::vtt::MAX_BYTES + 1]).expect_err("too large");
    assert_eq!(huge.kind, VttErrorKind::TooLarge);
}
