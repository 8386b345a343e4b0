use super::{Layers, keys::KEYS};

/// The whole configuration as TOML that could be used again, with where each value is from and what it means.
pub fn print(layers: &Layers) -> String {
    let mut text = String::new();
    let mut table = "";
    for key in KEYS {
        let (inside, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        if inside != table {
            table = inside;
            text.push_str(&format!("\n[{table}]\n"));
        }
        let said = layers.said(key.name);
        let value = match visible(key.name, &said.text).as_str() {
            word @ ("true" | "false") => word.to_owned(),
            number if number.parse::<u64>().is_ok() => number.to_owned(),
            other => toml::Value::String(other.to_owned()).to_string(),
        };
        text.push_str(&format!("# {}\n# env {}\n", key.help, key.variable()));
        text.push_str(&format!("{:<40} # from {}\n", format!("{name} = {value}"), said.source));
    }
    text
}

/// The value as it may be shown: a database's URL without its password.
pub(super) fn visible(key: &str, text: &str) -> String {
    if key == "database.url" { store::mask(text) } else { text.to_owned() }
}
