//! Prints a file as proto3 text. No crate does: those that read descriptors print them as other formats, or not at all.

use std::collections::HashMap;
use std::fmt::Display;

use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto};

use super::files::{SchemaFile, path};
use super::scope::{self, reference};
use super::service::{Rpc, Service};

/// The numbers of the fields that a comment's path is made of, within a message and an enum.
const FIELD: i32 = 2;
const NESTED_MESSAGE: i32 = 3;
const NESTED_ENUM: i32 = 4;
const ONEOF: i32 = 8;
const ENUM_VALUE: i32 = 2;

/// The highest number of a field.
const MAX_NUMBER: i32 = (1 << 29) - 1;

/// The text of a file. The pool has all that it refers to.
pub(super) fn text(file: &SchemaFile, pool: &DescriptorPool) -> String {
    let descriptor = &file.descriptor;
    let locations = descriptor.source_code_info.iter().flat_map(|info| &info.location);
    let comments = locations.map(|location| (&*location.path, location.leading_comments()));
    let mut printer = Printer { pool, comments: comments.collect(), text: String::new(), depth: 0 };
    let package = descriptor.package();
    printer.line("// Written by lro-runtime from the types and methods of a program.");
    printer.blank();
    printer.line("syntax = \"proto3\";");
    printer.blank();
    printer.line(format_args!("package {package};"));
    if !descriptor.dependency.is_empty() {
        printer.blank();
    }
    for import in &descriptor.dependency {
        printer.line(format_args!("import \"{import}\";"));
    }
    for (index, service) in file.services.service.iter().enumerate() {
        printer.blank();
        printer.service(service, package, &[path::SERVICE, index as i32]);
    }
    for (index, message) in descriptor.message_type.iter().enumerate() {
        printer.blank();
        printer.message(message, package, &[path::MESSAGE, index as i32]);
    }
    for (index, definition) in descriptor.enum_type.iter().enumerate() {
        printer.blank();
        printer.enumeration(definition, &[path::ENUM, index as i32]);
    }
    printer.text
}

