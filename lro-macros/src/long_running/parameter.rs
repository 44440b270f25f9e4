//! Which parameter is the handler's `Context`: the one that callers do not see.

use proc_macro2::Ident;
use syn::punctuated::Pair;
use syn::{Attribute, FnArg, GenericArgument, Pat, PathArguments, Signature, Type};

/// A `Context<M>` among the parameters.
#[derive(Debug)]
pub(crate) struct ContextParameter {
    /// What remains beside the marker.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    /// `Context<M>`, in the user's own tokens.
    pub(crate) ty: Type,
    /// `M`. Only a marked parameter can lack it.
    pub(crate) metadata: Option<Type>,
}

/// Takes all contexts out of the signature: one is to be expected, several are a mistake.
pub(crate) fn take_contexts(signature: &mut Signature) -> Vec<ContextParameter> {
    let mut contexts = Vec::new();
    let inputs = std::mem::take(&mut signature.inputs);
    signature.inputs = inputs
        .into_pairs()
        .filter_map(|pair| {
            let (parameter, comma) = pair.into_tuple();
            match context(&parameter) {
                Some(context) => {
                    contexts.push(context);
                    None
                }
                None => Some(Pair::new(parameter, comma)),
            }
        })
        .collect();
    contexts
}

/// Recognised by the marker `#[context]`, or by its path: `Context` with one type, whatever leads to it.
fn context(parameter: &FnArg) -> Option<ContextParameter> {
    let FnArg::Typed(parameter) = parameter else { return None };
    let is_marker = |attribute: &&Attribute| attribute.path().is_ident("context");
    let marked = parameter.attrs.iter().any(|attribute| is_marker(&attribute));
    let (name, metadata) = last_segment(&parameter.ty).unzip();
    let metadata = metadata.flatten();
    if !marked && (metadata.is_none() || name.is_none_or(|name| name != "Context")) {
        return None;
    }
    Some(ContextParameter {
        attributes: parameter.attrs.iter().filter(|attribute| !is_marker(attribute)).cloned().collect(),
        pattern: (*parameter.pat).clone(),
        ty: (*parameter.ty).clone(),
        metadata: metadata.cloned(),
    })
}

/// The last segment's name, and its argument if that is one type. A reference is looked through, since it is judged later.
pub(crate) fn last_segment(ty: &Type) -> Option<(&Ident, Option<&Type>)> {
    match ty {
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        Type::Reference(reference) => last_segment(&reference.elem),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let argument = match &segment.arguments {
                PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
                    arguments.args.first()
                }
                _ => None,
            };
            let ty = match argument {
                Some(GenericArgument::Type(ty)) => Some(ty),
                _ => None,
            };
            Some((&segment.ident, ty))
        }
        _ => None,
    }
}
