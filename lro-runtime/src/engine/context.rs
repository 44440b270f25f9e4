//! What a running handler may touch.
use std::marker::PhantomData;
/// x
#[derive(Debug, Clone)]
pub struct Context<M> {
    _m: PhantomData<fn() -> M>,
}
