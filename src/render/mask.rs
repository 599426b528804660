//! Secrets in what is for reading: `show`, `guest.yml` and the values of networks.

use std::borrow::Cow;

use serde_json::Value;

use crate::secret::{MASK, Secrets, is_secret_key, names_password};

/// Masks the secrets below `value`: what stands under the key of one, the values in `secrets`, and what is one by its
/// form. Public keys are for everybody.
pub fn mask(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::Object(map) => {
            let secret = map.get("secret") == Some(&Value::Bool(true));
            for (key, value) in map {
                if hide_named(key, value) || key == "ssh_authorized_keys" {
                    continue;
                }
                match value {
                    Value::String(text) if secret && key == "base64" => *text = MASK.to_owned(),
                    value => mask(value, secrets),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, secrets)),
        Value::String(text) => {
            if let Cow::Owned(hidden) = secrets.hide(text) {
                *text = hidden;
            }
        }
        Value::Number(number)
            if !secrets.is_empty() && secrets.hide(&number.to_string()) == MASK =>
        {
            *value = Value::String(MASK.to_owned());
        }
        _ => {}
    }
}

/// Masks a value under the key of a secret, and the items of a list there; returns whether there is nothing left to hide.
fn hide_named(key: &str, value: &mut Value) -> bool {
    match value {
        // A locked account has no password to show.
        Value::String(text) if is_secret_key(key) && text != "locked" => *text = MASK.to_owned(),
        Value::Number(_) if names_password(key) => *value = Value::String(MASK.to_owned()),
        Value::Array(items) if is_secret_key(key) => {
            let hidden = items.iter_mut().map(|item| hide_named(key, item));
            return hidden.fold(true, |all, hidden| all & hidden);
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::secret::Secrets;

    #[test]
    fn hides_hashes_credentials_and_values() {
        let mut secrets = Secrets::default();
        secrets.add("t0ken");
        secrets.add("4711");
        let mut value = json!({
            "rootpw": {"lock": false, "hash": "$6$x"},
            "users": [{"name": "ann", "hash": "$6$y", "ssh_authorized_keys": ["ssh-rsa t0ken"]}],
            "proxy": {"url": "http://joe:s3cret@proxy:3128/"},
            "vars": {"url": "http://proxy/?t0ken", "pin": 4711, "db_password": "plain", "old_password": 1234, "max_token": 4096, "token": ["one", 5]},
            "setup_data": [{"dst": "/x", "secret": true, "base64": "dDBrZW4="}],
        });
        super::mask(&mut value, &secrets);
        let text = value.to_string();
        for secret in [
            "$6$", "s3cret", "?t0ken", "4711", "plain", "1234", "one", "dDBrZW4",
        ] {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(value["vars"]["max_token"], 4096);
        assert_eq!(value["proxy"]["url"], "http://joe:***@proxy:3128/");
        assert_eq!(value["vars"]["url"], "http://proxy/?***");
        assert_eq!(value["users"][0]["ssh_authorized_keys"][0], "ssh-rsa t0ken");
    }
}
