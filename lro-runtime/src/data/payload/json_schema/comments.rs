//! The comments of a `.proto`, or of a Rust type, as descriptions.

use prost_reflect::FileDescriptor;
use serde_json::Value;

pub(super) struct Comments(FileDescriptor);

impl Comments {
    pub(super) fn of(file: FileDescriptor) -> Self {
        Self(file)
    }

    /// What is written above an element, or behind it, without the space that follows the slashes.
    pub(super) fn text(&self, path: &[i32]) -> Option<String> {
        let info = self.0.file_descriptor_proto().source_code_info.as_ref()?;
        let location = info.location.iter().find(|location| location.path == path)?;
        let text = location.leading_comments.as_ref().or(location.trailing_comments.as_ref())?;
        let lines: Vec<_> =
            text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        let text = lines.join("\n").trim_matches('\n').to_owned();
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn describe(&self, schema: &mut Value, path: &[i32]) {
        if let (Some(text), true) = (self.text(path), schema.is_object()) {
            schema["description"] = text.into();
        }
    }
}
