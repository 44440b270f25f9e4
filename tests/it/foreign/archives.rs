//! A service that was written in Rust first, and the clients that others make of its exported schema.

use std::fs;
use std::path::Path;
use std::process::Command;

use lro_runtime::grpc::Operation;
use lro_runtime::{Operations, grpc};
use tempfile::tempdir;
use tonic::{Request, Response, Status};

use super::{drive, installed, local, python, run, tests};
use crate::catalog::archives::{self, Archives, CreateArchiveRequest, DeleteArchiveRequest};
use crate::support::http::Server;

/// What tonic-prost-build makes of the exported file.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, unreachable_pub, clippy::pedantic, clippy::nursery)]
#[path = "../catalog/generated/lro.tests.archives.v1.rs"]
mod generated;

#[tonic::async_trait]
impl generated::archives_server::Archives for Archives {
    async fn create_archive(
        &self,
        request: Request<CreateArchiveRequest>,
    ) -> Result<Response<Operation>, Status> {
        Ok(Response::new((&self.create_archive(request.into_inner()).await?).into()))
    }

    async fn delete_archive(
        &self,
        request: Request<DeleteArchiveRequest>,
    ) -> Result<Response<Operation>, Status> {
        Ok(Response::new((&self.delete_archive(request.into_inner()).await?).into()))
    }
}

/// P-206, P-207, P-209: grpcio-tools makes a client of the exported files, which starts by its stub and reads the typed result.
#[tokio::test]
async fn a_python_client_of_the_exported_schema_reads_typed_results() {
    let operations = Operations::open("memory:").await.unwrap();
    let service = Archives { operations: operations.clone() };
    let services = tonic::service::Routes::new(generated::archives_server::ArchivesServer::new(service));
    let app = grpc::router_of(services.add_service(grpc::service(&operations)));
    let server = Server::start(app).await;
    let folder = tempdir().unwrap();
    archives::catalog().write(folder.path()).unwrap();
    let google = tests().join("../lro-runtime/proto");
    let folders = [folder.path(), &google].map(|path| path.to_str().unwrap().to_owned());
    drive(python("archives.py"), &[&server.address.to_string(), &folders[0], &folders[1]]).await;
}

/// The exported files as a workspace of buf, with what they import.
fn workspace(folder: &Path, change: impl Fn(String) -> String) {
    const LINT: &str = "
version: v2
modules:
  - path: schema
    lint:
      use: [STANDARD]
      # What the APIs of Google have otherwise: all long-running methods return the same message, and import the file of what is named in a
      # string alone (P-207). Services have no suffix.
      except: [IMPORT_USED, RPC_REQUEST_RESPONSE_UNIQUE, RPC_RESPONSE_STANDARD_NAME, SERVICE_SUFFIX]
  - path: imports
";
    fs::create_dir_all(folder.join("imports")).unwrap();
    fs::write(folder.join("buf.yaml"), LINT).unwrap();
    for proto in archives::catalog().protos().unwrap() {
        let path = folder.join("schema").join(&proto.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, change(proto.text)).unwrap();
    }
    let google = tests().join("../lro-runtime/proto");
    for file in ["api/annotations", "api/http", "longrunning/operations", "rpc/status"] {
        let file = format!("google/{file}.proto");
        let copy = folder.join("imports").join(&file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(google.join(&file), copy).unwrap();
    }
}

fn buf(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = local(installed("node/node_modules/.bin/buf"));
    command.args(arguments).current_dir(folder).env("BUF_CACHE_DIR", folder.join("cache"));
    command
}

#[test]
fn buf_has_nothing_against_the_exported_files() {
    let folder = tempdir().unwrap();
    workspace(folder.path(), |text| text);
    run(buf(folder.path(), &["lint", "schema"]));
    run(buf(folder.path(), &["format", "schema", "--diff", "--exit-code"]));
}

/// buf and the lock agree on what is an addition and what breaks.
#[test]
fn buf_finds_the_breaks_that_the_lock_finds() {
    let root = tempdir().unwrap();
    let workspace = |name: &str, now: &'static str, before: &'static str| {
        let folder = root.path().join(name);
        workspace(&folder, |text| text.replace(now, before));
    };
    workspace("now", "\0", "");
    workspace("added", "  uint64 size_bytes = 2;\n", "");
    workspace("renamed", "uint64 size_bytes = 2;", "uint64 size = 2;");
    workspace("retyped", "uint64 size_bytes = 2;", "string size_bytes = 2;");
    let breaking = |against: &str| {
        let output = buf(root.path(), &["breaking", "now", "--against", against]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(breaking("now"), (true, String::new()));
    assert_eq!(breaking("added"), (true, String::new()));
    for before in ["renamed", "retyped"] {
        let (passes, found) = breaking(before);
        assert!(!passes && found.contains("size_bytes"), "{before}: {found}");
    }
}
