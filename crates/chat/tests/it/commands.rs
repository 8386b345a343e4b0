use chat::{Command, CommandError};
use proptest::prelude::*;

#[test]
fn what_people_type_and_what_they_get() {
    let typed = [
        "",
        "help",
        "status",
        " status ",
        "status now",
        "log",
        "log 5",
        "roll",
        "roll 1.4.2",
        "roll ../etc",
        "roll 1.4.2 the new player",
        "roll -rf",
        "undo",
        "undo colours are odd",
        "hold",
        "hold x",
        "hold the database is slow",
        "go",
        "scale",
        "scale site",
        "scale site 12",
        "scale site 12 premiere at eight",
        "scale sit 12",
        "scale site -1",
        "scale site 1001",
        "scale site many",
        "takedown",
        "takedown ferry",
        "takedown ferry court order 12/26",
        "takedown Ferry! court order",
        "approve",
        "approve 0123456789ab",
        "approve 0123",
        "approve 0123456789AB",
        "cancel 0123456789ab",
        "stauts",
        "rm -rf /",
        "ROLL 1",
        "도움",
    ];
    let answers: Vec<String> = typed
        .iter()
        .map(|text| match Command::parse(text) {
            Ok(command) => {
                format!("{text:<36} {command}{}", if command.changes() { "  (is planned first)" } else { "" })
            }
            Err(error) => format!("{text:<36} ! {error}"),
        })
        .collect();
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_hundred_thousand_letters_are_quoted_short() {
    let error = Command::parse(&"x".repeat(100_000)).unwrap_err();
    assert!(matches!(&error, CommandError::Unknown { word, .. } if word.len() == 30), "{error}");
}

proptest! {
    #[test]
    fn what_was_understood_is_understood_again(text in "(roll|hold|scale|takedown|approve|go|undo)( [a-z0-9.]{1,12}){0,4}") {
        if let Ok(command) = Command::parse(&text) {
            prop_assert_eq!(Command::parse(&command.to_string()), Ok(command));
        }
    }
}
