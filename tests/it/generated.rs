//! Code that is generated from `.proto` files is committed, so that no build needs a compiler for them. This fails when it is stale;
//! `GENERATE=1 cargo test -p lro-tests --test it generated` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_build::Config;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;
use tonic_prost_build::Builder;

const PROTOS: [&str; 4] = ["lro-runtime/proto", "examples/proto", "tests/protos", "tests/protos/archives"];

/// One folder of generated code.
struct Target {
    proto: &'static str,
    folder: &'static str,
    set: fn(Builder) -> Builder,
    /// Only these files; the others have a place elsewhere.
    files: &'static [&'static str],
}

const TARGETS: [Target; 7] = [
    Target {
        proto: "google/longrunning/operations.proto",
        folder: "lro-runtime/src/grpc/generated",
        set: |builder| builder.build_transport(false).extern_path(".google.rpc", "::tonic_types::pb"),
        files: &["descriptors.bin", "google.longrunning.rs"],
    },
    Target {
        proto: "google/api/annotations.proto",
        folder: "lro-runtime/src/catalog/google",
        set: |builder| builder,
        files: &["descriptors.bin"],
    },
    Target {
        proto: "google/api/apikeys/v2/apikeys.proto",
        folder: "examples/src/bin/api-keys/generated",
        // The messages are derived. That they agree with the descriptors is checked when the engine opens.
        set: |builder| {
            let builder =
                builder.build_client(false).extern_path(".google.longrunning", "::lro_runtime::grpc");
            builder.extern_path(".google.api.apikeys.v2", "crate::messages")
        },
        files: &["descriptors.bin", "google.api.apikeys.v2.rs"],
    },
    Target {
        proto: "disks.proto",
        folder: "tests/it/attribute/tonic/generated/extern_path",
        set: |builder| builder.extern_path(".google.longrunning", "::lro_runtime::grpc"),
        files: &["lro.tests.disks.v1.rs"],
    },
    Target {
        // Exported from the types and methods in `catalog::archives`.
        proto: "lro/tests/archives/v1/archives.proto",
        folder: "tests/it/catalog/generated",
        set: |builder| {
            let builder =
                builder.build_client(false).extern_path(".google.longrunning", "::lro_runtime::grpc");
            builder.extern_path(".lro.tests.archives.v1", "crate::catalog::archives")
        },
        files: &["lro.tests.archives.v1.rs"],
    },
    Target {
        proto: "disks.proto",
        folder: "tests/it/attribute/tonic/generated/own",
        set: |builder| builder.include_file("mod.rs"),
        files: &["google.longrunning.rs", "google.rpc.rs", "lro.tests.disks.v1.rs", "mod.rs"],
    },
    Target {
        proto: "kinds.proto",
        folder: "tests/it/payload_twin/generated",
        // Sorted, so that equal messages are written and printed alike.
        set: |builder| builder.btree_map("."),
        files: &["lro.tests.kinds.v1.rs"],
    },
];

#[test]
fn generated_code_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut stale = Vec::new();
    for target in TARGETS {
        let out = tempfile::tempdir().unwrap();
        let mut config = Config::new();
        config.enable_type_names();
        let builder = (target.set)(tonic_prost_build::configure()).out_dir(out.path());
        let mut descriptors = compile(&root, target.proto);
        builder.compile_fds_with_config(descriptors.clone(), config).unwrap();
        // Comments are for whoever reads the .proto.
        descriptors.file.iter_mut().for_each(|file| file.source_code_info = None);
        fs::write(out.path().join("descriptors.bin"), descriptors.encode_to_vec()).unwrap();
        for file in target.files {
            let fresh = fs::read(out.path().join(file)).unwrap();
            let committed: PathBuf = root.join(target.folder).join(file);
            if std::env::var_os("GENERATE").is_some() {
                fs::write(&committed, fresh).unwrap();
            } else if fs::read(&committed).ok() != Some(fresh) {
                stale.push(format!("{}/{file}", target.folder));
            }
        }
    }
    assert!(stale.is_empty(), "not what the .proto files say: {stale:#?}");
}

/// P-205…P-207: `operation_info` stands at every method that returns an operation, and at no other; its two types have names that
/// resolve, and their files are imported. As the example's API has it.
#[test]
fn methods_that_return_operations_name_both_types() {
    const OPERATION_INFO: u32 = 1049;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let proto = "google/api/apikeys/v2/apikeys.proto";
    // prost's own set has no extensions, so it goes by its bytes.
    let mut compiler = protox::Compiler::new(PROTOS.map(|folder| root.join(folder))).unwrap();
    compiler.include_imports(true).open_file(proto).unwrap();
    let pool = DescriptorPool::decode(&*compiler.encode_file_descriptor_set()).unwrap();
    let file = pool.get_file_by_name(proto).unwrap();
    let methods: Vec<_> = file.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    let (mut long, mut others) = (0, 0);
    for method in methods {
        let options = method.options();
        let info = options.extensions().find(|(extension, _)| extension.number() == OPERATION_INFO);
        let info = info.map(|(_, value)| value.clone());
        if method.output().full_name() != "google.longrunning.Operation" {
            assert!(info.is_none(), "{}", method.full_name());
            others += 1;
            continue;
        }
        let info = info.unwrap_or_else(|| panic!("{} has no operation_info", method.full_name()));
        for number in [1, 2] {
            let name = info.as_message().unwrap().get_field_by_number(number).unwrap().into_owned();
            let name = name.as_str().unwrap();
            let is_full = name.contains('.');
            let full_name = if is_full { name.to_owned() } else { format!("{}.{name}", file.package_name()) };
            let found = pool.get_message_by_name(&full_name);
            let home = found.unwrap_or_else(|| panic!("{}: `{full_name}`", method.full_name())).parent_file();
            let is_near = home == file || file.dependencies().any(|import| import == home);
            assert!(is_near, "{}: `{full_name}` is not imported", method.full_name());
        }
        long += 1;
    }
    assert_eq!((long, others), (4, 4));
}

fn compile(root: &Path, proto: &str) -> FileDescriptorSet {
    protox::compile([proto], PROTOS.map(|folder| root.join(folder))).unwrap()
}
