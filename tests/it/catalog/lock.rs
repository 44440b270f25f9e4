//! The committed schema, and what breaks it: the text is changed, since the program cannot be.

use std::fs;
use std::path::Path;

use lro_runtime::assert_schema_locked;
use lro_runtime::catalog::{Catalog, ChangeKind, LockError};
use tempfile::{TempDir, tempdir};

use super::archives;

const ARCHIVES: &str = "lro/tests/archives/v1/archives.proto";

/// What `generated` makes the gRPC service of.
#[test]
fn the_schema_of_archives_is_locked() {
    assert_schema_locked!("protos/archives", archives::catalog());
}

/// A folder with the schema, in which these texts were others before.
fn before(replace: &[(&str, &str)]) -> TempDir {
    let folder = tempdir().unwrap();
    archives::catalog().lock(folder.path()).unwrap();
    let file = folder.path().join(ARCHIVES);
    let mut text = fs::read_to_string(&file).unwrap();
    for (now, before) in replace {
        assert!(text.contains(now), "{now}: {text}");
        text = text.replace(now, before);
    }
    fs::write(file, text).unwrap();
    folder
}

/// What has changed since the schema had these texts, in words.
fn changes(replace: &[(&str, &str)]) -> Vec<(ChangeKind, String)> {
    match archives::catalog().locked(before(replace).path()) {
        Ok(()) => Vec::new(),
        Err(LockError::Broken { changes, .. }) => {
            changes.iter().map(|change| (change.kind, change.to_string())).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_breaks_clients_is_said() {
    let cases = [
        (
            ("uint64 size_bytes = 2;", "uint64 size_bytes = 2;\n  string owner = 3;"),
            ChangeKind::NotReserved,
            "`lro.tests.archives.v1.Archive.owner`, number 3, was removed: put `reserved 3; reserved \"owner\";` in its place",
        ),
        (
            ("uint64 size_bytes = 2;", "uint64 size = 2;"),
            ChangeKind::Renamed,
            "`lro.tests.archives.v1.Archive.size`: its number, 2, is that of `size_bytes` now",
        ),
        (
            ("uint64 size_bytes = 2;", "int64 size_bytes = 2;"),
            ChangeKind::Type,
            "`lro.tests.archives.v1.Archive.size_bytes` was `int64`, and is `uint64` now",
        ),
        (
            ("uint64 size_bytes = 2;", "repeated uint64 size_bytes = 2;"),
            ChangeKind::Type,
            "was `repeated uint64`, and is `uint64` now",
        ),
        (
            ("map<string, string> labels", "map<string, int32> labels"),
            ChangeKind::Type,
            "was `map<string, int32>`, and is `map<string, string>` now",
        ),
        (
            ("Archive.Format format = 5;", "Archive.Entry format = 5;"),
            ChangeKind::Type,
            "was `lro.tests.archives.v1.Archive.Entry`, and is `lro.tests.archives.v1.Archive.Format` now",
        ),
        (
            ("uint64 size_bytes = 2;", "reserved 2;"),
            ChangeKind::Reserved,
            "`lro.tests.archives.v1.Archive.size_bytes` takes 2, which is reserved",
        ),
        (
            ("uint64 size_bytes = 2;", "reserved \"size_bytes\";"),
            ChangeKind::Reserved,
            "`lro.tests.archives.v1.Archive.size_bytes` takes `size_bytes`, which is reserved",
        ),
        (
            ("FORMAT_PLAIN = 1;", "FORMAT_PLAIN = 1;\n    FORMAT_ZIP = 2;"),
            ChangeKind::NotReserved,
            "`lro.tests.archives.v1.Archive.FORMAT_ZIP`, number 2, was removed",
        ),
        (
            ("FORMAT_PLAIN = 1;", "FORMAT_RAW = 1;"),
            ChangeKind::Renamed,
            "its number, 1, is that of `FORMAT_PLAIN` now",
        ),
        (
            ("message Upload {", "message Download {}\n\nmessage Upload {"),
            ChangeKind::Removed,
            "`lro.tests.archives.v1.Download` was removed",
        ),
        (
            ("service Archives {", "service Readers {}\n\nservice Archives {"),
            ChangeKind::Removed,
            "`lro.tests.archives.v1.Readers` was removed",
        ),
        (
            ("service Archives {", "service Archives {\n  rpc Close(Upload) returns (Upload);\n"),
            ChangeKind::Removed,
            "`lro.tests.archives.v1.Archives.Close` was removed",
        ),
        (
            ("rpc CreateArchive(CreateArchiveRequest)", "rpc CreateArchive(Archive)"),
            ChangeKind::Request,
            "the request of `lro.tests.archives.v1.Archives.CreateArchive` was `lro.tests.archives.v1.Archive`",
        ),
        (
            ("response_type: \"Archive\"", "response_type: \"google.protobuf.Empty\""),
            ChangeKind::Response,
            "was `google.protobuf.Empty`, and is `lro.tests.archives.v1.Archive` now",
        ),
        (
            ("metadata_type: \"CreateArchiveMetadata\"", "metadata_type: \"Archive\""),
            ChangeKind::Metadata,
            "was `lro.tests.archives.v1.Archive`, and is `lro.tests.archives.v1.CreateArchiveMetadata` now",
        ),
        (
            ("post: \"/v1/{parent=shelves/*}/archives\"", "put: \"/v1/{parent=shelves/*}/archives\""),
            ChangeKind::Http,
            "the HTTP rule of `lro.tests.archives.v1.Archives.CreateArchive` was `put /v1/{parent=shelves/*}/archives, body archive`, \
             and is `post /v1/{parent=shelves/*}/archives, body archive` now",
        ),
        (
            ("{delete: \"/v1/{name=shelves/*/archives/*}\"}", "{delete: \"/v1/{name=archives/*}\"}"),
            ChangeKind::Http,
            "was `delete /v1/{name=archives/*}`, and is `delete /v1/{name=shelves/*/archives/*}` now",
        ),
        (("body: \"archive\"", "body: \"*\""), ChangeKind::Http, "/archives, body *`, and is `"),
    ];
    for (replace, kind, expected) in cases {
        let changes = changes(&[replace]);
        assert!(
            changes.iter().any(|(found, text)| *found == kind && text.contains(expected)),
            "{expected}: {changes:?}"
        );
    }
}

#[test]
fn all_that_breaks_is_said_at_once() {
    let found =
        changes(&[("uint64 size_bytes = 2;", "uint64 size = 2;"), ("FORMAT_PLAIN = 1;", "FORMAT_RAW = 1;")]);
    assert_eq!(found.len(), 2, "{found:?}");
}

/// They pass, and the text has them once it is written again.
#[test]
fn additions_pass_and_are_written_on_demand() {
    let folder = before(&[
        ("  uint64 size_bytes = 2;\n", ""),
        ("\n    // As it is.\n    FORMAT_PLAIN = 1;\n", ""),
        ("    Upload upload = 7;\n", ""),
        ("message Upload {\n  string url = 1;\n}\n", ""),
        ("    option (google.api.http) = {delete: \"/v1/{name=shelves/*/archives/*}\"};\n", ""),
    ]);
    let read = || fs::read_to_string(folder.path().join(ARCHIVES)).unwrap();
    archives::catalog().locked(folder.path()).unwrap();
    assert!(!read().contains("size_bytes"));
    archives::catalog().lock(folder.path()).unwrap();
    assert!(read().contains("size_bytes"));
}

/// A field that was removed leaves its number behind, and the text goes on saying so.
#[test]
fn what_is_reserved_by_hand_stays() {
    let folder = before(&[
        (
            "  uint64 size_bytes = 2;\n",
            "  uint64 size_bytes = 2;\n  reserved 3, 20 to 29, 100 to max;\n  reserved \"owner\";\n",
        ),
        ("    FORMAT_UNSPECIFIED = 0;\n", "    reserved 7, -3 to -1;\n    FORMAT_UNSPECIFIED = 0;\n"),
    ]);
    archives::catalog().locked(folder.path()).unwrap();
    archives::catalog().lock(folder.path()).unwrap();
    let text = fs::read_to_string(folder.path().join(ARCHIVES)).unwrap();
    assert!(text.contains("  reserved 3, 20 to 29, 100 to max;\n  reserved \"owner\";\n"), "{text}");
    assert!(text.contains("    reserved 7, -3 to -1;\n"), "{text}");
    archives::catalog().locked(folder.path()).unwrap();
}

/// Writing is no way around a break.
#[test]
fn what_breaks_is_not_written() {
    let folder = before(&[("uint64 size_bytes = 2;", "uint64 size = 2;")]);
    assert!(matches!(archives::catalog().lock(folder.path()), Err(LockError::Broken { .. })));
    assert!(fs::read_to_string(folder.path().join(ARCHIVES)).unwrap().contains("size = 2"));
}

#[test]
fn one_file_is_of_one_package() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("schema.proto");
    let refusal = archives::catalog().lock(&file).unwrap_err().to_string();
    assert!(refusal.contains("lro.tests.shelves.v1, lro.tests.archives.v1: name a folder"), "{refusal}");
    let lint = Catalog::linked([]).unwrap().package("lro.tests.shelves.v1");
    assert!(matches!(lint.locked(&file), Err(LockError::Missing { .. })));
    lint.lock(&file).unwrap();
    lint.locked(&file).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("string name = 1", "bytes name = 1")).unwrap();
    assert!(matches!(lint.locked(&file), Err(LockError::Broken { .. })));
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let missing = archives::catalog().locked(Path::new("protos/nowhere")).unwrap_err().to_string();
    assert!(missing.contains("UPDATE_SCHEMA=1"), "{missing}");
    let folder = before(&[("syntax = \"proto3\";", "syntax = proto3")]);
    let unreadable = archives::catalog().locked(folder.path()).unwrap_err();
    assert!(matches!(unreadable, LockError::Unreadable { .. }), "{unreadable}");
    assert!(unreadable.to_string().contains("archives.proto:3:10"), "{unreadable}");
    let nothing = Catalog::linked([]).unwrap().package("nowhere").lock(folder.path().join("schema.proto"));
    assert!(matches!(nothing, Err(LockError::Nothing)));
}
