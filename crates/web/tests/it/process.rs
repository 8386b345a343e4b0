use web::Metrics;

#[test]
fn the_memory_of_this_process_is_shown() {
    let metrics = Metrics::new("test");
    web::process::register(&metrics);
    let text = metrics.encode().unwrap();
    let bytes =
        text.lines().find_map(|line| line.strip_prefix("test_process_resident_memory_bytes ")).unwrap();
    assert!(bytes.parse::<u64>().unwrap() > 1 << 20, "{bytes}");
}

#[test]
fn it_says_what_it_is_and_whether_it_takes_traffic() {
    let (metrics, gate) = (Metrics::new("test"), web::Gate::new(false));
    let takes = gate.clone();
    web::instance::register(&metrics, &[("release", "a\"b".into()), ("roles", "site".into())], move || {
        takes.is_admitting()
    });
    let text = metrics.encode().unwrap();
    assert!(text.contains("\ntest_instance_info{release=\"a\\\"b\",roles=\"site\"} 1\n"), "{text}");
    assert!(text.contains("\ntest_serving 0\n"), "{text}");
    gate.admit();
    assert!(metrics.encode().unwrap().contains("\ntest_serving 1\n"));
}
