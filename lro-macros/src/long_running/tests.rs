//! Expansions as snapshots, made in process. `INSTA_UPDATE=always cargo test -p lro-macros` blesses them.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{long_running, members};

/// The expansion as one would write it. Methods are expanded inside a block, and shown so.
fn pretty(expansion: TokenStream) -> String {
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

    block: [service = "acme.v1.Disks", on_interrupt = restart, max_attempts = 3] {
        /// Disks.
        impl Service {
            /// How many.
            const LIMIT: usize = 8;

            /// Copies.
            #[cfg(feature = "copy")]
            #[must_use]
            #[long_running(name = "Copy")]
            #[cfg_attr(test, cfg(unix), inline)]
            pub async fn copy_disk(&self, request: Self::Request) -> Result<Disk, Status> {
                self.helper(request).await
            }

            #[long_running]
            async fn wipe(&self, ctx: Context<Progress>, request: Request) -> Result<(), Status> {
                self.helper(request).await
            }

            #[cfg_attr(feature = "shred", lro_runtime::long_running(max_attempts = 1, crate = acme))]
            async fn shred(&self, request: Request) -> Result<(), Status> {
                self.helper(request).await
            }

            #[instrument]
            #[long_running(on_interrupt = fail)]
            async fn fails(&self, name: String) -> Result<(), Status> {
                Ok(())
            }

            #[long_running(on_interrupt = restart)]
            async fn misses(&self) -> Result<(), Status> {
                Ok(())
            }

            #[long_running(operations = app.operations)]
            async fn function(State(app): State<App>, request: Request) -> Result<(), Status> {
                Ok(())
            }

            #[inline]
            async fn helper(&self, request: Request) -> Result<Disk, Status> {
                Ok(request.disk)
            }
        }
    }

    block_above_async_trait: [on_interrupt = restart] {
        #[async_trait]
        impl Disks<Request> for Service {
            #[long_running(service = "acme.v1.Disks")]
            async fn copy(&self, request: Request) -> Result<Disk, Status> {
                self.copy_now(request).await
            }
        }
    }

    block_below_async_trait: [service = "acme.v1.Disks", on_interrupt = restart] {
        impl Disks for Service {
            #[long_running]
            fn copy<'life0, 'async_trait>(
                &'life0 self,
                __arg1: ProtoJson<Request>,
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
                    let ProtoJson(request) = {
                        let __arg1 = __arg1;
                        __arg1
                    };
                    let __ret: Result<Disk, Status> = { __self.copy_now(request).await };
                    #[allow(unreachable_code)]
                    __ret
                })
            }
        }
    }

    block_of_tonic: [service = "acme.v1.Disks", operation = pb::Operation, on_interrupt = restart] {
        #[tonic::async_trait]
        impl disks_server::Disks for Service {
            #[long_running(parent = request.get_ref().disk)]
            async fn copy(&self, request: tonic::Request<CopyRequest>) -> Result<Response<Disk>, tonic::Status> {
                self.copy_now(request).await
            }
        }
    }

    block_of_a_renamed_crate: [crate = acme::operations, on_interrupt = restart] {
        impl Service {
            #[long_running]
            async fn copy(&self, request: Request) -> Result<Disk, Status> {
                self.copy_now(request).await
            }
        }
    }

    block_with_mistakes: [name = "Copy", service = "acme.", request_id = request.id, max_attempts = 3, colour = red] {
        impl Service {
            #[long_running(on_interrupt = maybe)]
            fn copy(&self) -> Result<(), Status> {
                Ok(())
            }
        }
    }

    block_without_methods: [max_attempts = 3] {
        impl Service {
            async fn copy(&self) -> Result<(), Status> {
                Ok(())
            }
        }
    }

    block_with_types: [service = "acme.v1.Disks"] {
        impl<R: Payload, const N: usize> Service<R, N> {
            #[long_running(on_interrupt = restart)]
            async fn copy(&self, request: Request) -> Result<Disk, Status> {
                self.copy_now(request).await
            }

            #[long_running]
            async fn wipe(&self) -> Result<(), Status> {
                Ok(())
            }
        }
    }

    block_of_a_trait: [service = "acme.v1.Disks"] {
        /// Disks.
        pub trait Disks<R: Payload>: Send {
            /// How many.
            const LIMIT: usize;

            type Store;

            /// Copies a disk.
            ///
            /// All of it.
            #[cfg(feature = "copy")]
            #[long_running]
            async fn copy_disk(&self, ctx: Context<Progress>, request: Request) -> Result<CopyDiskResponse, Status>;

            #[long_running(response = Disk, metadata = Progress)]
            fn delete_disk(&self, name: String) -> impl Future<Output = Result<Disk, Status>> + Send;

            /// Gives a [`Self::Store`].
            #[long_running]
            async fn wipe_disk(&self) -> Reply<()>;

            #[long_running]
            async fn of_the_trait(&self) -> Result<R, Status>;

            fn helper(&self) -> usize {
                Self::LIMIT
            }
        }
    }

    block_of_a_trait_below_async_trait: [service = "acme.v1.Disks", aliases = false] {
        trait Disks {
            #[long_running]
            #[must_use]
            #[allow(clippy::type_complexity, clippy::type_repetition_in_bounds)]
            fn copy_disk<'life0, 'async_trait>(
                &'life0 self,
                ctx: Context<Progress>,
                request: Request,
            ) -> ::core::pin::Pin<Box<
                dyn ::core::future::Future<Output = Result<CopyDiskResponse, Status>> + ::core::marker::Send + 'async_trait,
            >>
            where
                'life0: 'async_trait,
                Self: 'async_trait;
        }
    }

    declared_in_a_trait: [__trait(service = "acme.v1.Disks"), metadata = Progress] {
        /// Copies a disk.
        async fn copy_disk(&self, request: Request) -> Result<CopyDiskResponse, Status>;
    }

    declared_as_a_future: [__trait()] {
        fn copy_disk(&self, ctx: Context<Progress>) -> impl Future<Output = Result<CopyDiskResponse, Status>> + Send;
    }

    block_of_a_trait_with_mistakes: [parent = request.disk, name = "Copy", catalog = false] {
        trait Disks {
            #[long_running(validate = request.check())]
            async fn copy_disk(&self) -> Result<(), Status>;
        }
    }

    declared_with_mistakes: [__trait(parent = name), validate = check(), operations = engine, aliases = false] {
        async fn copy_disk(&self, ctx: &Context<Progress>, name: &str) -> impl Payload;
    }

    default_body: [__trait()] {
        async fn copy_disk(&self, ctx: Context<Progress>) -> Result<(), Status> {
            Ok(())
        }
    }

    declared_outside_of_a_marked_trait: [] {
        async fn copy_disk(&self, ctx: Context<Progress>) -> Result<(), Status>;
    }

    aliases: [aliases = true] {
        #[cfg(unix)]
        impl disks::Service<'_> {
            /// Copies a disk,
            /// all of it.
            ///
            /// Long.
            #[cfg_attr(test, cfg(feature = "copy"))]
            #[long_running]
            pub async fn copy_disk(&self, ctx: Context<Progress>) -> Result<CopyDiskResponse, Status> {
                Ok(())
            }

            #[long_running(name = "WipeDisk")]
            pub(crate) async fn wipe(&self) -> Answer {
                Ok(())
            }

            /// As [`Self::wipe`].
            #[long_running]
            async fn erase_disk(&self) -> crate::Result<()> {
                Ok(())
            }

            #[long_running]
            async fn of_its_own<R: Payload>(&self, response: R) -> Result<R, Status> {
                Ok(response)
            }

            #[long_running]
            async fn tonics(&self) -> Result<Response<()>, Status> {
                Ok(Response::new(()))
            }
        }
    }

    half_typed_function: [operations = app.operations] {
        /// Copies.
        async fn copy_disk(State(app): State<App>, ctx: Context<Progress>, name: String) -> Result<(), Status> {
            let disk = app.disks.
        }
    }

    half_typed_method: [] {
        async fn copy_disk(&self, ctx: Context<Progress>) -> Result<(), Status> {
            self.log(format!("{self}"));
            match self. {
                Some(disk) if => self::copy(&self.)
            }
        }
    }

    half_typed_block: [parent = name] {
        impl Disks {
            const LIMIT: usize = ;

            #[long_running]
            pub async fn copy_disk(&self, name: String) -> Result<(), Status> {
                self.
            }

            fn helper(&self) -> { let }

            #[long_running]
            pub async fn half(&self, name: ) -> Result<(), Status> {}

            #[long_running(on_interrupt = restart)]
            pub async fn wipe_disk(&self, name: String) -> Result<(), Status> {
                if self.
            }

            type
        }
    }

    half_typed_trait: [] {
        trait Disks {
            #[long_running]
            async fn copy_disk(&self, name: String) -> Result<(), Status>;

            async fn half(&self, name: String) -> ;

            fn other(&self) { self. }
        }
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
    // Of every argument: one line more for each that came after these.
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
        [("handle", 25, handle), ("tonic", 25, tonic), ("own", 25, own), ("every", 25 + 4, every)]
    {
        let pretty = pretty(expansion);
        let after_description = pretty.lines().skip_while(|line| line.trim() != "};").skip(1);
        let closing = 2;
        let lines = after_description.count() - closing;
        assert!((10..=most).contains(&lines), "{way}: {lines} lines");
    }
}
