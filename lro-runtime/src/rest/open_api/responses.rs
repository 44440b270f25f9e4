//! What is answered: 200 with a message, or the error envelope under the number of its code (P-153, P-171…P-173).

use serde_json::{Map, Value, json};

use super::document::json_content;
use crate::data::payload::json_schema::{Schemas, any};
use crate::data::status::Code;
use crate::rest::error::http_status;

/// The answers of a method: this message, or one of these errors. Whoever asks `authorize` may be told anything, so there is a default.
pub(super) fn responses(schemas: &mut Schemas, message: &Value, errors: &[(Code, &str)]) -> Value {
    // No full name has a hyphen.
    let envelope = schemas.define("error-envelope".to_owned(), |_| envelope());
    let answer = |description: &str, schema: &Value| json!({ "description": description, "content": json_content(schema) });
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answer("OK", message));
    for (code, description) in errors {
        let description = format!("{}: {description}", code.name());
        // Several codes have one number.
        let number = http_status(*code).as_str().to_owned();
        let said = responses.get(&number).and_then(|said: &Value| said["description"].as_str());
        let description = said.map_or(description.clone(), |said| format!("{said}\n{description}"));
        responses.insert(number, answer(&description, &envelope));
    }
    responses.insert("default".to_owned(), answer("Another error.", &envelope));
    Value::Object(responses)
}

fn envelope() -> Value {
    let names: Vec<_> = Code::ALL.into_iter().filter(|code| *code != Code::Ok).map(Code::name).collect();
    json!({
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": { "type": "integer", "description": "The HTTP status." },
                    "message": { "type": "string" },
                    "status": { "enum": names },
                    "details": { "type": "array", "items": any() },
                },
                "required": ["code", "message", "status", "details"],
                "additionalProperties": false,
            },
        },
        "required": ["error"],
        "additionalProperties": false,
    })
}
