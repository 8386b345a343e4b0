use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

use super::{keys::KEYS, *};

fn variables(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>().into_iter()
}

#[test]
fn the_defaults_are_a_configuration() {
    let config = Config::read(&Layers::defaults()).unwrap();
    assert!(
        matches!(config.database, Some(Location::Sqlite(path)) if path == Path::new("data/primetime.db"))
    );
    assert!(config.roles.site && config.roles.work);
}

#[test]
fn flag_over_environment_over_file_over_default() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("primetime.toml");
    fs::write(&file, "roles = ['site', 'origin']\n[http]\nlisten = '127.0.0.1:1'\nops_listen = '127.0.0.1:2'\nmax_connections = 3\n").unwrap();
    let mut layers = Layers::defaults();
    layers.file(&file).unwrap();
    layers
        .environment(variables(&[
            ("PRIMETIME_HTTP_LISTEN", "127.0.0.1:4"),
            ("PRIMETIME_HTTP_OPS_LISTEN", "127.0.0.1:5"),
            ("HOME", "/"),
        ]))
        .unwrap();
    layers.set("http.listen", "127.0.0.1:6".into(), Source::Flag("--listen".into())).unwrap();
    let config = Config::read(&layers).unwrap();
    assert_eq!(config.http.listen.port(), 6);
    assert_eq!(config.http.ops_listen.port(), 5);
    assert_eq!(config.http.max_connections, 3);
    assert_eq!(config.roles, Roles { site: true, origin: true, ..Roles::NONE });
    let printed = print(&layers);
    for line in
        ["from flag --listen", "from environment PRIMETIME_HTTP_OPS_LISTEN", "primetime.toml", "from default"]
    {
        assert!(printed.contains(line), "{line} not in\n{printed}");
    }
}

#[test]
fn what_is_printed_can_be_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("primetime.toml");
    fs::write(&file, print(&Layers::defaults())).unwrap();
    let mut layers = Layers::defaults();
    layers.file(&file).unwrap();
    for key in KEYS {
        assert_eq!(layers.said(key.name).text, key.default, "{}", key.name);
        assert_eq!(layers.said(key.name).source, Source::File(file.clone()));
    }
}

#[test]
fn credentials_in_an_address_are_refused_and_not_shown() {
    let mut layers = Layers::defaults();
    layers.set("objects.url", "s3://films".into(), Source::Flag("--set".into())).unwrap();
    layers.set("objects.endpoint", "https://key:hush@s3.example.com".into(), Source::Default).unwrap();
    let error = Config::read(&layers).unwrap_err().to_string();
    assert!(error.contains("objects.endpoint") && !error.contains("hush"), "{error}");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest() {
    let mut layers = Layers::defaults();
    let error = layers.environment(variables(&[("PRIMETIME_HTTP_LISTN", "x")])).unwrap_err().to_string();
    assert!(
        error.contains("PRIMETIME_HTTP_LISTN") && error.contains("did you mean `PRIMETIME_HTTP_LISTEN`"),
        "{error}"
    );
    let error =
        layers.set("site.page_cash_mb", "1".into(), Source::Flag("--set".into())).unwrap_err().to_string();
    assert!(error.contains("site.page_cache_mb"), "{error}");
}

#[test]
fn wrong_values_name_key_source_and_what_would_do() {
    for (key, text) in [
        ("http.listen", "8080"),
        ("roles", "site,sight"),
        ("work.slots", "-1"),
        ("log.format", "xml"),
        ("site.default_territory", "ZZ"),
        ("site.page_cache_mb", "99999999999"),
        ("database.path", "none"),
        ("objects.url", "films"),
        ("objects.endpoint", "https://s3.example.com"),
        ("keys.edition", "no key"),
        ("registry.peers", "10.0.0.7:5000"),
        ("registry.peers", "dns:registry.internal"),
        ("registry.peers", "dns:a:5000,dns:b:5000"),
        ("registry.self", "https://a:1"),
    ] {
        let mut layers = Layers::defaults();
        layers.set(key, text.into(), Source::Flag("--set".into())).unwrap();
        let error = Config::read(&layers).unwrap_err().to_string();
        assert!(
            error.contains(key) && error.contains("flag --set") && error.contains("should be"),
            "{error}"
        );
    }
}

#[test]
fn no_two_keys_share_a_variable() {
    let names: BTreeSet<_> = KEYS.iter().map(|key| key.variable()).collect();
    assert_eq!(names.len(), KEYS.len());
}

#[test]
fn the_database_is_a_path_or_a_url_and_its_password_is_shown_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    fs::write(&file, "hunter2\n").unwrap();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o600);
    let with = |values: &[(&str, &str)]| {
        let mut layers = Layers::defaults();
        for (key, text) in values {
            layers.set(key, (*text).to_owned(), Source::Flag(format!("--set {key}"))).unwrap();
        }
        layers
    };
    let url = "postgres://u:hunter2@db/primetime";
    for (layers, shown) in [
        (with(&[("database.url", url)]), "postgres://u:***@db/primetime"),
        (
            with(&[
                ("database.url", "postgres://u@db/primetime"),
                ("database.password_file", file.to_str().unwrap()),
            ]),
            "postgres://u@db/primetime",
        ),
    ] {
        let config = Config::read(&layers).unwrap();
        let text = format!("{}{config:?}", print(&layers));
        assert!(text.contains(shown) && !text.contains("hunter2"), "{text}");
    }
    let sqlite = Config::read(&with(&[("database.url", "sqlite:x.db")])).unwrap();
    mode(0o644);
    let in_file =
        [("database.url", "postgres://u@db/primetime"), ("database.password_file", file.to_str().unwrap())];
    let seen = Config::read(&with(&in_file)).unwrap_err().to_string();
    assert!(seen.contains("chmod 600") && !seen.contains("hunter2"), "{seen}");
    assert!(matches!(sqlite.database, Some(Location::Sqlite(_))));
    let none = with(&[("database.url", url), ("database.path", "none"), ("roles", "site")]);
    assert!(Config::read(&none).unwrap().database.is_none());
    for values in [
        &[("database.url", "postgres://u:hunter2@db")][..],
        &[("database.url", url), ("database.path", "x.db")],
        &[("database.url", "sqlite:x.db"), ("database.password_file", "/dev/null")],
        &[("database.url", url), ("database.password_file", "/dev/null")],
        &[("database.password_file", "x")],
        &[("database.connections", "1")],
    ] {
        let error = Config::read(&with(values)).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
