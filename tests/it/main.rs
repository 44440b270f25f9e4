//! Behaviour, through the public interface. One binary, since each one links the whole tree.

mod architecture;
mod attribute;
mod catalog;
mod engine;
mod examples;
mod filters;
mod foreign;
mod fuzz;
mod generated;
mod grpc;
mod kill;
mod payload_libraries;
mod payload_seeds;
mod payload_shapes;
mod payload_twin;
mod payload_wire;
mod processes;
mod references;
mod replicas;
mod requirements;
mod rest_bodies;
mod rest_errors;
mod rest_messages;
mod rest_routes;
mod rest_wire;
mod restart;
mod simulation;
mod stores;
mod stores_postgres;
mod stores_sqlite;
mod support;

#[path = "../worker/messages.rs"]
mod worker_messages;
