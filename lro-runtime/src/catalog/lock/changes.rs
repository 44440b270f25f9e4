//! What of an old schema a new one breaks. Pure.

use std::fmt;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    ServiceDescriptor,
};

/// A change that breaks clients, or what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The full name of what has changed, as it was: `acme.disks.v1.Disk.size`.
    pub element: String,
    /// In which way.
    pub kind: ChangeKind,
    /// What was there: a number, a name or a type.
    pub before: String,
    /// What is there now; empty if it was removed.
    pub after: String,
}

/// The ways in which a schema breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A type, a service or an rpc is gone.
    Removed,
    /// A field or a value of an enum is gone, and its number is free for another.
    NotReserved,
    /// The number is another field's, or the field has another name: nobody can tell which.
    Renamed,
    /// A field has another type.
    Type,
    /// A number or a name is taken though it is reserved.
    Reserved,
    /// An rpc has another request.
    Request,
    /// An rpc's operations have another response.
    Response,
    /// An rpc's operations have other metadata.
    Metadata,
    /// HTTP asks for an rpc in another way, or no longer at all.
    Http,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { element, kind, before, after } = self;
        match kind {
            ChangeKind::Removed => write!(f, "`{element}` was removed"),
            ChangeKind::NotReserved => {
                let name = element.rsplit('.').next().unwrap_or_default();
                write!(
                    f,
                    "`{element}`, number {before}, was removed: put `reserved {before}; reserved \"{name}\";` in its place"
                )
            }
            ChangeKind::Renamed => write!(f, "`{element}`: its number, {before}, is that of `{after}` now"),
            ChangeKind::Type => write!(f, "`{element}` was `{before}`, and is `{after}` now"),
            ChangeKind::Reserved => write!(f, "`{element}` takes {before}, which is reserved"),
            ChangeKind::Request => {
                write!(f, "the request of `{element}` was `{before}`, and is `{after}` now")
            }
            ChangeKind::Response => {
                write!(f, "the response of `{element}` was `{before}`, and is `{after}` now")
            }
            ChangeKind::Metadata => {
                write!(f, "the metadata of `{element}` was `{before}`, and is `{after}` now")
            }
            ChangeKind::Http if after.is_empty() => {
                write!(f, "the HTTP rule of `{element}`, `{before}`, was removed")
            }
            ChangeKind::Http => {
                write!(f, "the HTTP rule of `{element}` was `{before}`, and is `{after}` now")
            }
        }
    }
}

/// What of these files of an old pool the new one breaks.
pub(super) fn between(before: &DescriptorPool, names: &[String], after: &DescriptorPool) -> Vec<Change> {
    let mut changes = Changes { after, found: Vec::new() };
    for file in names.iter().filter_map(|name| before.get_file_by_name(name)) {
        file.messages().for_each(|message| changes.message(&message));
        file.enums().for_each(|definition| changes.enumeration(&definition));
        file.services().for_each(|service| changes.service(&service));
    }
    changes.found
}

struct Changes<'a> {
    after: &'a DescriptorPool,
    found: Vec<Change>,
}

