use media::image::{Format, ImageError, Limits, open, sniff, svg_to_rgba};

fn svg(body: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">{body}</svg>"#
    )
}

fn complex(body: &str) {
    let error = svg_to_rgba(svg(body).as_bytes(), 64, &Limits::default());
    assert!(matches!(error, Err(ImageError::Complex(_))), "{error:?}");
}

#[test]
fn shapes_are_drawn_at_any_width() {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!-- a drawing -->\n{}",
        svg(r##"<rect width="10" height="10" fill="#c00"/>"##)
    );
    assert_eq!(sniff(text.as_bytes()), Some(Format::Svg));
    let picture = open(text.as_bytes(), 200, &Limits::default()).expect("draws");
    assert_eq!((picture.width(), picture.height()), (200, 100));
    assert_eq!(picture.rgba()[..4], [0xcc, 0, 0, 255]);
    assert_eq!(picture.rgba()[199 * 4..200 * 4], [0, 0, 0, 0]);
}

#[test]
fn a_picture_of_too_many_pixels_is_refused() {
    let tall = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 100000"><rect/></svg>"#;
    let error = svg_to_rgba(tall.as_bytes(), 100, &Limits::default());
    assert!(matches!(error, Err(ImageError::TooManyPixels { height: 10_000_000, .. })), "{error:?}");
    let error = svg_to_rgba(svg("").as_bytes(), 0, &Limits::default());
    assert!(matches!(error, Err(ImageError::Size(0, _))), "{error:?}");
}

#[test]
fn files_networks_and_entities_are_out_of_reach() {
    let dir = std::env::temp_dir();
    let file = dir.join(format!("primetime-svg-secret-{}.svg", std::process::id()));
    let secret = svg(r#"<rect width="20" height="10" fill="red"/>"#);
    std::fs::write(&file, &secret).expect("saves");
    let inline: String = secret.bytes().map(|b| format!("%{b:02x}")).collect();
    for href in [file.display().to_string(), format!("data:image/svg+xml,{inline}")] {
        let body = format!(r#"<image xlink:href="{href}" width="20" height="10"/>"#);
        let picture = svg_to_rgba(svg(&body).as_bytes(), 20, &Limits::default()).expect("draws nothing");
        assert!(picture.rgba().iter().all(|v| *v == 0), "{href} was read");
    }
    std::fs::remove_file(&file).expect("removes");
    let laughs = r#"<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>"#;
    assert!(matches!(svg_to_rgba(laughs.as_bytes(), 20, &Limits::default()), Err(ImageError::Damaged(_))));
}

#[test]
fn a_million_million_shapes_are_refused_at_once() {
    let mut body = String::from(r#"<g id="l0"><rect width="1" height="1"/></g>"#);
    for level in 1..13 {
        let uses = format!(r##"<use xlink:href="#l{}"/>"##, level - 1).repeat(10);
        body += &format!(r#"<g id="l{level}">{uses}</g>"#);
    }
    complex(&body);
    // The same with patterns, which are named in another way.
    let mut body =
        String::from(r#"<pattern id="p0" width="1" height="1"><rect width="1" height="1"/></pattern>"#);
    for level in 1..13 {
        let rects = format!(r##"<rect width="1" height="1" fill="url(#p{})"/>"##, level - 1).repeat(10);
        body += &format!(r#"<pattern id="p{level}" width="1" height="1">{rects}</pattern>"#);
    }
    complex(&(body + r##"<rect width="9" height="9" style="fill:url('#p12')"/>"##));
}

#[test]
fn circles_depth_and_costly_filters_do_no_harm() {
    let circle = svg(r##"<g id="a"><use xlink:href="#b"/></g><g id="b"><use xlink:href="#a"/></g>"##);
    let _ = svg_to_rgba(circle.as_bytes(), 20, &Limits::default());
    complex(&format!("{}{}", "<g>".repeat(90_000), "</g>".repeat(90_000)));
    complex(r#"<filter id="f"><feTurbulence baseFrequency="0.1" numOctaves="9999"/></filter>"#);
    complex(r#"<filter id="f"><feMorphology operator="dilate" radius="1 90000"/></filter>"#);
    let fine = svg(
        r#"<filter id="f"><feGaussianBlur stdDeviation="1"/></filter><rect width="9" height="9" filter="url(#f)"/>"#,
    );
    svg_to_rgba(fine.as_bytes(), 64, &Limits::default()).expect("a blur is fine");
}

#[test]
fn rubbish_is_refused() {
    for text in ["", "<svg", "<html><svg/></html>", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\"/>"]
    {
        let error = svg_to_rgba(text.as_bytes(), 20, &Limits::default());
        assert!(matches!(error, Err(ImageError::Damaged(_))), "{text:?}: {error:?}");
    }
    assert!(matches!(svg_to_rgba(&[0xff; 40], 20, &Limits::default()), Err(ImageError::Damaged(_))));
}

#[test]
fn layers_upon_layers_are_refused_and_a_few_are_fine() {
    let nested = |open: &str, levels: usize| {
        let shape = r#"<rect width="20" height="10" fill="red"/>"#;
        let filter = r#"<filter id="f" x="-9" y="-9" width="20" height="20"><feGaussianBlur stdDeviation="1"/></filter>"#;
        svg(&format!("{filter}{}{shape}{}", open.repeat(levels), "</g>".repeat(levels)))
    };
    let draw = |text: &str, width| svg_to_rgba(text.as_bytes(), width, &Limits::default());
    for open in [r#"<g opacity=".9">"#, r#"<g style="mix-blend-mode:multiply">"#] {
        draw(&nested(open, 10), 400).expect("ten are fine");
        let error = draw(&nested(open, 200), 4000);
        assert!(matches!(error, Err(ImageError::Complex(_))), "{open} {error:?}");
    }
    let filtered = r#"<g filter="url(#f)">"#;
    draw(&nested(filtered, 2), 200).expect("two are fine");
    let error = draw(&nested(filtered, 3), 4000);
    assert!(matches!(error, Err(ImageError::Complex(_))), "{error:?}");
    // Not within each other, but too many after each other.
    let many = svg(&r#"<g opacity=".5"><rect width="20" height="10"/></g>"#.repeat(5000));
    let error = draw(&many, 2000);
    assert!(matches!(error, Err(ImageError::Complex(_))), "{error:?}");
}
