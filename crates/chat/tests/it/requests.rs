use chat::{MAX_BODY, Person, Request, RequestError, Said};
use proptest::prelude::*;

const TYPED: &str = "team_id=T1&team_domain=house&channel_id=C7&channel_name=ops&user_id=U2&user_name=mina\
    &command=%2Fprimetime&text=roll+1.4.2&response_url=https%3A%2F%2Fexample.com%2F&trigger_id=13.7";

fn pressed(action: &str) -> String {
    let payload = format!(
        r#"{{"type":"block_actions","team":{{"id":"T1"}},"user":{{"id":"U3","username":"noor"}},
            "channel":{{"id":"C7"}},"actions":[{action}],"message":{{"ts":"1"}}}}"#
    );
    form_urlencoded(&payload)
}

fn form_urlencoded(payload: &str) -> String {
    let escaped: String = payload.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("payload={escaped}")
}

#[test]
fn what_is_typed_arrives_with_who_typed_it() {
    let request = Request::parse(TYPED.as_bytes()).unwrap();
    let person = Person { team: "T1".into(), id: "U2".into(), name: "mina".into() };
    assert_eq!(request, Request { person, channel: "C7".into(), said: Said::Typed("roll 1.4.2".into()) });
    let bare = Request::parse(TYPED.replace("&text=roll+1.4.2", "").as_bytes()).unwrap();
    assert_eq!(bare.said, Said::Typed(String::new()));
}

#[test]
fn a_pressed_button_arrives() {
    let request =
        Request::parse(pressed(r#"{"action_id":"approve","value":"0123456789ab"}"#).as_bytes()).unwrap();
    assert_eq!(request.person.name, "noor");
    assert_eq!(request.said, Said::Pressed { action: "approve".into(), value: "0123456789ab".into() });
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |body: &str| Request::parse(body.as_bytes()).unwrap_err();
    for field in ["team_id", "channel_id", "user_id", "user_name"] {
        let without = TYPED.replace(field, "other");
        assert!(matches!(refused(&without), RequestError::Missing(name) if name == field), "{field}");
    }
    assert_eq!(refused(&format!("{TYPED}&user_id=U9")), RequestError::Odd("a field that stands twice"));
    assert_eq!(refused(&TYPED.replace("=U2", "=U2%0aforged")), RequestError::Odd("user_id"));
    assert_eq!(refused(&TYPED.replace("roll+", "roll%00")), RequestError::Odd("text"));
    assert_eq!(refused(&TYPED.replace("roll", &"x".repeat(5_000))), RequestError::Odd("text"));
    assert_eq!(refused(&"x".repeat(MAX_BODY + 1)), RequestError::TooLong);
    let two = r#"{"action_id":"approve","value":"1"},{"action_id":"cancel","value":"1"}"#;
    for body in [pressed(two), pressed(""), form_urlencoded("{}"), form_urlencoded("[[[[")] {
        assert!(matches!(refused(&body), RequestError::Payload(_)), "{body}");
    }
    let view = pressed(r#"{"action_id":"a","value":"b"}"#)
        .replace("%62%6C%6F%63%6B%5F%61%63%74%69%6F%6E%73", "view");
    assert!(matches!(refused(&view), RequestError::Payload(_)));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(body: Vec<u8>) {
        chat::fuzz_request(&body);
    }
}
