//! Expansions of `impl` and `trait` blocks as snapshots, of what stands in them, and of code that is half typed.

use quote::quote;

use super::long_running;
use super::tests::{pretty, snapshots};

snapshots! {
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

    block_with_types_in_its_methods: [service = "acme.v1.Disks"] {
        impl<R: Payload> Disks<R> {
            #[long_running(parent = name)]
            async fn copy_disk(&self, name: String) -> Result<R, Status> {
                Ok(R::initial())
            }

            #[long_running]
            async fn wipe_disk(&self) -> Result<(), Status> {
                Ok(())
            }
        }
    }

    block_of_a_trait: [crate = acme] {
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

    block_of_a_trait_below_async_trait: [aliases = false] {
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

    declared_in_a_trait: [__trait(crate = acme), metadata = Progress] {
        /// Copies a disk.
        async fn copy_disk(&self, request: Request) -> Result<CopyDiskResponse, Status>;
    }

    declared_as_a_future: [__trait()] {
        fn copy_disk(&self, ctx: Context<Progress>) -> impl Future<Output = Result<CopyDiskResponse, Status>> + Send;
    }

    block_of_a_trait_with_mistakes: [service = "acme.v1.Disks", parent = request.disk, name = "Copy", catalog = false] {
        trait Disks {
            #[long_running(service = "acme.v1.Copies", validate = request.check())]
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
