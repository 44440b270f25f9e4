//! The task that runs again what was interrupted: it claims what this worker can run, and lets it run (D7).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::core::{Engine, store_fault};
use super::recovery::{PAGE, end_abandoned, end_abandoned_as, service};
use super::rerun::{Seat, Taken};
use super::run::Run;
use crate::data::name::OperationName;
use crate::data::operation::Outcome;
use crate::data::record::Record;
use crate::data::status::Status;
use crate::rules::errors;
use crate::rules::lifecycle::{self, Ending, Recovery};
use crate::store::{Query, StoreError};

/// How long after one look the next one comes at the soonest.
const GATHERING: Duration = Duration::from_millis(200);

/// Looks for operations to run again at once, whenever it is told that there may be some, and on every beat.
pub(crate) async fn restart(engine: Arc<Engine>, stop: CancellationToken) {
    loop {
        let round = async {
            if let Err(error) = claim(&engine).await {
                store_fault("list", &error);
            }
            // Not at each of many tellings: most are of operations that ended elsewhere.
            tokio::time::sleep(GATHERING).await;
            let told = engine.recoverable.notified();
            let _beat = tokio::time::timeout(engine.settings.beat(), told).await;
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = round => {}
        }
    }
}

async fn claim(engine: &Arc<Engine>) -> Result<(), StoreError> {
    let methods = engine.services.methods();
    let mut after: Option<OperationName> = None;
    loop {
        let query = Query::Claimable { methods: methods.clone(), after: after.take(), limit: PAGE };
        let page = engine.store.list(&query).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|record| record.name.clone());
        // What cannot run again, upkeep ends. What this process runs already, waits for its own end: its worker was condemned.
        let restartable = page.into_iter().filter(|record| record.restartable);
        for record in restartable.filter(|record| !engine.hub.runs(&record.name)) {
            // Claimed only when it may run: until then every other worker may.
            let Some(permit) = engine.executor.turn().await else { return Ok(()) };
            recover(engine, Arc::new(record), permit).await;
        }
        if !full {
            return Ok(());
        }
    }
}

async fn recover(engine: &Arc<Engine>, record: Arc<Record>, permit: OwnedSemaphorePermit) {
    if record.cancel_time.is_some() {
        // Before it is called: a request that cannot be read any more must not hide the cancel (D9).
        return end_abandoned(engine, &record, Ending::Cancelled).await;
    }
    let taken = match replay(engine, &record).await {
        Ok(taken) => taken,
        Err(error) => {
            let outcome = Outcome::Error(error.into_error(service(&record)));
            return end_abandoned_as(engine, &record, outcome).await;
        }
    };
    let Some(Taken { attempt, begin, on_interrupt }) = taken else { return };
    match lifecycle::recovery(&record, on_interrupt) {
        Recovery::End(ending) => end_abandoned(engine, &record, ending).await,
        Recovery::Again { interruptions } => {
            // Held before the look, as by a start: a shutdown either is seen here, or waits for this run.
            let _held = engine.executor.hold();
            if engine.closing.is_cancelled() {
                return;
            }
            // Invariant: it counts as run here before the store says that it is this worker's. Reconciling never finds it without a run.
            let run = Run::new(Arc::clone(engine), attempt, None);
            let span = run.span(&record.method, record.attempt + 1);
            let run = run.again(record, interruptions, permit, begin);
            engine.executor.spawn_operation(run.instrument(span));
        }
    }
}

/// Calls the public method once more; `None` when its service is gone, since the engine shuts down.
async fn replay(engine: &Arc<Engine>, record: &Arc<Record>) -> Result<Option<Taken>, Status> {
    let Some(request) = &record.request else {
        return Err(errors::request_not_decodable("no request"));
    };
    let Some(call) = engine.services.call(&record.method, request) else { return Ok(None) };
    let taken = Seat::new(engine, Arc::clone(record)).replay(call?).await;
    taken.map(Some).ok_or_else(|| {
        tracing::error!(operation = %record.name, method = &*record.method, "the method did not start when it was called again");
        errors::restart_failed(&record.name, service(record))
    })
}
