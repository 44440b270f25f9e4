//! Adds given `FileDescriptorSet`s to the pool.
//!
//! Sets overlap: each one holds the files that its own files import. A file is taken as its bytes, since decoding it would
//! lose the options that extensions define.

use std::collections::HashMap;

use bytes::Bytes;
use prost::Message;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;

use super::RegistryError;

/// `google.protobuf.FileDescriptorSet`, whose files are left as they are.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RawSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(crate) file: Vec<Bytes>,
}

/// Adds the files that are not there yet.
pub(super) fn add(pool: &mut DescriptorPool, sets: &[Bytes]) -> Result<(), RegistryError> {
    let mut all = RawSet::default();
    let mut seen: HashMap<String, FileDescriptorProto> = HashMap::new();
    for set in sets {
        for mut raw in RawSet::decode(set.clone()).map_err(RegistryError::invalid_set)?.file {
            let mut file = FileDescriptorProto::decode(raw.clone()).map_err(RegistryError::invalid_set)?;
            if name_google_rpc(&mut file) {
                raw = file.encode_to_vec().into();
            }
            // The same file with and without comments is the same file.
            file.source_code_info = None;
            if let Some(other) = seen.get(file.name()) {
                if *other != file && !covers(other, &file) {
                    return Err(RegistryError::FileConflict { file: file.name().to_owned() });
                }
            } else if let Some(known) = pool.get_file_by_name(file.name()) {
                // Another release of a file of Google's may differ in its options; ours stays.
                if !covers(known.file_descriptor_proto(), &file) {
                    return Err(RegistryError::FileConflict { file: file.name().to_owned() });
                }
            } else {
                all.file.push(raw);
                seen.insert(file.name().to_owned(), file);
            }
        }
    }
    pool.decode_file_descriptor_set(all.encode_to_vec().as_slice()).map_err(RegistryError::invalid_set)
}

/// Gives the files of `google.rpc` the names that everybody imports them by. tonic-types has them as `status.proto` and
/// `error_details.proto`, and so they would stand beside `google/rpc/status.proto`, and define the same types twice.
fn name_google_rpc(file: &mut FileDescriptorProto) -> bool {
    let has_own = file.package() == "google.rpc" && !file.name().contains('/');
    if has_own {
        file.name = Some(format!("google/rpc/{}", file.name()));
    }
    has_own
}

/// Whether a file has everything that another of the same name defines.
fn covers(known: &FileDescriptorProto, other: &FileDescriptorProto) -> bool {
    fn all<T>(known: &[T], other: &[T], name: impl Fn(&T) -> &str) -> bool {
        other.iter().all(|other| known.iter().any(|known| name(known) == name(other)))
    }
    known.package() == other.package()
        && all(&known.message_type, &other.message_type, |message| message.name())
        && all(&known.enum_type, &other.enum_type, |enumeration| enumeration.name())
        && all(&known.service, &other.service, |service| service.name())
        && all(&known.extension, &other.extension, |extension| extension.name())
}
