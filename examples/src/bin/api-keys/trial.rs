//! `--try`: creates a key through the server's own HTTP API, and shows the operation until it is done.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

/// Short, since somebody watches. Clients of a real service poll every ten seconds, or use `:wait`.
const BETWEEN_POLLS: Duration = Duration::from_millis(500);

pub(crate) async fn run(url: &str) -> Result<(), Box<dyn Error>> {
    // Whatever proxy the environment has, this server is on this machine.
    let client = Client::builder().no_proxy().build()?;
    let key_id = format!("try-{}", Uuid::new_v4());
    let key = json!({ "displayName": "A trial", "restrictions": { "browserKeyRestrictions": {} } });
    let create = client.post(format!("{url}/v2/projects/1/locations/global/keys"));
    let mut operation = send(create.query(&[("keyId", key_id)]).json(&key)).await?;
    while operation["done"] != true {
        tokio::time::sleep(BETWEEN_POLLS).await;
        let name = operation["name"].as_str().ok_or("the operation has no name")?;
        operation = send(client.get(format!("{url}/v2/{name}"))).await?;
    }
    match operation.get("response") {
        Some(_) => Ok(()),
        None => Err(format!("the operation failed: {}", operation["error"]).into()),
    }
}

/// Sends a request, shows what is answered, and reads it.
async fn send(request: RequestBuilder) -> Result<Value, Box<dyn Error>> {
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    println!("{text}");
    if !status.is_success() {
        return Err(format!("the server answered {status}").into());
    }
    Ok(serde_json::from_str(&text)?)
}
