//! The derive under hard conditions: no prelude, names that get in the way, lints that are errors, another crate path.

/// No prelude, and the user's own types have the names that a careless expansion would use.
mod hygiene {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic, unused_qualifications, unreachable_pub)]
    #![allow(dead_code, clippy::large_enum_variant, clippy::box_collection)]

    use ::core::clone::Clone;
    use ::core::fmt::Debug;

    #[derive(::lro_runtime::Payload)]
    #[payload(package = "lro.tests.hygiene.v1")]
    struct String {
        #[payload(tag = 1)]
        r#type: ::std::string::String,
        #[payload(tag = 2)]
        buf: u32,
        #[payload(tag = 3)]
        ctx: Vec,
        #[payload(tag = 4)]
        number: ::std::vec::Vec<Option>,
        #[payload(oneof)]
        wire_type: ::core::option::Option<Result>,
        #[payload(tag = 5)]
        #[deprecated]
        old: ::core::option::Option<::std::boxed::Box<String>>,
    }

    /// What the expansion calls by the same name.
    #[derive(Clone, Debug, ::lro_runtime::Payload)]
    #[payload(package = "lro.tests.hygiene.v1")]
    struct Vec {}

    #[derive(Clone, Debug, ::lro_runtime::Payload)]
    #[payload(package = "lro.tests.hygiene.v1", name = "String.Option")]
    enum Option {
        #[payload(tag = 0)]
        None,
        #[payload(tag = 1)]
        Some,
        #[deprecated]
        #[payload(tag = 2)]
        Ok,
        #[payload(other)]
        Err(i32),
    }

    #[derive(Clone, Debug, ::lro_runtime::Payload)]
    enum Result {
        #[payload(tag = 10)]
        Ok(Vec),
        #[payload(tag = 11)]
        Err(::std::boxed::Box<Vec>),
        #[deprecated]
        #[payload(tag = 12)]
        Some(Option),
    }

    #[derive(::lro_runtime::Payload)]
    enum Single {
        #[payload(tag = 1)]
        Only(u32),
    }

    #[derive(::lro_runtime::Payload)]
    #[payload(package = "lro.tests.hygiene.v1")]
    struct HoldsSingle {
        #[payload(oneof)]
        single: ::core::option::Option<Single>,
    }

    mod core {}
    mod std {}
    mod lro_runtime {}

    #[test]
    fn it_works() {
        let value = <String as ::core::default::Default>::default();
        let bytes = ::lro_runtime::Payload::to_wire(&value);
        ::core::assert!(::core::matches!(bytes, ::core::result::Result::Ok(bytes) if !bytes.is_empty()));
    }
}

/// The runtime under another name.
mod renamed {
    use lro_runtime as engine;

    #[derive(engine::Payload)]
    #[payload(package = "lro.tests.renamed.v1", crate = engine)]
    struct Message {
        #[payload(tag = 1)]
        phase: Phase,
        #[payload(oneof)]
        choice: Option<Choice>,
    }

    #[derive(engine::Payload)]
    #[payload(package = "lro.tests.renamed.v1", crate = self::engine)]
    enum Phase {
        #[payload(tag = 0)]
        Unspecified,
    }

    #[derive(engine::Payload)]
    #[payload(crate = engine)]
    enum Choice {
        #[payload(tag = 2)]
        Flag(bool),
    }

    #[test]
    fn it_works() {
        use engine::Payload;

        let message = Message { choice: Some(Choice::Flag(true)), ..Message::default() };
        let read = Message::from_wire(&message.to_wire().unwrap()).unwrap();
        assert!(matches!(read, Message { phase: Phase::Unspecified, choice: Some(Choice::Flag(true)) }));
    }
}

/// From a macro, where types and numbers come as tokens of their own.
mod from_a_macro {
    use lro_runtime::Payload;

    macro_rules! message {
        ($name:ident, $field:ident: $type:ty = $number:literal, $package:literal) => {
            #[derive(Payload)]
            #[payload(package = $package)]
            struct $name {
                #[payload(tag = $number)]
                $field: $type,
            }
        };
    }

    message!(Made, size: Option<u32> = 3, "lro.tests.made.v1");

    #[test]
    fn it_works() {
        assert_eq!(&Made { size: Some(1) }.to_wire().unwrap()[..], b"\x18\x01");
    }
}

/// Aliases and paths are types like any other: what a field is, is decided by traits.
mod aliases {
    use lro_runtime::Payload;

    type Size = Option<u64>;
    type Names = std::vec::Vec<std::string::String>;

    #[derive(Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.aliases.v1")]
    struct Disk {
        #[payload(tag = 1)]
        size: Size,
        #[payload(tag = 2)]
        names: Names,
    }

