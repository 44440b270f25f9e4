//! Makes files of derived types: one a type, or one for types that refer to each other in a circle.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use prost_reflect::DescriptorPool;
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, FileDescriptorProto, SourceCodeInfo};

use super::{RegistryError, UnresolvedField};
use crate::data::payload::describe::{Definition, TypeDescription};

/// A type of a package with all that is nested in it: what a file holds one or more of.
#[derive(Default)]
struct Unit {
    package: &'static str,
    types: Vec<TypeDescription>,
}

/// The numbers of the fields that a comment's path is made of.
mod path {
    pub(super) const FILE_MESSAGE: i32 = 4;
    pub(super) const FILE_ENUM: i32 = 5;
    pub(super) const NESTED_MESSAGE: i32 = 3;
    pub(super) const NESTED_ENUM: i32 = 4;
}

/// The files of the types, each after those that it imports.
pub(super) fn assemble(
    pool: &DescriptorPool,
    mut types: Vec<TypeDescription>,
) -> Result<Vec<FileDescriptorProto>, RegistryError> {
    // The linker's order is not a stable one.
    types.sort_by(|left, right| {
        (left.package, left.name, left.rust_type).cmp(&(right.package, right.name, right.rust_type))
    });
    types.dedup();
    check_names(&types)?;
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    let mut unit_of = HashMap::new();
    for description in types {
        let root = description.name.split('.').next().unwrap_or_default();
        let root = format!("{}.{root}", description.package);
        unit_of.insert(description.full_name(), root.clone());
        let unit = units.entry(root).or_default();
        unit.package = description.package;
        unit.types.push(description);
    }
    let graph = Graph::of(pool, &units, &unit_of)?;
    let components = graph.components();
    let file_of: HashMap<&str, String> = components
        .iter()
        .flat_map(|component| component.iter().map(|unit| (*unit, format!("{}.proto", component[0]))))
        .collect();
    components.iter().map(|component| file(component, &units, &graph, &file_of)).collect()
}

/// Checks that each name is one type's, and each outer type is there.
fn check_names(types: &[TypeDescription]) -> Result<(), RegistryError> {
    for pair in types.windows(2) {
        if pair[0].full_name() == pair[1].full_name() {
            return Err(RegistryError::DuplicateType {
                type_name: pair[0].full_name(),
                rust_types: [pair[0].rust_type, pair[1].rust_type],
            });
        }
    }
    let messages: BTreeSet<String> = types
        .iter()
        .filter(|description| matches!(description.definition, Definition::Message(_)))
        .map(TypeDescription::full_name)
        .collect();
    let mut values = HashMap::new();
    for description in types {
        let full_name = description.full_name();
        let scope = full_name.rsplit_once('.').map_or("", |(scope, _)| scope);
        if description.name.contains('.') && !messages.contains(scope) {
            return Err(RegistryError::MissingParent {
                rust_type: description.rust_type,
                parent: scope.to_owned(),
                type_name: full_name,
            });
        }
        let Definition::Enum(definition) = &description.definition else { continue };
        for value in &definition.value {
            let value = format!("{scope}.{}", value.name());
            if let Some(other) = values.insert(value.clone(), description.rust_type) {
                return Err(RegistryError::DuplicateEnumValue {
                    value,
                    rust_types: [other, description.rust_type],
                });
            }
        }
    }
    Ok(())
}

/// Which units refer to which, and which files of the pool they need.
struct Graph<'a> {
    edges: BTreeMap<&'a str, BTreeSet<&'a str>>,
    imports: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Graph<'a> {
    fn of(
        pool: &DescriptorPool,
        units: &'a BTreeMap<String, Unit>,
        unit_of: &'a HashMap<String, String>,
    ) -> Result<Self, RegistryError> {
        let mut graph = Self { edges: BTreeMap::new(), imports: BTreeMap::new() };
        let mut unresolved = Vec::new();
        for (name, unit) in units {
            let edges = graph.edges.entry(name).or_default();
            let imports = graph.imports.entry(name).or_default();
            for description in &unit.types {
                for (field, type_name) in references(description) {
                    let file = || {
                        let message =
                            pool.get_message_by_name(&type_name).map(|message| message.parent_file());
                        message.or_else(|| Some(pool.get_enum_by_name(&type_name)?.parent_file()))
                    };
                    if let Some(unit) = unit_of.get(&type_name) {
                        edges.insert(unit);
                    } else if let Some(file) = file() {
                        imports.insert(file.name().to_owned());
                    } else {
                        let rust_type = description.rust_type;
                        unresolved.push(UnresolvedField { rust_type, field, missing: type_name });
                    }
                }
            }
        }
        if unresolved.is_empty() { Ok(graph) } else { Err(RegistryError::UnresolvedFields(unresolved)) }
    }

    /// The units in groups that refer to each other in a circle, each after those that it refers to: Tarjan's algorithm.
    fn components(&self) -> Vec<Vec<&'a str>> {
        let mut search =
            Search { graph: self, order: HashMap::new(), stack: Vec::new(), components: Vec::new() };
        for unit in self.edges.keys() {
            if !search.order.contains_key(unit) {
                search.visit(unit);
            }
        }
        search.components
    }
}

