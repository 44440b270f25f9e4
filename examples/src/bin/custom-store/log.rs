//! An append-only file of lines.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The log in a folder. It belongs to one process, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Log {
    folder: PathBuf,
    /// Absent before the first `rewrite`, and after a write that failed: nobody knows then where the file ends.
    file: Option<File>,
    _lock: File,
}

impl Log {
    /// Waits for the process that has the log, and reads every line that was ever acknowledged.
    pub(crate) fn open(folder: &Path) -> io::Result<(Self, String)> {
        fs::create_dir_all(folder)?;
        // On a file that stays, since `rewrite` replaces the log.
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        let lines = fs::read(folder.join("log")).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(Vec::new()),
            _ => Err(error),
        })?;
        // What a crash left of a last line, nobody was told of.
        let end = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let lines = String::from_utf8_lossy(&lines[..end]).into_owned();
        Ok((Self { folder: folder.to_owned(), file: None, _lock: lock }, lines))
    }

    /// Replaces all lines by these.
    pub(crate) fn rewrite(&mut self, lines: &str) -> io::Result<()> {
        let new = self.folder.join("log.new");
        self.file = Some(File::create(&new)?);
        self.append(lines)?;
        fs::rename(new, self.folder.join("log"))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Adds lines, which are on the disk when it returns.
    pub(crate) fn append(&mut self, lines: &str) -> io::Result<()> {
        let file = self.file.take();
        let mut file =
            file.ok_or_else(|| io::Error::other("a write failed; the log must be opened again"))?;
        file.write_all(lines.as_bytes())?;
        file.sync_data()?;
        self.file = Some(file);
        Ok(())
    }
}
