//! The schema's lock: a committed `.proto` file that the program's types and methods may add to, and not break.

mod changes;
mod error;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use prost_reflect::DescriptorPool;
use prost_types::{DescriptorProto, EnumDescriptorProto};
use protox::Compiler;
use protox::file::{ChainFileResolver, DescriptorSetFileResolver, File, FileResolver};

pub use self::changes::{Change, ChangeKind};
pub use self::error::LockError;
use super::Catalog;
use super::files::SchemaFile;
use super::print;
use super::proto::Schema;

/// Set to anything, it lets the committed files be written.
const UPDATE: &str = "UPDATE_SCHEMA";

/// Fails when the schema of the program breaks the one in a committed file: its path goes from the folder of the crate's manifest.
///
/// A break is what an old client or a stored operation would stumble over: a field or a value of an enum that was removed, was renamed or has
/// another type, a number or a name that is taken though it is reserved, a type, a service or an rpc that was removed, an rpc with another request,
/// response, metadata or HTTP rule. All of them are said. Additions pass. `UPDATE_SCHEMA=1 cargo test` writes the file, the first time too; it does not write
/// what breaks. A break on purpose is made in the file by hand: what stands there no more is not missed.
///
/// A field can go when its number and its name are reserved in its place, `reserved 3; reserved "size";`: by hand, too, since Rust has no word for it.
/// What is reserved stays in the file.
///
/// ```no_run
/// #[test]
/// fn the_schema_breaks_no_client() {
///     lro_runtime::assert_schema_locked!("schema.proto");
/// }
/// # use lro_runtime::catalog::Catalog;
/// # fn main() {
/// // Of one API of several, or with the descriptor sets that the engine is given:
/// let catalog = Catalog::linked([]).unwrap().package("acme.disks.v1");
/// lro_runtime::assert_schema_locked!("proto", catalog);
/// # }
/// ```
///
/// A path that ends in `.proto` is the file of the program's only package. Any other is a folder, where each package has its own file:
/// `acme/disks/v1/disks.proto`.
#[macro_export]
macro_rules! assert_schema_locked {
    ($path:literal $(,)?) => {
        match $crate::catalog::Catalog::linked([]) {
            ::core::result::Result::Ok(catalog) => $crate::assert_schema_locked!($path, catalog),
            ::core::result::Result::Err(error) => ::core::panic!("{error}"),
        }
    };
    ($path:literal, $catalog:expr $(,)?) => {
        let path = ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", $path);
        if let ::core::result::Result::Err(error) = $catalog.locked(path) {
            ::core::panic!("{error}");
        }
    };
}

impl Catalog {
    /// Compares the schema with what is committed under a path, as [`assert_schema_locked!`](crate::assert_schema_locked) does, which fails with the
    /// error.
    ///
    /// # Errors
    /// [`LockError::Broken`] with everything that breaks; other errors when there is nothing to compare.
    pub fn locked(&self, path: impl AsRef<Path>) -> Result<(), LockError> {
        self.compare(path.as_ref(), env::var_os(UPDATE).is_some())
    }

    /// As [`locked`](Self::locked), and writes the files if there is nothing that breaks: what `UPDATE_SCHEMA=1` does.
    ///
    /// # Errors
    /// As for [`locked`](Self::locked); when a file cannot be written.
    pub fn lock(&self, path: impl AsRef<Path>) -> Result<(), LockError> {
        self.compare(path.as_ref(), true)
    }

    fn compare(&self, path: &Path, update: bool) -> Result<(), LockError> {
        let Schema { mut files, pool } = self.schema().map_err(LockError::Schema)?;
        let place = Place::of(path, &files)?;
        let committed = place.committed()?;
        if committed.is_empty() && !update {
            return Err(LockError::Missing { path: path.to_owned() });
        }
        let names: Vec<_> = committed.keys().cloned().collect();
        let before = compile(committed, &pool)?;
        let changes = changes::between(&before, &names, &pool);
        if !changes.is_empty() {
            return Err(LockError::Broken { path: path.to_owned(), changes });
        }
        if update {
            for file in &mut files {
                keep_reserved(file, &before);
                place.write(file.descriptor.name(), &print::text(file, &pool))?;
            }
        }
        Ok(())
    }
}

