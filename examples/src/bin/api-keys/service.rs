//! The service `google.api.apikeys.v2.ApiKeys`: four methods that are long-running, four that are not.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use lro_runtime::{Context, Operation, Operations, Status, long_running};
use prost_types::FieldMask;
use uuid::Uuid;

use crate::errors;
use crate::keys::{Keys, now};
use crate::messages::{
    CreateKeyRequest, DeleteKeyRequest, GetKeyRequest, GetKeyStringRequest, GetKeyStringResponse, Key,
    ListKeysRequest, ListKeysResponse, LookupKeyRequest, LookupKeyResponse, UndeleteKeyRequest,
    UpdateKeyRequest,
};

/// The service's full name, also the domain of its errors.
pub(crate) const SERVICE: &str = "google.api.apikeys.v2.ApiKeys";

#[derive(Clone)]
pub(crate) struct ApiKeys {
    pub(crate) operations: Operations,
    pub(crate) keys: Keys,
    /// How long the work of an operation takes.
    pub(crate) work: Duration,
    pub(crate) reserved: Reservations,
}

impl ApiKeys {
    /// Creates a key. What is wrong with the request is an error of this call, a taken id included: then there is no operation.
    pub(crate) async fn create_key(&self, request: CreateKeyRequest) -> Result<Operation<Key, ()>, Status> {
        let CreateKeyRequest { parent, key, key_id } = request;
        check_parent(&parent)?;
        let uid = Uuid::new_v4().to_string();
        let key_id = if key_id.is_empty() { uid.clone() } else { check_key_id(key_id)? };
        let name = format!("{parent}/keys/{key_id}");
        // Reserved first, then looked up: a CreateKey that runs frees the name only after the key is there.
        let reservation = self.reserved.reserve(&name).ok_or_else(|| errors::key_exists(&name))?;
        if self.keys.get(&name).await?.is_some() {
            return Err(errors::key_exists(&name));
        }
        let Key { display_name, annotations, restrictions, .. } = key;
        let key_string = new_key_string();
        let key = Key { name, uid, key_string, display_name, annotations, restrictions, ..Key::default() };
        self.create_reserved_key(parent, key, reservation).await
    }

    /// Creates a key whose name is reserved until the work has ended, in whichever way.
    #[long_running(
        service = "google.api.apikeys.v2.ApiKeys",
        name = "CreateKey",
        http(post = "/v2/{parent=projects/*/locations/*}/keys", body = "key")
    )]
    async fn create_reserved_key(
        &self,
        ctx: Context<()>,
        parent: String,
        key: Key,
        reservation: Reservation,
    ) -> Result<Key, Status> {
        self.work(&ctx).await?;
        let created = self.keys.insert(parent, key).await?;
        drop(reservation);
        Ok(redacted(created))
    }

    /// Changes the fields that the mask names.
    #[long_running(
        service = "google.api.apikeys.v2.ApiKeys",
        validate = self.check_update(&request).await,
        http(patch = "/v2/{key.name=projects/*/locations/*/keys/*}", body = "key"),
    )]
    pub(crate) async fn update_key(
        &self,
        ctx: Context<()>,
        request: UpdateKeyRequest,
    ) -> Result<Key, Status> {
        self.work(&ctx).await?;
        let UpdateKeyRequest { key: new, update_mask } = request;
        let name = new.name.clone();
        let fields = fields(&new, update_mask.as_ref())?;
        let update = move |key: &mut Key| {
            check_live(key)?;
            check_etag(key, &new.etag)?;
            for field in fields {
                match field {
                    Field::DisplayName => key.display_name.clone_from(&new.display_name),
                    Field::Annotations => key.annotations.clone_from(&new.annotations),
                    Field::Restrictions => key.restrictions.clone_from(&new.restrictions),
                }
            }
            Ok(())
        };
        Ok(redacted(self.keys.change(name, update).await?))
    }

    /// Deletes a key. For 30 days it can be undeleted.
    #[long_running(
        response = Key,
        service = "google.api.apikeys.v2.ApiKeys",
        validate = self.check_delete(&request).await,
        http(delete = "/v2/{name=projects/*/locations/*/keys/*}"),
    )]
    pub(crate) async fn delete_key(
        &self,
        ctx: Context<()>,
        request: DeleteKeyRequest,
    ) -> Result<Key, Status> {
        self.work(&ctx).await?;
        let delete = move |key: &mut Key| {
            check_live(key)?;
            check_etag(key, &request.etag)?;
            key.delete_time = Some(now());
            Ok(())
        };
        Ok(redacted(self.keys.change(request.name, delete).await?))
    }

    /// Takes the deletion of a key back.
    #[long_running(
        response = Key,
        service = "google.api.apikeys.v2.ApiKeys",
        validate = self.check_undelete(&request).await,
        http(post = "/v2/{name=projects/*/locations/*/keys/*}:undelete"),
    )]
    pub(crate) async fn undelete_key(
        &self,
        ctx: Context<()>,
        request: UndeleteKeyRequest,
    ) -> Result<Key, Status> {
        self.work(&ctx).await?;
        let undelete = |key: &mut Key| {
            check_deleted(key)?;
            key.delete_time = None;
            Ok(())
        };
        Ok(redacted(self.keys.change(request.name, undelete).await?))
    }

    /// A key, also a deleted one.
    pub(crate) async fn get_key(&self, request: GetKeyRequest) -> Result<Key, Status> {
        Ok(redacted(self.existing(&request.name).await?))
    }

    /// A page of a project's keys.
    pub(crate) async fn list_keys(&self, request: ListKeysRequest) -> Result<ListKeysResponse, Status> {
        const DEFAULT: usize = 50;
        const MOST: usize = 300;
        check_parent(&request.parent)?;
        let size = match usize::try_from(request.page_size) {
            Ok(0) => DEFAULT,
            Ok(size) => size.min(MOST),
            Err(_) => return Err(errors::invalid("page_size", "is negative")),
        };
        let mut page = self.keys.list(request, size).await?;
        page.keys = page.keys.into_iter().map(redacted).collect();
        Ok(page)
    }

    /// The secret of a key.
    pub(crate) async fn get_key_string(
        &self,
        request: GetKeyStringRequest,
    ) -> Result<GetKeyStringResponse, Status> {
        let key = self.existing(&request.name).await?;
        check_live(&key)?;
        Ok(GetKeyStringResponse { key_string: key.key_string })
    }

    /// The key that has this secret.
    pub(crate) async fn lookup_key(&self, request: LookupKeyRequest) -> Result<LookupKeyResponse, Status> {
        let found = self.keys.lookup(request.key_string).await?;
        let (parent, name) = found.ok_or_else(errors::unknown_key_string)?;
        Ok(LookupKeyResponse { parent, name })
    }

    async fn check_update(&self, request: &UpdateKeyRequest) -> Result<(), Status> {
        fields(&request.key, request.update_mask.as_ref())?;
        let key = self.existing(&request.key.name).await?;
        check_live(&key)?;
        check_etag(&key, &request.key.etag)
    }

    async fn check_delete(&self, request: &DeleteKeyRequest) -> Result<(), Status> {
        let key = self.existing(&request.name).await?;
        check_live(&key)?;
        check_etag(&key, &request.etag)
    }

    async fn check_undelete(&self, request: &UndeleteKeyRequest) -> Result<(), Status> {
        check_deleted(&self.existing(&request.name).await?)
    }

    /// The time that the work takes. A cancel ends it before anything is changed.
    async fn work(&self, ctx: &Context<()>) -> Result<(), Status> {
        tokio::select! {
            () = tokio::time::sleep(self.work) => Ok(()),
            () = ctx.cancelled() => Err(errors::cancelled()),
        }
    }

    async fn existing(&self, name: &str) -> Result<Key, Status> {
        self.keys.get(name).await?.ok_or_else(|| errors::unknown_key(name))
    }
}

