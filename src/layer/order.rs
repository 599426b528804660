//! The order of names.

/// Compares names the way people number them: `web-2` comes before `web-10`.
#[must_use]
pub fn natural_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a_rest.chars().next(), b_rest.chars().next()) else {
            return a_rest.len().cmp(&b_rest.len()).then_with(|| a.cmp(b));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let digits = |text: &str| {
                text.find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(text.len())
            };
            let (x_digits, y_digits) = (&a_rest[..digits(a_rest)], &b_rest[..digits(b_rest)]);
            let (x_number, y_number) = (
                x_digits.trim_start_matches('0'),
                y_digits.trim_start_matches('0'),
            );
            let order = x_number
                .len()
                .cmp(&y_number.len())
                .then_with(|| x_number.cmp(y_number));
            if order.is_ne() {
                return order;
            }
            (a_rest, b_rest) = (&a_rest[x_digits.len()..], &b_rest[y_digits.len()..]);
        } else if x == y {
            (a_rest, b_rest) = (&a_rest[x.len_utf8()..], &b_rest[y.len_utf8()..]);
        } else {
            return x.cmp(&y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::natural_order;

    #[test]
    fn orders_names_by_their_numbers() {
        let mut names = [
            "web-10", "web-2", "web", "db", "web-1", "web-02", "a1b10", "a1b9",
        ];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            [
                "a1b9", "a1b10", "db", "web", "web-1", "web-02", "web-2", "web-10"
            ]
        );
    }
}