struct Printer<'a> {
    pool: &'a DescriptorPool,
    comments: HashMap<&'a [i32], &'a str>,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    fn line(&mut self, line: impl Display) {
        let line = line.to_string();
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(&line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// `head {`, the block, `}`; on one line if there is nothing in it.
    fn block(&mut self, head: impl Display, block: impl FnOnce(&mut Self)) {
        self.line(format_args!("{head} {{"));
        let empty = self.text.len();
        self.depth += 1;
        block(self);
        self.depth -= 1;
        if self.text.len() == empty {
            self.text.pop();
            self.text.push_str("}\n");
        } else {
            self.line("}");
        }
    }

    /// What stands between two elements of a block.
    fn between(&mut self, index: usize) {
        if index > 0 {
            self.blank();
        }
    }

    fn comment(&mut self, place: &[i32]) {
        let Some(comment) = self.comments.get(place).copied() else { return };
        for line in comment.trim_end().lines() {
            self.line(format_args!("// {line}").to_string().trim_end());
        }
    }

    fn service(&mut self, service: &Service, package: &str, place: &[i32]) {
        self.comment(place);
        self.block(format_args!("service {}", service.name), |printer| {
            for (index, rpc) in service.method.iter().enumerate() {
                printer.between(index);
                printer.comment(&[place, &[path::METHOD, index as i32]].concat());
                printer.rpc(rpc, &format!("{package}.{}", service.name));
            }
        });
    }

    fn rpc(&mut self, rpc: &Rpc, scope: &str) {
        let input = reference(self.pool, scope, &rpc.input_type);
        let output = reference(self.pool, scope, &rpc.output_type);
        self.block(format_args!("rpc {}({input}) returns ({output})", rpc.name), |printer| {
            if let Some(http) = &rpc.options.http {
                printer.option(scope, "google.api.http", http.fields());
            }
            let info = &rpc.options.operation_info;
            let types = [("response_type", &*info.response_type), ("metadata_type", &*info.metadata_type)];
            printer.option(scope, "google.longrunning.operation_info", types.into_iter());
        });
    }

    /// Invariant: a path and a name have no character that a string would have to escape.
    fn option<'b>(&mut self, scope: &str, name: &str, fields: impl Iterator<Item = (&'static str, &'b str)>) {
        let name = scope::option(self.pool, scope, name);
        let fields: Vec<_> = fields.map(|(field, value)| format!("{field}: \"{value}\"")).collect();
        // As buf formats it.
        if let [field] = &*fields {
            return self.line(format_args!("option ({name}) = {{{field}}};"));
        }
        self.line(format_args!("option ({name}) = {{"));
        self.depth += 1;
        fields.iter().for_each(|field| self.line(field));
        self.depth -= 1;
        self.line("};");
    }

    fn message(&mut self, message: &DescriptorProto, outer: &str, place: &[i32]) {
        let scope = format!("{outer}.{}", message.name());
        self.comment(place);
        self.block(format_args!("message {}", message.name()), |printer| {
            let mut elements = 0;
            for (index, nested) in message.nested_type.iter().enumerate() {
                if !is_map_entry(nested) {
                    printer.between(elements);
                    printer.message(nested, &scope, &[place, &[NESTED_MESSAGE, index as i32]].concat());
                    elements += 1;
                }
            }
            for (index, nested) in message.enum_type.iter().enumerate() {
                printer.between(elements);
                printer.enumeration(nested, &[place, &[NESTED_ENUM, index as i32]].concat());
                elements += 1;
            }
            let ranges = message.reserved_range.iter().map(|range| (range.start(), range.end() - 1));
            if printer.reserved(elements, ranges, MAX_NUMBER, &message.reserved_name) {
                elements += 1;
            }
            printer.fields(message, &scope, place, elements);
        });
    }

    /// The fields in their order; those of a oneof stand in it, where its first one is.
    fn fields(&mut self, message: &DescriptorProto, scope: &str, place: &[i32], mut elements: usize) {
        let mut printed = Vec::new();
        let mut is_after_field = false;
        for (index, field) in message.field.iter().enumerate() {
            let comment = |index: usize| [place, &[FIELD, index as i32]].concat();
            match field.oneof_index.filter(|_| !field.proto3_optional()) {
                None => {
                    let place = comment(index);
                    if !is_after_field || self.comments.contains_key(&*place) {
                        self.between(elements);
                    }
                    self.comment(&place);
                    self.field(message, field, scope);
                    is_after_field = true;
                }
                Some(oneof) if printed.contains(&oneof) => continue,
                Some(oneof) => {
                    printed.push(oneof);
                    is_after_field = false;
                    self.between(elements);
                    self.comment(&[place, &[ONEOF, oneof]].concat());
                    let name =
                        message.oneof_decl.get(oneof as usize).map(|oneof| oneof.name()).unwrap_or_default();
                    self.block(format_args!("oneof {name}"), |printer| {
                        let members = message.field.iter().enumerate();
                        let members = members.filter(|(_, field)| field.oneof_index == Some(oneof));
                        for (place, (index, field)) in members.enumerate() {
                            let own = comment(index);
                            if printer.comments.contains_key(&*own) {
                                printer.between(place);
                            }
                            printer.comment(&own);
                            printer.field(message, field, scope);
                        }
                    });
                }
            }
            elements += 1;
        }
    }

    fn field(&mut self, message: &DescriptorProto, field: &FieldDescriptorProto, scope: &str) {
        let entry = message.nested_type.iter().find(|nested| {
            is_map_entry(nested) && field.type_name().rsplit('.').next() == Some(nested.name())
        });
        let kind = match entry {
            Some(entry) => {
                let types: Vec<_> = entry.field.iter().map(|part| self.kind(part, scope)).collect();
                format!("map<{}>", types.join(", "))
            }
            None => match field.label() {
                Label::Repeated => format!("repeated {}", self.kind(field, scope)),
                _ if field.proto3_optional() => format!("optional {}", self.kind(field, scope)),
                _ => self.kind(field, scope),
            },
        };
        let (name, number) = (field.name(), field.number());
        let options = field.options.as_ref();
        let packed = options.and_then(|options| options.packed).map(|packed| format!("packed = {packed}"));
        let deprecated =
            options.is_some_and(|options| options.deprecated()).then(|| "deprecated = true".to_owned());
        let options: Vec<_> = packed.into_iter().chain(deprecated).collect();
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        self.line(format_args!("{kind} {name} = {number}{options};"));
    }

    fn kind(&self, field: &FieldDescriptorProto, scope: &str) -> String {
        match field.r#type() {
            Type::Message | Type::Enum | Type::Group => reference(self.pool, scope, field.type_name()),
            scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
        }
    }

    fn enumeration(&mut self, definition: &EnumDescriptorProto, place: &[i32]) {
        self.comment(place);
        self.block(format_args!("enum {}", definition.name()), |printer| {
            let mut elements = 0;
            if definition.options.as_ref().is_some_and(|options| options.allow_alias()) {
                printer.line("option allow_alias = true;");
                elements += 1;
            }
            let ranges = definition.reserved_range.iter().map(|range| (range.start(), range.end()));
            if printer.reserved(elements, ranges, i32::MAX, &definition.reserved_name) {
                elements += 1;
            }
            for (index, value) in definition.value.iter().enumerate() {
                let place = [place, &[ENUM_VALUE, index as i32]].concat();
                if index == 0 || printer.comments.contains_key(&*place) {
                    printer.between(elements + index);
                }
                printer.comment(&place);
                printer.line(format_args!("{} = {};", value.name(), value.number()));
            }
        });
    }

    /// Whether anything is reserved. Ranges are inclusive.
    fn reserved(
        &mut self,
        elements: usize,
        ranges: impl Iterator<Item = (i32, i32)>,
        max: i32,
        names: &[String],
    ) -> bool {
        let ranges: Vec<_> = ranges
            .map(|(first, last)| match last {
                last if last == first => first.to_string(),
                last if last >= max => format!("{first} to max"),
                last => format!("{first} to {last}"),
            })
            .collect();
        if ranges.is_empty() && names.is_empty() {
            return false;
        }
        self.between(elements);
        if !ranges.is_empty() {
            self.line(format_args!("reserved {};", ranges.join(", ")));
        }
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
            self.line(format_args!("reserved {};", names.join(", ")));
        }
        true
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}
