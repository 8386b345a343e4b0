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
