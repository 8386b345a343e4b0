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
    assert_eq!(Reply::asker("x".repeat(9_000)).json()["text"].as_str().unwrap().len(), 3_000);
}