struct Search<'s, 'a> {
    graph: &'s Graph<'a>,
    /// When each unit was met, and the earliest unit on the stack that it reaches.
    order: HashMap<&'a str, usize>,
    stack: Vec<&'a str>,
    components: Vec<Vec<&'a str>>,
}

impl<'a> Search<'_, 'a> {
    /// Returns the earliest unit on the stack that this one reaches.
    fn visit(&mut self, unit: &'a str) -> usize {
        let index = self.order.len();
        self.order.insert(unit, index);
        self.stack.push(unit);
        let mut lowest = index;
        for next in &self.graph.edges[unit] {
            let reached = match self.order.get(next) {
                None => self.visit(next),
                Some(&order) if self.stack.contains(next) => order,
                Some(_) => continue,
            };
            lowest = lowest.min(reached);
        }
        if lowest == index
            && let Some(start) = self.stack.iter().position(|on_stack| *on_stack == unit)
        {
            let mut component = self.stack.split_off(start);
            component.sort_unstable();
            self.components.push(component);
        }
        lowest
    }
}

/// The fields of a type that refer to another, with the full name of that.
fn references(description: &TypeDescription) -> Vec<(String, String)> {
    let Definition::Message(message) = &description.definition else { return Vec::new() };
    let mut references = Vec::new();
    for field in &message.field {
        let type_name = field.type_name().trim_start_matches('.');
        if type_name.is_empty() {
            continue;
        }
        let own = type_name.strip_prefix(&description.full_name()).and_then(|rest| rest.strip_prefix('.'));
        match message.nested_type.iter().find(|entry| own == Some(entry.name())) {
            Some(entry) => {
                let types = entry.field.iter().map(|part| part.type_name().trim_start_matches('.'));
                let types = types.filter(|type_name| !type_name.is_empty());
                references.extend(types.map(|type_name| (field.name().to_owned(), type_name.to_owned())));
            }
            None => references.push((field.name().to_owned(), type_name.to_owned())),
        }
    }
    references
}

fn file(
    component: &[&str],
    units: &BTreeMap<String, Unit>,
    graph: &Graph<'_>,
    file_of: &HashMap<&str, String>,
) -> Result<FileDescriptorProto, RegistryError> {
    let package = units[component[0]].package;
    if component.iter().any(|unit| units[*unit].package != package) {
        let type_names = component.iter().map(|unit| (*unit).to_owned()).collect();
        return Err(RegistryError::PackageCycle { type_names });
    }
    let name = &file_of[component[0]];
    let mut dependencies = BTreeSet::new();
    let mut file = FileDescriptorProto {
        name: Some(name.clone()),
        package: Some(package.to_owned()),
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let mut locations = Vec::new();
    for unit in component {
        dependencies.extend(graph.imports[unit].iter().cloned());
        dependencies.extend(graph.edges[unit].iter().map(|other| file_of[other].clone()));
        let types = &units[*unit].types;
        // Invariant: outer types are sorted before those that are nested in them, so the root is the first.
        let place = match &types[0].definition {
            Definition::Enum(definition) => {
                file.enum_type.push(definition.clone());
                vec![path::FILE_ENUM, file.enum_type.len() as i32 - 1]
            }
            Definition::Message(message) => {
                let place = vec![path::FILE_MESSAGE, file.message_type.len() as i32];
                file.message_type.push(nest(message, &types[0], types, &place, &mut locations));
                place
            }
        };
        comment(&types[0], &place, &mut locations);
    }
    dependencies.remove(name);
    file.dependency = dependencies.into_iter().collect();
    file.source_code_info = Some(SourceCodeInfo { location: locations });
    Ok(file)
}

/// Puts the types that are nested in a message into it.
fn nest(
    message: &DescriptorProto,
    outer: &TypeDescription,
    types: &[TypeDescription],
    place: &[i32],
    locations: &mut Vec<Location>,
) -> DescriptorProto {
    let mut message = message.clone();
    // Last, as in a file that was compiled: text has no place for them.
    let map_entries = std::mem::take(&mut message.nested_type);
    for nested in types {
        if nested.name.rsplit_once('.').map(|(outer, _)| outer) != Some(outer.name) {
            continue;
        }
        let mut place = place.to_vec();
        match &nested.definition {
            Definition::Enum(definition) => {
                place.extend([path::NESTED_ENUM, message.enum_type.len() as i32]);
                message.enum_type.push(definition.clone());
            }
            Definition::Message(inner) => {
                place.extend([path::NESTED_MESSAGE, message.nested_type.len() as i32]);
                message.nested_type.push(nest(inner, nested, types, &place, locations));
            }
        }
        comment(nested, &place, locations);
    }
    message.nested_type.extend(map_entries);
    message
}

fn comment(description: &TypeDescription, place: &[i32], locations: &mut Vec<Location>) {
    locations.extend(description.comments.iter().map(|comment| Location {
        path: [place, &comment.path].concat(),
        leading_comments: Some(format!("{}\n", comment.text)),
        ..Default::default()
    }));
}