    #[test]
    fn they_work() {
        let disk = Disk { size: Some(0), names: vec!["a".to_owned()] };
        assert_eq!(&disk.to_wire().unwrap()[..], b"\x08\x00\x12\x01a");
    }
}

/// The messages of `google.api.apikeys.v2` and `google.api.servicemanagement.v1` can be written down.
mod google {
    use std::collections::{BTreeMap, HashMap};

    use lro_runtime::Payload;
    use prost_types::{FieldMask, Timestamp};

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct Key {
        #[payload(tag = 1)]
        name: String,
        #[payload(tag = 4)]
        create_time: Option<Timestamp>,
        #[payload(tag = 8)]
        annotations: HashMap<String, String>,
        #[payload(tag = 9)]
        restrictions: Option<Restrictions>,
        #[payload(tag = 11)]
        etag: String,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct Restrictions {
        #[payload(oneof)]
        client_restrictions: Option<ClientRestrictions>,
        #[payload(tag = 5)]
        api_targets: Vec<ApiTarget>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    enum ClientRestrictions {
        #[payload(tag = 1)]
        BrowserKeyRestrictions(BrowserKeyRestrictions),
        #[payload(tag = 2)]
        ServerKeyRestrictions(ServerKeyRestrictions),
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct BrowserKeyRestrictions {
        #[payload(tag = 1)]
        allowed_referrers: Vec<String>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct ServerKeyRestrictions {
        #[payload(tag = 1)]
        allowed_ips: Vec<String>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct ApiTarget {
        #[payload(tag = 1)]
        service: String,
        #[payload(tag = 2)]
        methods: Vec<String>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.apikeys.v2")]
    struct UpdateKeyRequest {
        #[payload(tag = 1)]
        key: Option<Key>,
        #[payload(tag = 2)]
        update_mask: Option<FieldMask>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1")]
    struct OperationMetadata {
        #[payload(tag = 1)]
        resource_names: Vec<String>,
        #[payload(tag = 2)]
        steps: Vec<Step>,
        #[payload(tag = 3)]
        progress_percentage: i32,
        #[payload(tag = 4)]
        start_time: Option<Timestamp>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1", name = "OperationMetadata.Step")]
    struct Step {
        #[payload(tag = 2)]
        description: String,
        #[payload(tag = 4)]
        status: Status,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1", name = "OperationMetadata.Status")]
    enum Status {
        #[payload(tag = 0, name = "STATUS_UNSPECIFIED")]
        Unspecified,
        #[payload(tag = 1)]
        Done,
        #[payload(tag = 3)]
        InProgress,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1")]
    struct Rollout {
        #[payload(tag = 4)]
        status: Status,
        #[payload(oneof)]
        strategy: Option<Strategy>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    enum Strategy {
        #[payload(tag = 5)]
        TrafficPercentStrategy(TrafficPercentStrategy),
        #[payload(tag = 200)]
        DeleteServiceStrategy(DeleteServiceStrategy),
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1", name = "Rollout.TrafficPercentStrategy")]
    struct TrafficPercentStrategy {
        #[payload(tag = 1)]
        percentages: BTreeMap<String, f64>,
    }

    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.servicemanagement.v1", name = "Rollout.DeleteServiceStrategy")]
    struct DeleteServiceStrategy;

    #[test]
    fn they_survive() {
        let key = Key {
            name: "projects/p/locations/global/keys/k".to_owned(),
            create_time: Some(Timestamp { seconds: 1, nanos: 2 }),
            annotations: [("a".to_owned(), "b".to_owned())].into(),
            restrictions: Some(Restrictions {
                client_restrictions: Some(ClientRestrictions::BrowserKeyRestrictions(Default::default())),
                api_targets: vec![ApiTarget::default()],
            }),
            etag: "e".to_owned(),
        };
        let request = UpdateKeyRequest { key: Some(key), update_mask: Some(FieldMask::default()) };
        assert_eq!(UpdateKeyRequest::from_wire(&request.to_wire().unwrap()), Ok(request));
        let percentages = [("v1".to_owned(), 99.5)].into();
        let rollout = Rollout {
            status: Status::InProgress,
            strategy: Some(Strategy::TrafficPercentStrategy(TrafficPercentStrategy { percentages })),
        };
        assert_eq!(Rollout::from_wire(&rollout.to_wire().unwrap()), Ok(rollout));
        let step = Step { description: "d".to_owned(), status: Status::Done };
        let metadata = OperationMetadata { steps: vec![step], progress_percentage: 50, ..Default::default() };
        assert_eq!(OperationMetadata::from_wire(&metadata.to_wire().unwrap()), Ok(metadata));
    }
}
