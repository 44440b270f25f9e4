//! The size of a crate's own machine code.

use std::error::Error;
use std::fs;
use std::path::Path;

use object::read::archive::ArchiveFile;
use object::{Object as _, ObjectSection as _, SectionKind};

/// The bytes of machine code in a library: what the crate has instantiated, too, and nothing of the crates that it uses.
pub(crate) fn text(library: &Path) -> Result<u64, Box<dyn Error>> {
    let bytes = fs::read(library)?;
    let mut text = 0;
    for member in ArchiveFile::parse(&*bytes)?.members() {
        let member = member?;
        // Beside the objects a library has its metadata.
        if !member.name().ends_with(b".o") {
            continue;
        }
        let object = object::File::parse(member.data(&*bytes)?)?;
        let code = object.sections().filter(|section| section.kind() == SectionKind::Text);
        text += code.map(|section| section.size()).sum::<u64>();
    }
    Ok(text)
}
