//! What the linter of AIP-151 would say, and what it could not.

use lro_runtime::catalog::{Catalog, Finding};
use lro_runtime::{Operations, Payload, Status, long_running};

use super::archives;

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.lint.v1")]
struct WipeRequest {
    #[payload(tag = 1)]
    disk: Option<Disk>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.lint.v1")]
struct Disk {
    #[payload(tag = 1)]
    name: String,
}

/// Each handler breaks what its name says.
macro_rules! handlers {
    ($($name:ident($request:ident: $type:ty) -> $response:ty, metadata $metadata:ty, $service:literal $(, $arguments:meta)*;)*) => {$(
        #[allow(dead_code, reason = "a method is linked whether it is called or not")]
        #[long_running(response = $response, service = $service, operations = operations, metadata = $metadata $(, $arguments)*)]
        async fn $name(operations: Operations, $request: $type) -> Result<$response, Status> {
            drop((operations, $request));
            Ok(<$response>::initial())
        }
    )*};
}

handlers! {
    nothing(request: WipeRequest) -> Disk, metadata Disk, "lro.tests.lint.v1.Disks", http(post = "/v1/{disk.name=*}", body = "disk");
    delete_disk(request: WipeRequest) -> (), metadata Disk, "lro.tests.lint.v1.Disks";
    batch_delete_disks(request: WipeRequest) -> (), metadata Disk, "lro.tests.lint.v1.Disks";
    wipe_disk(request: WipeRequest) -> (), metadata Disk, "lro.tests.lint.v1.Disks";
    without_metadata(request: WipeRequest) -> Disk, metadata (), "lro.tests.lint.v1.Disks";
    without_request(request: Box<str>) -> Disk, metadata Disk, "lro.tests.lint.v1.Disks";
    without_fields(request: WipeRequest) -> Disk, metadata Disk, "lro.tests.lint.v1.Disks", http(post = "/v1/{disk.zone=*}", body = "name");
    without_package(request: WipeRequest) -> Disk, metadata Disk, "Unqualified";
}

/// Its service is the path of this module.
#[allow(dead_code, reason = "a method is linked whether it is called or not")]
#[long_running(response = Disk, operations = operations, metadata = Disk)]
async fn without_service(operations: Operations, request: WipeRequest) -> Result<Disk, Status> {
    drop((operations, request));
    Ok(Disk::initial())
}

mod twin {
    use super::{Disk, Operations, Payload as _, Status, WipeRequest, long_running};

    handlers! {
        nothing(request: WipeRequest) -> Disk, metadata (), "lro.tests.lint.v1.Disks";
    }
}

fn findings(catalog: &Catalog) -> Vec<(String, &'static str)> {
    catalog.lint().into_iter().map(|Finding { rule, method, .. }| (method, rule)).collect()
}

/// P-208.
#[test]
fn what_the_linter_of_google_would_say_is_said_by_its_names() {
    let catalog = Catalog::linked([]).unwrap();
    let own = |method: &str| {
        ["lro.tests.lint.v1.", "Unqualified/", module_path!()].iter().any(|prefix| method.starts_with(prefix))
    };
    let found: Vec<_> = findings(&catalog).into_iter().filter(|(method, _)| own(method)).collect();
    let found: Vec<_> =
        found.iter().map(|(method, rule)| (method.rsplit('/').next().unwrap(), *rule)).collect();
    let expected = [
        ("WithoutPackage", "core::0191::proto-package"),
        ("WithoutService", "core::0191::proto-package"),
        ("Nothing", "lro::unique"),
        ("WipeDisk", "core::0151::lro-response-type"),
        ("WithoutFields", "lro::http-field"),
        ("WithoutFields", "lro::http-field"),
        ("WithoutMetadata", "core::0151::lro-metadata-type"),
        ("WithoutRequest", "lro::request"),
    ];
    // The twin is told apart by its metadata.
    let twin = ("Nothing", "core::0151::lro-metadata-type");
    let without_twin: Vec<_> = found.iter().copied().filter(|found| *found != twin).collect();
    assert_eq!(without_twin, expected);
    assert_eq!(found.len(), expected.len() + 1);
}

/// A prost type whose descriptor set is not given.
#[test]
fn a_request_without_a_descriptor_is_named() {
    let texts: Vec<_> = Catalog::linked([]).unwrap().lint().iter().map(ToString::to_string).collect();
    let expected = "lro.tests.disks.v1.Disks/CopyDisk: lro::request: `lro.tests.disks.v1.CopyDiskRequest` has no descriptor";
    assert!(texts.iter().any(|text| text == expected), "{texts:#?}");
}

#[test]
fn an_api_as_google_would_have_it_has_no_findings() {
    assert_eq!(archives::catalog().lint(), []);
}
