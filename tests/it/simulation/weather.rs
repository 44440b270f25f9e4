//! How bad it gets: the chances that a simulation draws by, and what becomes of one call.

use std::time::Duration;

use fastrand::Rng;

use super::LEASE;
use super::chance::Dice;
use super::fleet::Deed;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Create,
    /// An update that writes metadata or a checkpoint alone.
    Progress,
    /// An update that takes, ends or hands over.
    Fenced,
    /// Cancel and Delete.
    Mark,
    Get,
    List,
    Renew,
    Reap,
    Retire,
    Succeed,
    Purge,
    /// Not a call, but the table's own word.
    Notification,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Delivered,
    RequestLost,
    ReplyLost,
    /// The caller is told that nobody knows, and then the request arrives.
    Late,
}

/// One call's way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trip {
    pub(super) there: Duration,
    pub(super) back: Duration,
    pub(super) fate: Fate,
}

/// The chances of one simulation. Each seed has its own, so that rare things come together in some of them.
#[derive(Debug, Clone)]
pub(super) struct Weather {
    /// How long things go wrong, in leases.
    pub(super) leases: u32,
    /// How many calls are made meanwhile.
    pub(super) calls: u32,
    /// That a request or a reply takes up to three leases.
    pub(super) slow: f64,
    /// That a request or its reply is lost.
    pub(super) lost: f64,
    /// That a request arrives after its caller was told that it failed.
    pub(super) late: f64,
    /// That a notification is lost.
    pub(super) deaf: f64,
    /// How often each of these is done to a replica, or to all, in proportion.
    pub(super) kills: u32,
    pub(super) pauses: u32,
    pub(super) leaves: u32,
    pub(super) outages: u32,
    pub(super) cuts: u32,
    /// No reply arrives for a while, though requests do.
    pub(super) grays: u32,
    pub(super) opens: u32,
    /// How many of these there are.
    pub(super) events: u32,
    /// Of the calls, those that are cancelled, deleted, under a key.
    pub(super) cancels: f64,
    pub(super) deletes: f64,
    pub(super) keyed: f64,
    /// That a replica runs two operations at once, and not a thousand.
    pub(super) narrow: f64,
}

impl Weather {
    /// Some faults often, some not at all.
    pub(super) fn any(rng: &mut Rng) -> Self {
        let long = rng.chance(0.2);
        let mut some = |chances: &[f64]| chances[rng.usize(..chances.len())];
        let (slow, lost, late) =
            (some(&[0.0, 0.002, 0.02]), some(&[0.0, 0.01, 0.1]), some(&[0.0, 0.0, 0.02]));
        let deaf = some(&[0.0, 0.1, 1.0]);
        let (cancels, deletes, keyed) = (some(&[0.1, 0.5]), some(&[0.0, 0.3]), some(&[0.0, 0.5, 0.9]));
        let narrow = some(&[0.0, 0.0, 0.7]);
        let mut weight = || rng.u32(0..4);
        Self {
            leases: if long { 10 } else { 4 },
            calls: if long { 14 } else { 6 },
            slow,
            lost,
            late,
            deaf,
            kills: weight(),
            pauses: weight(),
            leaves: weight(),
            outages: weight(),
            cuts: weight(),
            grays: weight(),
            opens: 1 + weight(),
            events: if long { 4 + 3 * weight() } else { 2 + 2 * weight() },
            cancels,
            deletes,
            keyed,
            narrow,
        }
    }

    /// Nothing goes wrong by itself.
    pub(super) fn fair() -> Self {
        Self {
            leases: 6,
            calls: 8,
            slow: 0.0,
            lost: 0.0,
            late: 0.0,
            deaf: 0.0,
            kills: 0,
            pauses: 0,
            leaves: 0,
            outages: 0,
            cuts: 0,
            grays: 0,
            opens: 1,
            events: 12,
            cancels: 0.1,
            deletes: 0.1,
            keyed: 0.3,
            narrow: 0.0,
        }
    }

    /// How long things go wrong.
    pub(super) fn chaos(&self) -> Duration {
        LEASE * self.leases
    }

    /// Whether an operation may be over and forgotten before the end.
    pub(super) fn forgets(&self) -> bool {
        self.deletes > 0.0
    }

    /// Whether a request may arrive after an answer that says `maybe_applied`. A creation may not where its operation could be over and
    /// forgotten by then, nor may progress, which is not fenced from what the same attempt writes afterwards.
    fn may_be_late(&self, kind: Kind) -> bool {
        match kind {
            Kind::Create => !self.forgets(),
            kind => kind != Kind::Progress,
        }
    }

    /// What is done next.
    pub(super) fn deed(&self, rng: &mut Rng) -> Deed {
        let weights = [
            (Deed::Kill, self.kills),
            (Deed::Pause, self.pauses),
            (Deed::Leave, self.leaves),
            (Deed::Outage, self.outages),
            (Deed::Cut, self.cuts),
            (Deed::Gray, self.grays),
            (Deed::Open, self.opens),
        ];
        let mut at = rng.u32(0..weights.iter().map(|(_, weight)| weight).sum());
        for (deed, weight) in weights {
            match at.checked_sub(weight) {
                Some(rest) => at = rest,
                None => return deed,
            }
        }
        Deed::Open
    }

    /// The way of one call.
    pub(super) fn trip(&self, rng: &mut Rng, kind: Kind, gray: bool) -> Trip {
        let mut trip = Trip::fair(rng);
        if rng.chance(self.slow) {
            let longer = rng.time(Duration::ZERO, LEASE * 3);
            *(if rng.bool() { &mut trip.there } else { &mut trip.back }) += longer;
        }
        if rng.chance(if gray { 0.95 } else { self.lost }) {
            trip.fate = if gray || rng.bool() { Fate::ReplyLost } else { Fate::RequestLost };
        } else if rng.chance(self.late) && self.may_be_late(kind) {
            trip = Trip {
                there: rng.time(LEASE / 15, LEASE * 2),
                back: rng.time(LEASE / 150, LEASE / 15),
                fate: Fate::Late,
            };
        }
        trip
    }
}

impl Trip {
    /// What is usual.
    pub(super) fn fair(rng: &mut Rng) -> Self {
        let mut time = || rng.time(Duration::from_millis(1), Duration::from_millis(40));
        Self { there: time(), back: time(), fate: Fate::Delivered }
    }
}
