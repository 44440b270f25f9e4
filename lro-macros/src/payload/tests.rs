//! Expansions as snapshots, made in process. `INSTA_UPDATE=always cargo test -p lro-macros` blesses them.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::derive;

fn pretty(expansion: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(expansion).expect("the expansion is made of items"))
}

macro_rules! snapshots {
    ($($name:ident { $($item:tt)* })*) => {$(
        #[test]
        fn $name() {
            let expansion = derive(quote!($($item)*));
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), pretty(expansion));
            });
        }
    )*};
}

snapshots! {
    message {
        /// A rollout.
        #[payload(package = "acme.v1", name = "Outer.Rollout")]
        struct Rollout {
            /// The service.
            ///
            ///  - by name
            #[payload(tag = 8)]
            service_name: String,
            #[payload(tag = 1, name = "type")]
            r#kind: Option<Kind>,
            #[payload(tag = 3, message)]
            foreign: Vec<Foreign>,
            #[payload(oneof)]
            strategy: Option<Strategy>,
            #[payload(tag = 4, sint)]
            balance: Option<i64>,
            #[payload(tag = 5, key = fixed, sint)]
            balances: HashMap<u32, i64>,
            #[payload(unknown)]
            unknown: UnknownFields,
        }
    }

    enumeration {
        /// How far it is.
        #[payload(package = "acme.v1")]
        enum Phase {
            #[payload(tag = 0)]
            Unspecified,
            /// Going on.
            #[payload(tag = 2)]
            InProgress,
            #[payload(tag = -1, name = "GONE_FOR_EVER")]
            Gone,
            #[payload(other)]
            Other(i32),
        }
    }

    oneof {
        enum Strategy {
            /// By percent.
            #[payload(tag = 5)]
            TrafficPercentStrategy(Traffic),
            #[payload(tag = 200, message)]
            Delete(Foreign),
            #[payload(tag = 201, fixed)]
            Hash(u64),
        }
    }

    mistakes {
        #[payload(crate = runtime)]
        struct Disk {
            name: String,
        }
    }
}

/// With `crate = path`, nothing else is named.
#[test]
fn the_runtime_is_named_by_its_path_only() {
    let expansion = derive(quote! {
        #[payload(package = "acme.v1", crate = runtime)]
        struct Disk {
            #[payload(tag = 1)]
            name: String,
        }
    });
    assert!(!names(expansion.clone(), "lro_runtime") && names(expansion, "runtime"));
}

fn names(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}
