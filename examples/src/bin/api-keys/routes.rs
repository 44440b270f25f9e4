//! The HTTP routes of the service, as Google binds them: the path names the resource, the query and the body have the rest.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::routing::get;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Operation, Status};
use prost_types::FieldMask;

use crate::errors;
use crate::messages::{
    CreateKeyRequest, DeleteKeyRequest, GetKeyRequest, GetKeyStringRequest, GetKeyStringResponse, Key,
    ListKeysRequest, ListKeysResponse, LookupKeyRequest, LookupKeyResponse, UndeleteKeyRequest,
    UpdateKeyRequest,
};
use crate::service::ApiKeys;

/// An answer in the JSON of protobuf, or an error in its envelope.
type Reply<T> = Result<ProtoJson<T>, Status>;

/// A started operation, or an error in its envelope.
type Started = Result<Operation<Key, ()>, Status>;

pub(crate) fn routes(service: ApiKeys) -> Router {
    const KEYS: &str = "/v2/projects/{project}/locations/{location}/keys";
    Router::new()
        .route(KEYS, get(list_keys).post(create_key))
        // axum has no pattern for `{key}:undelete`.
        .route(
            &format!("{KEYS}/{{key}}"),
            get(get_key).patch(update_key).delete(delete_key).post(undelete_key),
        )
        .route(&format!("{KEYS}/{{key}}/keyString"), get(get_key_string))
        .route("/v2/keys:lookupKey", get(lookup_key))
        .method_not_allowed_fallback(|| async { errors::no_such_method() })
        .with_state(service)
}

async fn create_key(
    State(service): State<ApiKeys>,
    Resource { parent, .. }: Resource,
    parameters: Parameters,
    ProtoJson(key): ProtoJson<Key>,
) -> Started {
    let [key_id] = parameters.take(["key_id"])?;
    service.create_key(CreateKeyRequest { parent, key, key_id }).await
}

async fn update_key(
    State(service): State<ApiKeys>,
    Resource { name, .. }: Resource,
    parameters: Parameters,
    ProtoJson(key): ProtoJson<Key>,
) -> Started {
    let [mask] = parameters.take(["update_mask"])?;
    let paths: Vec<_> = mask.split(',').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    let update_mask = (!paths.is_empty()).then_some(FieldMask { paths });
    service.update_key(UpdateKeyRequest { key: Key { name, ..key }, update_mask }).await
}

async fn delete_key(
    State(service): State<ApiKeys>,
    Resource { name, .. }: Resource,
    parameters: Parameters,
) -> Started {
    let [etag] = parameters.take(["etag"])?;
    service.delete_key(DeleteKeyRequest { name, etag }).await
}

async fn undelete_key(
    State(service): State<ApiKeys>,
    Resource { name, .. }: Resource,
    parameters: Parameters,
    ProtoJson(_): ProtoJson<UndeleteKeyRequest>,
) -> Started {
    let [] = parameters.take([])?;
    let name = name.strip_suffix(":undelete").ok_or_else(errors::no_such_method)?.to_owned();
    service.undelete_key(UndeleteKeyRequest { name }).await
}

async fn list_keys(
    State(service): State<ApiKeys>,
    Resource { parent, .. }: Resource,
    parameters: Parameters,
) -> Reply<ListKeysResponse> {
    let [size, page_token, deleted] = parameters.take(["page_size", "page_token", "show_deleted"])?;
    let request = ListKeysRequest {
        parent,
        page_size: scalar("page_size", &size)?,
        page_token,
        // gcloud writes it as Python does: `False`.
        show_deleted: scalar("show_deleted", &deleted.to_ascii_lowercase())?,
    };
    service.list_keys(request).await.map(ProtoJson)
}

async fn get_key(
    State(service): State<ApiKeys>,
    Resource { name, .. }: Resource,
    parameters: Parameters,
) -> Reply<Key> {
    let [] = parameters.take([])?;
    service.get_key(GetKeyRequest { name }).await.map(ProtoJson)
}

async fn get_key_string(
    State(service): State<ApiKeys>,
    Resource { name, .. }: Resource,
    parameters: Parameters,
) -> Reply<GetKeyStringResponse> {
    let [] = parameters.take([])?;
    service.get_key_string(GetKeyStringRequest { name }).await.map(ProtoJson)
}

async fn lookup_key(State(service): State<ApiKeys>, parameters: Parameters) -> Reply<LookupKeyResponse> {
    let [key_string] = parameters.take(["key_string"])?;
    service.lookup_key(LookupKeyRequest { key_string }).await.map(ProtoJson)
}

/// What the path names: a project's keys, or one of them.
struct Resource {
    parent: String,
    name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Resource {
    type Rejection = Status;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Status> {
        let segments = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let Path(segments) = segments.map_err(|_| errors::invalid("name", "is not UTF-8"))?;
        let segment = |name| segments.get(name).map(String::as_str).unwrap_or_default();
        let parent = format!("projects/{}/locations/{}", segment("project"), segment("location"));
        let name = format!("{parent}/keys/{}", segment("key"));
        Ok(Self { parent, name })
    }
}

/// The query's parameters.
struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Status;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Status> {
        let parameters = Query::from_request_parts(parts, state).await;
        parameters
            .map(|Query(parameters)| Self(parameters))
            .map_err(|_| errors::invalid("query", "is malformed"))
    }
}

impl Parameters {
    /// The values of these fields, empty for those that are not given. Any other parameter is refused, but for
    /// those that every Google API ignores.
    fn take<const N: usize>(self, fields: [&str; N]) -> Result<[String; N], Status> {
        const SYSTEM: [&str; 6] = ["access_token", "alt", "fields", "key", "prettyPrint", "quotaUser"];
        let mut values = [const { None }; N];
        for (name, value) in self.0 {
            if name.starts_with('$') || SYSTEM.contains(&&*name) {
                continue;
            }
            let field = fields.iter().position(|field| name == *field || name == json_name(field));
            let field = field.ok_or_else(|| errors::invalid("query", &format!("has an unknown `{name}`")))?;
            if values[field].replace(value).is_some() {
                return Err(errors::invalid(fields[field], "is given twice"));
            }
        }
        Ok(values.map(Option::unwrap_or_default))
    }
}

/// `pageSize` for `page_size`.
fn json_name(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_ascii_uppercase() + &word[1..])
}

fn scalar<T: std::str::FromStr + Default>(field: &str, value: &str) -> Result<T, Status> {
    if value.is_empty() {
        return Ok(T::default());
    }
    value.parse().map_err(|_| errors::invalid(field, "is malformed"))
}
