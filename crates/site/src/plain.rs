//! Texts made by hand: a page for when no brand is known, and what goes safely into markup.

use std::{borrow::Cow, fmt::Write};

use axum::response::{Html, IntoResponse};
use serde_json::Value;
use web::Problem;

/// A page without a brand: what is wrong, and where to go instead.
pub fn page(problem: &Problem) -> impl IntoResponse + use<> {
    let mut links = String::new();
    if let Some(Value::Array(hosts)) = problem.extension("hosts") {
        for host in hosts.iter().filter_map(Value::as_str) {
            let host = escape(host);
            let _ = write!(links, "<li><a href=\"{host}/\">{host}</a></li>");
        }
    }
    let (title, detail) = (escape(problem.title()), escape(problem.details().unwrap_or_default()));
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><main><h1>{title}</h1><p>{detail}</p><ul>{links}</ul><p>{}</p></main></html>",
        problem.status().as_u16(),
    ))
}

/// Text as it stands in HTML or XML, between tags or inside double quotes.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out.into()
}
