//! How a type is named in a scope, so that a reader of the text finds the same one.

use prost_reflect::DescriptorPool;

/// The name of a type, `.acme.v1.Disk`, as it is written within a message or a service: without its package if it is the scope's own, and with a
/// leading dot where any other name would be another type's.
pub(super) fn reference(pool: &DescriptorPool, scope: &str, type_name: &str) -> String {
    let full_name = type_name.trim_start_matches('.');
    let package = pool.get_message_by_name(full_name).map(|message| message.parent_file());
    let package = package.or_else(|| Some(pool.get_enum_by_name(full_name)?.parent_file()));
    let package = package.map(|file| file.package_name().to_owned()).unwrap_or_default();
    let is_own = scope.strip_prefix(&package).is_some_and(|rest| rest.starts_with('.'));
    let name = match full_name.strip_prefix(&format!("{package}.")) {
        Some(name) if is_own => name,
        _ => full_name,
    };
    unmistakable(pool, scope, name, full_name)
}

/// The name of an option in a scope.
pub(super) fn option(pool: &DescriptorPool, scope: &str, full_name: &str) -> String {
    unmistakable(pool, scope, full_name, full_name)
}

fn unmistakable(pool: &DescriptorPool, scope: &str, name: &str, full_name: &str) -> String {
    match resolve(pool, scope, name) {
        Some(found) if found == full_name => name.to_owned(),
        _ => format!(".{full_name}"),
    }
}

/// What a name means in a scope: its first part is looked for from the inside out, and the rest has to be there.
fn resolve(pool: &DescriptorPool, scope: &str, name: &str) -> Option<String> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let mut scope = Some(scope);
    loop {
        let candidate = scope.map_or_else(|| first.to_owned(), |scope| format!("{scope}.{first}"));
        let is_message = pool.get_message_by_name(&candidate).is_some();
        let found = match rest {
            None => is_message || pool.get_enum_by_name(&candidate).is_some(),
            Some(_) => is_message || is_package(pool, &candidate),
        };
        if found {
            return Some(rest.map_or_else(|| candidate.clone(), |rest| format!("{candidate}.{rest}")));
        }
        scope = scope?.rsplit_once('.').map(|(outer, _)| outer);
    }
}

fn is_package(pool: &DescriptorPool, name: &str) -> bool {
    pool.files().any(|file| {
        file.package_name().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
