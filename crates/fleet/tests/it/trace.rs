use fleet::simulate::trace::{Trace, TraceError};
use proptest::prelude::*;

fn error(text: &str) -> String {
    Trace::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn rows_become_minutes_in_straight_lines() {
    let trace = Trace::parse(
        b"timestamp,value\n2014-07-01 00:00:00,10\n2014-07-01 00:30:00,40\n2014-07-01 01:00:00,40\n",
    )
    .unwrap();
    assert_eq!((trace.step, trace.minutes.len()), (30, 61));
    assert_eq!(
        (trace.minutes[0], trace.minutes[15], trace.minutes[30], trace.minutes[45]),
        (10.0, 25.0, 40.0, 40.0)
    );
    assert_eq!(trace.start.to_string(), "2014-07-01T00:00:00Z");
    assert_eq!(trace.scaled_to(200.0)[30], 200.0);
}

#[test]
fn seconds_are_averaged_and_holes_stay() {
    let trace =
        Trace::parse(b"1400000040,1\n1400000050,3\n1400000060,4\n1400000120,8\n1400000400,8\n1400000410,2\n")
            .unwrap();
    assert_eq!(trace.minutes[..2], [8.0 / 3.0, 8.0]);
    assert!(trace.minutes[2..6].iter().all(|load| load.is_nan()));
}

#[test]
fn a_long_hole_between_half_hours_stays_a_hole() {
    let text = "2014-07-01 00:00:00,1\n2014-07-01 00:30:00,1\n2014-07-01 01:00:00,1\n2014-07-01 05:00:00,1\n2014-07-01 05:30:00,1\n";
    let trace = Trace::parse(text.as_bytes()).unwrap();
    assert_eq!(trace.minutes.iter().filter(|load| load.is_nan()).count(), 239);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let good = "time,load\n2014-07-01 00:00:00,1\n";
    assert_eq!(Trace::parse(b""), Err(TraceError::Empty));
    assert_eq!(Trace::parse(good.as_bytes()), Err(TraceError::Empty));
    assert!(error(&format!("{good}2014-07-01 00:30:00,-4\n")).starts_with("line 3: `-4` is not a load"));
    assert!(error(&format!("{good}2014-07-01 00:30:00,NaN\n")).starts_with("line 3: `NaN` is not a load"));
    assert!(error(&format!("{good}yesterday,4\n")).starts_with("line 3: `yesterday` is not a time"));
    assert!(error(&format!("{good}\n2014-07-01 00:30:00,4,5\n")).starts_with("line 4: found 3 columns"));
    assert!(error(&format!("{good}2014-07-01 00:00:00,4\n")).starts_with("line 3: its time is not after"));
    assert!(error(&format!("{good}2034-07-01 00:00:00,4\n")).starts_with("line 3: more than four years"));
    assert!(error(&format!("{good}\u{1b}[2J,4\n")).contains("\\u{1b}"));
    assert!(matches!(
        Trace::parse(b"2014-07-01 00:00:00,1\n2014-07-01 00:30:00,\xff\n"),
        Err(TraceError::Csv { line: 2, .. })
    ));
    assert_eq!(Trace::parse(b"2014-07-01 00:00:00,0\n2014-07-01 00:30:00,0\n"), Err(TraceError::AllZero));
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fleet::fuzz::fuzz_trace(&bytes);
    }

    #[test]
    fn any_rows(rows in proptest::collection::vec((0i64..100_000, -1.0..1e6f64), 0..20)) {
        let text: String = rows.iter().map(|(at, load)| format!("{at},{load}\n")).collect();
        fleet::fuzz::fuzz_trace(text.as_bytes());
    }
}
