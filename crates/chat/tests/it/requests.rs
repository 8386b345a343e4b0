use chat::{MAX_BODY, Person, Request, RequestError, Said, may_reply_to};
use proptest::prelude::*;

const TYPED: &str = "team_id=T1&team_domain=house&channel_id=C7&channel_name=ops&user_id=U2&user_name=mina\
    &command=%2Fprimetime&text=roll+1.4.2&response_url=https%3A%2F%2Fexample.com%2F&trigger_id=13.7";

/// As Slack sends it, with what is read and what is not.
fn pressed(action: &str) -> String {
    let payload = format!(
        r#"{{"type":"block_actions","user":{{"id":"U3","username":"noor","name":"noor","team_id":"T1"}},
            "api_app_id":"A1","token":"old","container":{{"type":"message","message_ts":"1.2","channel_id":"C7",
            "is_ephemeral":false}},"trigger_id":"1.2.3","team":{{"id":"T1","domain":"house"}},"enterprise":null,
            "is_enterprise_install":false,"channel":{{"id":"C7","name":"ops"}},"message":{{"ts":"1.2","text":"x"}},
            "state":{{"values":{{}}}},"response_url":"https://hooks.slack.com/actions/T1/1/x","actions":[{action}]}}"#
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
    let said = Said::Typed("roll 1.4.2".into());
    assert_eq!(request, Request { person, channel: "C7".into(), said, reply_to: None });
    let bare = Request::parse(TYPED.replace("&text=roll+1.4.2", "").as_bytes()).unwrap();
    assert_eq!(bare.said, Said::Typed(String::new()));
}

#[test]
fn a_pressed_button_arrives() {
    let button = r#"{"action_id":"approve","block_id":"b","text":{"type":"plain_text","text":"Approve","emoji":true},
        "value":"0123456789ab","type":"button","action_ts":"1.2"}"#;
    let request = Request::parse(pressed(button).as_bytes()).unwrap();
    let person = Person { team: "T1".into(), id: "U3".into(), name: "noor".into() };
    assert_eq!(request.person, person);
    assert_eq!(request.reply_to.as_deref(), Some("https://hooks.slack.com/actions/T1/1/x"));
    assert_eq!(request.said, Said::Pressed { action: "approve".into(), value: "0123456789ab".into() });
}

#[test]
fn where_an_app_is_the_whole_organisations_the_workspace_is_the_persons() {
    let team = form_urlencoded(r#""team":{"id":"T1","domain":"house"}"#).replace("payload=", "");
    let none = form_urlencoded(r#""team":null"#).replace("payload=", "");
    let body = pressed(r#"{"action_id":"cancel","value":"0123456789ab"}"#).replace(&team, &none);
    assert!(body.contains(&none));
    assert_eq!(Request::parse(body.as_bytes()).unwrap().person.team, "T1");
}

#[test]
fn answers_go_to_the_chat_and_nowhere_else() {
    let webhook = Some("https://chat.example.org:8443/services/1");
    for address in [
        "https://hooks.slack.com/actions/T1/1/x",
        "https://HOOKS.slack.com:443/x",
        "https://chat.example.org:8443/y",
    ] {
        assert!(may_reply_to(address, webhook), "{address}");
    }
    assert!(!may_reply_to("https://chat.example.org:8443/y", None));
    for address in [
        "http://hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com.example.org/x",
        "https://example.org/hooks.slack.com",
        "https://hooks.slack.com@169.254.169.254/x",
        "https://hooks.slack.com:x@169.254.169.254/x",
        "https://hooks.slack.com:/x",
        "https://hooks.slack.com\\@169.254.169.254/x",
        "https://169.254.169.254/latest/meta-data",
        "https://chat.example.org/y",
        "http://chat.example.org:8443/y",
        "//hooks.slack.com/x",
        "/x",
        "file:///etc/passwd",
        "",
    ] {
        assert!(!may_reply_to(address, webhook), "{address}");
    }
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