/// Where the committed files are.
enum Place<'a> {
    /// One, which others import by this name.
    File(&'a Path, String),
    Folder(&'a Path),
}

impl<'a> Place<'a> {
    fn of(path: &'a Path, files: &[SchemaFile]) -> Result<Self, LockError> {
        if path.extension().is_none_or(|extension| extension != "proto") {
            return Ok(Self::Folder(path));
        }
        match files {
            [file] => Ok(Self::File(path, file.descriptor.name().to_owned())),
            [] => Err(LockError::Nothing),
            files => {
                let packages = files.iter().map(|file| file.descriptor.package().to_owned()).collect();
                Err(LockError::SeveralPackages { packages })
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::File(path, _) => path.to_path_buf(),
            Self::Folder(folder) => folder.join(name),
        }
    }

    /// The texts that are there, by the names under which they are imported.
    fn committed(&self) -> Result<BTreeMap<String, String>, LockError> {
        let mut texts = BTreeMap::new();
        let read = match self {
            Self::File(path, name) => match fs::read_to_string(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                text => text.map(|text| drop(texts.insert(name.clone(), text))),
            },
            Self::Folder(folder) => collect(folder, "", &mut texts),
        };
        read.map_err(|source| LockError::Io { path: self.path(""), source })?;
        Ok(texts)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), LockError> {
        let path = self.path(name);
        let write = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, text)
        };
        write().map_err(|source| LockError::Io { path: path.clone(), source })
    }
}

/// The `.proto` files of a folder, and of those in it.
fn collect(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), texts)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            texts.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Texts by the names under which they are imported.
struct Texts(BTreeMap<String, String>);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.get(name) {
            Some(text) => File::from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// Reads what is committed. What it imports, and is not committed itself, is that of the program.
fn compile(texts: BTreeMap<String, String>, pool: &DescriptorPool) -> Result<DescriptorPool, LockError> {
    let unreadable = |error: protox::Error| LockError::Unreadable { source: Box::new(error) };
    let names: Vec<_> = texts.keys().cloned().collect();
    let imports = DescriptorSetFileResolver::decode(&*pool.encode_to_vec());
    let imports = imports.map_err(|error| LockError::Unreadable { source: Box::new(error) })?;
    let mut resolver = ChainFileResolver::new();
    resolver.add(Texts(texts));
    resolver.add(imports);
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    for name in names {
        compiler.open_file(&name).map_err(unreadable)?;
    }
    Ok(compiler.descriptor_pool())
}

/// Keeps what only the committed text can say.
fn keep_reserved(file: &mut SchemaFile, before: &DescriptorPool) {
    let package = file.descriptor.package().to_owned();
    for message in &mut file.descriptor.message_type {
        reserve_in_message(message, &package, before);
    }
    for definition in &mut file.descriptor.enum_type {
        reserve_in_enum(definition, &package, before);
    }
}

fn reserve_in_message(message: &mut DescriptorProto, scope: &str, before: &DescriptorPool) {
    let full_name = format!("{scope}.{}", message.name());
    if let Some(known) = before.get_message_by_name(&full_name) {
        let known = known.descriptor_proto();
        add(&mut message.reserved_range, &known.reserved_range);
        add(&mut message.reserved_name, &known.reserved_name);
    }
    for nested in &mut message.nested_type {
        reserve_in_message(nested, &full_name, before);
    }
    for nested in &mut message.enum_type {
        reserve_in_enum(nested, &full_name, before);
    }
}

fn reserve_in_enum(definition: &mut EnumDescriptorProto, scope: &str, before: &DescriptorPool) {
    if let Some(known) = before.get_enum_by_name(&format!("{scope}.{}", definition.name())) {
        let known = known.enum_descriptor_proto();
        add(&mut definition.reserved_range, &known.reserved_range);
        add(&mut definition.reserved_name, &known.reserved_name);
    }
}

fn add<T: Clone + PartialEq>(to: &mut Vec<T>, from: &[T]) {
    let missing: Vec<_> = from.iter().filter(|known| !to.contains(known)).cloned().collect();
    to.extend(missing);
}
