use chat::Reply;

#[test]
fn as_the_service_takes_it() {
    let reply = Reply::channel(format!(
        "*mina* asks: roll 1.4.2, because {}",
        Reply::quote("<!channel> *now* & `rm`\n")
    ))
    .button("approve", "0123456789ab", "Approve 0123456789ab")
    .button("cancel", "0123456789ab", "Cancel");
    insta::assert_json_snapshot!(reply.json());
    assert_eq!(reply.json_beside()["replace_original"], false, "the plan stays to be read");
    assert_eq!(Reply::asker("no").json()["response_type"], "ephemeral");
}

fn text(reply: &Reply) -> String {
    reply.json()["text"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_too_long_is_cut_where_it_matters_least() {
    let plan = "  1. start a &amp; b\n".repeat(500);
    let reply = Reply::channel(format!("*ana* asks\n{plan}")).under("`approve 0123456789ab`");
    let shown = text(&reply);
    assert!(shown.starts_with("*ana* asks\n") && shown.ends_with("\n`approve 0123456789ab`"), "{shown}");
    assert!(
        shown.contains("(too long for chat") && (2_900..=3_000).contains(&shown.len()),
        "{}",
        shown.len()
    );
    let log: String = (1..=500).map(|at| format!("{at} ana &lt;did&gt; something\n")).collect();
    let shown = text(&Reply::asker(log.trim_end()).newest_last());
    assert!(shown.starts_with("(too long for chat") && shown.ends_with("\n500 ana &lt;did&gt; something"));
    let second = shown.lines().nth(1).unwrap();
    assert!(second.ends_with(" ana &lt;did&gt; something") && shown.len() <= 3_000, "a whole line: {second}");
    // Wherever the cut falls, no half of an escaped character is left.
    for pad in 0..6 {
        let escaped = format!("{}{}", "x".repeat(pad), "&amp;".repeat(900));
        for reply in [Reply::asker(escaped.clone()), Reply::asker(escaped).newest_last()] {
            let shown = text(&reply).replace("&amp;", "");
            assert!(!shown.contains('&') && !shown.contains("mp;"), "{shown}");
        }
    }
    assert_eq!(text(&Reply::asker("a").under("b")), "a\nb");
    assert_eq!(text(&Reply::asker("x".repeat(3_000))).len(), 3_000);
}
