//! What an EC2 machine was given as its user data. The metadata service is played here.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    thread,
};

use crate::{
    process::{Installation, words},
    server::{BUCKET, KEY, SECRET, Server},
};

/// A service of version 2, which tells nothing without its token, and knows a role. Its address.
fn metadata(status: &'static str, user_data: &'static str) -> String {
    let role = format!(
        r#"{{"AccessKeyId":"{KEY}","SecretAccessKey":"{SECRET}","Token":"t","Expiration":"2099-01-01T00:00:00Z"}}"#
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    // It ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> =
                lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).collect();
            let knows = head.iter().any(|line| line.eq_ignore_ascii_case("x-aws-ec2-metadata-token: drawn"));
            // Where the machine is slow, whoever asked has given up and asks again.
            let Some(asked) = head.first() else { continue };
            let (status, body) = match asked.as_str() {
                "PUT /latest/api/token HTTP/1.1" => ("200 OK", "drawn"),
                "GET /latest/user-data HTTP/1.1" if knows => (status, user_data),
                "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1" if knows => ("200 OK", "host"),
                "GET /latest/meta-data/iam/security-credentials/host HTTP/1.1" if knows => ("200 OK", &*role),
                _ => ("401 Unauthorized", ""),
            };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    address
}

#[test]
fn user_data_are_settings_or_nothing() {
    let mut there = Installation::new();
    let mut at = |status, text| {
        there.variables.retain(|(name, _)| *name != "AWS_EC2_METADATA_SERVICE_ENDPOINT");
        there.variables.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata(status, text)));
        there.run("config machine")
    };
    let good = at("200 OK", "PRIMETIME_ROLES=site\nPRIMETIME_OBJECTS_URL=s3://b/live\n");
    assert_eq!(
        String::from_utf8_lossy(&good.stdout),
        "PRIMETIME_OBJECTS_URL=s3://b/live\nPRIMETIME_ROLES=site\n"
    );
    let none = at("404 Not Found", "");
    assert!(none.status.success() && none.stdout.is_empty());
    for (status, text, why) in [
        ("200 OK", "#cloud-config\nruncmd: [rm]\n", "line 2 is not used"),
        ("500 Oops", "", "it says 500"),
        ("200 OK", Box::leak("x".repeat(20_000).into_boxed_str()), "longer than 16384 bytes"),
    ] {
        let bad = at(status, text);
        let said = String::from_utf8_lossy(&bad.stderr).into_owned();
        assert!(!bad.status.success() && bad.stdout.is_empty() && said.contains(why), "{said}");
    }
}

/// What lies in the folder, with its mode; of folders the mode alone.
fn there(dir: &Path) -> BTreeMap<String, (u32, String)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        let (mode, name) =
            (path.metadata().unwrap().permissions().mode() & 0o777, name.into_string().unwrap());
        match path.is_dir() {
            true => found
                .extend(self::there(&path).into_iter().map(|(file, what)| (format!("{name}/{file}"), what))),
            false => _ = found.insert(name.clone(), (mode, fs::read_to_string(&path).unwrap())),
        }
        if path.is_dir() {
            found.insert(name, (mode, String::new()));
        }
    }
    found
}

#[test]
fn secrets_come_with_the_settings_by_the_machines_role_or_nothing_comes() {
    let store = tempfile::tempdir().unwrap();
    let server = Server::start(store.path());
    let secrets = store.path().join(BUCKET).join("secrets/site");
    fs::create_dir_all(&secrets).unwrap();
    for (name, text) in [("token.key", "hush"), ("database.password", "hush too\n")] {
        fs::write(secrets.join(name), text).unwrap();
    }
    let said = format!(
        "PRIMETIME_OBJECTS_URL=s3://{BUCKET}/live\nPRIMETIME_OBJECTS_ENDPOINT={}\nPRIMETIME_OBJECTS_CREDENTIALS=role\n\
         PRIMETIME_DATABASE_URL=postgres://a@db/c\nPRIMETIME_SECRETS_URL=s3://{BUCKET}/secrets/site\n",
        server.endpoint()
    );
    let mut machine = Installation::new();
    machine.variables.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata("200 OK", said.clone().leak())));
    let into = machine.dir.path().join("run");
    fs::create_dir(&into).unwrap();
    let line = format!("config machine --into {}", into.display());

    // Twice: the second one takes the place of the first.
    for _ in 0..2 {
        let done = machine.run(&line);
        assert!(done.status.success() && done.stdout.is_empty(), "{}", words(&done));
        let found = there(&into);
        let names: Vec<_> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["machine.env", "secrets", "secrets/database.password", "secrets/token.key"]);
        assert_eq!(found["secrets"].0, 0o700);
        assert_eq!(found["secrets/token.key"], (0o600, "hush".into()));
        let at = into.join("secrets").display().to_string();
        let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
        lines.push(format!("PRIMETIME_SECRETS_DIR={at}"));
        lines.push(format!("PRIMETIME_DATABASE_PASSWORD_FILE={at}/database.password"));
        lines.sort_unstable();
        assert_eq!(found["machine.env"], (0o600, lines.join("\n") + "\n"));
    }

    // A process that is told so draws none beside them: this one needs a cookie.key.
    let mut site = Installation::new();
    site.variables.push(("PRIMETIME_SECRETS_DIR", into.join("secrets").display().to_string()));
    site.succeed("bench-edition --episodes 1 --set secrets.dir=");
    let refusal = site.fail("serve --roles site --set database.path=none");
    assert!(refusal.contains("the secret cookie.key was not handed over"), "{refusal}");

    // One that is wrong: nothing comes.
    fs::remove_dir_all(&into).unwrap();
    fs::create_dir(&into).unwrap();
    fs::write(secrets.join(".hidden"), "hush").unwrap();
    let refusal = machine.fail(&line);
    assert!(refusal.contains("`.hidden` is no name of a secret") && !refusal.contains("hush"), "{refusal}");
    assert!(there(&into).is_empty());
}
