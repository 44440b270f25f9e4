//! The typed handle of a started operation.
use std::marker::PhantomData;
/// x
#[derive(Debug, Clone)]
pub struct Operation<R, M> {
    _m: PhantomData<fn() -> (R, M)>,
}
