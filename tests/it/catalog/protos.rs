//! The catalogue as `.proto` files and their descriptors. What other tools make of them is in `foreign`.

use lro_runtime::catalog::Catalog;
use lro_runtime::{Operations, Payload, Status, long_running};
use prost::Message as _;
use prost_reflect::{DescriptorPool, FileDescriptor};
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};
use tempfile::tempdir;

use super::archives;

/// Names that a reader of the text could take for others'.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.google.v1")]
struct Step {
    #[payload(tag = 1)]
    at: Option<prost_types::Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.google.v1")]
struct Plan {
    #[payload(tag = 1)]
    inner: Option<InnerStep>,
    #[payload(tag = 2)]
    outer: Option<Step>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.google.v1", name = "Plan.Step")]
struct InnerStep {
    #[payload(tag = 1)]
    outer: Option<Step>,
    #[payload(tag = 2)]
    google: Option<Google>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.google.v1", name = "google")]
struct Google {}

#[allow(dead_code, reason = "a method is linked whether it is called or not")]
#[long_running(response = Plan, service = "lro.tests.google.v1.Plans", operations = operations)]
async fn make_plan(operations: Operations, request: Plan) -> Result<Plan, Status> {
    drop(operations);
    Ok(request)
}

#[allow(dead_code, reason = "a method is linked whether it is called or not")]
#[long_running(response = Plan, service = "lro.tests.google.v1.Plans", operations = operations)]
async fn count_plans(operations: Operations, first: u32, last: u32) -> Result<Plan, Status> {
    drop((operations, [first, last]));
    Ok(Plan::initial())
}

/// A circle of two packages.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.circle.left.v1")]
struct Left {
    #[payload(tag = 1)]
    right: Option<Right>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.circle.right.v1")]
struct Right {
    #[payload(tag = 1)]
    end: Option<End>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.circle.left.v1")]
struct End {}

fn package(name: &str) -> Catalog {
    Catalog::linked([]).unwrap().package(name)
}

/// The text, read again: all of it is what the descriptors say, comments included.
fn read(catalog: &Catalog) -> (DescriptorPool, DescriptorPool) {
    let folder = tempdir().unwrap();
    catalog.write(folder.path()).unwrap();
    let roots = [folder.path(), "../lro-runtime/proto".as_ref()];
    let mut compiler = protox::Compiler::new(roots).unwrap();
    compiler.include_imports(true).include_source_info(true);
    for proto in catalog.protos().unwrap() {
        compiler.open_file(&proto.name).unwrap_or_else(|error| panic!("{error:?}\n{}", proto.text));
    }
    let written = DescriptorPool::decode(&*catalog.file_descriptor_set().unwrap()).unwrap();
    (DescriptorPool::decode(&*compiler.encode_file_descriptor_set()).unwrap(), written)
}

/// What a file says, without where it says it.
#[derive(Debug, PartialEq)]
struct Said {
    proto: FileDescriptorProto,
    comments: Vec<(Vec<i32>, String)>,
    /// Of its methods.
    options: Vec<String>,
}

fn said(file: &FileDescriptor) -> Said {
    let mut proto = file.file_descriptor_proto().clone();
    let comments = proto.source_code_info.take().unwrap_or_default().location.into_iter();
    let comments = comments.filter(|location| location.leading_comments.is_some());
    let mut comments: Vec<_> = comments
        .map(|location| {
            let lines: Vec<_> =
                location.leading_comments().lines().map(|line| line.trim().to_owned()).collect();
            (location.path.clone(), lines.join("\n"))
        })
        // The first line of the file.
        .filter(|(path, _)| *path != [12])
        .collect();
    comments.sort();
    for message in &mut proto.message_type {
        plain(message);
    }
    let methods = file.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    Said { proto, comments, options: methods.map(|method| method.options().to_string()).collect() }
}

/// Compilers write what is said anyway.
fn plain(message: &mut DescriptorProto) {
    message.field.iter_mut().for_each(|field| field.json_name = None);
    message.nested_type.iter_mut().for_each(plain);
    message.nested_type.sort_by(|left, right| left.name.cmp(&right.name));
}

/// P-205…P-207, P-209, P-212.
#[test]
fn the_text_says_what_the_descriptors_say() {
    let packages = [
        "archives.v1",
        "kinds.v1",
        "google.v1",
        "entries.v1",
        "twin.v1",
        "wire.v1",
        "servicemanagement.v1",
        "apikeys.v2",
        "seeds.v1",
        "fuzz.v1",
    ];
    for name in packages {
        let catalog = package(&format!("lro.tests.{name}"));
        let (read, written) = read(&catalog);
        let protos = catalog.protos().unwrap();
        assert!(!protos.is_empty(), "{name}");
        for proto in protos {
            let [read, written] =
                [&read, &written].map(|pool| said(&pool.get_file_by_name(&proto.name).unwrap()));
            assert_eq!(read, written, "{}", proto.text);
        }
    }
}

#[test]
fn each_package_has_a_file_where_importers_expect_it() {
    let protos = archives::catalog().protos().unwrap();
    let names: Vec<_> = protos.iter().map(|proto| &*proto.name).collect();
    assert_eq!(names, ["lro/tests/shelves/v1/shelves.proto", "lro/tests/archives/v1/archives.proto"]);
    let committed = std::fs::read_to_string("protos/archives/lro/tests/archives/v1/archives.proto").unwrap();
    assert_eq!(protos[1].text, committed);
}

#[test]
fn a_name_means_the_same_type_to_its_reader() {
    let (read, _) = read(&package("lro.tests.google.v1"));
    let field = |message: &str, field: &str| {
        let message = read.get_message_by_name(&format!("lro.tests.google.v1.{message}")).unwrap();
        message.get_field_by_name(field).unwrap().kind().as_message().unwrap().full_name().to_owned()
    };
    assert_eq!(field("Plan", "inner"), "lro.tests.google.v1.Plan.Step");
    assert_eq!(field("Plan", "outer"), "lro.tests.google.v1.Step");
    assert_eq!(field("Plan.Step", "outer"), "lro.tests.google.v1.Step");
    assert_eq!(field("Step", "at"), "google.protobuf.Timestamp");
}

/// A message for it would be invented.
#[test]
fn a_method_without_a_request_is_left_out_with_a_comment() {
    let protos = package("lro.tests.google.v1").protos().unwrap();
    let comment = "// The rpc CountPlans is left out: its handler does not take one message as its request.\nservice Plans {\n";
    assert!(protos[0].text.contains(comment), "{}", protos[0].text);
    assert!(!protos[0].text.contains("rpc CountPlans("));
}

#[test]
fn packages_in_a_circle_are_refused() {
    let refusal = package("lro.tests.circle.left.v1").protos().unwrap_err().to_string();
    assert!(refusal.contains("lro.tests.circle.left.v1, lro.tests.circle.right.v1"), "{refusal}");
}

/// What a given set defines is imported from where it is.
#[test]
fn what_is_given_is_not_written_again() {
    const GIVEN: &[u8] = lro_runtime::grpc::FILE_DESCRIPTOR_SET;
    let protos = Catalog::linked([GIVEN]).unwrap().package(archives::PACKAGE).protos().unwrap();
    assert_eq!(protos, archives::catalog().protos().unwrap());
}

/// A package whose other types are given has a second file beside theirs.
#[test]
fn a_file_name_that_is_taken_is_not_taken_again() {
    let given = FileDescriptorProto {
        name: Some("lro/tests/shelves/v1/shelves.proto".to_owned()),
        package: Some("lro.tests.shelves.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![DescriptorProto { name: Some("Label".to_owned()), ..DescriptorProto::default() }],
        ..FileDescriptorProto::default()
    };
    let set = FileDescriptorSet { file: vec![given] }.encode_to_vec();
    let protos = Catalog::linked([&*set.leak()]).unwrap().package("lro.tests.shelves.v1").protos().unwrap();
    assert_eq!(protos[0].name, "lro/tests/shelves/v1/shelves_derived.proto");
    assert!(
        protos[0].text.contains("message Shelf {") && !protos[0].text.contains("Label"),
        "{}",
        protos[0].text
    );
}
