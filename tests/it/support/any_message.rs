//! Any message of a type, by its descriptor: every field of every kind, and of the special types what has a JSON form.

use proptest::collection::{hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value,
};

/// Messages of this type with others inside, `depth` levels down.
pub(crate) fn message(descriptor: &MessageDescriptor, depth: u32) -> BoxedStrategy<DynamicMessage> {
    match descriptor.full_name() {
        "google.protobuf.Any" => any_of(descriptor.clone(), depth),
        "google.protobuf.Timestamp" => {
            let seconds = edges(-62_135_596_800..=253_402_300_799_i64, &[0, -1]);
            parts(descriptor, (seconds, nanos()).boxed())
        }
        "google.protobuf.Duration" => {
            let seconds = edges(0..=315_576_000_000_i64, &[0, 1]);
            let signed = (seconds, nanos(), prop_oneof![Just(1), Just(-1)]);
            parts(descriptor, signed.prop_map(|(s, n, sign)| (s * i64::from(sign), n * sign)).boxed())
        }
        "google.protobuf.FieldMask" => {
            let path = "[a-zà-ö][a-z0-9]{0,5}(_[a-z][a-z0-9]{0,3}){0,2}(\\.[a-z]{1,3}(_[a-z]{1,2})?){0,2}";
            content(descriptor, vec(path.prop_map(Value::String), 0..4).prop_map(Value::List))
        }
        // Without a kind it is `null`, which is read as another message.
        "google.protobuf.Value" => {
            let kinds = descriptor.fields().filter(|field| depth > 0 || field.kind().as_message().is_none());
            one_of(descriptor, kinds.collect(), depth)
        }
        _ => fields(descriptor, depth),
    }
}

fn fields(descriptor: &MessageDescriptor, depth: u32) -> BoxedStrategy<DynamicMessage> {
    let fits = |field: &FieldDescriptor| depth > 0 || field.kind().as_message().is_none();
    let alone = descriptor.fields().filter(|field| field.containing_oneof().is_none() && fits(field));
    let alone = alone.map(|field| member(&field, depth));
    let oneofs = descriptor.oneofs().filter_map(|oneof| {
        let members: Vec<_> = oneof.fields().filter(fits).map(|field| member(&field, depth)).collect();
        (!members.is_empty()).then(|| Union::new(members).boxed())
    });
    let members: Vec<_> = alone.chain(oneofs).map(|member| option::weighted(0.4, member)).collect();
    let descriptor = descriptor.clone();
    members
        .prop_map(move |members| {
            let mut message = DynamicMessage::new(descriptor.clone());
            for (field, value) in members.into_iter().flatten() {
                message.set_field(&field, value);
            }
            message
        })
        .boxed()
}

fn member(field: &FieldDescriptor, depth: u32) -> BoxedStrategy<(FieldDescriptor, Value)> {
    let value = match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => {
            let values = one(&entry.map_entry_value_field().kind(), depth);
            hash_map(key(&entry.map_entry_key_field().kind()), values, 0..3).prop_map(Value::Map).boxed()
        }
        kind if field.is_list() => vec(one(&kind, depth), 0..3).prop_map(Value::List).boxed(),
        // JSON has no such numbers, and there a string would be another value.
        Kind::Double if field.full_name() == "google.protobuf.Value.number_value" => {
            (prop::num::f64::NORMAL | prop::num::f64::ZERO).prop_map(Value::F64).boxed()
        }
        kind => one(&kind, depth),
    };
    let field = field.clone();
    value.prop_map(move |value| (field.clone(), value)).boxed()
}

