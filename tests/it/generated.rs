//! Code that is generated from `.proto` files is committed, so that no build needs a compiler for them. This fails when it is stale;
//! `GENERATE=1 cargo test -p lro-tests --test it generated` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_build::Config;
use prost_types::FileDescriptorSet;
use tonic_prost_build::Builder;

const PROTOS: [&str; 3] = ["lro-runtime/proto", "examples/proto", "tests/protos"];

/// One folder of generated code.
struct Target {
    proto: &'static str,
    folder: &'static str,
    set: fn(Builder) -> Builder,
    /// Only these files; the others have a place elsewhere.
    files: &'static [&'static str],
}

const TARGETS: [Target; 4] = [
    Target {
        proto: "google/longrunning/operations.proto",
        folder: "lro-runtime/src/grpc/generated",
        set: |builder| builder.build_transport(false).extern_path(".google.rpc", "::tonic_types::pb"),
        files: &["descriptors.bin", "google.longrunning.rs"],
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
        proto: "disks.proto",
        folder: "tests/it/attribute/tonic/generated/own",
        set: |builder| builder.include_file("mod.rs"),
        files: &["google.longrunning.rs", "google.rpc.rs", "lro.tests.disks.v1.rs", "mod.rs"],
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

fn compile(root: &Path, proto: &str) -> FileDescriptorSet {
    protox::compile([proto], PROTOS.map(|folder| root.join(folder))).unwrap()
}
