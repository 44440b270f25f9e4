//! Errors that fit in trailers. gRPC advises clients to take no more than 8 KiB of headers (P-179), and many refuse a larger
//! answer whole: the caller would learn nothing.

use std::borrow::Cow;

use crate::data::status::Status;

/// What the message and the details may take together; the rest is for the other trailers.
const LIMIT: usize = 7 * 1024;

/// The longest message that is kept beside details.
const MESSAGE: usize = 1024;

const DEBUG_INFO: &str = "google.rpc.DebugInfo";
const ERROR_INFO: &str = "google.rpc.ErrorInfo";

/// Leaves out what does not fit: debugging first, then what stands last, then the end of the message; and the ErrorInfo, which
/// programs read, only when it is too large by itself.
pub(super) fn fit(status: Status) -> Status {
    if size(&status) <= LIMIT {
        return status;
    }
    let mut details = status.details().to_vec();
    let message = shortened(status.message());
    loop {
        let fitting = Status::from_parts(status.code(), &*message, details.clone());
        let position =
            |wanted: &dyn Fn(&str) -> bool| details.iter().rposition(|detail| wanted(detail.full_name()));
        let dispensable = position(&|name| name == DEBUG_INFO)
            .or_else(|| position(&|name| name != ERROR_INFO))
            .or_else(|| position(&|_| true));
        match dispensable {
            Some(at) if size(&fitting) > LIMIT => drop(details.remove(at)),
            _ => return fitting,
        }
    }
}

/// A message of at most [`MESSAGE`] bytes on the wire, cut between two characters.
fn shortened(message: &str) -> Cow<'_, str> {
    const END: char = '…';
    if encoded_length(message) <= MESSAGE {
        return Cow::Borrowed(message);
    }
    let mut room = MESSAGE - encoded_length(END.encode_utf8(&mut [0; 4]));
    let mut kept = String::new();
    for letter in message.chars() {
        let Some(left) = room.checked_sub(encoded_length(letter.encode_utf8(&mut [0; 4]))) else { break };
        room = left;
        kept.push(letter);
    }
    kept.push(END);
    Cow::Owned(kept)
}

/// The bytes of `grpc-message`, which is percent-encoded, and of `grpc-status-details-bin`, which is base64.
fn size(status: &Status) -> usize {
    encoded_length(status.message()) + status.encode().len().div_ceil(3) * 4
}

/// The length of a text after percent-encoding.
fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if (b' '..=b'~').contains(&byte) && byte != b'%' { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::payload::any::Any;

    fn detail(name: &str, size: usize) -> Any {
        Any::new(name, vec![0; size])
    }

    fn names(status: &Status) -> Vec<&str> {
        status.details().iter().map(Any::full_name).collect()
    }

    #[test]
    fn what_fits_is_left_alone() {
        let status =
            Status::from_parts(crate::Code::Aborted, "x".repeat(2_000), vec![detail(DEBUG_INFO, 1_000)]);
        assert_eq!(fit(status.clone()), status);
    }

    #[test]
    fn the_most_dispensable_goes_first() {
        let of = |sizes: [usize; 4]| {
            let kinds = [ERROR_INFO, "acme.v1.First", DEBUG_INFO, "acme.v1.Last"];
            let details = kinds.into_iter().zip(sizes).map(|(name, size)| detail(name, size)).collect();
            Status::from_parts(crate::Code::Aborted, "stopped", details)
        };
        assert_eq!(names(&fit(of([100, 100, 9_000, 100]))), [ERROR_INFO, "acme.v1.First", "acme.v1.Last"]);
        assert_eq!(names(&fit(of([100, 100, 100, 9_000]))), [ERROR_INFO, "acme.v1.First"]);
        assert_eq!(names(&fit(of([100, 9_000, 100, 100]))), [ERROR_INFO]);
        assert_eq!(names(&fit(of([9_000, 0, 0, 0]))), [""; 0]);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        for letter in ["x", "ü", "%", "🦀"] {
            let cut = fit(Status::aborted(letter.repeat(9_000)).with_reason("LONG", "acme", [("", ""); 0]));
            assert!(size(&cut) <= LIMIT && cut.message().ends_with('…') && cut.message().starts_with(letter));
            assert_eq!(cut.reason().as_deref(), Some("LONG"));
        }
    }
}