fn one(kind: &Kind, depth: u32) -> BoxedStrategy<Value> {
    match kind {
        Kind::Double => prop_oneof![9 => doubles(), 1 => Just(f64::NAN)].prop_map(Value::F64).boxed(),
        Kind::Float => prop_oneof![9 => floats(), 1 => Just(f32::NAN)].prop_map(Value::F32).boxed(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => int32().prop_map(Value::I32).boxed(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => int64().prop_map(Value::I64).boxed(),
        Kind::Uint32 | Kind::Fixed32 => uint32().prop_map(Value::U32).boxed(),
        Kind::Uint64 | Kind::Fixed64 => uint64().prop_map(Value::U64).boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::String => text().prop_map(Value::String).boxed(),
        Kind::Bytes => vec(any::<u8>(), 0..9).prop_map(|bytes| Value::Bytes(bytes.into())).boxed(),
        Kind::Enum(definition) if definition.full_name() == "google.protobuf.NullValue" => {
            Just(Value::EnumNumber(0)).boxed()
        }
        Kind::Enum(definition) => {
            let known: Vec<_> = definition.values().map(|value| value.number()).collect();
            prop_oneof![3 => prop::sample::select(known), 1 => any::<i32>()]
                .prop_map(Value::EnumNumber)
                .boxed()
        }
        Kind::Message(inner) => message(inner, depth.saturating_sub(1)).prop_map(Value::Message).boxed(),
    }
}

fn key(kind: &Kind) -> BoxedStrategy<MapKey> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(MapKey::Bool).boxed(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => int32().prop_map(MapKey::I32).boxed(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => int64().prop_map(MapKey::I64).boxed(),
        Kind::Uint32 | Kind::Fixed32 => uint32().prop_map(MapKey::U32).boxed(),
        Kind::Uint64 | Kind::Fixed64 => uint64().prop_map(MapKey::U64).boxed(),
        _ => text().prop_map(MapKey::String).boxed(),
    }
}

/// An `Any` of nothing, of the project's own messages, of special types, and of another `Any`.
fn any_of(descriptor: MessageDescriptor, depth: u32) -> BoxedStrategy<DynamicMessage> {
    let well_known = ["Empty", "Timestamp", "Duration", "FieldMask", "Struct", "Value", "ListValue", "Any"];
    let wrappers = ["Int64Value", "UInt32Value", "DoubleValue", "StringValue", "BytesValue", "BoolValue"];
    let names = well_known.iter().chain(&wrappers).map(|name| format!("google.protobuf.{name}"));
    let own = ["Scalars", "Names", "Kinds"].map(|name| format!("lro.tests.kinds.v1.{name}"));
    let names = names.chain(own).filter(|name| depth > 0 || !name.ends_with("Any"));
    let pool: &DescriptorPool = descriptor.parent_pool();
    let contents = names.map(|name| {
        let inner =
            message(&pool.get_message_by_name(&name).expect("the type is known"), depth.saturating_sub(1));
        inner.prop_map(move |inner| (format!("type.googleapis.com/{name}"), inner.encode_to_vec())).boxed()
    });
    let contents = Union::new(contents.collect::<Vec<_>>());
    contents
        .prop_map(move |(type_url, value)| {
            let mut any = DynamicMessage::new(descriptor.clone());
            any.set_field_by_number(1, Value::String(type_url));
            any.set_field_by_number(2, Value::Bytes(value.into()));
            any
        })
        .boxed()
}

fn one_of(
    descriptor: &MessageDescriptor,
    fields: Vec<FieldDescriptor>,
    depth: u32,
) -> BoxedStrategy<DynamicMessage> {
    let descriptor = descriptor.clone();
    Union::new(fields.iter().map(|field| member(field, depth)).collect::<Vec<_>>())
        .prop_map(move |(field, value)| {
            let mut message = DynamicMessage::new(descriptor.clone());
            message.set_field(&field, value);
            message
        })
        .boxed()
}

fn content(
    descriptor: &MessageDescriptor,
    value: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<DynamicMessage> {
    let descriptor = descriptor.clone();
    value
        .prop_map(move |value| {
            let mut message = DynamicMessage::new(descriptor.clone());
            message.set_field_by_number(1, value);
            message
        })
        .boxed()
}

fn parts(descriptor: &MessageDescriptor, time: BoxedStrategy<(i64, i32)>) -> BoxedStrategy<DynamicMessage> {
    let descriptor = descriptor.clone();
    time.prop_map(move |(seconds, nanos)| {
        let mut message = DynamicMessage::new(descriptor.clone());
        message.set_field_by_number(1, Value::I64(seconds));
        message.set_field_by_number(2, Value::I32(nanos));
        message
    })
    .boxed()
}

/// With as many digits as may be printed: 0, 3, 6 and 9.
fn nanos() -> BoxedStrategy<i32> {
    prop_oneof![
        Just(0),
        (0..1_000).prop_map(|n| n * 1_000_000),
        (0..1_000_000).prop_map(|n| n * 1_000),
        edges(0..=999_999_999, &[1]),
    ]
    .boxed()
}

/// Anything in a range, its ends more often than by chance, and these.
fn edges<T: Copy + std::fmt::Debug + 'static>(
    range: std::ops::RangeInclusive<T>,
    more: &[T],
) -> BoxedStrategy<T>
where
    std::ops::RangeInclusive<T>: Strategy<Value = T>,
{
    let edges = [&[*range.start(), *range.end()], more].concat();
    prop_oneof![2 => range, 1 => prop::sample::select(edges)].boxed()
}

fn int32() -> BoxedStrategy<i32> {
    edges(i32::MIN..=i32::MAX, &[0, 1, -1])
}

fn int64() -> BoxedStrategy<i64> {
    edges(i64::MIN..=i64::MAX, &[0, 1, -1, (1 << 53) + 1])
}

fn uint32() -> BoxedStrategy<u32> {
    edges(u32::MIN..=u32::MAX, &[1])
}

fn uint64() -> BoxedStrategy<u64> {
    edges(u64::MIN..=u64::MAX, &[1, (1 << 53) + 1, 1 << 63])
}

fn doubles() -> BoxedStrategy<f64> {
    use prop::num::f64::{INFINITE, NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let anything = POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE;
    let whole = (-9_007_199_254_740_993_i64..=9_007_199_254_740_993).prop_map(|n| n as f64);
    let edges = prop::sample::select(vec![0.1, 1e20, 1e-7, 123_456.789, f64::MAX, f64::MIN_POSITIVE, 1e16]);
    prop_oneof![3 => anything, 1 => whole, 1 => edges].boxed()
}

fn floats() -> BoxedStrategy<f32> {
    use prop::num::f32::{INFINITE, NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let anything = POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE;
    let edges = prop::sample::select(vec![0.1, 1e10, 1e-7, 16_777_217.0, f32::MAX, f32::MIN_POSITIVE]);
    prop_oneof![3 => anything, 1 => edges].boxed()
}

/// Any text, with what JSON has to escape in it, and what looks like something else.
fn text() -> BoxedStrategy<String> {
    const KNOWN: [&str; 6] =
        ["", "null", "@type", "\"\\/\u{8}\u{c}\n\r\t", "\u{0}\u{1f}\u{7f}\u{2028}", "💨<&>"];
    prop_oneof![3 => any::<String>(), 1 => prop::sample::select(&KNOWN[..]).prop_map(str::to_owned)].boxed()
}