/// The names of the keys that are being created in this process.
#[derive(Clone, Default)]
pub(crate) struct Reservations(Arc<Mutex<HashSet<String>>>);

/// A reserved name. It is free again when this is dropped: by the handler that has it, or with it.
pub(crate) struct Reservation {
    all: Reservations,
    name: String,
}

impl Reservations {
    fn reserve(&self, name: &str) -> Option<Reservation> {
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        is_free.then(|| Reservation { all: self.clone(), name: name.to_owned() })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// The fields that clients may change.
#[derive(Clone, Copy)]
enum Field {
    DisplayName,
    Restrictions,
    Annotations,
}

/// The fields that an update changes: those of the mask, or those that are set, or all with the mask `*`.
fn fields(key: &Key, mask: Option<&FieldMask>) -> Result<Vec<Field>, Status> {
    use Field::{Annotations, DisplayName, Restrictions};
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths.is_empty() {
        let set = [
            (!key.display_name.is_empty()).then_some(DisplayName),
            key.restrictions.is_some().then_some(Restrictions),
            (!key.annotations.is_empty()).then_some(Annotations),
        ];
        return Ok(set.into_iter().flatten().collect());
    }
    let mut fields = Vec::new();
    for path in paths {
        match path.as_str() {
            "*" => fields.extend([DisplayName, Restrictions, Annotations]),
            "display_name" | "displayName" => fields.push(DisplayName),
            "restrictions" => fields.push(Restrictions),
            "annotations" => fields.push(Annotations),
            _ => {
                let problem = format!(
                    "has `{path}`, which cannot be updated; display_name, restrictions and annotations can"
                );
                return Err(errors::invalid("update_mask", &problem));
            }
        }
    }
    Ok(fields)
}

fn check_parent(parent: &str) -> Result<(), Status> {
    let project = parent.strip_prefix("projects/").and_then(|rest| rest.strip_suffix("/locations/global"));
    let is_known = |project: &str| {
        !project.is_empty() && project.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    if project.is_some_and(is_known) { Ok(()) } else { Err(errors::unknown_parent(parent)) }
}

fn check_key_id(id: String) -> Result<String, Status> {
    let inner = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let bytes = id.as_bytes();
    let is_valid = bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|last| *last != b'-')
        && bytes.iter().all(inner);
    if is_valid {
        return Ok(id);
    }
    Err(errors::invalid(
        "key_id",
        "must be at most 63 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen",
    ))
}

fn check_live(key: &Key) -> Result<(), Status> {
    if key.delete_time.is_none() { Ok(()) } else { Err(errors::is_deleted(&key.name)) }
}

fn check_deleted(key: &Key) -> Result<(), Status> {
    if key.delete_time.is_some() { Ok(()) } else { Err(errors::is_not_deleted(&key.name)) }
}

fn check_etag(key: &Key, etag: &str) -> Result<(), Status> {
    if etag.is_empty() || etag == key.etag { Ok(()) } else { Err(errors::wrong_etag(&key.name)) }
}

/// A key as it is shown: without its secret.
fn redacted(key: Key) -> Key {
    Key { key_string: "----REDACTED----".to_owned(), ..key }
}

/// `AIzaSy` and 33 random characters.
fn new_key_string() -> String {
    let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    format!("AIzaSy{:.33}", BASE64_URL_SAFE_NO_PAD.encode(random))
}
