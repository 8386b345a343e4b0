//! Bills of materials (CycloneDX 1.5): of a release every crate, script package and Debian package in its images, of a machine image every
//! Debian package on its disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use cyclonedx_bom::{
    models::{
        bom::Bom,
        component::{Classification, Component, Components},
        dependency::{Dependencies, Dependency},
        license::{LicenseChoice, Licenses},
        metadata::Metadata,
        property::{Properties, Property},
    },
    prelude::{DateTime, NormalizedString, Purl, SpecVersion},
};

use crate::{
    Manifest, ReleaseError, Source,
    debian::Package,
    image::format,
    parts::{self, BuiltIn},
};

/// Its file within a release, and within a machine image's folder.
pub const BOM_FILE: &str = "bom.cdx.json";

const WHAT: &str = "the bill of materials";

/// The bill of the release, as JSON. `packages` says in which images each Debian package lies.
pub(crate) fn bill(
    source: &Source,
    checkout: &Path,
    packages: &BTreeMap<Package, Vec<&'static str>>,
) -> Result<Vec<u8>, ReleaseError> {
    let crates = parts::crates(checkout)?;
    let scripts = parts::scripts(checkout)?;
    let (own, under) = crates.split_first().ok_or_else(|| format(WHAT, &"there are no crates"))?;
    let mut components = Vec::new();
    for part in under.iter().chain(&scripts) {
        components.push(built_in(part, Classification::Library)?);
    }
    for (package, images) in packages {
        components.push(debian(package, images)?);
    }
    let mut subject = built_in(own, Classification::Application)?;
    subject.version = Some(NormalizedString::new(&source.tag()));
    write(Bom {
        metadata: Some(made(subject, &source.created.to_string())?),
        components: Some(Components(components)),
        dependencies: Some(Dependencies(crates.iter().map(needs).collect())),
        ..EMPTY
    })
}

/// The bill of a machine image, as JSON: the packages on its disk, and the release, which has a bill of its own.
pub(crate) fn machine_bill(
    release: &Manifest,
    packages: &BTreeSet<Package>,
) -> Result<Vec<u8>, ReleaseError> {
    let purl = |name: &str| format!("pkg:generic/{name}@{}", release.name);
    let part = |class, name: &str| component(class, name, &release.name, &purl(name));
    let mut components = vec![part(Classification::Application, "primetime")?];
    for package in packages {
        components.push(debian(package, &[])?);
    }
    let subject = part(Classification::OperatingSystem, "primetime-machine")?;
    write(Bom {
        metadata: Some(made(subject, &release.created)?),
        components: Some(Components(components)),
        ..EMPTY
    })
}

/// What every bill begins from.
const EMPTY: Bom = Bom {
    version: 1,
    serial_number: None, // a random one would make every build another
    metadata: None,
    components: None,
    services: None,
    external_references: None,
    dependencies: None,
    compositions: None,
    properties: None,
    vulnerabilities: None,
    signature: None,
    annotations: None,
    formulation: None,
    spec_version: SpecVersion::V1_5,
};

fn made(subject: Component, created: &str) -> Result<Metadata, ReleaseError> {
    let timestamp = DateTime::try_from(created.to_owned()).map_err(|error| format(WHAT, &error))?;
    Ok(Metadata { timestamp: Some(timestamp), component: Some(subject), ..Metadata::default() })
}

fn write(bom: Bom) -> Result<Vec<u8>, ReleaseError> {
    let mut json = Vec::new();
    bom.output_as_json_v1_5(&mut json).map_err(|error| format(WHAT, &error))?;
    json.push(b'\n');
    Ok(json)
}

fn built_in(part: &BuiltIn, class: Classification) -> Result<Component, ReleaseError> {
    let mut component = component(class, &part.name, &part.version, &part.purl)?;
    let licence = part.licence.as_deref().map(LicenseChoice::expression);
    component.licenses = licence.map(|licence| Licenses(vec![licence]));
    Ok(component)
}

fn debian(package: &Package, images: &[&'static str]) -> Result<Component, ReleaseError> {
    let Package { name, version, architecture, .. } = package;
    let escaped = version.replace('+', "%2B").replace(':', "%3A").replace('~', "%7E");
    let purl = format!("pkg:deb/debian/{name}@{escaped}?arch={architecture}");
    let mut component = component(Classification::Library, name, version, &purl)?;
    if !images.is_empty() {
        let value = NormalizedString::new(&images.join(","));
        component.properties = Some(Properties(vec![Property { name: "primetime:images".into(), value }]));
    }
    Ok(component)
}

fn component(
    class: Classification,
    name: &str,
    version: &str,
    purl: &str,
) -> Result<Component, ReleaseError> {
    let mut component = Component::new(class, name, version, Some(purl.to_owned()));
    component.purl =
        Some(purl.parse::<Purl>().map_err(|()| format(WHAT, &format!("{purl} is no package URL")))?);
    Ok(component)
}

fn needs(part: &BuiltIn) -> Dependency {
    Dependency { dependency_ref: part.purl.clone(), dependencies: part.needs.iter().cloned().collect() }
}
