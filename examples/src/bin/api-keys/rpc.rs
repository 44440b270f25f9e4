//! The service over gRPC: the same methods as over HTTP, in a tonic service's words.

use std::error::Error;

use lro_runtime::{Operations, grpc};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::generated::FILE_DESCRIPTOR_SET;
use crate::generated::api_keys_server::{self, ApiKeysServer};
use crate::messages::{
    CreateKeyRequest, DeleteKeyRequest, GetKeyRequest, GetKeyStringRequest, GetKeyStringResponse, Key,
    ListKeysRequest, ListKeysResponse, LookupKeyRequest, LookupKeyResponse, UndeleteKeyRequest,
    UpdateKeyRequest,
};
use crate::service::ApiKeys;

type Reply<T> = Result<Response<T>, Status>;

/// The API, its operations, reflection and health.
pub(crate) async fn routes(
    service: ApiKeys,
    operations: &Operations,
) -> Result<axum::Router, Box<dyn Error>> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<ApiKeysServer<ApiKeys>>().await;
    let services = Routes::new(ApiKeysServer::new(service))
        .add_service(grpc::service(operations))
        .add_service(reflection)
        .add_service(health_service);
    Ok(grpc::router_of(services))
}

#[tonic::async_trait]
impl api_keys_server::ApiKeys for ApiKeys {
    async fn create_key(&self, request: Request<CreateKeyRequest>) -> Reply<grpc::Operation> {
        let operation = self.create_key(request.into_inner()).await?;
        Ok(Response::new((&operation).into()))
    }

    async fn update_key(&self, request: Request<UpdateKeyRequest>) -> Reply<grpc::Operation> {
        let operation = self.update_key(request.into_inner()).await?;
        Ok(Response::new((&operation).into()))
    }

    async fn delete_key(&self, request: Request<DeleteKeyRequest>) -> Reply<grpc::Operation> {
        let operation = self.delete_key(request.into_inner()).await?;
        Ok(Response::new((&operation).into()))
    }

    async fn undelete_key(&self, request: Request<UndeleteKeyRequest>) -> Reply<grpc::Operation> {
        let operation = self.undelete_key(request.into_inner()).await?;
        Ok(Response::new((&operation).into()))
    }

    async fn get_key(&self, request: Request<GetKeyRequest>) -> Reply<Key> {
        Ok(Response::new(self.get_key(request.into_inner()).await?))
    }

    async fn list_keys(&self, request: Request<ListKeysRequest>) -> Reply<ListKeysResponse> {
        Ok(Response::new(self.list_keys(request.into_inner()).await?))
    }

    async fn get_key_string(&self, request: Request<GetKeyStringRequest>) -> Reply<GetKeyStringResponse> {
        Ok(Response::new(self.get_key_string(request.into_inner()).await?))
    }

    async fn lookup_key(&self, request: Request<LookupKeyRequest>) -> Reply<LookupKeyResponse> {
        Ok(Response::new(self.lookup_key(request.into_inner()).await?))
    }
}
