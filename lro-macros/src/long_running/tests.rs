//! Expansions of functions as snapshots, made in process; those of blocks are in `block_tests`. `INSTA_UPDATE=always cargo test -p lro-macros` blesses them.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{long_running, members};

/// The expansion as one would write it. Methods are expanded inside a block, and shown so.
pub(super) fn pretty(expansion: TokenStream) -> String {
    let is_method = contains(expansion.clone(), "self") && !members::is_block(&expansion);
    let is_declaration = matches!(expansion.clone().into_iter().last(), Some(TokenTree::Punct(_)));
    let file = match (is_method, is_declaration) {
        (true, false) => quote!(impl Service { #expansion }),
        (true, true) => quote!(trait Service { #expansion }),
        _ => expansion,
    };
    // What is half typed is no item: it is shown as its tokens.
    syn::parse2(file.clone()).map_or_else(|_| file.to_string(), |file| prettyplease::unparse(&file))
}

fn contains(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => contains(group.stream(), name),
        _ => false,
    })
}

/// One snapshot for each expansion, named after its shape.
macro_rules! snapshots {
    ($($name:ident: [$($arguments:tt)*] { $($item:tt)* })*) => {$(
        #[test]
        fn $name() {
            let expansion = long_running(quote!($($arguments)*), quote!($($item)*));
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), pretty(expansion));
            });
        }
    )*};
}
pub(super) use snapshots;

snapshots! {
    free_function: [operations = app.operations] {
        /// Takes a snapshot.
        ///
        ///  - of a disk
        #[must_use]
        pub async fn take_snapshot(
            State(app): State<App>,
            ctx: Context<Progress>,
            Json(request): Json<Request>,
            _permit: Permit,
        ) -> Result<Snapshot, Status> {
            copy(&app, ctx, request).await
        }
    }

    inherent_method: [service = "acme.v1.Disks", name = "Copy"] {
        pub(crate) async fn copy_disk(&self, mut request: Request) -> Result<Disk, Status> {
            request.fill(self.defaults());
            let copy = |disk| self.copy(disk);
            tokio::select! { disk = copy(request.disk) => disk, () = self::stopped() => self.stop("{self}") }?;
            tracing::info!(target: "{self}", "{self:?} has {{self}}");
            fn nested(service: &Service) -> bool { impl Service { fn f(&self) -> bool { self.ready } } service.f() }
            Ok(Disk { name: self.name.clone() })
        }
    }

    owned_receiver: [] {
        async fn copy(mut self: Arc<Self>, #[cfg(test)] _guard: Guard) -> Result<Self::Disk, Status> {
            Arc::make_mut(&mut self).copy()
        }
    }

    hooks: [parent = request.disk, validate = self.check(&request).await] {
        async fn copy(&self, #[context] mut cx: Cx<Progress>, request: Request) -> Result<Disk, Status> {
            cx.update(|progress| progress.percent = 1).await?;
            self.copy_now(request).await
        }
    }

    every_argument: [
        service = "acme.v1.Disks",
        parent = request.parent,
        validate = self.check(&request).await,
        validate_only = request.validate_only,
        request_id = request.request_id,
        exclusive = request.disk,
        timeout = "1h 30m",
        http(post = "/v1/{parent=projects/*}/disks:copy"),
    ] {
        async fn copy(&self, ProtoJson(request): ProtoJson<Request>, ctx: Context<Progress>) -> Result<Disk, Status> {
            self.copy_now(request).await
        }
    }

    generic: [operations = engine, metadata = Progress] {
        async fn copy<T: Payload, const N: usize>(engine: Operations, items: [T; N]) -> Result<T, Status> {
            last(items)
        }
    }

    without_catalog: [catalog = false] {
        async fn copy(&self) -> Reply<Disk> {
            Ok(self.disk.clone())
        }
    }

    renamed_crate: [crate = acme::operations, operations = engine] {
        async fn r#copy(engine: Operations) -> Result<(), Status> {
            Ok(())
        }
    }

    async_trait_method: [parent = name] {
        #[allow(clippy::async_yields_async)]
        fn copy<'life0, 'async_trait>(
            &'life0 self,
            ctx: Context<Progress>,
            __arg2: Request,
            _permit: Permit,
        ) -> ::core::pin::Pin<Box<
            dyn ::core::future::Future<Output = Result<Disk, Status>> + ::core::marker::Send + 'async_trait,
        >>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<Disk, Status>> {
                    #[allow(unreachable_code)]
                    return __ret;
                }
                let __self = self;
                let mut ctx = ctx;
                let Request { name, .. } = {
                    let __arg2 = __arg2;
                    __arg2
                };
                let _permit = _permit;
                let __ret: Result<Disk, Status> = {
                    tracing::info!("{self}");
                    __self.copy_now(ctx, name).await
                };
                #[allow(unreachable_code)]
                __ret
            })
        }
    }

    tonic_method: [parent = request.get_ref().disk] {
        fn copy<'life0, 'async_trait>(
            &'life0 self,
            ctx: Context<Progress>,
            request: tonic::Request<CopyRequest>,
        ) -> ::core::pin::Pin<Box<
            dyn ::core::future::Future<Output = Result<tonic::Response<Disk>, tonic::Status>>
                + ::core::marker::Send + 'async_trait,
        >>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) =
                    ::core::option::Option::None::<Result<tonic::Response<Disk>, tonic::Status>>
                {
                    #[allow(unreachable_code)]
                    return __ret;
                }
                let __self = self;
                let ctx = ctx;
                let request = request;
                let __ret: Result<tonic::Response<Disk>, tonic::Status> = { __self.copy_now(ctx, request).await };
                #[allow(unreachable_code)]
                __ret
            })
        }
    }

    tonic_method_with_its_own_operation: [operation = pb::Operation, operations = engine, catalog = false] {
        async fn copy(engine: Operations) -> Result<(), tonic::Status> {
            Ok(())
        }
    }

    tonic_method_of_an_alias: [operation = pb::Operation, operations = engine, catalog = false] {
        async fn copy(engine: Operations) -> Reply<()> {
            Ok(Response::new(()))
        }
    }

    restartable: [on_interrupt = restart, max_attempts = 3, validate = request.check()] {
        async fn copy(&self, request: Request) -> Result<Disk, Status> {
            self.copy_now(request).await
        }
    }

    method_of_a_block: [
        __block(
            service = "acme.v1.Disks", operations = self.engine, parent = request.disk, timeout = "1m",
            on_interrupt = restart, max_attempts = 3, catalog = false, crate = acme,
        ),
        parent = request.folder,
    ] {
        async fn copy(&self, request: Request) -> Result<Disk, Status> {
            self.copy_now(request).await
        }
    }

    method_of_a_block_that_does_not_restart: [
        __block(on_interrupt = restart, max_attempts = 3, catalog = false, name = "Refused"),
        on_interrupt = fail
    ] {
        async fn copy(&self) -> Result<Disk, Status> {
            Ok(self.disk.clone())
        }
    }

    mistakes: [service = "acme.", parent] {
        const unsafe fn copy(&mut self, name: &str, ctx: &Context<Progress>, other: Context<()>) {}
    }
}

