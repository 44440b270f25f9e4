use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations, http = "/v1/disks")]
async fn no_rule(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(body = "*"))]
async fn no_path(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(head = "/v1/disks"))]
async fn another_method(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(post = "/v1/disks", put = "/v1/disks"))]
async fn two_paths(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(delete = "/v1/{name=disks/*}", body = "*"))]
async fn no_such_body(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(post = "/v1/disks", body = "disk.name"))]
async fn part_of_a_field(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(post = "/v1/{name=disks/*/copies"))]
async fn open_brace(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, http(post = "/v1/{name=**}/copies"))]
async fn not_the_end(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(http(post = copies), operations = operations)]
async fn no_text(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
