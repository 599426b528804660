//! Secrets in what is for reading: `show` and `guest.yml`.

use serde_json::Value;

/// What stands in a secret's place.
const MASK: &str = "***";

/// The keys whose values are secrets, wherever they stand.
const SECRET: &[&str] = &["hash", "password", "passphrase"];

/// Masks every secret below `value`, and the credentials in URLs.
pub fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if SECRET.contains(&key.as_str()) => {
                        *text = MASK.to_owned()
                    }
                    Value::String(text) if key == "url" => *text = masked_url(text),
                    value => mask(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

fn masked_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = rest.split('/').next().unwrap_or_default();
    match authority
        .rsplit_once('@')
        .and_then(|(credentials, _)| credentials.split_once(':'))
    {
        Some((user, password)) => {
            format!(
                "{scheme}://{user}:{MASK}{}",
                &rest[user.len() + 1 + password.len()..]
            )
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn hides_hashes_and_credentials() {
        let mut value = json!({
            "rootpw": {"lock": false, "hash": "$6$x"},
            "users": [{"name": "ann", "hash": "$6$y"}],
            "proxy": {"url": "http://joe:s3cret@proxy:3128/"},
            "vars": {"url": "http://proxy/"},
        });
        super::mask(&mut value);
        let text = value.to_string();
        assert!(!text.contains("$6$") && !text.contains("s3cret"), "{text}");
        assert_eq!(value["proxy"]["url"], "http://joe:***@proxy:3128/");
        assert_eq!(value["vars"]["url"], "http://proxy/");
    }
}
