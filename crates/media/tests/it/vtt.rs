use media::vtt::{Cue, Time, VttErrorKind, from_any, from_srt, parse, write};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    // Whatever people type, and what parsers trip over.
    let bits = prop_oneof![
        "\\PC{0,12}",
        "[<>&;#/.\\- a-z\t\u{85}\u{2028}\u{feff}]{0,12}",
        prop::sample::select(vec![
            "-->",
            "</",
            "<i>",
            "</i>",
            "<b",
            "<v Bob-->",
            "<c.a--->",
            "<font color=\"x\">",
            "&amp;",
            "&#60;",
            "&#x3c",
            "NOTE",
            "STYLE",
            "WEBVTT",
            "{\\an8}",
            "{\\",
            "<<i>>",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "<ruby>",
            "<lang ko>",
            "\0",
            "00:00:01.000 --> 00:00:02.000",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(bits, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn what_was_read_is_written_and_read_back_the_same(
        cues in prop::collection::vec((0u64..10_000_000, 1u64..10_000, text(), "[a-z:0-9%, \\-]{0,20}"), 1..20),
    ) {
        let mut file = String::from("WEBVTT\n\n");
        for (start, length, text, settings) in &cues {
            let (start, end) = (Time::from_ms(*start), Time::from_ms(start + length));
            file += &format!("{start} --> {end} {settings}\n{text}\n\n");
        }
        if let Ok(cues) = parse(file.as_bytes()) {
            let canonical = write(&cues);
            prop_assert_eq!(parse(canonical.as_bytes()), Ok(cues.clone()), "{}", canonical);
            for cue in &cues {
                prop_assert!(!cue.text.contains("-->") && !cue.text.contains("\n\n") && !cue.text.contains('\r'));
                prop_assert!(cue.end > cue.start);
            }
            prop_assert!(cues.is_sorted_by_key(|c| c.start));
        }
    }

    #[test]
    fn subrip_gives_its_times_and_plain_words(
        cues in prop::collection::vec((0u64..80_000_000, 1u64..10_000, "[a-zA-Z가-힣ぁ-ん ,.!?'\"]{1,30}"), 1..30),
        numbered in any::<bool>(), crlf in any::<bool>(), bom in any::<bool>(),
    ) {
        let clock = |ms: u64| format!("{:02}:{:02}:{:02},{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        let mut file = String::from(if bom { "\u{feff}" } else { "" });
        let mut expected: Vec<Cue> = Vec::new();
        for (n, (start, length, text)) in cues.iter().enumerate() {
            if numbered {
                file += &format!("{}\n", n + 1);
            }
            file += &format!("{} --> {}\n{text}\n\n", clock(*start), clock(start + length));
            if !text.trim().is_empty() {
                expected.push(Cue {
                    start: Time::from_ms(*start),
                    end: Time::from_ms(start + length),
                    settings: String::new(),
                    text: text.trim().to_owned(),
                });
            }
        }
        expected.sort_by_key(|c| (c.start, c.end));
        let file = if crlf { file.replace('\n', "\r\n") } else { file };
        match from_srt(file.as_bytes()) {
            Ok(read) => {
                prop_assert_eq!(&read, &expected);
                prop_assert_eq!(from_any(file.as_bytes()), Ok(read.clone()));
                prop_assert_eq!(from_any(write(&read).as_bytes()), Ok(read));
            }
            Err(error) => prop_assert!(expected.is_empty() && error.kind == VttErrorKind::Empty, "{}", error),
        }
    }

    #[test]
    fn utf_16_reads_as_utf_8_does(words in "[a-z가-힣😀-😎 ]{1,40}", big in any::<bool>()) {
        let file = format!("1\n00:00:01,000 --> 00:00:02,000\nx{words}\n");
        let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(file.encode_utf16()).flat_map(unit).collect();
        prop_assert_eq!(from_srt(&wide), from_srt(file.as_bytes()));
    }
}

/// What is escaped is longer; what was accepted could not be read again.
#[test]
fn a_cue_that_is_too_long_once_it_is_escaped_is_refused() {
    for (ampersands, fits) in [(819, true), (820, false)] {
        let cue = format!("00:00:01.000 --> 00:00:02.000\n{}\n", "&".repeat(ampersands));
        for cues in [from_srt(cue.replace('.', ",").as_bytes()), parse(format!("WEBVTT\n\n{cue}").as_bytes())]
        {
            match cues {
                Ok(cues) => assert!(fits && parse(write(&cues).as_bytes()) == Ok(cues), "{ampersands}"),
                Err(error) => assert!(!fits && error.kind == VttErrorKind::CueTooLong, "{error}"),
            }
        }
    }
}