/// With `crate = path`, this crate's own name must not occur.
#[test]
fn another_crate_is_named_throughout() {
    let expansion = long_running(
        quote!(crate = acme, parent = name, validate = check(&name), operations = engine),
        quote!(
            async fn copy(engine: Operations, ctx: Context<()>, name: String) -> Result<(), Status> {
                Ok(())
            }
        ),
    );
    assert!(contains(expansion.clone(), "acme"));
    assert!(!contains(expansion, "lro_runtime"));
}

/// The expansion is thin: 25 lines at most, beside the signature, the body, the method's description and its submission (DESIGN D4).
#[test]
fn the_expansion_is_thin() {
    let handle = long_running(
        quote!(parent = name, validate = self.check(&name), catalog = false),
        quote!(
            async fn copy(&self, ctx: Context<()>, name: String) -> Result<(), Status> {}
        ),
    );
    let tonic = long_running(
        quote!(parent = name, validate = self.check(&name), catalog = false),
        quote!(
            async fn copy(&self, ctx: Context<()>, name: String) -> Result<Response<()>, Status> {}
        ),
    );
    let own = long_running(
        quote!(operation = Own, parent = name, validate = self.check(&name), catalog = false),
        quote!(
            async fn copy(&self, ctx: Context<()>, name: String) -> Result<(), Status> {}
        ),
    );
    // Of every argument: one line more for each that came after these, and two for the request.
    let every = long_running(
        quote!(
            parent = name,
            validate = self.check(&name),
            validate_only = only,
            timeout = "1h",
            exclusive = name,
            request_id = id,
            catalog = false
        ),
        quote!(
            async fn copy(&self, ctx: Context<()>, Copy { name, only, id }: Copy) -> Result<(), Status> {}
        ),
    );
    for (way, most, expansion) in
        [("handle", 25, handle), ("tonic", 25, tonic), ("own", 25, own), ("every", 25 + 6, every)]
    {
        let pretty = pretty(expansion);
        let after_description = pretty.lines().skip_while(|line| line.trim() != "};").skip(1);
        let closing = 2;
        let lines = after_description.count() - closing;
        assert!((10..=most).contains(&lines), "{way}: {lines} lines");
    }
}