impl Changes<'_> {
    fn report(&mut self, element: &str, kind: ChangeKind, before: impl ToString, after: impl ToString) {
        self.found.push(Change {
            element: element.to_owned(),
            kind,
            before: before.to_string(),
            after: after.to_string(),
        });
    }

    fn message(&mut self, before: &MessageDescriptor) {
        if before.is_map_entry() {
            return;
        }
        let Some(after) = self.after.get_message_by_name(before.full_name()) else {
            return self.report(before.full_name(), ChangeKind::Removed, "", "");
        };
        for field in before.fields() {
            match after.get_field(field.number()) {
                None => self.report(field.full_name(), ChangeKind::NotReserved, field.number(), ""),
                Some(now) if now.name() != field.name() => {
                    self.report(field.full_name(), ChangeKind::Renamed, field.number(), now.name());
                }
                Some(now) if type_of(&now) != type_of(&field) => {
                    self.report(field.full_name(), ChangeKind::Type, type_of(&field), type_of(&now));
                }
                Some(_) => {}
            }
        }
        for field in after.fields() {
            if before.reserved_ranges().any(|range| range.contains(&field.number())) {
                self.report(field.full_name(), ChangeKind::Reserved, field.number(), "");
            } else if before.reserved_names().any(|name| name == field.name()) {
                self.report(field.full_name(), ChangeKind::Reserved, format_args!("`{}`", field.name()), "");
            }
        }
        before.child_messages().for_each(|message| self.message(&message));
        before.child_enums().for_each(|definition| self.enumeration(&definition));
    }

    fn enumeration(&mut self, before: &EnumDescriptor) {
        let Some(after) = self.after.get_enum_by_name(before.full_name()) else {
            return self.report(before.full_name(), ChangeKind::Removed, "", "");
        };
        for value in before.values() {
            match after.get_value(value.number()) {
                None => self.report(value.full_name(), ChangeKind::NotReserved, value.number(), ""),
                Some(now) if now.name() != value.name() => {
                    self.report(value.full_name(), ChangeKind::Renamed, value.number(), now.name());
                }
                Some(_) => {}
            }
        }
        for value in after.values() {
            if before.reserved_ranges().any(|range| range.contains(&value.number())) {
                self.report(value.full_name(), ChangeKind::Reserved, value.number(), "");
            } else if before.reserved_names().any(|name| name == value.name()) {
                self.report(value.full_name(), ChangeKind::Reserved, format_args!("`{}`", value.name()), "");
            }
        }
    }

    fn service(&mut self, before: &ServiceDescriptor) {
        let Some(after) = self.after.get_service_by_name(before.full_name()) else {
            return self.report(before.full_name(), ChangeKind::Removed, "", "");
        };
        for method in before.methods() {
            let Some(now) = after.methods().find(|now| now.name() == method.name()) else {
                self.report(method.full_name(), ChangeKind::Removed, "", "");
                continue;
            };
            let types = |method: &MethodDescriptor| {
                let input = method.input().full_name().to_owned();
                [
                    (ChangeKind::Request, input),
                    (ChangeKind::Response, info(method, 1)),
                    (ChangeKind::Metadata, info(method, 2)),
                ]
            };
            for ((kind, before), (_, after)) in types(&method).into_iter().zip(types(&now)) {
                if before != after {
                    self.report(method.full_name(), kind, before, after);
                }
            }
            let (before, after) = (http_rule(&method), http_rule(&now));
            if !before.is_empty() && before != after {
                self.report(method.full_name(), ChangeKind::Http, before, after);
            }
        }
    }
}

/// A type as a `.proto` file has it. That a field has presence or not is no matter of the wire, but that a oneof has it is.
fn type_of(field: &FieldDescriptor) -> String {
    let kind = |field: &FieldDescriptor| match field.kind() {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(definition) => definition.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    };
    if let (true, Some(entry)) = (field.is_map(), field.kind().as_message()) {
        return format!(
            "map<{}, {}>",
            kind(&entry.map_entry_key_field()),
            kind(&entry.map_entry_value_field())
        );
    }
    let label = if field.is_list() { "repeated " } else { "" };
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    let oneof = oneof.map(|oneof| format!(" of the oneof {}", oneof.name())).unwrap_or_default();
    format!("{label}{}{oneof}", kind(field))
}

/// The full name of a type in `operation_info`: 1 for the response, 2 for the metadata. Empty if there is none.
fn info(method: &MethodDescriptor, number: u32) -> String {
    let options = method.options();
    let named = method.parent_pool().get_extension_by_name("google.longrunning.operation_info").and_then(
        |extension| {
            let info = options.get_extension(&extension);
            let name = info.as_message()?.get_field_by_number(number)?.as_str()?.to_owned();
            Some(name)
        },
    );
    let name = named.unwrap_or_default();
    match name.contains('.') || name.is_empty() {
        true => name,
        false => format!("{}.{name}", method.parent_file().package_name()),
    }
}

/// How HTTP asks for an rpc, `post /v1/{parent=shelves/*}/archives, body archive`. Empty if that is not said.
fn http_rule(method: &MethodDescriptor) -> String {
    let options = method.options();
    let Some(extension) = method.parent_pool().get_extension_by_name("google.api.http") else {
        return String::new();
    };
    let rule = options.get_extension(&extension);
    let text = |name: &str| {
        let text = rule.as_message()?.get_field_by_name(name)?.as_str()?.to_owned();
        Some(text).filter(|text| !text.is_empty())
    };
    let verbs = ["get", "put", "post", "delete", "patch"].into_iter();
    let path = verbs.filter_map(|verb| Some(format!("{verb} {}", text(verb)?)));
    let body = text("body").map(|body| format!("body {body}"));
    path.chain(body).collect::<Vec<_>>().join(", ")
}
