//! From a text to a filter. The grammar is aip-160's, which nobody else here knows.

use aip_160::{Arg, Comparable, Expression};

use super::{Comparator, Filter, LONGEST, Problem, Test};

/// How deep parentheses may be nested (P-130).
const DEEPEST: usize = 32;

pub(super) fn parse(text: &str) -> Result<Option<Filter>, Problem> {
    if text.len() > LONGEST {
        return Err(Problem(format!("it is longer than {LONGEST} bytes")));
    }
    let parsed = aip_160::parse_filter_with_max_depth(&quoted(text), DEEPEST);
    let parsed = parsed.map_err(|error| Problem(error.to_string()))?;
    parsed.expression.map(filter).transpose()
}

fn filter(expression: Expression) -> Result<Filter, Problem> {
    let all = |expressions: Vec<Expression>| -> Result<Vec<Filter>, Problem> {
        expressions.into_iter().map(filter).collect()
    };
    Ok(match expression {
        // What stands side by side must hold together, as with AND.
        Expression::And(expressions) | Expression::Sequence(expressions) => Filter::All(all(expressions)?),
        Expression::Or(expressions) => Filter::Any(all(expressions)?),
        Expression::Not(expression) => Filter::Not(Box::new(filter(*expression)?)),
        Expression::Restriction(restriction) => Filter::Test(Test {
            path: path(restriction.comparable)?,
            comparator: comparator(restriction.comparator),
            value: match restriction.arg {
                Arg::Comparable(comparable) => path(comparable)?.join("."),
                Arg::Composite(_) => {
                    return Err(Problem(
                        "a value in parentheses is not supported: write each comparison out".into(),
                    ));
                }
            },
        }),
        Expression::Global(comparable) => {
            let text = path(comparable)?.join(".");
            return Err(Problem(format!("`{text}` stands alone: write a field, a comparator and a value")));
        }
    })
}

fn path(comparable: Comparable) -> Result<Vec<String>, Problem> {
    match comparable {
        Comparable::Member(member) => {
            let segments = std::iter::once(&member.value).chain(&member.fields);
            Ok(segments.map(|segment| segment.as_str().to_owned()).collect())
        }
        Comparable::Function(function) => {
            Err(Problem(format!("functions are not supported, and so is not `{}`", function.name.join("."))))
        }
    }
}

fn comparator(comparator: aip_160::Comparator) -> Comparator {
    match comparator {
        aip_160::Comparator::Equal => Comparator::Equal,
        aip_160::Comparator::NotEqual => Comparator::NotEqual,
        aip_160::Comparator::LessThan => Comparator::Less,
        aip_160::Comparator::LessThanOrEqual => Comparator::LessOrEqual,
        aip_160::Comparator::GreaterThan => Comparator::Greater,
        aip_160::Comparator::GreaterThanOrEqual => Comparator::GreaterOrEqual,
        aip_160::Comparator::Has => Comparator::Has,
    }
}

/// Puts quotes around values that are written without them and have colons: timestamps, above all. To the grammar such a colon
/// is a comparator (P-129).
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (piece, after) = match letter {
            '"' | '\'' => rest.split_at(string_length(rest, letter)),
            '=' | '!' | '<' | '>' | ':' => {
                let symbols = rest.len() - rest.trim_start_matches(['=', '!', '<', '>', ':']).len();
                // `=:` is not a comparator; what is one has at most two letters.
                let value = rest[symbols..].trim_start();
                rest.split_at(rest.len() - value.len())
            }
            _ => rest.split_at(letter.len_utf8()),
        };
        quoted.push_str(piece);
        rest = after;
        if letter_is_comparator(letter) && !rest.starts_with(['"', '\'', '(']) {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ',')).unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            if value.contains(':') && !value.contains(['"', '\'', '\\']) {
                quoted.extend(["\"", value, "\""]);
            } else {
                quoted.push_str(value);
            }
            rest = after;
        }
    }
    quoted
}

fn letter_is_comparator(letter: char) -> bool {
    matches!(letter, '=' | '!' | '<' | '>' | ':')
}

/// The bytes of a quoted string at the beginning of a text, or of all of it when the string does not end.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
